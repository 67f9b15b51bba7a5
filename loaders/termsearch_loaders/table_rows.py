"""Rows of a user's table: CSV, TSV and JSON lines, each with its line number.

Only ``definition`` may hold a line break: in any other cell of ours it is an error, because it is
nearly always a quotation mark that was not meant to open anything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TypeGuard

from termsearch.delimited import HEADER_BYTES, cells, decoded, listed
from termsearch.errors import BadRecordError
from termsearch.loader import Report
from termsearch_loaders.files import Member
from termsearch_loaders.raw_lines import raw_lines
from termsearch_loaders.table_cells import Row, parsed
from termsearch_loaders.table_columns import (
    check_columns,
    fields,
    has,
    has_required,
    required,
)

__all__ = ["EXTENSIONS", "check_header", "rows", "says"]

_JSON = (".jsonl", ".ndjson")
EXTENSIONS = (".csv", ".tsv", ".txt", *_JSON)


def check_header(member: Member) -> None:
    """Refuse a table whose header, or first JSON object, has not our columns code and name.

    Raises:
        BadRecordError: It is no header and no object.
        UsageError: Its columns have other names.
    """
    with member.open() as stream:
        lines = [stream.readline(HEADER_BYTES) for _ in range(2)]
    first = [decoded(str(member), number, line) for number, line in enumerate(lines, start=1)]
    if _is_json(member):
        line, names = 1, list(_object(member, 1, first[0]))
    else:
        line, names = next(_cells(member, iter(first), {}))
    check_columns(member, names, {}, fields(member, line, names, {}))


def rows(member: Member, columns: Mapping[str, str], report: Report) -> Iterator[Row]:
    """Every row that is not blank. ``columns`` is the user's, field to column.

    Columns that are none of ours are named in a warning at the end.

    Raises:
        BadRecordError: A row is broken; says its first line.
        UsageError: No column for code or name, or one of ``columns`` is not there.
    """
    found = _objects if _is_json(member) else _table
    return found(member, columns, report)


def says(field: str, member: Member, columns: Mapping[str, str]) -> bool:
    """Whether a table has a column for ``field``; of JSON lines, whether an object has it.

    Reads JSON lines to their end if none does. What is broken in them, :func:`rows` tells.
    """
    texts = raw_lines(member, None)
    if _is_json(member):
        headers: Iterable[Iterable[str]] = filter(_is_object, map(parsed, texts))
    else:
        headers = (names for _, names in islice(_cells(member, texts, columns), 1))
    return any(has(field, names, columns) for names in headers)


def _is_object(found: object) -> TypeGuard[dict[str, object]]:
    return isinstance(found, dict)


def _is_json(member: Member) -> bool:
    return member.name.lower().endswith(_JSON)


def _table(member: Member, columns: Mapping[str, str], report: Report) -> Iterator[Row]:
    table = _cells(member, raw_lines(member, report), columns)
    line, names = next(table)
    ours = fields(member, line, names, columns)
    check_columns(member, names, columns, ours)
    _warn_of_others(member, names, ours, report)
    for line, texts in table:
        if not any(map(str.strip, texts)):
            continue
        if any(map(str.strip, texts[len(names) :])) or len(texts) < len(names):
            raise BadRecordError(
                str(member), f"line {line}", f"{len(texts)} cells, expected {len(names)} as above"
            )
        row = Row(
            member, line, {ours[n]: c for n, c in zip(names, texts, strict=False) if n in ours}
        )
        _refuse_line_breaks(row)
        yield row


def _objects(member: Member, columns: Mapping[str, str], report: Report) -> Iterator[Row]:
    seen: dict[str, None] = {}
    ours: dict[str, str] = {}
    for line, text in enumerate(raw_lines(member, report), start=1):
        if not text.strip():
            continue
        found = _object(member, line, text)
        if not found.keys() <= seen.keys() or not seen:
            seen.update(dict.fromkeys(found))
            ours = fields(member, line, list(seen), columns)
            check_columns(member, list(seen), required(columns), ours)
        yield Row(member, line, {ours[key]: found[key] for key in found if key in ours})
    # Only now: an object may leave out what it has nothing to say on.
    check_columns(member, list(seen), columns, ours)
    _warn_of_others(member, list(seen), ours, report)


def _object(member: Member, line: int, text: str) -> dict[str, object]:
    found = parsed(text)
    if not _is_object(found):
        raise BadRecordError(str(member), f"line {line}", "no JSON object, expected one on a line")
    return found


def _cells(
    member: Member, lines: Iterator[str], columns: Mapping[str, str]
) -> Iterator[tuple[int, list[str]]]:
    """First line and cells of every row, the header first."""
    tabs = member.name.lower().endswith(".tsv")
    return cells(str(member), lines, partial(has_required, columns=columns), tabs=tabs)


def _refuse_line_breaks(row: Row) -> None:
    for field, cell in row.cells.items():
        text = str(cell).strip()
        if ("\n" in text or "\r" in text) and field != "definition":
            raise row.broken(
                f"a line break in {field} after {text.splitlines()[0][:40]!r}; expected one line: "
                'double a quotation mark that opens no cell ("")'
            )


def _warn_of_others(
    member: Member, names: Sequence[str], ours: Mapping[str, str], report: Report
) -> None:
    others = [name for name in names if name and name not in ours]
    if others:
        report.warnings.append(f"{member}: columns not read: {listed(others)}")
