"""CSV as spreadsheets write it: cells in quotation marks, which are doubled inside."""

import csv
from collections.abc import Iterator

from termsearch.errors import BadRecordError
from termsearch.loader import Report
from termsearch_loaders.files import BROKEN, Member, damaged

__all__ = ["decoded", "quoted", "raw_lines"]

#: Characters of a cell. Longer ones are what follows a quotation mark that nothing closes; the
#: standard library's own limit, 131,072, is reached by definitions.
_CELL = 1 << 24


def quoted(
    member: Member, lines: Iterator[str], delimiter: str, start: int
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
            cells = next(reader, None)
        except csv.Error as error:
            raise BadRecordError(
                str(member),
                f"line {line}",
                f"not CSV ({error}); expected a quotation mark inside a cell to be doubled "
                '("") and the cell to be in quotation marks',
            ) from error
        if cells is None:
            return
        yield line, cells
        line = start + reader.line_num


def raw_lines(member: Member, report: Report | None) -> Iterator[str]:
    """Lines with their ends, which a quoted cell may hold, and without byte order mark.

    Raises:
        BadRecordError: Not UTF-8, lines that end in CR alone, or compressed data that are cut.
    """
    number = 0
    try:
        with member.open(report) as stream:
            for number, line in enumerate(stream, start=1):
                yield decoded(member, number, line)
    except BROKEN as error:
        raise damaged(member, f"after line {number}", error) from error


def decoded(member: Member, number: int, line: bytes) -> str:
    """The text of line ``number``; see :func:`raw_lines`."""
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise BadRecordError(
            str(member), f"line {number}", f"not UTF-8 ({error}); save the table as UTF-8"
        ) from error
    if number > 1:
        return text
    if "\r" in text.rstrip("\r\n"):
        raise BadRecordError(
            str(member),
            "line 1",
            "lines end in CR alone, as a Macintosh of old wrote them; save the table with line "
            "ends LF or CRLF",
        )
    return text.removeprefix("\ufeff")
