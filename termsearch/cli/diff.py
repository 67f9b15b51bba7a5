"""``termsearch diff``."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termsearch.cli.failed import warn_of_other_rules
from termsearch.cli.options import (
    index_option,
    json_option,
    loader_options,
    reader_of_others,
    release_options,
    settings_with,
    unused_options,
)
from termsearch.cli.progress import Bar
from termsearch.cli.tables import print_table

if TYPE_CHECKING:
    from termsearch.concept import Concept
    from termsearch.diff import Change, Diff, Difference, Kind, OriginDiff
    from termsearch.loader import Options

__all__ = ["diff_command"]


@click.command("diff")
@click.argument(
    "paths",
    metavar="RELEASE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@release_options
@click.option(
    "--limit",
    default=10,
    show_default=True,
    type=click.IntRange(0),
    help="Examples to show of each kind of change; --json lists all.",
)
@index_option
@json_option
def diff_command(
    paths: tuple[Path, ...], loader: str, limit: int, as_json: bool, **given: Any
) -> None:
    """Show what an ingest of RELEASE would change; write nothing.

    That is, the concepts added, retired, merged, renamed and moved, and how many names. Give the
    options that the index was ingested with: what they leave out counts as gone.

    \b
        termsearch diff desc2027.xml
    """
    from termsearch.connect import open_index
    from termsearch.diff import Difference
    from termsearch.loader import find_loader, grouped
    from termsearch.summary import other_options

    options = loader_options(given)
    plan = grouped(paths, loader, otherwise=reader_of_others(options))
    index = open_index(settings_with(**given))
    try:
        warn_of_other_rules(index.manifest)
        difference = Difference(index, listed=None if as_json else limit)
        read = dict[tuple[str, str], None]()
        for name, members in plan.items():
            more_follows = name != list(plan)[-1]
            _read(difference, name, members, options, read, more_follows=more_follows)
        found = difference.finish()
        for name in plan:
            origins = [o.origin for o in found.origins if o.origin.partition("/")[0] == name]
            told = options.told(find_loader(name).OPTIONS)
            for warning in other_options(index.manifest, origins, told, read):
                click.echo(f"warning: {warning}", err=True)
        for doubt in difference.doubts():
            click.echo(f"warning: {doubt}", err=True)
    finally:
        index.close()
    click.echo(found.model_dump_json()) if as_json else _print(found)


def _read(
    difference: "Difference",
    loader: str,
    paths: list[Path],
    options: "Options",
    read: dict[tuple[str, str], None],
    *,
    more_follows: bool,
) -> None:
    """Compare what one loader reads; its warnings and the progress go to stderr.

    Each origin and language of its names goes into ``read``.
    """
    from termsearch.loader import Report, find_loader
    from termsearch.summary import Summary

    report = Report(warnings=unused_options(loader, options))
    concepts = find_loader(loader).load(paths, options, report)
    with Bar(loader) as bar:
        difference.read(
            _noted(concepts, loader, read), loader, report, more_follows=more_follows,
            progress=lambda: bar.show(Summary(names=difference.names, share=report.share)),
        )  # fmt: skip
    for warning in report.warnings:
        click.echo(f"warning: {loader}: {warning}", err=True)


def _noted(
    concepts: "Iterable[Concept]", loader: str, read: dict[tuple[str, str], None]
) -> "Iterator[Concept]":
    """``concepts``, each origin and language noted in ``read``."""
    for concept in concepts:
        origin = concept.origin(loader)
        read.update(((origin, name.lang), None) for name in concept.names)
        yield concept


def _print(diff: "Diff") -> None:
    """For people: origins, counts, examples."""
    print_table(["origin", "release", "concepts", ""], [_origin(each) for each in diff.origins])
    click.echo()
    click.echo(", ".join(f"{count:,} {kind}" for kind, count in diff.counts.items()))
    names = diff.names
    click.echo(f"names of concepts that stay: {names.added:,} added, {names.removed:,} removed")
    click.echo(f"an ingest embeds {names.to_embed:,} names and removes {names.to_remove:,}")
    rows = [row for kind, changes in diff.changes.items() for row in _rows(diff, kind, changes)]
    if rows:
        click.echo()
        print_table(["change", "code", "concept"], rows, keep=2)


def _origin(origin: "OriginDiff") -> list[str]:
    emptied = not origin.concepts_now
    added = "" if emptied else ": everything is added"
    going = "no name of it was read" if emptied else "most of its names would go"
    notes = (
        (f"nothing of it is in the index{added}", not origin.concepts_was),
        ("its last ingest was cut: compared with what that stored", origin.cut),
        (f"{going}: ingest will want --replace", origin.needs_replace),
    )
    return [
        origin.origin,
        _arrow(origin.release_was, origin.release_now),
        f"{origin.concepts_was:,} -> {origin.concepts_now:,}",
        "; ".join(note for note, holds in notes if holds),
    ]


def _rows(diff: "Diff", kind: "Kind", changes: "tuple[Change, ...]") -> Iterator[list[str]]:
    for change in changes:
        yield [kind, change.curie, _told(kind, change)]
    more = diff.counts[kind] - len(changes)
    if more:
        yield [kind, "", f"and {more:,} more" if changes else f"{more:,}, not listed"]


def _told(kind: "Kind", change: "Change") -> str:
    """``Fever -> Pyrexia``, ``Hyperpyrexia: mesh:D990001 -> mesh:D990002``."""
    gone = {"active": "", "inactive": "  (inactive)", "gone": "  (gone)"}[change.status]
    if kind == "renamed":
        return f"{change.was[0]} -> {change.now[0]}{gone}"
    if change.now and kind in {"merged", "removed"}:  # both say what takes its place
        return f"{change.name} -> {', '.join(change.now)}{gone}"
    if change.was or change.now:
        return f"{change.name}: {_arrow(*map(', '.join, (change.was, change.now)))}{gone}"
    return f"{change.name}{gone}"


def _arrow(was: str, now: str) -> str:
    return was if was == now else f"{was or 'none'} -> {now or 'none'}"
