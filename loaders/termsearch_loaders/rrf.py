"""Rich Release Format, in which NLM ships UMLS and RxNorm: files, columns and rows of tables.

One row a line, ``|`` between the columns and mostly one at the end, no header, no quotes, no
escapes; UTF-8. https://www.ncbi.nlm.nih.gov/books/NBK9685/
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.loader import Report
from termsearch_loaders.files import BROKEN, Member, damaged, members

__all__ = ["Format", "Table", "Tables"]

_BLOCK = 1 << 20  # decoding and splitting a megabyte at a time costs a third of line by line


@dataclass(frozen=True)
class Table:
    """One table, whole or in parts that are read as one."""

    name: str  #: ``MRCONSO``
    parts: tuple[Member, ...]
    columns: tuple[str, ...]
    rows: int | None = None  #: how many MRFILES announces

    def __str__(self) -> str:
        """Where a person finds it."""
        more = len(self.parts) - 1
        return f"{self.parts[0]}{f' and its {more} more parts' if more else ''}"

    @property
    def size(self) -> int:
        """Bytes as stored."""
        return sum(part.size for part in self.parts)

    def at(self, *columns: str) -> tuple[int, ...]:
        """Positions of ``columns`` in a row.

        Raises:
            BadReleaseError: MRFILES says that the table has no such column.
        """
        missing = [column for column in columns if column not in self.columns]
        if missing:
            raise BadReleaseError(
                str(self), f"MRFILES gives it no column {', '.join(missing)}; expected one"
            )
        return tuple(map(self.columns.index, columns))

    def batches(self, report: Report | None = None) -> Iterator[list[str]]:
        """The rows as lines, many at a time, unchecked: for a table that was checked before."""
        for _, lines in self._blocks(report):
            if full := _full(lines):
                yield full

    def checked(self, report: Report) -> Iterator[list[str]]:
        """The rows as lines, many at a time, each with the right number of columns.

        Warns when MRFILES announces another number of rows: a warning only, since releases
        with a wrong MRFILES exist.

        Raises:
            BadRecordError: A row has too many or too few columns, is not UTF-8 or cut.
        """
        pipes, rows = len(self.columns), 0
        for number, lines in self._blocks(report):
            for at, line in enumerate(lines):
                if line.count("|") != pipes or line[-1] != "|":
                    self._judge(number + at, line)
            if full := _full(lines):
                rows += len(full)
                yield full
        if self.rows not in (None, rows):
            report.warnings.append(
                f"{self.name} has {rows:,} rows, and MRFILES announces {self.rows:,}"
            )

    def records(self, report: Report, *columns: str) -> Iterator[tuple[int, list[str]]]:
        """Number and the named columns of each row, checked: for small tables."""
        wanted, number = self.at(*columns), 0
        for lines in self.checked(report):
            for line in lines:
                number += 1
                row = line.split("|")
                yield number, [row[at] for at in wanted]

    def _judge(self, number: int, line: str) -> None:
        """Accept a row without a last pipe, and an empty line; refuse anything else."""
        pipes, columns = line.count("|"), len(self.columns)
        if line and pipes != columns - 1 and (pipes != columns or not line.endswith("|")):
            raise BadRecordError(str(self), f"line {number}", self._width(line))

    def _refuse_cut(self, number: int, line: str, *, piped: bool) -> None:
        """The last line has no line end: it must at least have as many pipes as the first."""
        if line and line.count("|") != len(self.columns) - (not piped):
            raise BadRecordError(
                str(self),
                f"line {number}",
                f"{self._width(line)}: the file ends inside a row. Is it cut, or a part missing?",
            )

    def _width(self, line: str) -> str:
        found = line.count("|") + (not line.endswith("|"))
        return f"{found} columns, expected {len(self.columns)}"

    def _blocks(self, report: Report | None) -> Iterator[tuple[int, list[str]]]:
        """Number of the first line, and lines. Parts are joined as bytes, then decoded."""
        number, rest, piped = 1, b"", False
        for part in self.parts:
            for chunk in self._chunks(part, report, number):
                whole, end, tail = chunk.rpartition(b"\n")
                if not end:
                    rest += chunk
                    continue
                lines = self._lines(rest + whole, number)
                piped = piped or lines[0].count("|") == len(self.columns)
                yield number, lines
                number, rest = number + len(lines), tail
        if rest:
            lines = self._lines(rest, number)
            self._refuse_cut(number, lines[-1], piped=piped)
            yield number, lines

    def _chunks(self, part: Member, report: Report | None, number: int) -> Iterator[bytes]:
        try:
            with part.open(report) as stream:
                while chunk := stream.read(_BLOCK):
                    number += chunk.count(b"\n")
                    yield chunk
        except BROKEN as error:
            raise damaged(part, f"after line {number - 1}", error) from error

    def _lines(self, raw: bytes, number: int) -> list[str]:
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            line = number + raw.count(b"\n", 0, error.start)
            raise BadRecordError(
                str(self), f"line {line}", f"not UTF-8 ({error.reason}); expected UTF-8. "
                "Is the file cut, or a part missing?",
            ) from error  # fmt: skip
        if number == 1:
            text = text.removeprefix("\ufeff")
        if "\r" in text:
            text = text.replace("\r\n", "\n").removesuffix("\r")
        return text.split("\n")


class Format(NamedTuple):
    """What the tables of a release are called, and what is in them."""

    title: str  #: whose they are: ``UMLS``
    folder: str  #: that publishers put them into: ``META``
    #: Name of a file; its groups are the table and, of a table in parts, which part it is.
    table: re.Pattern[str]
    #: Of each table that is read, in NLM's order.
    columns: Mapping[str, tuple[str, ...]]

    def named(self, file: str) -> str:
        """``MRCONSO`` of ``MRCONSO.RRF.gz``; nothing where ``file`` is no table."""
        match = self.table.fullmatch(file.removesuffix(".gz"))
        return match[1] if match else ""


class Tables:
    """The tables that some paths hold together."""

    def __init__(self, kind: Format, paths: Sequence[Path], found: Sequence[Member]) -> None:
        """``found`` are the files in ``paths``, see :meth:`within`."""
        self.paths, self.members = paths, found
        self._kind = kind
        self._found: dict[str, list[tuple[str, Member]]] = {}
        for member in found:
            if match := kind.table.fullmatch(member.name):
                self._found.setdefault(match[1], []).append((match[2] or "", member))

    @staticmethod
    def within(paths: Sequence[Path]) -> list[Member]:
        """The files of all paths; one that two paths lead to (a folder and its file) once."""
        found: dict[tuple[Path, tuple[str, ...]], Member] = {}
        for path in paths:
            for member in members(path):
                found.setdefault((member.root.resolve(), member.inside), member)
        return list(found.values())

    def get(self, name: str) -> Table | None:
        """The table, None where the release has none.

        Raises:
            BadReleaseError: It is there twice, or a part is missing. Said of a table that is
                asked for only: nobody needs all of MRSAT's parts here.
        """
        if name not in self._found:
            return None
        columns, rows = self.announced(name)
        return Table(name, self._parts(name), columns, rows)

    def announced(self, name: str) -> tuple[tuple[str, ...], int | None]:
        """Columns of a table, and how many rows it is said to have."""
        return self._kind.columns[name], None

    def need(self, name: str, why: str) -> Table:
        """The table.

        Raises:
            BadReleaseError: There is none; says ``why`` there should be.
        """
        if table := self.get(name):
            return table
        there = ", ".join(sorted(self._found)) or f"no {self._kind.title} table"
        raise BadReleaseError(
            ", ".join(map(str, self.paths)),
            f"no {name}.RRF, or it is empty (found: {there}); {why}",
        )

    def _parts(self, name: str) -> tuple[Member, ...]:
        """The files that make up one table, in order."""
        found = sorted(self._found[name], key=lambda part: part[0])
        suffixes = [suffix for suffix, _ in found]
        if suffixes == [""]:
            return (found[0][1],)
        files = ", ".join(str(member) for _, member in found)
        if "" in suffixes or len(suffixes) != len(set(suffixes)):
            raise BadReleaseError(
                files,
                f"{name} is there more than once; expected one release. Name its "
                f"{self._kind.folder} folder",
            )
        expected = [f"{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(len(suffixes))]
        for suffix, wanted in zip(suffixes, expected, strict=True):
            if suffix != wanted:
                raise BadReleaseError(
                    files,
                    f"{name}.RRF.{wanted}.gz is missing; expected every part from aa to "
                    f"{suffixes[-1]}. Give all .nlm archives of the release together",
                )
        return tuple(member for _, member in found)


def _full(lines: list[str]) -> list[str]:
    """Without the empty lines, which hold no row."""
    return [line for line in lines if line] if "" in lines else lines
