"""What OBO and obographs both say of a term, and how they write ids.

OBO writes CURIEs (``HP:0000001``), obographs the IRIs they stand for. Here every id is a CURIE;
an IRI that stands for none (``.../doid#occurs_with``) is left as it is and has no prefix.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from termsearch.vocabulary import curie, split_curie, vocabulary_id

__all__ = [
    "Synonym",
    "Term",
    "code_of",
    "dated",
    "is_abbreviation",
    "ontology_vocabulary",
    "prefix_of",
    "tail",
    "term_id",
    "vocabulary_of",
    "xref",
]

#: ``HP_0000001``: what an id's IRI ends in. Without a digit it is a word, as ``occurs_with``.
_IN_IRI = re.compile(r"([A-Za-z][\w.-]*)_([A-Za-z]*\d[\w.-]*)")
_CURIE = re.compile(r"([A-Za-z][\w.-]*):(?!//)[^\s|]+")
_CLEAN = re.compile(r"([A-Za-z][\w.-]*):(?!/)([\w.+/-]+)")

#: Disease Ontology says which edition a cross-reference is of: ``SNOMEDCT_US_2015_03_01:1``.
_EDITION = re.compile(r"_?(?:19|20)\d\d(?:_\d\w*)?$")
#: Prefixes of cross-references that nobody but OBO ontologies uses.
_PREFIXES = {"UMLS_CUI": "umls"}

#: Abbreviation and acronym, https://obofoundry.org/ontology/omo; used without a declaration.
_OMO = frozenset({"OMO:0003000", "OMO:0003012"})

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d-\d\d-\d\d)(?!\d)")
_DAY_FIRST = re.compile(r"(\d\d):(\d\d):(\d{4})\b.*")  # OBO's own: 04:03:2016 16:27


class Synonym(NamedTuple):
    """Another name of a term."""

    text: str
    scope: str  #: ``EXACT``, ``BROAD``, ``NARROW``; anything else is ``RELATED``
    abbreviation: bool


@dataclass(slots=True)
class Term:
    """One record of a file, its ids as CURIEs."""

    id: str
    where: str  #: ``line 12``; ``graph 1, node 3``
    other: str = ""  #: what it is if it is no term: ``relation``, ``instance``
    name: str = ""
    synonyms: list[Synonym] = field(default_factory=list)
    definition: str = ""
    parents: list[str] = field(default_factory=list)
    #: What other relations lead to, in OBO: JSON that is cut is no JSON.
    related: list[str] = field(default_factory=list)
    alt_ids: list[str] = field(default_factory=list)
    xrefs: list[str] = field(default_factory=list)  #: as written
    obsolete: bool = False
    replaced_by: list[str] = field(default_factory=list)  #: means the same
    consider: list[str] = field(default_factory=list)  #: may be meant

    def __post_init__(self) -> None:
        """The old OWL form of obsolete terms, which Orphanet still uses: a parent of that name."""
        self.obsolete = self.obsolete or any(p.endswith("ObsoleteClass") for p in self.parents)

    @property
    def rows(self) -> int:
        """How many names it has."""
        return bool(self.name) + len(self.synonyms)


def tail(iri: str) -> str:
    """What follows the last ``/`` or ``#``."""
    return iri[max(iri.rfind("/"), iri.rfind("#")) + 1 :]


def term_id(text: str) -> str:
    """The CURIE an IRI stands for: ``HP:0000001`` of ``http://purl.obolibrary.org/obo/HP_0000001``.

    A CURIE is its own; so is an IRI that stands for none.
    """
    if "://" not in text:
        return text
    found = _IN_IRI.fullmatch(tail(text))
    return f"{found[1]}:{found[2]}" if found else text


def prefix_of(term: str) -> str:
    """``HP`` of ``HP:0000001``; nothing for what is no CURIE."""
    found = _CURIE.fullmatch(term)
    return found[1] if found else ""


def vocabulary_of(term: str) -> str:
    """``hp`` of ``HP:0000001``, ``ordo`` of ``Orphanet:558``; nothing for what is no CURIE."""
    return _vocabulary(prefix_of(term))


@lru_cache(maxsize=1024)
def _vocabulary(prefix: str) -> str:
    return vocabulary_id(prefix) if prefix else ""


def ontology_vocabulary(name: str) -> str:
    """The vocabulary that the name or IRI of an ontology says it is.

    ``hp`` of ``hp``, of ``hp/hp-base`` and of ``http://purl.obolibrary.org/obo/hp/hp-base.owl``.
    """
    _, obo, path = name.rpartition("/obo/")
    if "://" in name and not obo:
        path = tail(path)
    return _vocabulary(path.partition("/")[0].partition(".")[0])


def code_of(term: str) -> str:
    """The code its vocabulary has a term under, as users' CURIEs are read: see ``split_curie``.

    ``HP:0000001`` keeps its prefix, ``558`` of ``Orphanet:558`` and ``C3262`` of ``NCIT:C3262``
    have none.
    """
    parts = split_curie(term)
    return parts[1] if parts else term


def xref(text: str) -> str:
    """A cross-reference as our CURIE: ``mesh:D005334`` of ``MeSH:D005334``; nothing for a URL."""
    found = _CLEAN.fullmatch(text.strip())
    if not found:
        return ""
    prefix = _EDITION.sub("", _PREFIXES.get(found[1], found[1]))
    parts = split_curie(f"{prefix}:{found[2]}")
    return curie(*parts) if parts else ""


def is_abbreviation(*said: str) -> bool:
    """Whether a synonym type's id, or the name it is declared with, says abbreviation."""
    return any(
        one in _OMO or "abbrev" in one.casefold() or "acronym" in one.casefold() for one in said
    )


def dated(version: str) -> str:
    """The date in ``releases/2015-01-27``, in a version IRI or in OBO's ``27:01:2015 12:00``."""
    if found := _DAY_FIRST.fullmatch(version):
        return f"{found[3]}-{found[2]}-{found[1]}"
    date = _DATE.search(version)
    return date[1] if date else ""
