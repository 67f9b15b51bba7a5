"""Progress through a list on stderr: a bar on a terminal, now and then a line elsewhere."""

import sys
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

import click

__all__ = ["counted"]

T = TypeVar("T")

#: Seconds between lines where stderr is a file: enough for a log of a night's run.
_EVERY = 10.0


def counted(rows: Iterable[T], total: int, title: str) -> Iterator[T]:
    """``rows``, as they come."""
    if sys.stderr.isatty():
        with click.progressbar(
            rows, length=total, label=title, file=sys.stderr, show_pos=True
        ) as bar:
            yield from bar
        return
    said = monotonic()
    for number, row in enumerate(rows, start=1):
        yield row
        if monotonic() - said >= _EVERY:
            said = monotonic()
            click.echo(f"{title}: {number:,} of {total:,}", err=True)
