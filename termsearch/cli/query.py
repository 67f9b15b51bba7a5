"""``termsearch query``."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from termsearch.cli.options import (
    encoder_options,
    index_option,
    json_option,
    settings_with,
    text_lines,
)
from termsearch.errors import BadReleaseError
from termsearch.settings import Settings

if TYPE_CHECKING:
    from termsearch.answer import Answer, Hit

__all__ = ["print_answer", "query_command"]

#: Lines of stdin that are asked together; answers come after each such block.
_BLOCK = 256


@click.command("query")
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@click.option(
    "--vocab",
    "vocabularies",
    multiple=True,
    metavar="V",
    help="Only names this vocabulary has or uses; repeatable.",
)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="T",
    help="Only this semantic type or group, by code or name; repeatable.",
)
@click.option(
    "--lang",
    "langs",
    multiple=True,
    metavar="L",
    help="Only names in this language, e.g. en; repeatable.",
)
@click.option("--under", metavar="CURIE", help="Only this concept and those below it.")
@click.option(
    "--limit",
    default=10,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Most concepts an answer has.",
)
@click.option(
    "--mode",
    type=click.Choice(["auto", "exact", "lexical", "dense"]),
    default="auto",
    show_default=True,
    help="Which evidence is used; auto: all.",
)
@click.option("--min-score", type=float, help="Leave out lower scores.")
@click.option("--inactive", is_flag=True, help="Retired names and concepts too.")
@click.option(
    "--context",
    default="",
    metavar="FILE|TEXT",
    help="What the words stand in: abbreviations that it defines are read so.",
)
@click.option("--explain", is_flag=True, help="Say why, below each hit; always in --json.")
@click.option(
    "--jobs",
    default=1,
    metavar="N",
    type=click.IntRange(1, 64),
    help="Processes that share the lines of stdin, all read first; a service needs none.",
)
@click.option("--local", is_flag=True, help="Don't ask a 'termsearch serve' that has the index.")
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
    if given["under"] == "":
        raise click.UsageError("--under: expected a CURIE such as mesh:D005334.")
    asked = _Asked(
        filters=_taken(given, "vocabularies", "types", "langs", "inactive")
        | {"under": given.pop("under") or ""},
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
    for block in _blocks(remaining):
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
            list(texts), Question(where, asked.context, asked.terms), settings, asked.jobs
        )
        return
    with connect(settings) as search:
        for block in _blocks(texts):
            contexts = [asked.context] * len(block)
            yield from search.query_many(block, where, contexts=contexts, **asked.terms)


def _blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(texts)
    while block := list(islice(iterator, _BLOCK)):
        yield block


def _context(given: str) -> str:
    """A file's text, if there is a file of that name; else what was given."""
    try:
        if "\n" not in given and Path(given).is_file():
            return Path(given).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise BadReleaseError(given, f"can't be read as UTF-8 text ({error}).") from error
    return given


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
