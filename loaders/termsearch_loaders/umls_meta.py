"""What a UMLS release says about itself and its sources: edition, ranks, languages, definitions."""

import re
from collections.abc import Mapping, Sequence

from termsearch.errors import BadRecordError
from termsearch.loader import Options, Report
from termsearch.vocabulary import vocabulary_id
from termsearch_loaders.files import lines
from termsearch_loaders.rrf import Table
from termsearch_loaders.umls_names import (
    CURRENT,
    LANGUAGES,
    Refusals,
    asked_languages,
    language,
)
from termsearch_loaders.umls_tables import Tables

__all__ = ["Definitions", "ranks", "release_name", "source_languages"]

_EDITION = re.compile(r"(?<![0-9A-Za-z])((?:19|20)\d\d[A-D][A-D])(?![0-9A-Za-z])")
_RELEASE_DAT = re.compile(r"\s*umls\.release\.name\s*[=:]\s*(\S+)")

#: Sources whose definitions are written for readers, best first; the others by name.
_DEFINING = ("MSH", "NCI")


def release_name(tables: Tables, report: Report) -> str:
    """``2024AB``: from release.dat, else MRSAB, else the folder; empty where nothing says it."""
    for member in tables.members:
        if member.name == "release.dat":
            for line in lines(member):
                if match := _RELEASE_DAT.match(line):
                    return match[1]
    sources = tables.get("MRSAB")
    for _, (sab, *versions, current) in (
        sources.records(Report(), "RSAB", "SVER", "VSAB", "CURVER") if sources else ()
    ):
        if sab == "MTH" and current == "Y":
            for version in versions:
                if match := re.search(r"((?:19|20)\d\d[A-D][A-D])", version):
                    return match[1]
    folders = _EDITION.findall(str(tables.need("MRCONSO", "it holds the names")))
    if not folders:
        report.warnings.append("no release.dat or MRSAB says which edition this is")
    return folders[-1] if folders else ""


def ranks(table: Table | None, report: Report) -> dict[tuple[str, str], int]:
    """Precedence of (SAB, TTY), higher first; empty where the release has no MRRANK."""
    found = {}
    for number, (rank, sab, tty) in table.records(report, "RANK", "SAB", "TTY") if table else ():
        if not (rank.isascii() and rank.isdigit()):
            raise BadRecordError(str(table), f"line {number}", f"RANK is {rank!r}, expected digits")
        found[sab, tty] = int(rank)
    return found


def source_languages(table: Table | None) -> dict[str, str]:
    """LAT of each source (SAB), as far as MRSAB says it."""
    rows = table.records(Report(), "RSAB", "LAT") if table else ()
    return {sab: lat for _, (sab, lat) in rows if lat}


class Definitions:
    """The one definition of a concept that is shown."""

    def __init__(self, table: Table, options: Options, lats: Mapping[str, str]) -> None:
        """``lats`` gives the language of a source, for MRDEF has no LAT."""
        self._sab, self._def, self._suppress = table.at("SAB", "DEF", "SUPPRESS")
        self._langs, self._lats = asked_languages(options), lats
        self._sources, self._status = Refusals.by_source(options), Refusals.by_status(options)

    def __call__(self, rows: Sequence[Sequence[str]]) -> str:
        """The best of a concept's MRDEF ``rows`` as it stands there, HTML and all; may be empty.

        MeSH, NCI, then the others by name, so that a new release shows the same source.
        """
        usable = [row for row in rows if self._usable(row)]
        return min(usable, key=self._order)[self._def].strip() if usable else ""

    def _usable(self, row: Sequence[str]) -> bool:
        refused = self._sources[row[self._sab]] or self._status[row[self._suppress]]
        return not refused and bool(row[self._def].strip()) and self._lang(row) in self._langs

    def _order(self, row: Sequence[str]) -> tuple[object, ...]:
        sab, retired = row[self._sab], row[self._suppress] not in CURRENT
        place = _DEFINING.index(sab) if sab in _DEFINING else len(_DEFINING)
        return self._langs.index(self._lang(row)), retired, place, sab

    def _lang(self, row: Sequence[str]) -> str:
        sab = row[self._sab]
        return language(self._lats.get(sab) or _suffix(sab))


def _suffix(sab: str) -> str:
    """LAT of a source that MRSAB does not name: ``SPA`` for ``MSHSPA``, a translation of MSH."""
    mother, lat = sab[:-3], sab[-3:]
    translated = lat in LANGUAGES and mother and vocabulary_id(mother) == vocabulary_id(sab)
    return lat if translated else "ENG"
