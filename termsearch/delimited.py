"""Rows of CSV and TSV, each with its line number.

What a quotation mark means is settled by the delimiter, so that a lone one never swallows rows:

* **Comma and semicolon** (CSV as spreadsheets write it): a cell that starts with ``"`` ends at
  the next single ``"``, which must stand before a delimiter or a line end; a ``"`` inside is
  doubled.
* **Tab**: a line is a row. A cell that starts and ends with ``"`` and doubles those between is
  unquoted; a cell that opens with ``"`` and has an odd number of them is an error; every other
  ``"`` is data, as in ``5" needle`` and ``"Linked to" set``.

A first line such as ``sep=;`` is Excel's way to say the delimiter. In all functions ``label`` names
the table in an error.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from termsearch.errors import BadRecordError

__all__ = ["HEADER_BYTES", "cells", "decoded", "listed", "quoted"]

#: A header line longer than this many bytes is that of something else.
HEADER_BYTES = 1 << 16

#: Characters of a cell. Longer ones are what follows a quotation mark that nothing closes; the
#: standard library's own limit, 131,072, is reached by definitions.
_CELL = 1 << 24

#: Nobody reads more columns than this in one line.
_READABLE = 40

_SAID = re.compile(r"sep=([,;|\t])\s*", re.IGNORECASE)


def cells(
    label: str, lines: Iterator[str], fits: Callable[[Sequence[str]], bool], *, tabs: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """First line and cells of every row of ``lines``, the header first.

    Args:
        label: As above.
        lines: With their ends, which a quoted cell may hold.
        fits: Whether a header has the columns that are wanted; what parts these is the delimiter.
        tabs: It is said elsewhere (``.tsv``) that tabs part them.

    Raises:
        BadRecordError: A quotation mark is where none may be, or nothing closes it.
    """
    start, first = 1, next(lines, "")
    if said := _SAID.fullmatch(first):
        start, first = 2, next(lines, "")
    delimiter = said[1] if said else "\t" if tabs else _delimiter(first, fits)
    table = _tabbed if delimiter == "\t" else quoted
    found = table(label, chain([first], lines), delimiter, start)
    line, names = next(found, (start, []))
    yield line, [name.strip() for name in names]
    yield from found


def quoted(
    label: str, lines: Iterator[str], delimiter: str, start: int
) -> Iterator[tuple[int, list[str]]]:
    """First line and cells of every row of ``lines``, of which the first is line ``start``.

    Raises:
        BadRecordError: A quotation mark is where none may be, or nothing closes it.
    """
    csv.field_size_limit(_CELL)  # of the process
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = start
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise BadRecordError(
                label,
                f"line {line}",
                f"not CSV ({error}); expected a quotation mark inside a cell to be doubled "
                '("") and the cell to be in quotation marks',
            ) from error
        if row is None:
            return
        yield line, row
        line = start + reader.line_num


def decoded(label: str, number: int, line: bytes) -> str:
    """The text of line ``number``, without byte order mark.

    Raises:
        BadRecordError: Not UTF-8, or lines end in CR alone.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise BadRecordError(
            label, f"line {number}", f"not UTF-8 ({error}); save the table as UTF-8"
        ) from error
    if number > 1:
        return text
    if "\r" in text.rstrip("\r\n"):
        raise BadRecordError(
            label,
            "line 1",
            "lines end in CR alone, as a Macintosh of old wrote them; save the table with line "
            "ends LF or CRLF",
        )
    return text.removeprefix("\ufeff")


def listed(names: Sequence[str]) -> str:
    """Column names in one line; a broken header may be long and hold line breaks."""
    shown = [" ".join(name.split()) for name in names if name]
    more = len(shown) - _READABLE
    return (", ".join(shown[:_READABLE]) or "none") + (f" and {more} more" if more > 0 else "")


def _delimiter(header: str, fits: Callable[[Sequence[str]], bool]) -> str:
    """What parts the columns that are wanted, or what the header has most of.

    Not the count alone: a column may be called ``Remark (a, b, c)``.
    """
    start = header[:HEADER_BYTES]  # of something else it may be as long as the file
    bare = re.sub(r'"[^"]*"', "", start)

    def fitness(delimiter: str) -> tuple[bool, int]:
        names = next(csv.reader([start], delimiter=delimiter), [])
        return fits(names), bare.count(delimiter)

    # European spreadsheets write a .csv with semicolons.
    return max((",", ";", "\t"), key=fitness)


def _tabbed(
    label: str, lines: Iterator[str], delimiter: str, start: int
) -> Iterator[tuple[int, list[str]]]:
    for line, text in enumerate(lines, start):
        row = text.rstrip("\r\n").split(delimiter)
        if '"' in text:
            row = [_unquoted(label, line, cell) for cell in row]
        yield line, row


def _unquoted(label: str, line: int, cell: str) -> str:
    if not cell.startswith('"'):
        return cell
    if cell.count('"') % 2:
        raise BadRecordError(
            label,
            f"line {line}",
            f"a quotation mark opens {cell[:40]!r} and nothing closes it in that line; expected "
            'it doubled ("") in a cell that is itself in quotation marks',
        )
    inner = cell[1:-1]
    if cell.endswith('"') and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return cell
