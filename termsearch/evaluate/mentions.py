"""Mentions with the concepts that they mean, read from a file."""

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.vocabulary import curie, known_vocabulary, split_curie, vocabulary_id

__all__ = ["Mention", "read_mentions"]

_REQUIRED = ("mention", "gold")
_OPTIONAL = ("category", "context")


class Mention(BaseModel):
    """Somebody's words and the concepts that they mean."""

    model_config = ConfigDict(frozen=True)

    text: str
    gold: frozenset[str] = Field(description="CURIEs, any of which is right; empty: none is.")
    category: str = ""
    context: str = Field(
        default="", description="The text that the words stand in: defines abbreviations."
    )
    line: int = Field(default=0, description="Where in the file, from 1.")


def read_mentions(path: Path) -> list[Mention]:
    """The mentions of a tab-separated file, whose first line names its columns, in any case.

    ``mention`` and ``gold`` are required; ``category`` and ``context`` may be there. ``gold`` is
    CURIEs or FHIR's ``system|code``, joined by ``|``, or empty where no concept is right. Nothing
    is quoted; blank lines are passed over, but not those that have tabs: a row of empty cells is
    no mention.

    Raises:
        BadRecordError: The line that is wrong.
        BadReleaseError: The file can't be read, or has no mention.
    """
    lines = _lines(path)
    first, line = next(lines, (1, ""))
    header = _header(path, first, [name.strip().casefold() for name in line.split("\t")])
    mentions = [_mention(path, number, header, line) for number, line in lines]
    if not mentions:
        raise BadReleaseError(path, "no mention; expected one on each line after the header.")
    return mentions


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Those that have a tab or more than blanks, each with its number from 1.

    Split at line feeds alone: a mention may hold any other separator that Unicode knows.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        raise BadRecordError(path, f"line {number}", "not UTF-8") from error
    except OSError as error:
        raise BadReleaseError(path, f"can't be read ({error.strerror}).") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() or "\t" in line:
            yield number, line.removesuffix("\r")


def _header(path: Path, number: int, columns: Sequence[str]) -> Sequence[str]:
    expected = set(_REQUIRED) <= set(columns) <= {*_REQUIRED, *_OPTIONAL}
    if not expected or len(set(columns)) < len(columns):
        problem = (
            f"the columns are {', '.join(map(repr, columns))}; expected 'mention' and 'gold', "
            "optionally 'category' and 'context', between tabs"
        )
        raise BadRecordError(path, f"line {number}", problem)
    return columns


def _mention(path: Path, number: int, header: Sequence[str], line: str) -> Mention:
    values = line.split("\t")
    if len(values) != len(header):
        problem = f"{len(values)} columns, expected {len(header)} ({', '.join(header)})"
        raise BadRecordError(path, f"line {number}", problem)
    row = dict(zip(header, values, strict=True))
    if not row["mention"].strip():
        raise BadRecordError(path, f"line {number}", "the mention is empty")
    return Mention(
        text=row["mention"],
        gold=frozenset(_gold(path, number, row["gold"])),
        category=row.get("category", "").strip(),
        context=row.get("context", "").strip(),
        line=number,
    )


def _gold(path: Path, number: int, text: str) -> Iterator[str]:
    for each in _codes(text):
        parts = split_curie(each)
        if parts is None:
            problem = f"{each!r} in gold is no CURIE such as mesh:D005334 (several: joined by |)"
            raise BadRecordError(path, f"line {number}", problem)
        yield curie(*parts)


def _codes(text: str) -> Iterator[str]:
    """What ``|`` parts, but for the one within FHIR's ``system|code``."""
    pieces = deque(filter(None, map(str.strip, text.split("|"))))
    while pieces:
        piece = pieces.popleft()
        if _is_system(piece, pieces[0] if pieces else ""):
            piece = f"{piece}|{pieces.popleft() if pieces else ''}"
        yield piece


def _is_system(piece: str, following: str) -> bool:
    """Whether a code has to follow: an address that we know, or one before what is no CURIE."""
    if not piece.casefold().startswith(("http://", "https://", "urn:")):
        return False
    known = known_vocabulary(vocabulary_id(piece)) is not None
    return known or bool(following and split_curie(following) is None)
