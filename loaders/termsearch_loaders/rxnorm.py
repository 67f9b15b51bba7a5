"""RxNorm (RRF: RXNCONSO, RXNREL, ...): full release, prescribable subset, zip or rrf folder.

A concept is an RXCUI that RxNorm itself names in a current row (SAB=RXNORM, SUPPRESS=N); what only
other sources name is left out, and so are dose forms. RxNorm's own names come first, then those of
sources that ask nothing of users (SRL 0 in RXNSAB), which the names list with their codes. With
``vocabularies``, the names are those of the sources asked for, whatever their licence.

Types are RxNorm's term types (``SCD``) and the semantic types of RXNSTY. Above a drug are its
ingredients, and between them its components, forms and brands (RXNREL), so that ``--under`` an
ingredient finds all drugs and packs that have it. Retired RXCUIs lead to those that took their
place. Progress counts concepts.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from termsearch.concept import Concept, SemanticType
from termsearch.errors import BadRecordError
from termsearch.loader import Options, Report
from termsearch.vocabulary import vocabulary_id
from termsearch_loaders.files import base_names
from termsearch_loaders.rrf import Table, Tables
from termsearch_loaders.rxnorm_graph import Hierarchy, Successors
from termsearch_loaders.rxnorm_tables import OWN, RXNORM, edition, is_rxcui, levels, tables
from termsearch_loaders.rxnorm_types import DOSE_FORMS, RANKS, term_types
from termsearch_loaders.umls_names import CURRENT, Names, Refusals
from termsearch_loaders.umls_order import Cursor, in_order, survey
from termsearch_loaders.umls_types import semantic_types

__all__ = ["OPTIONS", "load", "recognises"]

OPTIONS = frozenset({"vocabularies", "langs", "inactive"})

VOCABULARY = "rxnorm"

#: What a release without the table can't have.
_OPTIONAL = {
    "RXNREL": "drugs are not below their ingredients",
    "RXNSTY": "no semantic types",
    "RXNSAB": "the sources that ask nothing of users are those of 2025",
    "RXNCUI": "retired RXCUIs don't lead to their successors",
}

Types = dict[str, tuple[str, ...]]


def recognises(path: Path) -> bool:
    """Whether ``path`` is an RxNorm release or a table of one, by the names of the files."""
    if path.is_file() and path.suffix.lower() != ".zip":
        return any(map(RXNORM.named, base_names(path)))
    return any(RXNORM.named(name) == "RXNCONSO" for name in base_names(path))


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield a concept for each RXCUI with a name that is kept, by RXCUI as text.

    Raises:
        BadRecordError: A row is broken or a file is cut; says file and line.
        BadReleaseError: No RXNCONSO, or a table is there twice.
    """
    found = tables(paths)
    conso = found.need("RXNCONSO", "it holds the names. Give the rrf folder or the zip")
    _announce(found, report)
    ordered, _ = survey(conso, Report())
    current, retired = _own(conso)
    report.total += len(current) + (len(retired) if options.inactive else 0)
    build = _Concepts(found, options, current, retired if options.inactive else {})
    report.warnings += build.doubts()
    batches = in_order(conso, Report(), ordered=ordered)  # a release is in the order of numbers
    rows = (line.split("|") for lines in batches for line in lines)
    refusals = _Refusals(conso, options, levels(found.get("RXNSAB")))
    for rxcui, same in groupby(rows, itemgetter(*conso.at("CUI"))):
        types = current.get(rxcui) or retired.get(rxcui, ())
        atoms = refusals.kept(same, types, report, retired=rxcui not in current)
        if atoms:
            report.done += 1
            yield build(rxcui, atoms, types)
    report.done = report.total
    report.warnings += build.left_out(options)


