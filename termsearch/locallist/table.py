"""A local list: CSV or TSV with a column of texts, and perhaps codes and how frequent they are."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple
from unicodedata import combining, normalize

from termsearch.delimited import cells, decoded, listed
from termsearch.errors import BadRecordError, BadReleaseError, UsageError

__all__ = ["FIELDS", "LocalList", "Row", "read_list"]

#: Our fields, and the headers that obviously mean them, best first: as Usagi, OMOP and spreadsheets
#: in six languages have them. Case, accents and what is neither letter nor digit do not matter.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        "sourcename", "name", "term", "text", "label", "display", "displayname", "title",
        "description", "sourcecodedescription", "localname", "bezeichnung", "benennung", "begriff",
        "beschreibung", "libelle", "nom", "nombre", "descripcion", "descrizione", "nome",
        "descricao", "naam", "omschrijving",
    ),
    "code": (
        "sourcecode", "code", "localcode", "id", "sourceid", "localid", "conceptcode", "kode",
        "lokalcode", "schlussel", "codigo", "codice",
    ),
    "frequency": (
        "sourcefrequency", "frequency", "freq", "count", "n", "haufigkeit", "anzahl", "frequence",
        "nombredoccurrences", "frecuencia", "frequenza", "aantal",
    ),
}  # fmt: skip


class Row(NamedTuple):
    """One row as it stands in the list; fields without a column are empty."""

    line: int  #: its first line, from 1
    cells: list[str]
    name: str
    code: str
    frequency: str


class LocalList(NamedTuple):
    """A list that was read to its end, so that nothing in it can stop the mapping halfway."""

    label: str
    header: list[str]
    columns: dict[str, int]  #: field to place in the header
    rows: list[Row]

    def others(self) -> list[int]:
        """Places of the columns that are none of our fields."""
        return [at for at in range(len(self.header)) if at not in self.columns.values()]


def read_list(
    label: str, stream: Iterable[bytes], columns: Mapping[str, str], *, tabs: bool = False
) -> LocalList:
    """The list that ``stream`` holds, one line after the other.

    Args:
        label: Names it in errors.
        stream: Its lines.
        columns: The user's, field to column; they win over headers that we know.
        tabs: Tabs part its cells, whatever the header looks like (``.tsv``).

    Raises:
        BadRecordError: A row is broken; says its line.
        BadReleaseError: There is no row.
        UsageError: No column is obviously that of the texts, or one of ``columns`` is not there.
    """
    lines = (decoded(label, number, line) for number, line in enumerate(stream, start=1))
    table = cells(label, lines, partial(_fits, columns=columns), tabs=tabs)
    line, header = next(table)
    if not any(header):
        if any(any(map(str.strip, texts)) for _, texts in table):
            raise BadRecordError(label, f"line {line}", "blank, expected a header")
        raise BadReleaseError(label, "the list is empty; expected a header and a row for each text")
    found = _columns(label, line, header, columns)
    rows = list(_rows(label, header, found, table))
    if not rows:
        raise BadReleaseError(label, f"no row under the header {listed(header)}")
    return LocalList(label, header, found, rows)


def _rows(
    label: str,
    header: Sequence[str],
    columns: Mapping[str, int],
    table: Iterator[tuple[int, list[str]]],
) -> Iterator[Row]:
    for line, texts in table:
        if not any(map(str.strip, texts)):
            continue
        if any(map(str.strip, texts[len(header) :])) or len(texts) < len(header):
            problem = f"{len(texts)} cells, expected {len(header)} as above"
            raise BadRecordError(label, f"line {line}", problem)
        row = texts[: len(header)]
        ours = {field: row[columns[field]].strip() if field in columns else "" for field in FIELDS}
        _refuse_line_breaks(label, line, ours)
        yield Row(line, row, **ours)


def _refuse_line_breaks(label: str, line: int, ours: Mapping[str, str]) -> None:
    """Nearly always a quotation mark that was not meant to open anything, and rows swallowed."""
    for field, text in ours.items():
        if "\n" in text or "\r" in text:
            raise BadRecordError(
                label,
                f"line {line}",
                f"a line break in {field} after {text.splitlines()[0][:40]!r}; expected one line: "
                'double a quotation mark that opens no cell ("")',
            )


def _fits(header: Sequence[str], columns: Mapping[str, str]) -> bool:
    return bool(_places("name", header, columns))


def _columns(
    label: str, line: int, header: Sequence[str], columns: Mapping[str, str]
) -> dict[str, int]:
    """Field to place in the header."""
    for field, column in columns.items():
        if field not in FIELDS:
            raise UsageError(
                f"--column {field}={column}: there is no field {field!r}; expected one of "
                f"{', '.join(FIELDS)}"
            )
        if not _places(field, header, columns):
            raise UsageError(
                f"{label}: no column {column!r} for {field}; its columns: {listed(header)}"
            )
    found = {field: _places(field, header, columns) for field in FIELDS}
    for field, places in found.items():
        if len(places) > 1:
            raise BadRecordError(
                label,
                f"line {line}",
                f"two columns {header[places[0]]!r}, expected one for {field}",
            )
    if not found["name"]:
        raise UsageError(
            f"{label}: no column is obviously the text to map; its columns: {listed(header)}. Say "
            "which one it is with --column name=COLUMN (of a list without a header, 'termsearch "
            "query -' asks for the lines)"
        )
    return {field: places[0] for field, places in found.items() if places}


def _places(field: str, header: Sequence[str], columns: Mapping[str, str]) -> list[int]:
    """Where the column of a field stands: the one that the user names, else the most obvious."""
    if field in columns:
        wanted = columns[field].strip().casefold()
        return [at for at, name in enumerate(header) if name.strip().casefold() == wanted]
    taken = {name.strip().casefold() for name in columns.values()}
    folded = ["" if name.strip().casefold() in taken else _folded(name) for name in header]
    best = next((known for known in FIELDS[field] if known in folded), None)
    return [at for at, name in enumerate(folded) if name == best]


def _folded(name: str) -> str:
    """``sourcename`` of ``Source_Name``, ``haufigkeit`` of ``Häufigkeit``."""
    bare = "".join(each for each in normalize("NFKD", name.casefold()) if not combining(each))
    return re.sub(r"[\W_]", "", bare)
