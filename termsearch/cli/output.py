"""Where a command prints to: always UTF-8, and told apart from all else that can't be written."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper

import click

__all__ = ["OutputError", "give_up_output", "write_utf8"]


class OutputError(OSError):
    """What was printed can't be written: a full disk. Not a closed pipe: click ends in silence."""


class _Output(TextIOWrapper):
    """Stdout."""

    def write(self, text: str, /) -> int:
        with _told_apart():
            return super().write(text)

    def flush(self) -> None:
        with _told_apart():
            super().flush()


def write_utf8() -> None:
    """From now on, whatever the locale says: it may lack letters of a name, and JSON is UTF-8.

    https://www.rfc-editor.org/rfc/rfc8259#section-8.1. What is no text (half a surrogate pair, in
    the name of a file) is escaped.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout = _Output(
            sys.stdout.buffer,
            encoding="utf-8",
            errors="backslashreplace",
            line_buffering=sys.stdout.line_buffering,
            write_through=sys.stdout.write_through,
        )
    if isinstance(sys.stderr, TextIOWrapper):
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")


def give_up_output(error: OutputError) -> None:
    """Say why in one line, and let go of what was not written.

    The interpreter would try once more at its end
    (https://docs.python.org/3/library/signal.html#note-on-sigpipe).
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    with suppress(OSError):  # stderr may be as full
        click.echo(f"Error: the output can't be written ({error.strerror}).", err=True)


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from error
