"""Names of a MeSH record: which one leads, and what each is to the record."""

from collections.abc import Sequence

from lxml.etree import _Element

from termsearch.concept import Kind, Name
from termsearch.loader import Report
from termsearch_loaders.mesh_files import Edition
from termsearch_loaders.mesh_xml import broken, heading
from termsearch_loaders.xml_elements import child, children, text

__all__ = ["concepts", "names"]

#: LexicalTag of abbreviations and acronyms. ABX and ACX only contain one ("CD80 Antigen"): 5,445 of
#: the 5,647 ABX names of MeSH 2024 hold a blank.
BY_TAG: dict[str | None, Kind] = dict.fromkeys(("ABB", "ACR"), Kind.ABBREVIATION)
SYNONYM = Kind.SYNONYM  # looked up once: a member of an enum costs 0.1 us in Python 3.11

#: What Concept2 is to Concept1 in a ConceptRelation.
RELATIONS = {"NRW": Kind.NARROWER, "BRD": Kind.BROADER, "REL": Kind.RELATED}
INVERSE = {Kind.NARROWER: Kind.BROADER, Kind.BROADER: Kind.NARROWER}


def concepts(edition: Edition, record: _Element) -> list[_Element]:
    """The MeSH concepts of a record, the preferred one first.

    Raises:
        BadRecordError: There are none.
    """
    found = list(children(child(record, "ConceptList"), "Concept"))
    if not found:
        raise broken(edition, record, "a record without Concept, expected one or more")
    if found[0].get("PreferredConceptYN") != "Y":  # NLM puts it first
        found.sort(key=lambda concept: concept.get("PreferredConceptYN") != "Y")
    return found


def names(edition: Edition, found: Sequence[_Element], report: Report) -> list[Name]:
    """The preferred name, its synonyms, then the names of the other concepts in ``found``.

    Empty where every term is a permutation. Counts each term in ``report``.

    Raises:
        BadRecordError: No term, or a term without text.
    """
    read = report.read
    lead, kinds = _kinds(edition, found, report)
    if report.read == read:
        raise broken(edition, found[0], "a record without Term, expected one or more")
    if not kinds:
        return []
    if lead not in kinds:  # no term is flagged: the one that reads like the heading, or the first
        (record,) = found[0].iterancestors(edition.part.record)
        lead = heading(edition, record)
        lead = lead if lead in kinds else next(iter(kinds))
    lang = edition.lang
    others = [Name(text=name, lang=lang, kind=kinds[name]) for name in kinds if name != lead]
    return [Name(text=lead, lang=lang, kind=Kind.PREFERRED), *others]


def _kinds(
    edition: Edition, found: Sequence[_Element], report: Report
) -> tuple[str, dict[str, Kind]]:
    """The term flagged as the record's preferred one, and the kind of every text, in order."""
    preferred, *others = found
    lead = ""
    kinds: dict[str, Kind] = {}
    for name, term in _terms(edition, preferred, report):
        if not lead and term.get("RecordPreferredTermYN") == "Y":
            lead = name
        kinds.setdefault(name, BY_TAG.get(term.get("LexicalTag"), SYNONYM))
    relations = _relations(found) if others else {}
    for concept in others:
        # A file without relations says no more than that the concepts share a record.
        kind = relations.get(text(child(concept, "ConceptUI")), Kind.RELATED)
        for name, _ in _terms(edition, concept, report):
            kinds.setdefault(name, kind)
    return lead, kinds


def _terms(edition: Edition, concept: _Element, report: Report) -> list[tuple[str, _Element]]:
    """Text and element of each term that is not a permutation; every one is counted."""
    terms = list(concept.iter("Term"))
    kept = [term for term in terms if term.get("IsPermutedTermYN") != "Y"]
    report.read += len(terms)
    report.kept += len(kept)
    if len(kept) < len(terms):
        report.drop("permuted term", len(terms) - len(kept))
    return [(_name(edition, term), term) for term in kept]


def _name(edition: Edition, term: _Element) -> str:
    name = text(child(term, "String"))
    if not name:
        raise broken(edition, term, "a Term without text in its String, expected a name")
    return name


def _relations(found: Sequence[_Element]) -> dict[str, Kind]:
    """What the other concepts are to the first, preferred one, by ConceptUI.

    ``<ConceptRelation RelationName="NRW">`` says that Concept2 is narrower than Concept1. NLM
    puts the preferred one first; the other way round is read as well.
    """
    preferred = text(child(found[0], "ConceptUI"))
    kinds: dict[str, Kind] = {}
    for concept in found:
        for relation in children(child(concept, "ConceptRelationList"), "ConceptRelation"):
            kind = RELATIONS.get(relation.get("RelationName") or "", Kind.RELATED)
            one, two = (text(child(relation, tag)) for tag in ("Concept1UI", "Concept2UI"))
            if one == preferred:
                kinds.setdefault(two, kind)
            elif two == preferred:
                kinds.setdefault(one, INVERSE.get(kind, kind))
    return kinds
