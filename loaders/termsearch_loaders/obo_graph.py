"""What stands above a term, which branch it belongs to, and what took a retired one's place.

Filled with every term of a file, then asked: a parent, and a successor, may come later. Memory
holds ids, labels and steps: 7 MB for 20,000 terms of NCIt.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

from termsearch.concept import SemanticType
from termsearch_loaders.obo_terms import (
    Term,
    code_of,
    ontology_vocabulary,
    prefix_of,
    vocabulary_of,
)
from termsearch_loaders.walk import ends, reached

__all__ = ["Graph", "Place"]

#: A root above this share of all terms says nothing of one ("All", "disease"): its children are
#: the groups. Orphanet's "clinical entity", beside "geography" and others, holds 69 % of 2.6.
_SAYS_NOTHING = 0.9

#: A file that is cut between two stanzas shows it by the terms that it names and lacks alone. Up
#: to this share of those that relations lead to may be a curator's slips, and is passed over.
_SLIPS = 0.01


class Place(NamedTuple):
    """What stands above a term; the fields of ``Concept``."""

    types: tuple[SemanticType, ...]
    parents: tuple[str, ...]
    ancestors: tuple[str, ...]


class Graph:
    """The terms of one file; :attr:`vocabulary` is the one the file is of."""

    def __init__(self, terms: Iterable[Term], says: Iterable[str]) -> None:
        """Read ``terms`` to their end; ``says`` is what the file calls its ontology."""
        self._labels: dict[str, str] = {}
        self._parents: dict[str, tuple[str, ...]] = {}
        self._successors: dict[str, tuple[str, ...]] = {}
        self._candidates: dict[str, tuple[str, ...]] = {}
        self._related: set[str] = set()
        self._others: set[str] = set()
        self.obsolete: dict[str, None] = {}
        for term in terms:
            if term.other:
                self._others.add(term.id)
            else:
                self._add(term)
        self.vocabulary = _own(self._labels, says)
        self._codes = {term: code_of(term) for term in self._labels if self.is_own(term)}
        #: Obsolete terms of our own that have a name; an ordered set.
        self.retired = {term: None for term in self._codes if term in self.obsolete}
        self._live = {term: None for term in self._codes if term not in self.obsolete}
        self._types = _types(self._live, self._parents, self._labels)

    def _add(self, term: Term) -> None:
        """Take one term in; a further graph may say more of one that is known."""
        one = term.id
        if term.name:
            self._labels.setdefault(one, term.name)
        self._parents[one] = _joined(self._parents.get(one, ()), term.parents)
        self._related.update(term.related)
        if term.obsolete:
            self.obsolete[one] = None
            self._successors[one] = _joined(self._successors.get(one, ()), term.replaced_by)
            self._candidates[one] = _joined(self._candidates.get(one, ()), term.consider)
        for old in term.alt_ids:
            self._successors[old] = _joined(self._successors.get(old, ()), [one])

    def is_own(self, term: str) -> bool:
        """Whether ``term`` is of this ontology, not one it imports."""
        return bool(self.vocabulary) and vocabulary_of(term) == self.vocabulary

    def code(self, term: str) -> str:
        """The code of a named term of our own."""
        return self._codes[term]

    def place(self, term: str) -> Place:
        """What stands above a named term of our own; imported and unnamed terms are left out.

        Parents are in the file's order, ancestors nearest first, over imported terms too; types
        are the branches it belongs to (see :func:`_types`), by code, and none for a single root.
        """
        above = reached(term, self._step_up)
        parents = (parent for parent in self._parents[term] if parent != term)
        found = [self._types[one] for one in (term, *above) if one in self._types]
        narrow = {one.group for one in found if one.code != one.group}
        types = sorted({one for one in found if one.code not in narrow})
        return Place(tuple(types), self._own_codes(parents), self._own_codes(above))

    def replaced_by(self, term: str) -> tuple[str, ...]:
        """Codes to use instead of a retired term: those that mean the same, then possible ones."""
        same = self._ends(term)
        possible = [
            end
            for one in self._candidates.get(term, ())
            for end in ([one] if one in self._live else self._ends(one))
        ]
        return self._own_codes(dict.fromkeys([*same, *possible]))

    def replaces(self, loaded: Container[str]) -> dict[str, tuple[str, ...]]:
        """By live term, codes of the retired ones that mean it and are not in ``loaded``."""
        found: dict[str, list[str]] = {}
        for old in self._successors:
            if old not in loaded and old not in self._live and self.is_own(old):
                for end in self._ends(old):
                    found.setdefault(end, []).append(code_of(old))
        return {end: tuple(dict.fromkeys(codes)) for end, codes in found.items()}

    def unknown_parents(self) -> int:
        """How many terms of our own are parents and not in the file, which is none in a whole."""
        missing = {
            parent
            for term in self._live
            for parent in self._parents[term]
            if parent not in self._parents and self.is_own(parent)
        }
        return len(missing)

    def unknown_related(self) -> int:
        """How many terms of our own other relations lead to and are not in the file, if many."""
        related = {one for one in self._related if self.is_own(one)}
        met = self._parents.keys() | self._successors.keys() | self._others
        unknown = len(related - met)
        return unknown if unknown > _SLIPS * len(related) else 0

    def unknown_successors(self) -> int:
        """How many terms of our own replace others and are not in the file."""
        met = self._parents.keys() | self._successors.keys()
        named = {new for found in self._successors.values() for new in found}
        return sum(self.is_own(new) for new in named - met)

    def _own_codes(self, terms: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._codes[term] for term in terms if term in self._codes))

    def _step_up(self, term: str) -> tuple[str, ...]:
        return self._parents.get(term, ())

    def _ends(self, retired: str) -> list[str]:
        """The live terms that mean the same, over terms that were retired since."""
        return ends(retired, lambda one: self._successors.get(one, ()), self._live.__contains__)


def _joined(known: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*known, *more]))


def _own(labels: Iterable[str], says: Iterable[str]) -> str:
    """The vocabulary a file names itself by, if it has terms of it; else that of most terms."""
    prefixes = Counter(filter(None, map(prefix_of, labels)))
    present = Counter[str]()
    for prefix, terms in prefixes.items():
        present[vocabulary_of(f"{prefix}:1")] += terms
    named = (ontology_vocabulary(one) for one in says)
    return next(
        filter(present.__contains__, named), max(present, key=present.__getitem__, default="")
    )


def _types(
    live: Mapping[str, None], parents: Mapping[str, tuple[str, ...]], labels: Mapping[str, str]
) -> dict[str, SemanticType]:
    """The types of a file by the term that heads each: two steps below the top, in groups.

    Groups are the roots, or the children of a root that holds nearly everything; types are what
    stands directly below a group and has children itself. That gives the organ systems of HPO
    (group "Phenotypic abnormality"), "nervous system disease" of DOID, "metabolic process" of GO.
    A group is a type as well, for terms in none of its types.
    """
    children: dict[str, list[str]] = {}
    for term in live:
        for parent in parents[term]:
            if parent in live and parent != term:
                children.setdefault(parent, []).append(term)
    tops = [term for term in children if not any(up in live and up != term for up in parents[term])]
    groups: dict[str, None] = {}
    for top in tops:
        share = _below(top, children) / len(live)
        groups.update(dict.fromkeys(children[top] if share > _SAYS_NOTHING else [top]))
    found = {one: _type(one, one, labels) for one in groups}
    for group in groups:
        for child in children.get(group, ()):
            if child in children:
                found.setdefault(child, _type(child, group, labels))
    return found


def _type(term: str, group: str, labels: Mapping[str, str]) -> SemanticType:
    return SemanticType(code_of(term), labels[term], code_of(group), labels[group])


def _below(top: str, children: Mapping[str, list[str]]) -> int:
    """How many terms there are below ``top``, itself included."""
    return 1 + len(reached(top, lambda one: children.get(one, ())))
