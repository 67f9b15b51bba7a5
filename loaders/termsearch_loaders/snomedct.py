"""SNOMED CT: RF2 release packages, folders or zips, an edition or an extension with its base."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from termsearch.concept import Concept, Kind, Name, SemanticType
from termsearch.errors import BadReleaseError, UsageError
from termsearch.loader import Options, Report
from termsearch_loaders.snomedct_files import file_date, holds_release, select
from termsearch_loaders.snomedct_graph import History, ancestors
from termsearch_loaders.snomedct_ids import (
    DEFAULT_DIALECT,
    DEFINITION,
    FSN,
    SYNONYM,
    dialect_name,
    dialect_refsets,
    fallback_refsets,
)
from termsearch_loaders.snomedct_tables import Description, Tables, Unresolved, tables

__all__ = ["OPTIONS", "load", "recognises"]

OPTIONS = frozenset({"vocabularies", "langs", "dialect", "inactive"})

VOCABULARY = "snomedct"

#: Of a fully specified name: ``Zz fever (finding)``. The last pair of brackets, never nested.
_TAG = re.compile(r"\s*\(([^()]+)\)$")

#: Above this share of lost references the packages are not a whole: an extension alone loses
#: nearly all, while editions and extensions of different months lose a few.
_MOST_UNRESOLVED = 0.05


def recognises(path: Path) -> bool:
    """Whether ``path`` holds RF2 files, by their names alone."""
    return holds_release(path)


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield the concepts of the packages in ``paths``, by id.

    All tables are read and joined on disk before the first concept comes, so progress counts
    concepts; memory holds the hierarchy and the history only.

    Raises:
        UsageError: The dialect is unknown, or the release does not have it.
        BadReleaseError: A file is missing; the packages refer to one that was not given.
        BadRecordError: A row is broken.
    """
    wanted = dialect_refsets(options.dialect)
    return _concepts(paths, options, report, wanted)


def _concepts(
    paths: Sequence[Path], options: Options, report: Report, wanted: tuple[int, ...]
) -> Iterator[Concept]:
    files = select(paths, report)
    with tables(files) as joined:
        _check(joined, paths, report)
        joined.rank_by(_dialects(joined, options, report, wanted))
        reader = _Reader(joined, options, report, joined.release or file_date(files))
        report.read += joined.read
        if joined.superseded:
            report.drop("replaced by a newer row of the same id", joined.superseded)
        report.total += joined.described()
        for code, rows in groupby(joined.descriptions(), key=attrgetter("concept")):
            concept = reader.concept(code, list(rows))
            report.done += 1
            if concept:
                yield concept
        reader.close(joined.active_concepts())


def _check(joined: Tables, paths: Sequence[Path], report: Report) -> None:
    """Refuse packages that are not a whole; warn of what a whole may lack."""
    for content, loss in (
        ("Relationship", "concepts have no parents"),
        ("Language", "preferred names are fully specified names without their tag"),
    ):
        if content not in joined.contents:
            report.warnings.append(f"no {content} file: {loss}")
    for lost in joined.unresolved():
        found = f"{lost.rows:,} of {lost.of:,} {lost.what} that no package holds"
        if _too_many(lost):
            raise BadReleaseError(
                ", ".join(map(str, paths)),
                f"{found}, more than {_MOST_UNRESOLVED:.0%}; an extension needs its base. Load the "
                "International edition together with the extension: "
                "termsearch ingest INT.zip EXT.zip",
            )
        if lost.rows:
            report.warnings.append(found)


def _too_many(lost: Unresolved) -> bool:
    return lost.needed and lost.rows > _MOST_UNRESOLVED * lost.of


def _dialects(
    joined: Tables, options: Options, report: Report, wanted: tuple[int, ...]
) -> list[int]:
    """Every language reference set in the order it is asked for a preferred term."""
    present = joined.refsets()
    if present and not set(wanted) & set(present):
        known = ", ".join(sorted({dialect_name(refset) for refset in present}))
        found = f"no language reference set for {options.dialect or DEFAULT_DIALECT}"
        if options.dialect:
            raise UsageError(f"the release has {found}; it has {known}. Give --dialect one of them")
        report.warnings.append(f"{found}: preferred names come from {known}")
    return list(dict.fromkeys([*wanted, *fallback_refsets(wanted), *present]))


