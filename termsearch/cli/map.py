"""``termsearch map``."""

import gzip
import sys
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termsearch.cli.asking import (
    Asked,
    Number,
    answers,
    cut,
    filter_options,
    filters,
    process_options,
    taken,
)
from termsearch.cli.counting import counted
from termsearch.cli.options import columns_of, encoder_options, index_option, settings_with
from termsearch.errors import BadReleaseError, UsageError

if TYPE_CHECKING:
    from termsearch.locallist import LocalList, Mapped, MappingSet

__all__ = ["map_command"]

#: Text and no table.
_JSON = (".json", ".jsonl", ".ndjson")


@click.command("map")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Read name (the text), code or frequency from this column; repeatable. Obvious ones are "
    "found.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "sssom", "usagi"]),
    default="csv",
    show_default=True,
    help="csv: the list's columns and the concepts; sssom: SSSOM/TSV; usagi: to open in Usagi.",
)
@filter_options
@click.option(
    "--limit",
    default=1,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Most candidates for a row, a line each.",
)
@click.option(
    "--min-probability",
    type=Number(0, 1),
    help="No mapping for a row whose first candidate is less likely to be right.",
)
@click.option("--min-score", type=Number(-1, 1), help="Leave out candidates with a lower score.")
@click.option("--license", "licence", default="", metavar="URI", help="SSSOM: of the mappings.")
@click.option("--set-id", default="", metavar="URI", help="SSSOM: of the mapping set.")
@click.option(
    "--prefix", default="", metavar="NAME=IRI", help="SSSOM: of the list's codes.  [default: local]"
)
@process_options
@index_option
@encoder_options
def map_command(file: str, columns: Sequence[str], form: str, **given: Any) -> None:
    """Map the rows of FILE, a CSV or TSV with a column of texts, to concepts; - reads stdin.

    Rows keep their order; one that nothing is near enough to gets no concept. All are UNCHECKED: a
    person should look at them.

    \b
        termsearch map ward.csv --vocab snomedct > mapped.csv
        termsearch map ward.csv --column name=Beschreibung --min-probability 0.9
        termsearch map ward.csv --format sssom > ward.sssom.tsv
        termsearch map ward.csv --format usagi --vocab snomedct > ward.usagi.csv
    """
    from termsearch.locallist import Choice, Tally, judged

    said = _said(form, given)
    choice = Choice(**taken(given, "limit", "min_probability"))
    asked = Asked(
        filters=filters(given),
        context="",
        terms={"limit": choice.asked, **taken(given, "min_score")},
        **taken(given, "jobs", "local"),
    )
    settings = settings_with(**given)
    local, tally = _read(file, columns_of(columns)), Tally()
    _tell_columns(local)
    found = answers(settings, (cut(row.name, f"line {row.line}") for row in local.rows), asked)
    rows = counted(judged(local, found, choice, tally), len(local.rows), "mapping")
    for line in _lines(form, local, rows, said):
        click.echo(line, nl=False)
    click.echo(tally.told() + (", left out of SSSOM" if form == "sssom" else ""), err=True)
    if form == "usagi" and tally.without_id:
        click.echo(
            f"warning: {tally.without_id:,} mapped rows have no OMOP concept_id: ingest "
            "vocabularies from Athena",
            err=True,
        )


def _said(form: str, given: dict[str, Any]) -> "MappingSet":
    """What the user says of a mapping set."""
    from termsearch.locallist import MappingSet, local_prefix, require_uri

    flags = {"licence": "--license", "set_id": "--set-id", "prefix": "--prefix"}
    said = taken(given, *flags)
    if form != "sssom" and any(said.values()):
        named = next(flags[name] for name, value in said.items() if value)
        raise UsageError(f"{named} is said of SSSOM; add --format sssom.")
    prefix, namespace = local_prefix(said["prefix"]) if said["prefix"] else ("local", "")
    return MappingSet(
        id=require_uri("--set-id", said["set_id"]),
        licence=require_uri("--license", said["licence"]),
        prefix=prefix,
        namespace=namespace,
    )


def _read(file: str, columns: dict[str, str]) -> "LocalList":
    from termsearch.locallist import read_list
    from termsearch.unreadable import why_unreadable

    if file == "-":
        return read_list("stdin", sys.stdin.buffer, columns)
    path, name = Path(file), file.lower()
    if reason := why_unreadable(path):
        raise BadReleaseError(path, reason)
    if name.removesuffix(".gz").endswith(_JSON):
        raise BadReleaseError(path, "JSON, expected a CSV or TSV with a header")
    try:
        with gzip.open(path) if name.endswith(".gz") else path.open("rb") as stream:
            tabs = name.removesuffix(".gz").endswith(".tsv")
            return read_list(str(path), stream, columns, tabs=tabs)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadReleaseError(
            path, f"the compressed data are cut or damaged ({error}); fetch it again"
        ) from error
    except OSError as error:
        raise BadReleaseError(path, f"can't be read ({error.strerror})") from error


def _tell_columns(local: "LocalList") -> None:
    named = (f"{field} is {local.header[at]!r}" for field, at in local.columns.items())
    click.echo(f"columns: {', '.join(named)}", err=True)


def _lines(
    form: str, local: "LocalList", rows: "Iterator[Mapped]", said: "MappingSet"
) -> Iterator[str]:
    """None before the first row is answered: what is asked for wrongly leaves no output."""
    from termsearch import locallist

    if form == "usagi":
        locallist.require_frequencies(local)
    rows = chain([next(rows)], rows)
    if form == "sssom":
        return locallist.sssom_lines(local, rows, said, f"{datetime.now(UTC):%Y-%m-%d}")
    return (locallist.usagi_lines if form == "usagi" else locallist.csv_lines)(local, rows)
