"""LOINC as published: Loinc.csv or LoincTableCore.csv, and what stands beside it in the release.

A concept is a term. Its names are LONG_COMMON_NAME, which is displayed, DisplayName, SHORTNAME and
the consumer names; those of the linguistic variants come with ``langs``. A term that has no name in
a language but its axes goes by these ("Component:Property:..."). Related names are no names.

Types are the class (``CHEM``), in the group that CLASSTYPE says (Laboratory), and Order and
Observation, for ORDER_OBS. Parents and ancestors are parts (``LP...``) of the hierarchy of
components by system; parts are no concepts here, for LOINC wants none of them used in place of a
term. DEPRECATED terms are retired, and lead to those that MapTo.csv names; DISCOURAGED ones are in
use. Codes and the paths of the hierarchy are held in memory: 34 MB for 104,000 terms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from termsearch.concept import Concept, SemanticType
from termsearch.loader import Options, Report
from termsearch_loaders.loinc_files import CODE, Release, Row, has_terms, release, rows, version
from termsearch_loaders.loinc_names import LANG, RETIRED, SCHEMA, VOCABULARY, Names
from termsearch_loaders.loinc_tree import Hierarchy, Successors
from termsearch_loaders.temporary_database import temporary_database

__all__ = ["OPTIONS", "load", "recognises"]

OPTIONS = frozenset({"vocabularies", "langs", "inactive"})

#: Whether a term of this STATUS is in use.
_IN_USE = {"ACTIVE": True, "TRIAL": True, "DISCOURAGED": True, "DEPRECATED": False}

#: CLASSTYPE.
_GROUPS = {"1": "Laboratory", "2": "Clinical", "3": "Claims attachments", "4": "Surveys"}

#: ORDER_OBS to what a term can be; Subset is a part of a panel, and neither.
_USES = {
    "ORDER": ("Order",),
    "OBSERVATION": ("Observation",),
    "BOTH": ("Order", "Observation"),
}

_HIERARCHIES = ("componenthierarchybysystem", "multiaxialhierarchy")

#: What a release without the file can't have.
_OPTIONAL = {
    "mapto": "no MapTo.csv: deprecated terms don't lead to their successors",
    _HIERARCHIES[0]: "no ComponentHierarchyBySystem.csv: terms have no parents",
}


class _Known(NamedTuple):
    """What is known of a release before its names are read."""

    active: dict[str, bool]  #: whether a code is in use
    hierarchy: Hierarchy
    successors: Successors
    release: str


def recognises(path: Path) -> bool:
    """Whether ``path`` is a table of LOINC terms, or holds one, by names and header."""
    return has_terms(path)


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield the terms of a release, in the order of its table.

    Raises:
        BadRecordError: A row is broken or a file is cut; says file and line.
        BadReleaseError: No table of terms, or a file is there twice.
    """
    options = replace(options, langs=options.langs or (LANG,))
    found = release(paths)
    known = _known(found, report)
    report.total += found.terms.size
    with temporary_database(SCHEMA) as db:
        names = Names(db, options)
        names.read(found, known.active, report)
        for row in rows(found.terms, report):
            report.read += 1
            if known.active[row.text(CODE)] or options.inactive:
                yield from _concept(row, names, known, options, report)
            else:
                report.drop(options.unwanted(VOCABULARY, LANG) or RETIRED)
    report.done = report.total


def _concept(
    row: Row, names: Names, known: _Known, options: Options, report: Report
) -> Iterator[Concept]:
    """The term of a row of the table; none where it has no name that is kept."""
    code = row.text(CODE)
    active, place = known.active[code], known.hierarchy.place(code)
    if kept := names.of(row, report, active=active):
        yield Concept(
            vocabulary=VOCABULARY,
            code=code,
            names=kept,
            release=known.release,
            types=tuple(_types(row)),
            parents=place.parents,
            ancestors=place.ancestors,
            definition=row.text("DefinitionDescription"),
            active=active,
            replaced_by=known.successors.replaced_by(code),
            replaces=() if options.inactive else known.successors.replaces(code),
        )


def _types(row: Row) -> Iterator[SemanticType]:
    kind, group = row.text("CLASS"), row.text("CLASSTYPE")
    if kind:
        yield SemanticType(kind, kind, group, _GROUPS.get(group, group))
    for use in _USES.get(row.text("ORDER_OBS").upper(), ()):
        yield SemanticType(use, use)


def _known(found: Release, report: Report) -> _Known:
    active: dict[str, bool] = {}
    changed: dict[str, None] = {}
    for row in rows(found.terms):
        code, status = row.text(CODE), row.text("STATUS").upper()
        if not code or code in active:
            raise row.broken(f"{CODE} is {code!r}, expected a code, and each once")
        if status not in _IN_USE:
            raise row.broken(f"STATUS is {status!r}, expected {', '.join(_IN_USE)}")
        active[code] = _IN_USE[status]
        changed[row.text("VersionLastChanged")] = None
    tree = next((each for each in _HIERARCHIES if each in found.others), "")
    there = {*found.others, *([_HIERARCHIES[0]] if tree else [])}
    report.warnings += [told for stem, told in _OPTIONAL.items() if stem not in there]
    edition = version(found, list(changed))
    if not edition:
        report.warnings.append("nothing says which release this is; expected a folder Loinc_2.80")
    maps = rows(found.others["mapto"]) if "mapto" in found.others else ()
    hierarchy = Hierarchy(rows(found.others[tree]) if tree else (), active)
    return _Known(active, hierarchy, Successors(maps, active), edition)
