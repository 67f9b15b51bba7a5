"""``termsearch query``."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from math import isnan
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from termsearch.cli.failed import warn_of_other_rules
from termsearch.cli.options import (
    encoder_options,
    index_option,
    json_option,
    settings_with,
    text_lines,
)
from termsearch.errors import BadReleaseError, UsageError
from termsearch.pipeline import batches
from termsearch.settings import Settings

if TYPE_CHECKING:
    from termsearch.answer import Answer, Hit

__all__ = ["print_answer", "query_command"]

#: Lines of stdin that are asked together; answers come after each such block.
_BLOCK = 256

#: What can hardly be a text: ``letter.txt``, ``./today``. Without blanks are ``N/V``, ``b.i.d``, an
#: address and whole texts in Chinese or Japanese, too.
_FILE_NAME: Final = re.compile(
    r"(?:/|\.\.?/|~)[!-~]*|"
    r"[^\s\u2e80-\uffef]+\.(?:csv|docx?|eml|hl7|html?|jsonl?|log|md|msg|odt|pdf|rtfd?|text|tsv|txt|"
    r"xlsx?|xml)",
    re.ASCII | re.IGNORECASE,
)


@click.command("query")
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@click.option(
    "--vocab",
    "vocabularies",
    multiple=True,
    metavar="V",
    help="Only names that this vocabulary has or uses; repeatable.",
)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="T",
    help="Only this semantic type or group, by code or name; repeatable. They are listed by "
    "termsearch status --types.",
)
@click.option(
    "--lang",
    "langs",
    multiple=True,
    metavar="L",
    help="Only names in this language, e.g. en; repeatable.",
)
@click.option(
    "--under", multiple=True, metavar="CURIE", help="Only this concept and those below it."
)
@click.option(
    "--limit",
    default=10,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Most concepts to show in an answer.",
)
@click.option(
    "--mode",
    type=click.Choice(["auto", "exact", "lexical", "dense"]),
    default="auto",
    show_default=True,
    help="Which evidence to use; auto: all of it.",
)
@click.option(
    "--min-score", type=click.FloatRange(-1, 1), help="Leave out hits with a lower score."
)
@click.option("--inactive", is_flag=True, help="Include retired names and concepts.")
@click.option(
    "--context",
    default="",
    metavar="FILE|TEXT",
    help="Surrounding text or a file; abbreviations it defines are expanded.",
)
@click.option("--explain", is_flag=True, help="Explain each hit; --json always does.")
@click.option(
    "--jobs",
    default=1,
    metavar="N",
    type=click.IntRange(1, 64),
    help="Search the lines of stdin in N processes (not needed with a running service).",
)
@click.option(
    "--local", is_flag=True, help="Don't ask a running 'termsearch serve' that has the index."
)
@index_option
@json_option
@encoder_options
def query_command(texts: tuple[str, ...], as_json: bool, explain: bool, **given: Any) -> None:
    """Find the concepts whose names mean TEXT; each TEXT is a query, - reads lines of stdin.

    \b
        termsearch query "high fever"
        termsearch query "high fever" --vocab mesh --type C23 --limit 5 --json
        termsearch query - --under mesh:D012816 < complaints.txt
        termsearch query "acute MI" --context letter.txt
    """
    if given["min_score"] is not None and isnan(given["min_score"]):
        raise click.UsageError("--min-score: expected a number.")
    asked = _Asked(
        filters=_filters(given),
        context=_context(given.pop("context")),
        terms=_taken(given, "limit", "mode", "min_score"),
        **_taken(given, "jobs", "local"),
    )
    for answer in _answers(settings_with(**given), text_lines(texts), asked):
        if as_json:
            click.echo(answer.model_dump_json())
        else:
            print_answer(answer, explain=explain)


class _Asked(NamedTuple):
    """What is asked of all texts, and how."""

    filters: Mapping[str, Any]  #: fields of `Where`
    context: str
    terms: Mapping[str, Any]  #: limit, mode, min_score
    jobs: int
    local: bool


def _filters(given: dict[str, Any]) -> dict[str, Any]:
    """Fields of `Where`, without the blanks that a copied name has around it."""
    several = _taken(given, "vocabularies", "types", "langs")
    under = given.pop("under")
    if len(under) > 1:  # a `Where` has one; the last would win unsaid
        raise UsageError(f"--under: given {len(under)} times; expected one CURIE.")
    if "" in under:
        raise click.UsageError("--under: expected a CURIE such as mesh:D005334.")
    return {
        **{field: [value.strip() for value in values] for field, values in several.items()},
        "under": "".join(under),
        **_taken(given, "inactive"),
    }


def _taken(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: given.pop(name) for name in names}


def _answers(settings: Settings, texts: Iterable[str], asked: _Asked) -> "Iterator[Answer]":
    """From a service that has the index open, while it answers; else from the index itself."""
    from termsearch.remote import find_service

    service = None if asked.local else find_service(settings)
    if service is None:
        yield from _searched(settings, texts, asked)
        return
    remaining = iter(texts)
    for block in batches(remaining, _BLOCK):
        answers = service.query_many(block, asked.filters, context=asked.context, **asked.terms)
        if answers is None:
            yield from _searched(settings, chain(block, remaining), asked)
            return
        yield from answers


def _searched(settings: Settings, texts: Iterable[str], asked: _Asked) -> "Iterator[Answer]":
    from termsearch.connect import connect
    from termsearch.index.where import Where

    where = Where(**asked.filters)
    if asked.jobs > 1:
        from termsearch.jobs import Question, answers

        yield from answers(
            list(texts), Question(where, asked.context, asked.terms), settings, asked.jobs,
            opened=warn_of_other_rules,
        )  # fmt: skip
        return
    with connect(settings) as search:
        warn_of_other_rules(search.manifest)
        for block in batches(texts, _BLOCK):
            contexts = [asked.context] * len(block)
            yield from search.query_many(block, where, contexts=contexts, **asked.terms)


def _context(given: str) -> str:
    """A file's text, if there is a file of that name; else what was given.

    Raises:
        BadReleaseError: There is such a file, and it can't be read.
        UsageError: It is a folder, or can only be meant as a file and there is none.
    """
    if not given:
        return ""
    try:
        is_folder = S_ISDIR(Path(given).stat().st_mode)
    except (OSError, ValueError):  # there is none, or none can be called so
        if _FILE_NAME.fullmatch(given):
            raise UsageError(f"--context {given}: no such file.") from None
        return given
    if is_folder:
        raise UsageError(f"--context {given} is a folder; expected a file or a text.")
    try:
        return Path(given).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadReleaseError(given, f"can't be read as UTF-8 text ({error}).") from error


def print_answer(answer: "Answer", *, explain: bool = False) -> None:
    """For people: a line on the query, a table of hits, and the reasons if wanted."""
    from termsearch.cli.tables import print_table  # JSON needs no rich

    click.echo(f"{answer.query}  ({', '.join(_facts(answer))})")
    if not answer.results:
        click.echo("  nothing found\n")
        return
    print_table(
        ["", "code", "name", "matched name", "evidence", "type"],
        [_row(hit) for hit in answer.results],
        keep=2,
    )
    for hit in answer.results if explain else ():
        click.echo(f"{hit.rank:>3}  {hit.explanation}")
    click.echo()


def _facts(answer: "Answer") -> list[str]:
    facts: list[str] = [answer.resolution]
    if answer.read_as:
        facts.append(f"read as: {answer.read_as}")
    if answer.probability is not None and answer.results:
        facts.append(f"first hit right: {answer.probability:.0%}")
    return [*facts, f"{answer.took_ms:g} ms"]


def _row(hit: "Hit") -> list[str]:
    retired = "" if hit.active else f" [retired{_use(hit)}]"
    used = ", ".join(dict.fromkeys(source.curie for source in hit.sources if source.curie))
    return [
        f"{hit.rank:>3}",
        hit.curie,
        hit.name + retired,
        hit.matched_name
        + (" [retired name]" if hit.retired_name else "")
        + (f" ({used})" if used else ""),
        "; ".join([f"{hit.match_type} {hit.score:.3f}", *hit.conflicts]),
        "; ".join(
            kind.name if kind.name == kind.code else f"{kind.code} {kind.name}"
            for kind in hit.types
        ),
    ]


def _use(hit: "Hit") -> str:
    return f", use {' or '.join(hit.replaced_by)}" if hit.replaced_by else ""
