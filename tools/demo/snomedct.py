"""The demo as a SNOMED CT RF2 snapshot of an extension with an invented namespace.

Format: https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification
Rows end in CRLF, cells are parted by tabs, nothing is quoted.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from tools.demo import codes
from tools.demo.source import DemoConcept, Retired, capital

__all__ = ["PACKAGE", "Description", "descriptions", "write_snomedct"]

RELEASED = "20260101"
_BEFORE = "20250101"  #: when the concepts that are retired now were still in use
PACKAGE = f"SnomedCT_TermsearchDemo_PRODUCTION_{RELEASED}T120000Z"

# Metadata concepts of the International Edition, which every RF2 file speaks in.
_FSN = "900000000000003001"
_SYNONYM = "900000000000013009"
_DEFINITION = "900000000000550004"
_PREFERRED = "900000000000548007"
_ACCEPTABLE = "900000000000549004"
_US, _GB = "900000000000509007", "900000000000508004"
_IS_A = "116680003"
_INFERRED = "900000000000011006"
_SOME = "900000000000451002"  #: modifier of every relationship
_PRIMITIVE = "900000000000074008"
_CASELESS, _CASED = "900000000000448009", "900000000000017005"
_ASSOCIATIONS = {
    "same_as": "900000000000527005",
    "replaced_by": "900000000000526001",
    "possibly_equivalent": "900000000000523009",
}

#: Spellings that American English does not have.
_BRITISH_SPELLING = re.compile(
    r"aemi|aemo|haem|aesth|oedem|\boesoph|-oesoph|oeliac|oea\b|noea|toxaem|caesar|\w+our\b|goitre|isation\b"
    r"|ised\b|amoxycillin|meticillin|frusemide|salbutamol|paracetamol|sulphate",
    re.IGNORECASE,
)
_NOT_BRITISH = re.compile(r"\b(four|hour|your|our|raised)\b", re.IGNORECASE)

Row = tuple[str, ...]


@dataclass(frozen=True)
class Description:
    """One term of a concept, with how far each dialect accepts it."""

    sctid: str
    term: str
    type_id: str = _SYNONYM
    active: bool = True
    us: str = ""  #: ``_PREFERRED``, ``_ACCEPTABLE``, or empty: not used in that dialect
    gb: str = ""

    @property
    def term_type(self) -> str:
        """The term type under which UMLS lists it."""
        if self.type_id == _FSN:
            return "FN"
        if not self.active:
            return "OAS"
        if self.us == _PREFERRED:
            return "PT"
        if self.gb == _PREFERRED:
            return "PTGB"
        return "SY" if self.us else "SYGB"


def descriptions(concept: DemoConcept) -> tuple[Description, ...]:
    """The fully specified name, then the synonyms, then those out of use."""
    british = concept.british or concept.name
    terms = [
        (_FSN, f"{concept.name} ({concept.tag})", True),
        *((_SYNONYM, term, True) for term in _synonyms(concept)),
        *((_SYNONYM, term, False) for term in concept.outdated),
    ]
    return tuple(
        _description(concept, place, (type_id, capital(term), active), british)
        for place, (type_id, term, active) in enumerate(terms, start=1)
    )


def write_snomedct(
    folder: Path, concepts: Sequence[DemoConcept], retired: Sequence[Retired]
) -> None:
    """Write the package folder with its snapshot files into ``folder``."""
    snapshot = folder / PACKAGE / "Snapshot"
    told = [(concept, descriptions(concept)) for concept in concepts]
    tables: dict[str, tuple[str, Iterable[Row]]] = {
        "Terminology/sct2_Concept_Snapshot": (
            "id effectiveTime active moduleId definitionStatusId",
            _concept_rows(concepts, retired),
        ),
        "Terminology/sct2_Description_Snapshot-en": (
            "id effectiveTime active moduleId conceptId languageCode typeId term "
            "caseSignificanceId",
            _description_rows(told, retired),
        ),
        "Terminology/sct2_TextDefinition_Snapshot-en": (
            "id effectiveTime active moduleId conceptId languageCode typeId term "
            "caseSignificanceId",
            _definition_rows(concepts),
        ),
        "Terminology/sct2_Relationship_Snapshot": (
            "id effectiveTime active moduleId sourceId destinationId relationshipGroup typeId "
            "characteristicTypeId modifierId",
            _relationship_rows(concepts),
        ),
        "Refset/Language/der2_cRefset_LanguageSnapshot-en": (
            "id effectiveTime active moduleId refsetId referencedComponentId acceptabilityId",
            _language_rows(told, retired),
        ),
        "Refset/Content/der2_cRefset_AssociationSnapshot": (
            "id effectiveTime active moduleId refsetId referencedComponentId targetComponentId",
            _association_rows(concepts, retired),
        ),
    }
    for name, (header, rows) in tables.items():
        _write(snapshot / f"{name}_XX{codes.NAMESPACE}_{RELEASED}.txt", header, rows)


def _synonyms(concept: DemoConcept) -> tuple[str, ...]:
    """Names a clinician would write; here a short form always comes with its long one."""
    given = [concept.name, concept.british, *concept.synonyms]
    given += [f"{abbr.short} - {abbr.long}" for abbr in concept.abbreviations]
    return tuple(dict.fromkeys(name for name in given if name))


def _description(
    concept: DemoConcept, place: int, told: tuple[str, str, bool], british: str
) -> Description:
    type_id, term, active = told
    sctid = codes.description_sctid(concept.number, place)
    if not active:
        return Description(sctid, term, type_id, active=False)
    if type_id == _FSN:
        return Description(sctid, term, type_id, us=_PREFERRED, gb=_PREFERRED)
    if term == capital(british):
        us = _PREFERRED if concept.name == british else _in_american(term)
        return Description(sctid, term, us=us, gb=_PREFERRED)
    if term == capital(concept.name):
        return Description(sctid, term, us=_PREFERRED)
    return Description(sctid, term, us=_in_american(term), gb=_ACCEPTABLE)


def _in_american(term: str) -> str:
    british = _BRITISH_SPELLING.search(term) and not _NOT_BRITISH.search(term)
    return "" if british else _ACCEPTABLE


def _concept_rows(concepts: Sequence[DemoConcept], retired: Sequence[Retired]) -> Iterable[Row]:
    for concept in concepts:
        sctid = codes.concept_sctid(concept.number)
        yield (sctid, RELEASED, "1", codes.MODULE, _PRIMITIVE)
    for old in retired:
        yield (codes.concept_sctid(old.number), RELEASED, "0", codes.MODULE, _PRIMITIVE)


def _description_rows(
    told: Sequence[tuple[DemoConcept, Sequence[Description]]], retired: Sequence[Retired]
) -> Iterable[Row]:
    for concept, terms in told:
        for term in terms:
            yield _description_row(concept.number, term, RELEASED)
    for old in retired:  # a retired concept keeps its descriptions active
        for term in _retired_descriptions(old):
            yield _description_row(old.number, term, _BEFORE)


def _description_row(number: int, term: Description, effective: str) -> Row:
    return (
        term.sctid,
        effective,
        "1" if term.active else "0",
        codes.MODULE,
        codes.concept_sctid(number),
        "en",
        term.type_id,
        term.term,
        _CASELESS if term.term[1:].islower() else _CASED,
    )


def _retired_descriptions(old: Retired) -> tuple[Description, ...]:
    full, short = (codes.description_sctid(old.number, place) for place in (1, 2))
    return (
        Description(full, f"{old.name} ({old.tag})", _FSN, us=_PREFERRED, gb=_PREFERRED),
        Description(short, old.name, us=_PREFERRED, gb=_PREFERRED),
    )


def _definition_rows(concepts: Sequence[DemoConcept]) -> Iterable[Row]:
    for concept in concepts:
        sctid = codes.description_sctid(concept.number, 99)
        told = Description(sctid, concept.definition, _DEFINITION)
        yield _description_row(concept.number, told, RELEASED)


def _relationship_rows(concepts: Sequence[DemoConcept]) -> Iterable[Row]:
    numbers = {concept.key: concept.number for concept in concepts}
    for concept in concepts:
        for place, parent in enumerate(concept.parents, start=1):
            yield (
                codes.relationship_sctid(concept.number, place),
                RELEASED,
                "1",
                codes.MODULE,
                codes.concept_sctid(concept.number),
                codes.concept_sctid(numbers[parent]),
                "0",
                _IS_A,
                _INFERRED,
                _SOME,
            )


def _language_rows(
    told: Sequence[tuple[DemoConcept, Sequence[Description]]], retired: Sequence[Retired]
) -> Iterable[Row]:
    terms = [term for _, own in told for term in own]
    terms += [term for old in retired for term in _retired_descriptions(old)]
    for term in terms:
        for refset, acceptability in ((_US, term.us), (_GB, term.gb)):
            if acceptability:
                yield _member(refset, term.sctid, acceptability)


def _association_rows(concepts: Sequence[DemoConcept], retired: Sequence[Retired]) -> Iterable[Row]:
    numbers = {concept.key: concept.number for concept in concepts}
    numbers |= {old.key: old.number for old in retired}
    for old in retired:
        for target in old.targets:
            sctid = codes.concept_sctid(old.number)
            yield _member(_ASSOCIATIONS[old.relation], sctid, codes.concept_sctid(numbers[target]))


def _member(refset: str, component: str, value: str) -> Row:
    """A row of a reference set; its UUID follows from what it says."""
    uuid = uuid5(NAMESPACE_URL, f"termsearch-demo/{refset}/{component}/{value}")
    return (str(uuid), RELEASED, "1", codes.MODULE, refset, component, value)


def _write(path: Path, header: str, rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(row) for row in (tuple(header.split()), *rows)]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8", newline="")
