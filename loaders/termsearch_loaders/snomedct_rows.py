"""Rows of RF2 files: checked against their header and turned into what the tables hold.

Tab-separated UTF-8 with a header, never quoted or escaped (a lone ``"`` is data); CRLF by
specification, LF in re-saved files. Columns are found by name whatever their case: releases have
``refSetId`` and ``refsetId``.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from termsearch.errors import BadRecordError
from termsearch_loaders.files import Member, lines
from termsearch_loaders.snomedct_files import REFSET, File
from termsearch_loaders.snomedct_ids import HISTORY, INFERRED, IS_A, PREFERRED, is_sctid

__all__ = ["UNPUBLISHED", "Row", "add"]

#: effectiveTime of a row whose column is empty: not yet published, so newer than any other.
UNPUBLISHED = 99999999

_LONGEST = 18  #: digits of an SCTID

#: One row of a table: id, time, active, then what the table is about.
Row = tuple[int | str, ...]


class _Times(dict[str, int]):
    """effectiveTime as a number. A release has hundreds of days and millions of rows."""

    def __missing__(self, text: str) -> int:
        if len(text) != len("YYYYMMDD") or not (text.isascii() and text.isdigit()):
            raise ValueError(text)
        self[text] = int(text)
        return self[text]


_TIMES = _Times({"": UNPUBLISHED})
_ACTIVE = {"0": 0, "1": 1}


class _Layout(NamedTuple):
    """A kind of file: the columns that are read, in the order ``row`` takes them."""

    columns: tuple[str, ...]
    row: Callable[[tuple[str, ...]], Row | None]  #: None for a row that says nothing we use
    insert: str


def _component(text: str) -> int:
    if not is_sctid(text):
        raise ValueError(text)
    return int(text)


def _reference(text: str) -> int:
    """An id of something else; whether it is there is seen when the tables are joined."""
    if len(text) > _LONGEST:
        raise ValueError(text)
    return int(text)


def _concept(cells: tuple[str, ...]) -> Row:
    sctid, time, active, _ = cells
    return _component(sctid), _TIMES[time], _ACTIVE[active]


def _description(cells: tuple[str, ...]) -> Row:
    sctid, time, active, concept, lang, kind, term = cells
    if not lang:
        raise ValueError(lang)
    about = _reference(concept), lang, _reference(kind), term.strip()
    return _component(sctid), _TIMES[time], _ACTIVE[active], *about


def _is_a(cells: tuple[str, ...]) -> Row | None:
    sctid, time, active, child, parent, kind, characteristic = cells
    if kind != IS_A:
        return None
    inferred = _ACTIVE[active] if characteristic == INFERRED else 0
    return _component(sctid), _TIMES[time], inferred, _reference(child), _reference(parent)


def _language(cells: tuple[str, ...]) -> Row:
    uuid, time, active, refset, description, acceptability = cells
    preferred = _ACTIVE[active] if acceptability == PREFERRED else 0
    return uuid, _TIMES[time], preferred, _reference(refset), _reference(description)


def _association(cells: tuple[str, ...]) -> Row | None:
    uuid, time, active, refset, old, new = cells
    if refset not in HISTORY:
        return None
    return uuid, _TIMES[time], _ACTIVE[active], HISTORY[refset], _reference(old), _reference(new)


_VERSION = ("id", "effectiveTime", "active")
_MEMBER = (*_VERSION, "refsetId", "referencedComponentId")
_DESCRIPTION = _Layout(
    (*_VERSION, "conceptId", "languageCode", "typeId", "term"),
    _description,
    "INSERT INTO description VALUES (?, ?, ?, ?, ?, ?, ?)",
)
_LAYOUTS = {
    "Concept": _Layout(
        # definitionStatusId is not used: it is what tells this header from the others.
        (*_VERSION, "definitionStatusId"),
        _concept,
        "INSERT INTO concept VALUES (?, ?, ?)",
    ),
    "Description": _DESCRIPTION,
    "TextDefinition": _DESCRIPTION,
    "Relationship": _Layout(
        (*_VERSION, "sourceId", "destinationId", "typeId", "characteristicTypeId"),
        _is_a,
        "INSERT INTO is_a VALUES (?, ?, ?, ?, ?)",
    ),
    "Language": _Layout(
        (*_MEMBER, "acceptabilityId"),
        _language,
        "INSERT INTO language VALUES (?, ?, ?, ?, ?)",
    ),
    "Association": _Layout(
        (*_MEMBER, "targetComponentId"),
        _association,
        "INSERT INTO association VALUES (?, ?, ?, ?, ?, ?)",
    ),
}


def add(db: sqlite3.Connection, file: File) -> str:
    """Append the rows of ``file`` to its table; the kind of content, empty if it is not for us.

    Raises:
        BadRecordError: The header or a row is not of the shape the file's name promises.
    """
    texts = lines(file.member)
    header = [cell.strip().casefold() for cell in next(texts, "").split("\t")]
    kind = _refset_kind(file, header) if file.name.content == REFSET else file.name.content
    if kind:
        layout = _LAYOUTS[kind]
        picked = _positions(file.member, header, layout.columns)
        db.executemany(layout.insert, _rows(file.member, texts, layout, len(header), picked))
    return kind


def _refset_kind(file: File, header: Sequence[str]) -> str:
    """By header, since names vary (AssociationReference, UK sub-sets), else by name."""
    if "acceptabilityid" in header or file.name.summary.startswith("Language"):
        return "Language"
    if "targetcomponentid" in header or file.name.summary.startswith("Association"):
        return "Association"
    return ""


def _positions(member: Member, header: Sequence[str], columns: Sequence[str]) -> list[int]:
    missing = [name for name in columns if name.casefold() not in header]
    if missing:
        raise BadRecordError(
            str(member),
            "line 1",
            f"header {' '.join(header)[:200]!r} has no {', '.join(missing)}; expected the RF2 "
            "header that the file's name promises",
        )
    return [header.index(name.casefold()) for name in columns]


def _rows(
    member: Member, texts: Iterator[str], layout: _Layout, width: int, positions: Sequence[int]
) -> Iterator[Row]:
    pick, row = itemgetter(*positions), layout.row
    number, cells = 1, [""] * width
    try:
        for number, text in enumerate(texts, start=2):  # noqa: B007  # read when a row is broken
            cells = text.split("\t")
            if len(cells) != width:
                if not text.strip():
                    continue  # blank lines occur, at the end above all
                _check_width(cells, width)
            found = row(pick(cells))
            if found is not None:
                yield found
    except _WidthError as error:
        raise BadRecordError(str(member), f"line {number}", str(error)) from error
    except (KeyError, ValueError) as error:
        problem = _problem(layout.columns, pick(cells))
        raise BadRecordError(str(member), f"line {number}", problem) from error


class _WidthError(ValueError):
    pass


def _check_width(cells: Sequence[str], width: int) -> None:
    """Empty columns after the last one are harmless and occur; a tab inside a term is not."""
    if len(cells) < width or any(cells[width:]):
        raise _WidthError(f"{len(cells)} columns, expected {width}")


def _problem(columns: Sequence[str], cells: Sequence[str]) -> str:
    """What is wrong with a row that could not be turned into numbers."""
    for name, cell in zip(columns[1:], cells[1:], strict=True):
        if name == "effectiveTime" and cell and cell not in _TIMES:
            return f"effectiveTime {cell!r}, expected YYYYMMDD or nothing"
        if name == "active" and cell not in _ACTIVE:
            return f"active {cell!r}, expected 0 or 1"
        if name == "languageCode" and not cell:
            return "no languageCode, expected one such as en"
        if name.endswith("Id") and not _is_reference(cell):
            return f"{name} {cell!r}, expected an SCTID (6 to 18 digits)"
    return f"id {cells[0]!r} is no SCTID (6 to 18 digits, the last a Verhoeff check digit)"


def _is_reference(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and len(cell) <= _LONGEST
