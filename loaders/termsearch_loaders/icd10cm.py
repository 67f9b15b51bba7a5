"""ICD-10-CM, the order file and with it the tabular XML; ICD-10-PCS, the order file.

A row is a title: of a code, a block or a chapter, or an inclusion term. The short titles of the
order file abbreviate the long ones ("Unsp physl fx low end humer") and are not read. Codes are
displayed as they are written (``E11.9``) and stand below those that they begin with. The tabular
list adds inclusion terms, blocks (``E08-E13``) and chapters (``E00-E89``), by the range of their
categories, as in UMLS. Inclusion terms are synonyms of a code; of one for other specified
conditions ("Other ...") they are what it takes in, and narrower, as are the conditions that a
category says it includes ("high blood pressure" in I10).

Two things follow from the conventions of ICD-10-CM and stand in no file as such. What has
brackets is also a name without them. And the billable code that a header leads to when nothing
more is said has the header's names as broader ones, so that who looks among billable codes for
"type 2 diabetes mellitus" or "shingles" finds E11.9 and B02.9.

Memory holds all titles: 70 MB for ICD-10-CM of 2021. Progress counts concepts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from termsearch.concept import Concept, Kind, Name, SemanticType
from termsearch.loader import Options, Report
from termsearch_loaders.icd10cm_default import leading_to
from termsearch_loaders.icd10cm_files import OrderFile, holds_icd10cm, releases
from termsearch_loaders.icd10cm_rows import Row, rows
from termsearch_loaders.icd10cm_tabular import Grouping, Tabular, tabular
from termsearch_loaders.icd10cm_titles import is_residual, readings

__all__ = ["OPTIONS", "load", "recognises"]

OPTIONS = frozenset({"vocabularies", "langs"})

LANG = "en"

BILLABLE = SemanticType("billable", "Billable code")
HEADER = SemanticType("header", "Header, not billable")
OF_KIND = {
    "block": SemanticType("block", "Block of categories"),
    "chapter": SemanticType("chapter", "Chapter"),
}

#: Not a name by itself: "Any condition in I00 with pericarditis", "Angiostrongyliasis due to:".
_PARTIAL = re.compile(
    r"\b[A-Z]\d[0-9A-Z](?:\.[0-9A-Z-]|-)|\b(?:in|to|under|categories|codes?) [A-Z]\d[0-9A-Z]\b|:$"
)
#: Tells how to use a code: "This category is to be used when ...", two sentences.
_USAGE = re.compile(
    r"(?:This|These|The following|The selection) |Codes? |Use (?!of\b)|Usually |\w+ is the\b"
    r"|.*\w{3}\.\s+[A-Z]"
)


def recognises(path: Path) -> bool:
    """Whether ``path`` is, or holds, an order file or the tabular list of ICD-10-CM."""
    return holds_icd10cm(path)


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield the chapters, blocks and codes of each vocabulary in ``paths``, in the files' order.

    Raises:
        BadRecordError: A broken row, or a file that is cut; says file and line.
        BadReleaseError: No order file, or two of a vocabulary.
    """
    found = releases(paths)
    report.parts += [order.vocabulary for order in found.orders]
    listed = Tabular()
    if found.tabular:
        listed = tabular(found.tabular)
    for order in found.orders:
        with_notes = listed if order.vocabulary == "icd10cm" else Tabular()
        yield from _Reader(order, with_notes, options, report).concepts()


