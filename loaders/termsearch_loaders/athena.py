"""OMOP vocabularies as Athena ships them: CONCEPT, and what stands beside it.

A row is a name: a concept's or a synonym in English; others are left out. Codes are those of the
vocabularies (``snomedct:386661006``), and each vocabulary is a part. The concept_id is a source of
the concept's names with standard_concept as its term type, so that hits show it and ``lookup
omop:437663`` finds it. Types are concept classes, and their groups domains.

Parents are those of the same vocabulary and in use that CONCEPT_RELATIONSHIP.csv, if it is there,
names by a relationship that makes ancestors in OMOP: RELATIONSHIP.csv says which do; where it says
of none, or is not there, "Is a" and "Subsumes" do. Ancestors are all that parents lead to. Parents
of another vocabulary (ATC above RxNorm) are counted and left out, for ``Concept.parents`` are codes
of its own.

A retired code leads to those in use of its vocabulary that CONCEPT_RELATIONSHIP.csv names with
"Concept replaced by" or, where that leads nowhere and the concept is not standard, with "Maps to";
so does the retired concept_id of a code that is used anew, which leads to that code where nothing
is named. "Maps to", to whatever vocabulary of the download, those that are left out too, is a
cross-reference besides, so that ``ConceptMap/$translate`` leads from a source's code to the
standard concept.

The files are not in one order: they are joined on disk before the first concept comes, and
progress counts concepts.
"""

import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from termsearch.concept import Concept, Kind, Name, SemanticType, Source
from termsearch.loader import Options, Report, visible
from termsearch.vocabulary import curie, full_code, vocabulary_id
from termsearch_loaders.athena_history import OMOP, SCHEMA, History
from termsearch_loaders.athena_rows import has_table, rows, tables
from termsearch_loaders.athena_tree import IS_ABOVE, Tree, is_above
from termsearch_loaders.temporary_database import temporary_database

__all__ = ["OPTIONS", "load", "recognises"]

OPTIONS = frozenset({"vocabularies", "langs", "inactive"})

LANG = "en"

#: language_concept_id of English.
_ENGLISH = "4180186"

_SCHEMA = f"""
CREATE TABLE concept (vocabulary, code, active, id, name, domain, class, standard, kept);
CREATE TABLE synonym (id, name);
{SCHEMA}
"""

_AGAIN = "same text as another name of the concept"


class _Row(NamedTuple):
    """A row of CONCEPT that is kept, or that may lead to one, or be led to."""

    vocabulary: str
    code: str
    active: bool
    id: str
    name: str
    domain: str
    kind: str  #: concept_class_id
    standard: str  #: S, C for a classification, or nothing
    kept: bool


def recognises(path: Path) -> bool:
    """Whether ``path`` is a file of Athena's, or holds one."""
    return has_table(path)


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield the concepts of a download, by vocabulary and code.

    Raises:
        BadRecordError: A row is broken; says file and line.
        BadReleaseError: No CONCEPT.csv, or a file is there twice.
    """
    files = tables(paths)
    found = {name: rows(name, member) for name, member in files.items()}
    report.warnings += _lacking(files)
    releases = {vocabulary_id(name): version for name, version in found.get("VOCABULARY", ())}
    with temporary_database(_SCHEMA) as db:
        wanted = _wanted(found["CONCEPT"], options, report)
        db.executemany("INSERT INTO concept VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", wanted)
        synonyms = _english(found.get("CONCEPT_SYNONYM", ()), report)
        db.executemany("INSERT INTO synonym VALUES (?, ?)", synonyms)
        db.execute("CREATE INDEX synonym_id ON synonym (id)")
        tree, related = Tree(db), files.get("CONCEPT_RELATIONSHIP")
        above = is_above(found.get("RELATIONSHIP", ()))
        if related and above is IS_ABOVE:
            report.warnings.append(_untold(files))
        history = History(db, tree.read(related, above) if related else ())
        tree.join()
        yield from _concepts(db, history, tree, releases, report)


def _lacking(files: Container[str]) -> Iterator[str]:
    """What a download without some of its files can't tell."""
    if "CONCEPT_SYNONYM" not in files:
        yield "no CONCEPT_SYNONYM.csv: concepts have one name each"
    if "CONCEPT_RELATIONSHIP" not in files:
        yield (
            "no CONCEPT_RELATIONSHIP.csv: concepts have no parents, retired codes lead nowhere, "
            "and no code to other vocabularies"
        )


