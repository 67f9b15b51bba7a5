"""The atoms of the demo's Metathesaurus: who uses which string for which concept.

Every MeSH and SNOMED CT atom cites the codes of the other two demo files. How an atom's place
among its siblings is told (TS, STT, ISPREF) follows chapter 2 of the UMLS Reference Manual:
https://www.ncbi.nlm.nih.gov/books/NBK9684/
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tools.demo import codes
from tools.demo.mesh import MeshConcept, mesh_ui
from tools.demo.snomedct import Description
from tools.demo.source import DemoConcept

__all__ = ["RANKS", "Atom", "atoms", "conso_rows"]

#: Source and term type from most to least trusted, and whether UMLS suppresses the pair.
RANKS: tuple[tuple[str, str, str], ...] = (
    ("MTH", "PN", "N"),
    ("MSH", "MH", "N"),
    ("MSH", "NM", "N"),
    ("SNOMEDCT_US", "PT", "N"),
    ("SNOMEDCT_US", "FN", "N"),
    ("SNOMEDCT_US", "SY", "N"),
    ("SNOMEDCT_US", "PTGB", "N"),
    ("SNOMEDCT_US", "SYGB", "N"),
    ("MSH", "ET", "N"),
    ("MSH", "CE", "N"),
    ("CHV", "PT", "N"),
    ("CHV", "SY", "N"),
    ("MSHSPA", "MH", "N"),
    ("MSH", "PM", "N"),
    ("SNOMEDCT_US", "OAS", "Y"),
)
_RANK = {(sab, tty): len(RANKS) - place for place, (sab, tty, _) in enumerate(RANKS)}
_RESTRICTION = {"SNOMEDCT_US": "9", "MSHSPA": "3"}  #: licence level; the others are free

Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Atom:
    """One string in one source."""

    number: int  #: of the concept
    text: str
    sab: str
    tty: str
    code: str
    saui: str = ""
    scui: str = ""
    sdui: str = ""
    lat: str = "ENG"
    suppress: str = "N"
    aui: str = ""


class Numbers:
    """Hands each string its identifier, always the same one, in order of appearance."""

    def __init__(self, letter: str) -> None:
        self._letter = letter
        self._known: dict[tuple[str, ...], str] = {}

    def __getitem__(self, key: tuple[str, ...]) -> str:
        return self._known.setdefault(key, f"{self._letter}99{len(self._known) + 1:05d}")


def atoms(
    concepts: Sequence[DemoConcept],
    mesh: dict[str, tuple[MeshConcept, ...]],
    snomedct: dict[str, tuple[Description, ...]],
) -> list[Atom]:
    """Every atom, concept by concept, the preferred one of each concept first."""
    found: list[Atom] = []
    for concept in concepts:
        own = [
            Atom(number=concept.number, text=concept.name, sab="MTH", tty="PN", code="NOCODE"),
            *_mesh_atoms(concept, mesh[concept.key][0]),
            *_snomedct_atoms(concept, snomedct[concept.key]),
            *_lay_atoms(concept),
        ]
        for atom in own:
            found.append(replace(atom, aui=f"A99{len(found) + 1:05d}"))
    return found


def conso_rows(found: Sequence[Atom]) -> list[Row]:
    """The atoms as rows of MRCONSO, sorted as in a release."""
    luis, suis = Numbers("L"), Numbers("S")
    groups: dict[tuple[int, str], list[Atom]] = {}
    for atom in found:
        groups.setdefault((atom.number, atom.lat), []).append(atom)
    return sorted(row for own in groups.values() for row in _group_rows(own, luis, suis))


def _mesh_atoms(concept: DemoConcept, names: MeshConcept) -> Iterator[Atom]:
    """Terms of the preferred MeSH concept only: a narrower one has a concept of its own."""
    ui = mesh_ui(concept)
    main, entry = ("NM", "CE") if concept.clinical_drug else ("MH", "ET")
    for place, term in enumerate(names.terms):
        tty = "PM" if term.permuted else main if place == 0 else entry
        yield Atom(
            number=concept.number,
            text=term.text,
            sab="MSH",
            tty=tty,
            code=ui,
            saui=term.ui,
            scui=names.ui,
            sdui=ui,
        )
    if concept.spanish:
        yield Atom(
            number=concept.number,
            text=concept.spanish,
            sab="MSHSPA",
            tty="MH",
            code=ui,
            scui=names.ui,
            sdui=ui,
            lat="SPA",
        )


def _snomedct_atoms(concept: DemoConcept, terms: Sequence[Description]) -> Iterator[Atom]:
    sctid = codes.concept_sctid(concept.number)
    for term in terms:
        yield Atom(
            number=concept.number,
            text=term.term,
            sab="SNOMEDCT_US",
            tty=term.term_type,
            code=sctid,
            saui=term.sctid,
            scui=sctid,
            suppress="N" if term.active else "O",
        )


def _lay_atoms(concept: DemoConcept) -> Iterator[Atom]:
    """Lay words and bare abbreviations; what editors found too vague is suppressed (E)."""
    short = tuple(abbr.short for abbr in concept.abbreviations)
    kept = [(text, "N") for text in (*concept.lay, *short)]
    for place, (text, suppress) in enumerate(
        [*kept, *((text, "E") for text in concept.suppressed)]
    ):
        yield Atom(
            number=concept.number,
            text=text,
            sab="CHV",
            tty="SY" if place else "PT",
            code=codes.chv(concept.number),
            suppress=suppress,
        )


def _group_rows(own: Sequence[Atom], luis: Numbers, suis: Numbers) -> Iterator[Row]:
    """Rows of one concept in one language; the best atom leads its string, its words and all."""
    best = sorted(own, key=lambda atom: (atom.suppress != "N", -_RANK[atom.sab, atom.tty]))
    leaders: dict[str, Atom] = {}  # of each set of words
    strings: dict[str, Atom] = {}  # of each string
    for atom in best:
        leaders.setdefault(luis[_words(atom)], atom)
        strings.setdefault(atom.text, atom)
    first = luis[_words(best[0])]
    for atom in own:
        lui = luis[_words(atom)]
        yield (
            codes.cui(atom.number),
            atom.lat,
            "P" if lui == first else "S",
            lui,
            _variant(atom.text, leaders[lui].text),
            suis[atom.lat, atom.text],
            "Y" if strings[atom.text] is atom else "N",
            atom.aui,
            atom.saui,
            atom.scui,
            atom.sdui,
            atom.sab,
            atom.tty,
            atom.code,
            atom.text,
            _RESTRICTION.get(atom.sab, "0"),
            atom.suppress,
            "",
        )


def _words(atom: Atom) -> tuple[str, ...]:
    """What UMLS calls the lexical group, roughly: the words, whatever their order and case."""
    bare = re.sub(r"'s\b", "", atom.text.casefold())
    return (atom.lat, *sorted(re.findall(r"\w+", bare)))


def _variant(text: str, leader: str) -> str:
    """String type: preferred form, or a variant in case, word order, both or otherwise."""
    if text == leader:
        return "PF"
    if text.casefold() == leader.casefold():
        return "VC"
    if sorted(re.findall(r"\w+", text)) == sorted(re.findall(r"\w+", leader)):
        return "VW" if re.findall(r"\w+", text) != re.findall(r"\w+", leader) else "VO"
    same = re.findall(r"\w+", text.casefold()) == re.findall(r"\w+", leader.casefold())
    return "VO" if same else "VCW"
