"""The demo in MeSH XML: descriptors, and supplementary records for medicines with a strength.

Format: https://www.nlm.nih.gov/mesh/xml_data_elements.html, in the shape of 2026 (dates are
DateIntroduced and LastUpdated).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from tools.demo import codes
from tools.demo.source import DemoConcept, capital

__all__ = ["MeshConcept", "MeshTerm", "mesh_concepts", "mesh_ui", "tree_numbers", "write_mesh"]

YEAR = 2026
_DTD = "https://www.nlm.nih.gov/databases/dtd/nlm{kind}recordset_20260101.dtd"

_SMALL = re.compile(
    r"a|after|against|an|and|at|before|by|due|for|from|in|into|is|of|on|or|per|that|the|through"
    r"|to|with|without|mg|mcg|µg|g|microgram|p"
)
_LONGEST_PERMUTED = 3  #: words; MeSH turns longer names round as well, which would swell the demo


@dataclass(frozen=True)
class MeshTerm:
    """One string of a MeSH concept. A permutation shares the identifier of its original."""

    ui: str
    text: str
    tag: str = "NON"  #: lexical tag; ``ABB`` is an abbreviation
    permuted: bool = False


@dataclass(frozen=True)
class MeshConcept:
    """Strings of one meaning inside a record; the first concept is the preferred one."""

    ui: str
    terms: tuple[MeshTerm, ...]


def mesh_ui(concept: DemoConcept) -> str:
    """``D99....``, or ``C99....`` for a medicine with a strength."""
    if concept.clinical_drug:
        return codes.mesh_supplementary(concept.number)
    return codes.mesh_descriptor(concept.number)


def mesh_concepts(concepts: Sequence[DemoConcept]) -> dict[str, tuple[MeshConcept, ...]]:
    """The MeSH concepts of every demo concept, by key.

    No two MeSH records share a name, so an abbreviation with two meanings is written with its
    long form: ``MS (Multiple Sclerosis)``.
    """
    uses = Counter(short.short for concept in concepts for short in concept.abbreviations)
    shared = frozenset(short for short, count in uses.items() if count > 1)
    return {concept.key: _mesh_concepts(concept, shared) for concept in concepts}


def tree_numbers(concepts: Sequence[DemoConcept]) -> dict[str, tuple[str, ...]]:
    """Places in the tree by key: one below each place of each parent, or as the table says."""
    rows = {concept.key: concept for concept in concepts}
    places: dict[str, tuple[str, ...]] = {}

    def place(key: str) -> tuple[str, ...]:
        if key not in places:
            concept = rows[key]
            above = [number for parent in concept.parents for number in place(parent)]
            below = dict.fromkeys(f"{number}.{concept.number:03d}" for number in above)
            places[key] = (concept.tree,) if concept.tree else tuple(sorted(below))
        return places[key]

    return {concept.key: place(concept.key) for concept in concepts if not concept.clinical_drug}


def write_mesh(folder: Path, concepts: Sequence[DemoConcept]) -> None:
    """Write ``desc2026.xml`` and ``supp2026.xml`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    names = mesh_concepts(concepts)
    trees = tree_numbers(concepts)
    rows = {concept.key: concept for concept in concepts}
    descriptors = [
        line
        for concept in concepts
        if not concept.clinical_drug
        for line in _descriptor(concept, names[concept.key], trees[concept.key])
    ]
    supplements = [
        line
        for concept in concepts
        if concept.clinical_drug
        for line in _supplement(concept, names, [rows[key] for key in concept.parents])
    ]
    _write(folder / f"desc{YEAR}.xml", "Descriptor", descriptors)
    _write(folder / f"supp{YEAR}.xml", "Supplemental", supplements)


def _mesh_concepts(concept: DemoConcept, shared: frozenset[str]) -> tuple[MeshConcept, ...]:
    main = _terms(concept, shared)
    place = 1 + len({term.ui for term in main})
    first = MeshConcept(codes.mesh_concept(concept.number, 1), main)
    others = (
        MeshConcept(
            codes.mesh_concept(concept.number, 2 + index),
            (MeshTerm(codes.mesh_term(concept.number, place + index), _title(name)),),
        )
        for index, name in enumerate(concept.narrower)
    )
    return (first, *others)


def _terms(concept: DemoConcept, shared: frozenset[str]) -> tuple[MeshTerm, ...]:
    """Heading, names and abbreviations; a name in another order of words is a permutation."""
    heading = concept.heading or _title(concept.name)
    texts = (heading, *map(_title, (concept.name, concept.british, *concept.synonyms)))
    short = [_short(abbr.short, abbr.long, shared) for abbr in concept.abbreviations]
    found: dict[str, MeshTerm] = {}
    seen: dict[tuple[str, ...], str] = {}
    for text, tag in [(text, "NON") for text in texts] + [(text, "ABB") for text in short]:
        if not text or text.casefold() in found:
            continue
        words = tuple(sorted(text.casefold().replace(",", "").split()))
        permuted = words in seen
        ui = seen.setdefault(words, codes.mesh_term(concept.number, 1 + len(seen)))
        found[text.casefold()] = MeshTerm(ui, text, tag, permuted)
        turned = _turned(text)
        if tag == "NON" and not permuted and turned:
            found.setdefault(turned.casefold(), MeshTerm(ui, turned, tag, permuted=True))
    return tuple(found.values())


def _short(short: str, long: str, shared: frozenset[str]) -> str:
    return f"{short} ({_title(long)})" if short in shared else short


def _turned(text: str) -> str:
    """``Anemia, Hemolytic`` for ``Hemolytic Anemia``; empty where MeSH would leave it alone."""
    words = text.split()
    if not 1 < len(words) <= _LONGEST_PERMUTED or not text.replace(" ", "").isalpha():
        return ""
    if any(map(_SMALL.fullmatch, words)):
        return ""
    return f"{words[-1]}, {' '.join(words[:-1])}"


def _title(text: str) -> str:
    """In the capitals of a MeSH heading."""
    words = text.split(" ")
    return " ".join(
        word if index and _SMALL.fullmatch(word) else capital(word)
        for index, word in enumerate(words)
    )


def _descriptor(
    concept: DemoConcept, names: Sequence[MeshConcept], trees: Sequence[str]
) -> Iterator[str]:
    yield '<DescriptorRecord DescriptorClass="1">'
    yield f" <DescriptorUI>{mesh_ui(concept)}</DescriptorUI>"
    yield f" <DescriptorName>{_string(names[0].terms[0].text)}</DescriptorName>"
    yield from _dates()
    if trees:
        numbers = "".join(f"<TreeNumber>{number}</TreeNumber>" for number in trees)
        yield f" <TreeNumberList>{numbers}</TreeNumberList>"
    yield from _concept_list(names, concept.definition)
    yield "</DescriptorRecord>"


def _supplement(
    concept: DemoConcept,
    names: dict[str, tuple[MeshConcept, ...]],
    headings: Sequence[DemoConcept],
) -> Iterator[str]:
    own = names[concept.key]
    yield '<SupplementalRecord SCRClass="1">'
    yield f" <SupplementalRecordUI>{mesh_ui(concept)}</SupplementalRecordUI>"
    yield f" <SupplementalRecordName>{_string(own[0].terms[0].text)}</SupplementalRecordName>"
    yield from _dates()
    yield f" <Note>{escape(concept.definition)}\n </Note>"
    yield " <HeadingMappedToList>"
    for heading in headings:  # the asterisk marks the main heading to index with
        name = _string(names[heading.key][0].terms[0].text)
        yield "  <HeadingMappedTo><DescriptorReferredTo>"
        yield f"   <DescriptorUI>*{mesh_ui(heading)}</DescriptorUI>"
        yield f"   <DescriptorName>{name}</DescriptorName>"
        yield "  </DescriptorReferredTo></HeadingMappedTo>"
    yield " </HeadingMappedToList>"
    yield from _concept_list(own, "")
    yield "</SupplementalRecord>"


def _dates() -> Iterator[str]:
    day = f"<Year>{YEAR}</Year><Month>01</Month><Day>01</Day>"
    yield f" <DateIntroduced>{day}</DateIntroduced>"
    yield f" <LastUpdated>{day}</LastUpdated>"


def _concept_list(concepts: Sequence[MeshConcept], definition: str) -> Iterator[str]:
    yield " <ConceptList>"
    for concept in concepts:
        preferred = concept is concepts[0]
        yield f'  <Concept PreferredConceptYN="{"Y" if preferred else "N"}">'
        yield f"   <ConceptUI>{concept.ui}</ConceptUI>"
        yield f"   <ConceptName>{_string(concept.terms[0].text)}</ConceptName>"
        if preferred and definition:  # NLM's own files end each note with a line break
            yield f"   <ScopeNote>{escape(definition)}\n   </ScopeNote>"
        yield from _relations(concept, concepts)
        yield "   <TermList>"
        for term in concept.terms:
            yield f"    {_term(term, concept is concepts[0], term is concept.terms[0])}"
        yield "   </TermList>"
        yield "  </Concept>"
    yield " </ConceptList>"


def _relations(concept: MeshConcept, concepts: Sequence[MeshConcept]) -> Iterator[str]:
    """``NRW``: the second concept is narrower than the first."""
    others = concepts[1:] if concept is concepts[0] else [concept]
    if not others:
        return
    yield "   <ConceptRelationList>"
    for other in others:
        pair = f"<Concept1UI>{concepts[0].ui}</Concept1UI><Concept2UI>{other.ui}</Concept2UI>"
        yield f'    <ConceptRelation RelationName="NRW">{pair}</ConceptRelation>'
    yield "   </ConceptRelationList>"


def _term(term: MeshTerm, in_preferred: bool, leads: bool) -> str:
    flags = {
        "ConceptPreferredTermYN": leads,
        "IsPermutedTermYN": term.permuted,
        "RecordPreferredTermYN": leads and in_preferred,
    }
    flagged = [f'{name}="{"Y" if value else "N"}"' for name, value in flags.items()]
    flagged.insert(2, f'LexicalTag="{term.tag}"')
    return f"<Term {' '.join(flagged)}><TermUI>{term.ui}</TermUI>{_string(term.text)}</Term>"


def _string(text: str) -> str:
    return f"<String>{escape(text)}</String>"


def _write(path: Path, kind: str, lines: Sequence[str]) -> None:
    root, dtd = f"{kind}RecordSet", _DTD.format(kind=kind.lower())
    head = [
        '<?xml version="1.0"?>',
        f'<!DOCTYPE {root} SYSTEM "{dtd}">',
        f'<{root} LanguageCode="eng">',
    ]
    text = "\n".join([*head, *lines, f"</{root}>"]) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