class _Reader:
    """Makes concepts of the codes of one order file."""

    def __init__(self, order: OrderFile, listed: Tabular, options: Options, report: Report) -> None:
        self._order = order
        self._listed = listed
        self._report = report
        self._unwanted = options.unwanted(order.vocabulary, LANG)
        self._rows: dict[str, Row] = {}
        self._leading: Mapping[str, Sequence[str]] = {}

    def concepts(self) -> Iterator[Concept]:
        for row in rows(self._order):
            self._report.read += 1
            if self._unwanted:
                self._report.drop(self._unwanted)
            elif row.code in self._rows:
                self._report.drop("code that the file has already had")
            else:
                self._rows[row.code] = row
        if self._unwanted:
            return
        self._report.warnings += self._doubts()
        self._drop_notes()
        if self._order.vocabulary == "icd10cm":
            self._leading = leading_to(self._rows, self._listed.notes)
        self._report.total += len(self._listed.groupings) + len(self._rows)
        yield from map(self._grouping, self._listed.groupings.values())
        yield from map(self._code, self._rows.values())

    def _drop_notes(self) -> None:
        known = self._rows.keys() | self._listed.groupings.keys()
        said = (*self._listed.notes.items(), *self._listed.included.items())
        lost = sum(len(notes) for code, notes in said if code not in known)
        if lost:
            self._report.read += lost
            self._report.drop("inclusion term of a code that is not in the order file", lost)

    def _grouping(self, grouping: Grouping) -> Concept:
        self._report.read += 1
        types = (OF_KIND[grouping.kind], *self._of_chapter(grouping))
        return self._concept(grouping.code, grouping.title, types, grouping.above)

    def _code(self, row: Row) -> Concept:
        above = tuple(code for code in row.above if code in self._rows)
        around = self._listed.around.get((row.code, *above)[-1])
        if around:
            above += (around.code, *around.above)
        level = BILLABLE if row.billable else HEADER
        return self._concept(row.code, row.title, (level, *self._of_chapter(around)), above)

    def _of_chapter(self, grouping: Grouping | None) -> Iterator[SemanticType]:
        if grouping:
            chapter = self._listed.groupings[grouping.chapter]
            yield SemanticType(chapter.code, chapter.title)

    def _concept(
        self, code: str, title: str, types: tuple[SemanticType, ...], above: tuple[str, ...]
    ) -> Concept:
        names, usage = self._names(code, title)
        self._report.done += 1
        return Concept(
            vocabulary=self._order.vocabulary,
            code=code,
            names=names,
            release=self._order.release,
            part=self._order.vocabulary,
            types=types,
            parents=above[:1],
            ancestors=above,
            definition=usage,
        )

    def _names(self, code: str, title: str) -> tuple[tuple[Name, ...], str]:
        """The title and what its notes name, each text once, and what they say of the use."""
        kinds, usage = {title: Kind.PREFERRED}, []
        for note, kind in self._noted(code, title):
            self._report.read += 1
            if _USAGE.match(note):
                self._report.drop("note on the use of a code, no name")
                usage.append(note)
            elif _PARTIAL.search(note):
                self._report.drop("inclusion term that refers to other codes")
            elif note in kinds:
                self._report.drop("same text as another name of the code")
            else:
                kinds[note] = kind
        for text, kind in self._implied(code, title):
            if text not in kinds:
                kinds[text] = kind
                self._report.read += 1
        self._report.kept += len(kinds)
        names = (Name(text=text, lang=LANG, kind=kind) for text, kind in kinds.items())
        return tuple(names), " ".join(usage)

    def _noted(self, code: str, title: str) -> Iterator[tuple[str, Kind]]:
        others = Kind.NARROWER if is_residual(title) else Kind.SYNONYM
        yield from ((note, others) for note in self._listed.notes.get(code, ()))
        yield from ((note, Kind.NARROWER) for note in self._listed.included.get(code, ()))

    def _implied(self, code: str, title: str) -> Iterator[tuple[str, Kind]]:
        """Names by the conventions: of the code, and of headers that lead to it."""
        if self._order.vocabulary != "icd10cm":
            return
        yield from ((text, Kind.SYNONYM) for text in readings(title))
        for note, kind in self._noted(code, title):
            if _is_name(note):
                yield from ((text, kind) for text in readings(note))
        for header in self._leading.get(code, ()):
            above = self._rows[header].title
            notes = [note for note, _ in self._noted(header, above) if _is_name(note)]
            for text in notes if is_residual(above) else [above, *notes]:
                yield from ((each, Kind.BROADER) for each in (text, *readings(text)))

    def _doubts(self) -> Iterator[str]:
        listed, release = self._listed, self._order.release
        if not listed.codes:
            return
        if listed.year and release and not release.startswith(listed.year):
            yield (
                f"the tabular list is of {listed.year}, the order file of {release}; take both of "
                "one release"
            )
        if lost := [code for code in listed.codes if code not in self._rows]:
            yield (
                f"not in the order file: {len(lost):,} codes of the tabular list, {lost[0]} for "
                "one; take both of one release"
            )
        top = [row.code for row in self._rows.values() if not row.above]
        if loose := [code for code in top if code not in listed.around]:
            yield (
                f"in no chapter, as not in the tabular list: {len(loose):,} categories, {loose[0]} "
                "for one; take both of one release"
            )


def _is_name(note: str) -> bool:
    return not _USAGE.match(note) and not _PARTIAL.search(note)
