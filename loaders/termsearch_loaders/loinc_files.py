"""The files of a LOINC release: which ones are read, their rows, and which release it is.

True CSV with a header, in quotation marks that are doubled inside. Columns are found by name, for
they come and go with releases. https://loinc.org/kb/users-guide/loinc-database-structure
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from termsearch.delimited import decoded, quoted
from termsearch.errors import BadRecordError, BadReleaseError, TermsearchError
from termsearch.loader import Report
from termsearch_loaders.files import BROKEN, Member, base_names, members
from termsearch_loaders.raw_lines import raw_lines

__all__ = ["CODE", "TERMS", "Release", "Row", "has_terms", "release", "rows", "version"]

CODE = "LOINC_NUM"

#: Names of the table of terms, best first: the core has fewer columns.
TERMS = ("loinc", "loinctablecore")

#: Columns that a table of terms must have.
_REQUIRED = (CODE, "LONG_COMMON_NAME", "SHORTNAME", "COMPONENT", "CLASS", "STATUS")

#: By the name of a file, the columns that it must have. The hierarchy had another name before 2.73.
_OTHERS = {
    "mapto": ("LOINC", "MAP_TO"),
    "consumername": ("LoincNumber", "ConsumerName"),
    "componenthierarchybysystem": ("PATH_TO_ROOT", "CODE"),
    "multiaxialhierarchy": ("PATH_TO_ROOT", "CODE"),
}

#: ``deDE15LinguisticVariant.csv``, ``LOINC_2.56_ko_KR_13_LinguisticVariant.csv``.
_VARIANT = re.compile(r"(?:.*_)?([a-z]{2,3})_?([A-Z]{2})_?\d+_?LinguisticVariant\.csv")

_VERSION = re.compile(r"(?<![a-z])loinc[a-z]*_(\d\.\d+)(?![\d.]*\d)", re.IGNORECASE)

#: Of the folder that has a second table, of the terms that are in panels.
_PANELS = 3

#: Folders, best first; 2 is any other.
_FOLDERS = {"loinctable": 0, "loinctablecore": 1, "panelsandforms": _PANELS}

#: How much of a header is looked at, in bytes: that of 2.80 has 700.
_HEAD = 1 << 16


class Release(NamedTuple):
    """The files of a release that are read."""

    terms: Member
    others: Mapping[str, Member]  #: by the names of :data:`_OTHERS`
    variants: Sequence[tuple[str, Member]]  #: language and file


class Row(NamedTuple):
    """A row: where it stands, and its cells by column."""

    member: Member
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """A cell without blanks around it; nothing where there is no such column."""
        return self.cells.get(column.casefold(), "").strip()

    def broken(self, problem: str) -> BadRecordError:
        """The error for this row."""
        return BadRecordError(str(self.member), f"line {self.line}", problem)


def has_terms(path: Path) -> bool:
    """Whether ``path`` is, or holds, a table of terms, by names and header; never raises."""
    try:
        there = any(_stem(name) in TERMS for name in base_names(path))
        return there and any(
            _is_terms(member) for member in members(path) if _stem(member.name) in TERMS
        )
    except (TermsearchError, OSError, *BROKEN):
        return False


def release(paths: Sequence[Path]) -> Release:
    """The files in ``paths``.

    Raises:
        BadReleaseError: No table of terms, or a file is there twice.
    """
    found: dict[str, dict[int, Member]] = {}
    variants: dict[str, tuple[str, Member]] = {}
    for member in (each for path in paths for each in members(path)):
        stem = _stem(member.name)
        if match := _VARIANT.fullmatch(member.name):
            _refuse_second(member, variants.get(member.name, ("", None))[1])
            variants[member.name] = f"{match[1]}-{match[2]}", member
        elif stem in TERMS or stem in _OTHERS:
            same = found.setdefault(stem, {})
            _refuse_second(member, same.get(_place(member)))
            same[_place(member)] = member
    best = {stem: same[min(same)] for stem, same in found.items()}
    tables = [best[stem] for stem in TERMS if stem in best]
    if not tables:
        raise BadReleaseError(
            ", ".join(map(str, paths)), "no Loinc.csv; give the folder or the zip of the release"
        )
    terms = min(tables, key=lambda member: _place(member) == _PANELS)
    return Release(terms, best, [variants[name] for name in sorted(variants)])


def rows(member: Member, report: Report | None = None) -> Iterator[Row]:
    """Every row of a file.

    Raises:
        BadRecordError: A column is missing, a row is broken, or the file is cut.
    """
    found = quoted(str(member), raw_lines(member, report), ",", 1)
    _, header = next(found, (1, []))
    names = [name.strip().casefold() for name in header]
    missing = [each for each in _columns(member) if each.casefold() not in names]
    if missing:
        raise BadRecordError(
            str(member), "line 1", f"no column {', '.join(missing)}; expected those of LOINC"
        )
    for line, cells in found:
        if len(cells) == len(names):
            yield Row(member, line, dict(zip(names, cells, strict=True)))
        elif any(cells):
            raise BadRecordError(
                str(member),
                f"line {line}",
                f"{len(cells)} cells, expected {len(names)} as in the header. Is the file cut?",
            )


def version(found: Release, changed: Sequence[str]) -> str:
    """``2.80``: of the folder or the zip, else the greatest of ``changed``, VersionLastChanged."""
    where = "!".join([str(found.terms.root.resolve()), *found.terms.inside])
    if said := _VERSION.findall(where):
        return str(said[-1])
    numbers = (tuple(map(int, each.split("."))) for each in changed if _is_version(each))
    return ".".join(map(str, max(numbers, default=())))


def _is_version(text: str) -> bool:
    return re.fullmatch(r"\d+\.\d+", text, re.ASCII) is not None


def _stem(name: str) -> str:
    """``mapto`` of ``MapTo.csv``; nothing for what is no CSV."""
    lower = name.lower().removesuffix(".gz")
    return lower.removesuffix(".csv") if lower.endswith(".csv") else ""


def _place(member: Member) -> int:
    folder = "/".join([member.root.as_posix(), *member.inside]).lower().split("/")[-2:-1]
    return _FOLDERS.get("".join(folder), 2)


def _refuse_second(member: Member, first: Member | None) -> None:
    if first:
        raise BadReleaseError(
            str(member), f"a second {member.name} beside {first}; expected one release"
        )


def _columns(member: Member) -> tuple[str, ...]:
    stem = _stem(member.name)
    return _REQUIRED if stem in TERMS else _OTHERS.get(stem, (CODE,))


def _is_terms(member: Member) -> bool:
    with member.open() as stream:
        head = decoded(str(member), 1, stream.readline(_HEAD))
    _, header = next(quoted(str(member), iter([head]), ",", 1), (1, []))
    return {each.casefold() for each in _REQUIRED} <= {name.strip().casefold() for name in header}