class _Reader:
    """Makes concepts of their description rows."""

    def __init__(self, joined: Tables, options: Options, report: Report, release: str) -> None:
        self._wants = options.wants_lang
        self._inactive = options.inactive
        self._unwanted = bool(options.vocabularies) and VOCABULARY not in options.vocabularies
        self._report = report
        self._release = release
        self._parents = joined.parents()
        self._history = History(joined.associations())
        self._replaces = self._history.replaces(self._loaded_retired(joined))
        self._active = self._ambiguous = 0

    def _loaded_retired(self, joined: Tables) -> set[int]:
        if not self._inactive:
            return set()
        return {concept for concept, lang in joined.retired_names() if self._wants(lang)}

    def concept(self, code: int, rows: Sequence[Description]) -> Concept | None:
        """The concept of ``rows``, which are in the order of :meth:`Tables.descriptions`."""
        usable = [row for row in rows if row.type != DEFINITION and self._usable(row)]
        if not usable:
            return None
        active = bool(usable[0].concept_active)
        self._active += active
        self._ambiguous += active and _has_two_preferred(usable)
        return Concept(
            vocabulary=VOCABULARY,
            code=str(code),
            names=self._names(usable),
            release=self._release,
            types=_types(rows),
            parents=_codes(self._parents.get(code, ())),
            ancestors=_codes(ancestors(code, self._parents)),
            definition=self._definition(rows),
            active=active,
            replaced_by=_codes(self._history.replaced_by(code)),
            replaces=_codes(self._replaces.get(code, ())),
        )

    def _usable(self, row: Description) -> bool:
        reason = self._reason_to_drop(row)
        if reason:
            self._report.drop(reason)
        return not reason

    def _reason_to_drop(self, row: Description) -> str:  # noqa: PLR0911  # one line per reason
        if self._unwanted:
            return f"vocabulary {VOCABULARY}"
        if row.type not in {FSN, SYNONYM}:
            return f"no name (typeId {row.type})"
        if row.concept_active is None:
            return "concept in no package"
        if not row.term:
            return "empty term"
        if not self._inactive and not row.concept_active:
            return "retired concept (active=0)"
        if not self._inactive and not row.active:
            return "retired description (active=0)"
        return "" if self._wants(row.lang) else f"language {row.lang}"

    def _names(self, usable: Sequence[Description]) -> tuple[Name, ...]:
        """The preferred one, fully specified ones, synonyms; each text of a language once."""
        text, lang = awaited = _lead(usable)
        active = bool(usable[0].active)
        names = {awaited: Name(text=text, lang=lang, kind=Kind.PREFERRED, active=active)}
        lead_is_a_row = False
        for row in sorted(usable, key=lambda row: (not row.active, row.type != FSN)):
            key = row.term, row.lang
            if key == awaited and not lead_is_a_row:
                lead_is_a_row = True
            elif key in names:
                self._report.drop("same text as another name of the concept")
                continue
            else:
                kind = Kind.FULLY_SPECIFIED if row.type == FSN else Kind.SYNONYM
                active = bool(row.active)
                names[key] = Name(text=row.term, lang=row.lang, kind=kind, active=active)
            self._report.kept += 1
        return tuple(names.values())

    def _definition(self, rows: Sequence[Description]) -> str:
        """The text the best dialect prefers, of languages that are kept."""
        texts = (r.term for r in rows if r.type == DEFINITION and r.active and self._wants(r.lang))
        return next(texts, "")

    def close(self, active: int) -> None:
        """Add to the report what only the end can tell; ``active`` concepts were there."""
        if self._ambiguous:
            self._report.warnings.append(
                f"{self._ambiguous:,} concepts have two preferred terms in one language reference "
                "set; the newer one is displayed"
            )
        if active > self._active:
            self._report.warnings.append(
                f"{active - self._active:,} of {active:,} active concepts have no name to keep"
            )


def _lead(usable: Sequence[Description]) -> tuple[str, str]:
    """Text and language of the name to display.

    The synonym that the best dialect prefers; else the fully specified name without its tag;
    else any. A retired name leads only where all are.
    """
    leading = [row for row in usable if row.active == usable[0].active]
    for row in leading:
        if row.type == SYNONYM and row.rank is not None:
            return row.term, row.lang
    for row in leading:
        if row.type == FSN:
            return _TAG.sub("", row.term) or row.term, row.lang
    return leading[0].term, leading[0].lang


def _has_two_preferred(usable: Sequence[Description]) -> bool:
    """Whether the reference set that chose the name had a second choice."""
    ranks = [row.rank for row in usable if row.type == SYNONYM and row.active]
    return len(ranks) > 1 and ranks[0] is not None and ranks[0] == ranks[1]


def _types(rows: Sequence[Description]) -> tuple[SemanticType, ...]:
    """The tag of the fully specified name: the English one, so that filters need one spelling.

    Whatever the languages that are kept: a translated tag is another word for the same type.
    """
    named = [row for row in rows if row.type == FSN]
    named.sort(key=lambda row: (not row.active, not row.lang.startswith("en")))
    tag = _TAG.search(named[0].term) if named else None
    return (SemanticType(code=tag.group(1), name=tag.group(1)),) if tag else ()


def _codes(concepts: Sequence[int]) -> tuple[str, ...]:
    return tuple(map(str, concepts))
