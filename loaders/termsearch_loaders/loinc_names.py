"""Names of LOINC terms: of the table of terms, of ConsumerName and of linguistic variants.

RELATEDNAMES2 is not read: its words are related to a term and no names of it. Most say no more
than one of its axes ("Point in time", "Random", "Chemistry"), and stand in thousands of terms.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from termsearch.concept import Kind, Name
from termsearch.loader import Options, Report, visible
from termsearch.vocabulary import lang_includes
from termsearch_loaders.files import Member
from termsearch_loaders.loinc_files import CODE, Release, Row, rows

__all__ = ["LANG", "RETIRED", "SCHEMA", "VOCABULARY", "Names"]

VOCABULARY = "loinc"

#: Of all names that are in no variant.
LANG = "en"

SCHEMA = "CREATE TABLE name (code, lang, text, kind);"

#: Why a row of a term that is no longer to be used is dropped.
RETIRED = "retired (STATUS=DEPRECATED)"

#: Best first.
_ENGLISH = ("LONG_COMMON_NAME", "DisplayName", "SHORTNAME", "CONSUMER_NAME")
_VARIANT = ("LONG_COMMON_NAME", "LinguisticVariantDisplayName", "SHORTNAME")

#: What LOINC calls the fully specified name is these, with colons between them.
_AXES = ("COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP")

_GIVEN = "SELECT lang, text, kind FROM name WHERE code = ? ORDER BY rowid"


class _Given(NamedTuple):
    """A name that a row gives."""

    lang: str
    text: str
    kind: Kind


class Names:
    """Names of a term from all files."""

    def __init__(self, db: sqlite3.Connection, options: Options) -> None:
        """``db`` has :data:`SCHEMA`; ``options`` says the languages, at least one."""
        self._db, self._options = db, options

    def read(self, found: Release, active: Mapping[str, bool], report: Report) -> None:
        """Take in the names that stand in files of their own.

        Args:
            found: The files.
            active: Whether a code is in use, of all codes of the release.
            report: Is told of the rows.

        Raises:
            BadRecordError: A row is broken; says file and line.
        """
        self._db.executemany(
            "INSERT INTO name VALUES (?, ?, ?, ?)", self._further(found, active, report)
        )
        self._db.execute("CREATE INDEX name_code ON name (code)")

    def of(self, row: Row, report: Report, *, active: bool) -> tuple[Name, ...]:
        """Those of a term, by its row of the table of terms; the first one is displayed.

        In the order of the languages asked for; none where all are in others.
        """
        reason = self._options.unwanted(VOCABULARY, LANG)
        own = [] if reason else _named(row, LANG, _ENGLISH)
        _count(own, reason, report)
        given = [*own, *map(_Given._make, self._db.execute(_GIVEN, (row.text(CODE),)))]
        given.sort(key=lambda name: self._place(name.lang))
        distinct: dict[tuple[str, str], _Given] = {}
        for name in given:
            distinct.setdefault((name.lang, name.text), name)
        return tuple(
            Name(
                text=name.text,
                lang=name.lang,
                kind=Kind(name.kind) if at else Kind.PREFERRED,
                active=active,
            )
            for at, name in enumerate(distinct.values())
        )

    def _further(
        self, found: Release, active: Mapping[str, bool], report: Report
    ) -> Iterator[tuple[str, str, str, str]]:
        """Code, language, text and kind of each name that is kept."""
        files: list[tuple[str, Member, str, tuple[str, ...]]] = []
        if consumers := found.others.get("consumername"):
            files.append((LANG, consumers, "LoincNumber", ("ConsumerName",)))
        files += [(lang, member, CODE, _VARIANT) for lang, member in found.variants]
        for lang, member, column, columns in files:
            if self._options.unwanted(VOCABULARY, lang):
                continue
            for row in rows(member):
                report.read += 1
                code = row.text(column)
                names = _named(row, lang, columns)
                refusal = self._refusal(code, active)
                _count(names, refusal, report)
                yield from () if refusal else ((code, *name) for name in names)

    def _refusal(self, code: str, active: Mapping[str, bool]) -> str:
        if code not in active:
            return "name of a code that is not in Loinc.csv"
        return "" if active[code] or self._options.inactive else RETIRED

    def _place(self, lang: str) -> int:
        """Of a language among those asked for."""
        asked = self._options.langs
        fits = (at for at, each in enumerate(asked) if _fit(each, lang))
        return next(fits, len(asked))


def _fit(asked: str, lang: str) -> bool:
    return lang_includes(asked, lang) or lang_includes(lang, asked)


def _named(row: Row, lang: str, columns: Sequence[str]) -> list[_Given]:
    """Names in ``columns``; where there are none, the axes: some variants have nothing else."""
    texts = [text for column in columns if visible(text := row.text(column))]
    if texts:
        return [_Given(lang, text, Kind.SYNONYM) for text in texts]
    axes = ":".join(filter(None, map(row.text, _AXES)))
    return [_Given(lang, axes, Kind.FULLY_SPECIFIED)] if visible(axes) else []


def _count(names: Sequence[_Given], reason: str, report: Report) -> None:
    reason = reason or ("" if names else "no name")
    if reason:
        report.drop(reason)
    else:
        report.kept += 1
