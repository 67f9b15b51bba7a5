"""Where MeSH headings stand: types, parents and ancestors from tree numbers.

A tree number is a path: ``C10.228.140`` stands below ``C10.228``, and ``C10.2280`` does not. A
heading may stand in several places, and what is above it differs from place to place; above it
are the headings at the shorter paths, not everything above those.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from termsearch.concept import SemanticType

__all__ = ["CATEGORIES", "Place", "Tree", "steps_above"]

#: NLM's names of the tree categories, https://www.nlm.nih.gov/mesh/intro_trees.html.
CATEGORIES = {
    "A": "Anatomy",
    "B": "Organisms",
    "C": "Diseases",
    "D": "Chemicals and Drugs",
    "E": "Analytical, Diagnostic and Therapeutic Techniques, and Equipment",
    "F": "Psychiatry and Psychology",
    "G": "Phenomena and Processes",
    "H": "Disciplines and Occupations",
    "I": "Anthropology, Education, Sociology, and Social Phenomena",
    "J": "Technology, Industry, and Agriculture",
    "K": "Humanities",
    "L": "Information Science",
    "M": "Named Groups",
    "N": "Health Care",
    "V": "Publication Characteristics",
    "Z": "Geographicals",
}


def steps_above(number: str) -> Iterator[str]:
    """Tree numbers above ``number``, nearest first: ``C10.228``, ``C10`` for ``C10.228.140``."""
    while "." in number:
        number = number.rpartition(".")[0]
        yield number


class Place(NamedTuple):
    """What stands above a record; the fields of ``Concept``."""

    types: tuple[SemanticType, ...]
    parents: tuple[str, ...]
    ancestors: tuple[str, ...]


class Tree:
    """Headings and their places. Filled whole before it is asked: parents may come later.

    Holds the 64,342 tree numbers of MeSH 2024 in about 20 MB.
    """

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, ...]] = {}
        self._owner: dict[str, str] = {}
        self._tops: dict[str, str] = {}  # C23 to the heading there
        self._lines: dict[str, tuple[str, ...]] = {}
        self._types: dict[str, SemanticType] = {}
        #: Headings that records are mapped to and that were never added; an ordered set.
        self.unknown: dict[str, None] = {}

    def add(self, ui: str, heading: str, places: Sequence[str]) -> None:
        """Record that ``ui`` stands at these tree numbers; a check tag stands at none."""
        self._places[ui] = tuple(places)
        for number in places:
            self._owner[number] = ui
            if "." not in number:
                self._tops[number] = heading

    def __contains__(self, ui: str) -> bool:
        return ui in self._places

    def place(self, ui: str) -> Place:
        """What stands above a heading.

        Types are the first steps of its tree numbers, each once, in order. Parents and ancestors
        are the headings one step and any number of steps up, nearest first place by place.
        """
        places = self._places.get(ui, ())
        parents: dict[str, None] = {}
        ancestors: dict[str, None] = {}
        for number in places:
            parent = number.rpartition(".")[0]
            if parent in self._owner:
                parents[self._owner[parent]] = None
            ancestors.update(dict.fromkeys(self._line(parent)))
        parents.pop(ui, None)  # a heading may stand below itself in another place
        ancestors.pop(ui, None)
        return Place(self._first_steps(places), tuple(parents), tuple(ancestors))

    def below(self, headings: Sequence[str]) -> Place:
        """What stands above a record that is mapped to ``headings``: these are its parents."""
        self.unknown.update(dict.fromkeys(ui for ui in headings if ui not in self))
        places = [self.place(ui) for ui in headings]
        types = sorted({found for place in places for found in place.types})
        further = [ui for place in places for ui in place.ancestors]
        return Place(tuple(types), tuple(headings), tuple(dict.fromkeys([*headings, *further])))

    def loose(self) -> int:
        """How many places have no heading one step above them, which is none in a whole release."""
        above = (number.rpartition(".")[0] for number in self._owner)
        return sum(number != "" and number not in self._owner for number in above)

    def _line(self, number: str) -> tuple[str, ...]:
        """Headings at ``number`` and above it, nearest first. Kept: siblings share them."""
        line = self._lines.get(number)
        if line is None:
            steps = (number, *steps_above(number))
            line = tuple(self._owner[step] for step in steps if step in self._owner)
            self._lines[number] = line
        return line

    def _first_steps(self, places: Sequence[str]) -> tuple[SemanticType, ...]:
        return tuple(map(self._type, sorted({number.partition(".")[0] for number in places})))

    def _type(self, first: str) -> SemanticType:
        if first not in self._types:
            letter = first[:1]
            self._types[first] = SemanticType(
                first, self._tops.get(first, first), letter, CATEGORIES.get(letter, "")
            )
        return self._types[first]
