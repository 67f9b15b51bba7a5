"""Athena's files: which ones there are, and their rows.

Tab-separated UTF-8 with a header, never quoted or escaped: a name may begin with a quotation mark
(``"edoxaban``, https://github.com/OHDSI/Vocabulary-v5.0/issues/1239).
"""

from collections.abc import Container, Iterator, Sequence
from operator import itemgetter
from pathlib import Path

from termsearch.errors import BadRecordError, BadReleaseError, TermsearchError
from termsearch_loaders.files import BROKEN, Member, base_names, lines, members

__all__ = ["COLUMNS", "has_table", "numbered_rows", "rows", "tables"]

#: By file, the columns that are read: https://ohdsi.github.io/CommonDataModel/cdm54.html#concept.
COLUMNS = {
    "CONCEPT": (
        "concept_id", "concept_name", "domain_id", "vocabulary_id", "concept_class_id",
        "standard_concept", "concept_code", "invalid_reason",
    ),
    "CONCEPT_SYNONYM": ("concept_id", "concept_synonym_name", "language_concept_id"),
    "CONCEPT_RELATIONSHIP": (
        "concept_id_1", "concept_id_2", "relationship_id", "invalid_reason",
    ),
    "RELATIONSHIP": ("relationship_id", "defines_ancestry", "reverse_relationship_id"),
    "VOCABULARY": ("vocabulary_id", "vocabulary_version"),
}  # fmt: skip

#: How much of a file is looked at for its header, in bytes.
_HEAD = 4096


def has_table(path: Path) -> bool:
    """Whether ``path`` is, or holds, a file of Athena's, by names and headers; never raises."""
    try:
        there = any(map(_name, base_names(path)))
        return there and any(_has_header(name, member) for name, member in _named(path))
    except (TermsearchError, OSError, *BROKEN):
        return False


def tables(paths: Sequence[Path]) -> dict[str, Member]:
    """The files in ``paths`` by the names of :data:`COLUMNS`.

    Raises:
        BadReleaseError: One is there twice, or there is no CONCEPT.
    """
    found: dict[str, Member] = {}
    for name, member in (each for path in paths for each in _named(path)):
        if name in found:
            raise BadReleaseError(
                str(member), f"a second {name}.csv beside {found[name]}; expected one of each file"
            )
        found[name] = member
    if "CONCEPT" not in found:
        raise BadReleaseError(
            ", ".join(map(str, paths)), "no CONCEPT.csv; give the folder or the zip of the download"
        )
    return found


def rows(name: str, member: Member) -> Iterator[tuple[str, ...]]:
    """The cells of each row in the order of :data:`COLUMNS`, without blanks around them.

    Raises:
        BadRecordError: The header or a row is not of Athena's shape; says the line.
    """
    return (cells for _, cells in numbered_rows(name, member))


def numbered_rows(
    name: str, member: Member, column: str = "", only: Container[str] = ()
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each row as :func:`rows` gives it, with the number of its line.

    Args:
        name: Of the file.
        member: Where it is.
        column: Rows that have none of ``only`` in it are passed over, unchecked.
        only: Cells as they stand in the file.

    Raises:
        BadRecordError: The header or a row is not of Athena's shape; says the line.
    """
    texts = lines(member)
    header = _header(next(texts, ""))
    missing = [each for each in COLUMNS[name] if each not in header]
    if missing:
        raise BadRecordError(
            str(member),
            "line 1",
            f"no column {', '.join(missing)}; expected Athena's, between tabs",
        )
    pick = itemgetter(*map(header.index, COLUMNS[name]))
    at = header.index(column) if column else 0
    for number, text in enumerate(texts, start=2):
        cells = text.split("\t")
        if column and (len(cells) <= at or cells[at] not in only):
            continue
        if len(cells) == len(header):
            yield number, tuple(map(str.strip, pick(cells)))
        elif text.strip():
            raise BadRecordError(
                str(member), f"line {number}", f"{len(cells)} columns, expected {len(header)}"
            )


def _named(path: Path) -> Iterator[tuple[str, Member]]:
    for member in members(path):
        if name := _name(member.name):
            yield name, member


def _name(base: str) -> str:
    """``CONCEPT`` of ``CONCEPT.csv`` and of ``concept.csv.gz``; nothing for other files."""
    name = base.upper().removesuffix(".GZ").removesuffix(".CSV")
    return name if name in COLUMNS and name != base.upper() else ""


def _has_header(name: str, member: Member) -> bool:
    with member.open() as stream:
        head = stream.readline(_HEAD).decode(errors="replace").removeprefix("\ufeff")
    return set(COLUMNS[name]) <= set(_header(head))


def _header(line: str) -> list[str]:
    return [cell.strip().casefold() for cell in line.split("\t")]