class _Refusals:
    """Which rows are left out, and why."""

    def __init__(self, table: Table, options: Options, found: dict[str, str]) -> None:
        """``found`` are the SRL of sources."""
        self._at = table.at("LAT", "SAB", "SUPPRESS", "TTY", "STR")
        self._langs, self._status = Refusals.by_language(options), Refusals.by_status(options)
        self._forms, self._inactive = Refusals.by_term_type(), options.inactive
        asked = options.vocabularies

        def by_source(sab: str) -> str:
            if asked:
                return "" if vocabulary_id(sab) in asked else "other vocabulary"
            if sab == OWN or found.get(sab) == "0":
                return ""
            return f"source under a licence, kept with --vocab {sab}"

        self._sources = Refusals(by_source)

    def kept(
        self, rows: Iterator[list[str]], types: Sequence[str], report: Report, *, retired: bool
    ) -> list[list[str]]:
        """The rows of one concept that are kept; all are counted."""
        atoms = []
        whole = self._concept(types, retired=retired)
        for row in rows:
            report.read += 1
            if reason := whole or self._row(row):
                report.drop(reason)
            else:
                report.kept += 1
                atoms.append(row)
        return atoms

    def _concept(self, types: Sequence[str], *, retired: bool) -> str:
        if not types:
            return "of other sources only: RxNorm has no name of its own"
        if form := next((tty for tty in types if tty in DOSE_FORMS), ""):
            return f"dose form (TTY={form})"
        return "concept retired" if retired and not self._inactive else ""

    def _row(self, row: Sequence[str]) -> str:
        lat, sab, suppress, tty, text = (row[at] for at in self._at)
        reason = self._langs[lat] or self._sources[sab] or self._status[suppress]
        return reason or self._forms[tty] or ("" if text.strip() else "empty name")


class _Concepts:
    """Concepts from rows and from what the other tables say of an RXCUI."""

    def __init__(self, found: Tables, options: Options, current: Types, retired: Types) -> None:
        """``retired`` are those of the retired concepts that are kept."""
        self._current, self._retired = current, retired
        self._edition = edition(found)
        conso = found.need("RXNCONSO", "")
        self._names = Names(conso, options, RANKS, own=VOCABULARY)
        relations, types = found.get("RXNREL"), found.get("RXNSTY")
        self._hierarchy = Hierarchy(relations, current) if relations else None
        self._successors = Successors(found, current)
        self._types = Cursor(types, Report()) if types else None
        self._tui, self._sty = types.at("TUI", "STY") if types else (0, 0)

    def __call__(self, rxcui: str, atoms: Sequence[Sequence[str]], types: Sequence[str]) -> Concept:
        above = self._hierarchy
        old = self._successors.replaces(rxcui)
        return Concept(
            vocabulary=VOCABULARY,
            code=rxcui,
            names=self._names(atoms),
            release=self._edition.release,
            types=(*term_types(types), *self._semantic_types(rxcui)),
            parents=above.parents(rxcui) if above else (),
            ancestors=above.ancestors(rxcui) if above else (),
            active=rxcui in self._current,
            replaced_by=self._successors.replaced_by(rxcui),
            replaces=tuple(each for each in old if each not in self._retired),
        )

    def doubts(self) -> Iterator[str]:
        """What the release may not be."""
        if self._edition.weekly:
            yield (
                "a weekly release only adds to the monthly one; give the monthly one for all of "
                "RxNorm"
            )
        if not self._edition.release:
            yield "nothing says which release this is; expected a folder RxNorm_full_MMDDYYYY"

    def left_out(self, options: Options) -> Iterator[str]:
        """What was asked for, or named as a parent, and not there."""
        if unused := [each for each in options.vocabularies if each not in self._names.used]:
            yield f"no name of {', '.join(unused)} was kept; check --vocab"
        if self._hierarchy and self._hierarchy.missing:
            yield (
                f"{self._hierarchy.missing:,} parents left out: retired, or not in RXNCONSO. Is "
                "it cut?"
            )

    def _semantic_types(self, rxcui: str) -> tuple[SemanticType, ...]:
        rows = self._types.rows(rxcui) if self._types else ()
        return semantic_types((row[self._tui], row[self._sty]) for row in rows)


def _own(table: Table) -> tuple[Types, Types]:
    """Term types of RxNorm's own rows by RXCUI: of concepts in use, and of retired ones.

    Raises:
        BadRecordError: An RXCUI is none.
    """
    current, retired, shared = Types(), Types(), dict[tuple[str, ...], tuple[str, ...]]()
    for number, (rxcui, sab, tty, suppress) in table.records(
        Report(), "CUI", "SAB", "TTY", "SUPPRESS"
    ):
        if sab != OWN:
            continue
        if not is_rxcui(rxcui):
            found = f"{rxcui!r} is no RXCUI; expected digits, as 99000001"
            raise BadRecordError(str(table), f"line {number}", found)
        place = current if suppress in CURRENT else retired
        types = place.get(rxcui, ())
        if tty not in types:
            types = (*types, tty)
            place[rxcui] = shared.setdefault(types, types)
    return current, {rxcui: retired[rxcui] for rxcui in retired if rxcui not in current}


def _announce(found: Tables, report: Report) -> None:
    """Say what is missing."""
    missing = [f"{name} ({what})" for name, what in _OPTIONAL.items() if not found.get(name)]
    if missing:
        report.warnings.append(f"not in this release: {', '.join(missing)}")
