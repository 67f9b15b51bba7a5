"""``termsearch query``."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING, Any, Final

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
from termsearch.cli.options import (
    encoder_options,
    index_option,
    json_option,
    settings_with,
    text_lines,
)
from termsearch.errors import BadReleaseError, UsageError
from termsearch.text import LONGEST_TEXT

if TYPE_CHECKING:
    from termsearch.answer import Answer, Hit

__all__ = ["print_answer", "query_command"]

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
@filter_options
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
@click.option("--min-score", type=Number(-1, 1), help="Leave out hits with a lower score.")
@click.option(
    "--context",
    default="",
    metavar="FILE|TEXT",
    help="Surrounding text or a file; abbreviations it defines are expanded.",
)
@click.option("--explain", is_flag=True, help="Explain each hit; --json always does.")
@process_options
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
    asked = Asked(
        filters=filters(given),
        context=_context(given.pop("context")),
        terms=taken(given, "limit", "mode", "min_score"),
        **taken(given, "jobs", "local"),
    )
    for answer in answers(settings_with(**given), _questions(texts), asked):
        if as_json:
            click.echo(answer.model_dump_json())
        else:
            print_answer(answer, explain=explain)


def _questions(texts: Sequence[str]) -> Iterator[str]:
    """What is asked; ``-`` stands for the lines of stdin, of which blank ones are answered too.

    Raises:
        UsageError: An argument is blank, too long, or the name of a file.
    """
    for text in texts:
        if not text.strip():
            raise UsageError("the text is empty; expected words to search for.")
        if len(text) > LONGEST_TEXT:
            raise UsageError(
                f"the text has {len(text):,} characters, expected {LONGEST_TEXT:,} at most: ask "
                "for the words that matter, and give what they stand in as --context."
            )
        if _FILE_NAME.fullmatch(text) and Path(text).is_file():
            raise UsageError(
                f"{text} is a file: 'termsearch map {text}' maps the rows of a table, 'termsearch "
                f"query - < {text}' asks for each line."
            )
    return (cut(text, f"{text[:40]!r}...") for text in text_lines(texts))


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
