"""``termsearch ingest``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termsearch.cli.options import (
    encoder_options,
    index_option,
    json_option,
    loader_options,
    reader_of_others,
    release_options,
    settings_with,
    unused_options,
)
from termsearch.cli.progress import Bar
from termsearch.cli.status import tell_of_deleted

if TYPE_CHECKING:
    from termsearch.loader import Options
    from termsearch.settings import Settings
    from termsearch.summary import Summary
    from termsearch.update import How

__all__ = ["ingest_command", "ingest_paths", "print_summary"]


@click.command("ingest")
@click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@release_options
@click.option(
    "--replace",
    is_flag=True,
    help="Allow removing more than half of the names ingested before.",
)
@click.option(
    "--keep",
    is_flag=True,
    help="Keep what answers now for termsearch rollback, until the next ingest.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Read files even if they have not changed since the last ingest.",
)
@click.option("--discard", is_flag=True, help="Discard what an interrupted ingest left behind.")
@click.option(
    "--part",
    metavar="K/N",
    help="Store the K-th of N shares beside N-1 other machines, on one Qdrant server. Then run "
    "it once without --part, which checks and publishes.",
)
@index_option
@json_option
@encoder_options
def ingest_command(
    paths: tuple[Path, ...], loader: str, part: str | None, as_json: bool, **given: Any
) -> None:
    """Read releases from PATHs, embed every name and store it.

    What is stored already is not embedded again; names that a release no longer has are removed.
    Several parts of one release (SNOMED CT International and an extension) go in one command.
    Queries see the old releases until all of PATHs is stored and checked, then the new ones.

    \b
        termsearch ingest desc2026.xml
        termsearch ingest umls-2026AA-metathesaurus-full.zip --vocab MSH --vocab SNOMEDCT_US
        termsearch ingest SnomedCT_InternationalRF2.zip SnomedCT_Extension.zip --dialect en-GB
        termsearch ingest local.csv --column code=LocalCode --column name=Description
    """
    from termsearch.errors import UsageError
    from termsearch.share import Share
    from termsearch.update import How

    options = loader_options(given)
    late = [name for name in ("replace", "keep", "force", "discard") if given[name]]
    if part is not None and late:
        raise UsageError(f"--{late[0]} is for the run without --part, which publishes.")
    how = How(
        **{name: given.pop(name) for name in ("replace", "keep", "force", "discard")},
        share=None if part is None else Share.parsed(part),
    )
    ingest_paths(paths, loader, options, settings_with(**given), how, as_json=as_json)


def ingest_paths(
    paths: tuple[Path, ...],
    loader: str,
    options: "Options",
    settings: "Settings",
    how: "How | None" = None,
    *,
    as_json: bool = False,
) -> None:
    """Ingest and print what was done."""
    from termsearch.loader import grouped

    # Before the model loads: a typo fails at once.
    plan = grouped(paths, loader, otherwise=reader_of_others(options))

    from termsearch.update import How, Update

    summaries: dict[str, Summary] = {}
    with Update(plan, options, settings, how or How()) as update:
        for name in plan:
            with Bar(name) as bar:
                summaries[name] = update.ingest(
                    name, warnings=unused_options(name, options), progress=bar.show
                )
        warning = update.publish()
    for name, summary in summaries.items():  # not before: what is not published was not ingested
        _print_json(name, summary) if as_json else print_summary(name, summary)
    if how and how.share and not all(each.unchanged for each in summaries.values()):
        click.echo(
            f"Part {how.share} is stored. When all are, run it once without --part: that adds "
            "what is missing, checks and publishes.",
            err=True,
        )
    if warning:
        click.echo(f"warning: {warning}", err=True)
    tell_of_deleted(update.deleted)


def print_summary(loader: str, summary: "Summary") -> None:
    """For people: what was read, dropped and stored."""
    report, parts = summary.report, len(summary.origins)
    click.echo(
        f"{loader}: {summary.concepts:,} concepts{f' in {parts} parts' if parts > 1 else ''}, "
        f"{summary.names:,} names "
        f"({summary.embedded:,} embedded, {summary.reused:,} reused, "
        f"{summary.rewritten:,} rewritten, {summary.removed:,} removed) "
        f"in {summary.seconds:,.1f} s"
    )
    if summary.unchanged:
        click.echo(
            "  nothing was read: the files are those of the last ingest (--force reads them)"
        )
    else:
        click.echo(f"  {report.read:,} rows read, {report.kept:,} kept")
    if changes := ", ".join(f"{n:,} {kind}" for kind, n in summary.changes.items() if n):
        click.echo(f"  concepts: {changes}")
    for reason, rows in report.dropped.most_common():
        click.echo(f"  {rows:>11,} dropped: {reason}")
    if summary.merged:
        click.echo(
            f"  {summary.merged:>11,} names merged: equal search form within a concept, or none"
        )
    for warning in report.warnings:
        click.echo(f"  warning: {warning}")


def _print_json(loader: str, summary: "Summary") -> None:
    report = summary.report
    numbers = {
        name: getattr(summary, name)
        for name in ("concepts", "names", "merged", "embedded", "reused", "rewritten", "removed")
    }
    rows = {"read": report.read, "kept": report.kept, "dropped": dict(report.dropped)}
    seconds = round(summary.seconds, 1)
    click.echo(
        json.dumps(
            {
                "loader": loader,
                **numbers,
                "unchanged": summary.unchanged,
                "changes": summary.changes,
                "rows": rows,
                "warnings": report.warnings,
                "seconds": seconds,
            },
            ensure_ascii=False,
        )
    )
