"""``termsearch verify``."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from termsearch.cli.failed import warn_of_other_rules
from termsearch.cli.options import index_option, json_option, settings_with
from termsearch.cli.tables import print_table
from termsearch.errors import TermsearchError

if TYPE_CHECKING:
    from termsearch.index import Index
    from termsearch.verify import ShapeRecall, Verification

__all__ = ["verify_command"]


@click.command("verify")
@click.option(
    "--queries",
    default=50,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Stored names to search for under each filter.",
)
@click.option(
    "--min-recall",
    default=0.99,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Fail if a filter's mean recall@10 is lower.",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0, 2**32 - 1),
    help="Random seed; another value draws other names.",
)
@index_option
@json_option
def verify_command(queries: int, min_recall: float, seed: int, as_json: bool, **given: Any) -> None:
    """Check that searches of an index lose nothing, and that it is whole.

    Stored names are searched for as a query does it, under each kind of filter that the index can
    have (vocabulary, type, language, hierarchy), and again by comparing every vector: recall is
    the share of the true nearest names that the query found. Exit code 1 if a filter loses hits or
    a check fails.
    """
    from termsearch.connect import open_index

    index = open_index(settings_with(**given))
    try:
        warn_of_other_rules(index.manifest)
        found = _verified(index, queries, min_recall, seed)
    finally:
        index.close()
    click.echo(found.model_dump_json()) if as_json else _print(found)
    if found.failures:
        more = f"; and {len(found.failures) - 1} more" if len(found.failures) > 1 else ""
        raise TermsearchError(f"index {found.index!r}: {found.failures[0]}{more}.")


def _verified(index: "Index", queries: int, min_recall: float, seed: int) -> "Verification":
    from termsearch.verify import verify

    with _progress() as show:
        return verify(index, queries=queries, min_recall=min_recall, seed=seed, progress=show)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; elsewhere stderr has only what went wrong."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    with click.progressbar(length=1, label="verifying", file=sys.stderr) as bar:

        def show(done: int, shapes: int) -> None:
            bar.length = max(1, shapes)
            bar.update(done - bar.pos)

        yield show


def _print(found: "Verification") -> None:
    click.echo(f"index   {found.location}")
    click.echo(f"names   {found.points:,}, vectors of {found.model}\n")
    print_table(
        ["leg", "filter", "names", "share", "queries", "recall@10", "worst", "ms: p50", "p99",
         "exact p50", "p99", ""],
        [_row(shape, found.min_recall) for shape in found.shapes],
    )  # fmt: skip
    click.echo()
    print_table(
        ["check", "", "found"],
        [[check.name, "ok" if check.passed else "FAILED", check.found] for check in found.checks],
    )


def _row(shape: "ShapeRecall", min_recall: float) -> list[str]:
    return [
        shape.leg,
        shape.filter,
        f"{shape.points:,}",
        f"{shape.share:.2%}",
        f"{shape.queries}",
        f"{shape.recall:.3f}",
        f"{shape.worst:.2f}",
        f"{shape.p50_ms:.1f}",
        f"{shape.p99_ms:.1f}",
        f"{shape.exact_p50_ms:.1f}",
        f"{shape.exact_p99_ms:.1f}",
        "LOW" if shape.recall < min_recall else "",
    ]