def _untold(files: Container[str]) -> str:
    """That no file says which relationships make ancestors, and which are taken instead."""
    why = "RELATIONSHIP.csv has no row with defines_ancestry 1"
    why = why if "RELATIONSHIP" in files else "no RELATIONSHIP.csv"
    return f'{why}: parents come from "Is a" and "Subsumes" only'


def _wanted(found: Iterable[tuple[str, ...]], options: Options, report: Report) -> Iterator[_Row]:
    """Rows of CONCEPT, those left out counted; the vocabularies that are read are noted."""
    vocabulary_of, parts = cache(vocabulary_id), dict[str, None]()
    for id_, name, domain, named, kind, standard, code, invalid in found:
        report.read += 1
        vocabulary = vocabulary_of(named)
        reason = options.unwanted(vocabulary, LANG)
        if not reason:
            parts[vocabulary] = None
            reason = f"retired (invalid_reason={invalid})" if invalid else ""
            reason = "" if options.inactive else reason
        if reason:
            report.drop(reason)
        if code and visible(name):
            yield _Row(
                vocabulary,
                full_code(vocabulary, code),
                not invalid,
                id_,
                name,
                domain,
                kind,
                standard,
                not reason,
            )
        elif not reason:
            report.drop("no code or name")
    report.parts += parts


def _english(found: Iterable[tuple[str, ...]], report: Report) -> Iterator[tuple[str, str]]:
    for id_, name, language in found:
        report.read += 1
        if language != _ENGLISH:
            report.drop(f"synonym in another language (language_concept_id {language})")
        elif not visible(name):
            report.drop("empty synonym")
        else:
            yield id_, name


def _concepts(
    db: sqlite3.Connection,
    history: History,
    tree: Tree,
    releases: dict[str, str],
    report: Report,
) -> Iterator[Concept]:
    report.total += _number(db, "SELECT count(*) FROM concept WHERE kept")
    ordered = db.execute(
        "SELECT * FROM concept WHERE kept ORDER BY vocabulary, code, active DESC, id"
    )
    for (vocabulary, code), same in groupby(map(_Row._make, ordered), lambda row: row[:2]):
        found = list(same)
        report.done += len(found)
        types = dict.fromkeys(SemanticType(r.kind, r.kind, r.domain, r.domain) for r in found)
        active = any(row.active for row in found)
        own = [row for row in found if row.active == active]  # not what used the code before
        ids = {row.id for row in found if row in own or not history.leads(row.id)}
        instead = () if active else history.replaced_by(vocabulary, code)
        place = tree.place(vocabulary, code)
        yield Concept(
            vocabulary=vocabulary,
            code=code,
            names=_names(db, found, ids, report),
            release=releases.get(vocabulary, ""),
            part=vocabulary,
            types=tuple(types),
            parents=place.parents,
            ancestors=place.ancestors,
            active=active,
            replaced_by=instead,
            replaces=history.replaces(vocabulary, code) if active else (),
            xrefs=_mapped(history, own, {curie(vocabulary, each) for each in (code, *instead)}),
        )
    lost = _number(
        db, "SELECT count(*) FROM synonym WHERE id NOT IN (SELECT id FROM concept WHERE kept)"
    )
    if lost:
        report.drop("synonym of a concept that is left out", lost)
    report.warnings += tree.warnings()


def _mapped(history: History, found: Sequence[_Row], known: Container[str]) -> tuple[str, ...]:
    """CURIEs that the rows of one code map to, without those that are ``known``."""
    mapped = dict.fromkeys(each for row in found for each in history.maps_to(row.id))
    return tuple(each for each in mapped if each not in known)


def _names(
    db: sqlite3.Connection, found: Sequence[_Row], ids: Container[str], report: Report
) -> tuple[Name, ...]:
    """Those of all rows of one code, which are several where it was used anew: each text once.

    ``ids``: the concept_ids that mean this code, and lead nowhere else.
    """
    users: dict[str, list[_Row]] = {}
    for row in found:
        synonyms = db.execute("SELECT name FROM synonym WHERE id = ? ORDER BY rowid", (row.id,))
        for text in (row.name, *(name for (name,) in synonyms)):
            if text in users:
                report.drop(_AGAIN)
            else:
                report.kept += 1
            users.setdefault(text, []).append(row)
    return tuple(
        Name(
            text=text,
            lang=LANG,
            kind=Kind.SYNONYM if at else Kind.PREFERRED,
            active=any(row.active for row in rows_),
            sources=tuple(
                dict.fromkeys(Source(OMOP, r.id, r.standard) for r in rows_ if r.id in ids)
            ),
        )
        for at, (text, rows_) in enumerate(users.items())
    )


def _number(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])
