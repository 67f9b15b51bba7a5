"""Mentions with the concepts that they mean, read from a file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.vocabulary import curie, split_curie

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
    """The mentions of a tab-separated file, whose first line names its columns.

    ``mention`` and ``gold`` are required; ``category`` and ``context`` may be there. ``gold`` is
    CURIEs joined by ``|``, or empty where no concept is right. Nothing is quoted.

    Raises:
        BadRecordError: The line that is wrong.
        BadReleaseError: The file can't be read, or has no mention.
    """
    lines = _lines(path)
    header = _header(path, lines[0].split("\t"))
    mentions = [
        _mention(path, number, header, line) for number, line in enumerate(lines[1:], start=2)
    ]
    if not mentions:
        raise BadReleaseError(path, "no mention; expected one on each line after the header.")
    return mentions


def _lines(path: Path) -> list[str]:
    """Split at line feeds alone: a mention may hold any other separator that Unicode knows."""
    try:
        text = path.read_bytes().decode("utf-8-sig").removesuffix("\n")
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        raise BadRecordError(path, f"line {number}", "not UTF-8") from error
    except OSError as error:
        raise BadReleaseError(path, f"can't be read ({error.strerror}).") from error
    return [line.removesuffix("\r") for line in text.split("\n")]


def _header(path: Path, columns: Sequence[str]) -> Sequence[str]:
    expected = set(_REQUIRED) <= set(columns) <= {*_REQUIRED, *_OPTIONAL}
    if not expected or len(set(columns)) < len(columns):
        problem = (
            f"the columns are {', '.join(map(repr, columns))}; expected 'mention' and 'gold', and "
            "if you like 'category' and 'context', between tabs"
        )
        raise BadRecordError(path, "line 1", problem)
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
    for each in filter(None, map(str.strip, text.split("|"))):
        parts = split_curie(each)
        if parts is None:
            problem = f"{each!r} in gold is no CURIE such as mesh:D005334 (several: joined by |)"
            raise BadRecordError(path, f"line {number}", problem)
        yield curie(*parts)
