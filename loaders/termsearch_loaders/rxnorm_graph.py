"""What is above a drug in RxNorm, and what a retired RXCUI leads to."""

from collections.abc import Collection, Iterator
from functools import lru_cache

from termsearch.errors import BadRecordError
from termsearch.loader import Report
from termsearch_loaders.rrf import Table, Tables
from termsearch_loaders.rxnorm_tables import OWN, is_rxcui
from termsearch_loaders.steps import Steps
from termsearch_loaders.umls_names import CURRENT
from termsearch_loaders.walk import ends, reached

__all__ = ["Hierarchy", "Successors"]

#: RELA by which a concept is below another, and the same said the other way round. A brand is below
#: what it is a brand of, a pack below what is in it, and everything below its ingredients.
_BELOW = {
    "isa": "inverse_isa",
    "has_ingredient": "ingredient_of",
    "has_ingredients": "ingredients_of",
    "has_precise_ingredient": "precise_ingredient_of",
    "form_of": "has_form",
    "has_part": "part_of",
    "consists_of": "constitutes",
    "tradename_of": "has_tradename",
    "contains": "contained_in",
    "quantified_form_of": "has_quantified_form",
}
_ABOVE = frozenset(_BELOW.values())


class Hierarchy:
    """The concepts above a concept: ingredients above all that they are in.

    8 bytes for each step up.
    """

    def __init__(self, table: Table, current: Collection[str]) -> None:
        """Read RXNREL to its end; concepts that are not ``current`` stand nowhere.

        Raises:
            BadRecordError: A row is broken.
        """
        self._current = current
        steps = Steps()
        for child, parent in _steps(table):
            steps.add(child, parent)
        steps.sort()
        self._steps = steps.above
        self._up = lru_cache(maxsize=1 << 17)(self._known)
        #: Steps up to what is retired or not there, of the concepts that were asked for.
        self.missing = 0

    def parents(self, rxcui: str) -> tuple[str, ...]:
        """RXCUIs one step up, ascending. To be asked once of each."""
        known = self._up(int(rxcui))
        self.missing += len(self._steps(int(rxcui))) - len(known)
        return tuple(map(str, known))

    def ancestors(self, rxcui: str) -> tuple[str, ...]:
        """RXCUIs of all concepts above, nearest first; never ``rxcui`` itself."""
        return tuple(map(str, reached(int(rxcui), self._up)))

    def _known(self, number: int) -> tuple[int, ...]:
        return tuple(high for high in self._steps(number) if str(high) in self._current)


def _steps(table: Table) -> Iterator[tuple[int, int]]:
    """(child, parent). ``RXCUI1|isa|RXCUI2`` says that RXCUI2 is one: read right to left."""
    at = table.at("RXCUI1", "STYPE1", "RXCUI2", "STYPE2", "RELA", "SAB", "SUPPRESS")
    number = 0
    for lines in table.checked(Report()):
        for line in lines:
            number += 1
            if "|RXNORM|" not in line:  # most rows are of other sources, and of atoms
                continue
            row = line.split("|")
            first, first_kind, second, second_kind, relation, sab, suppress = (row[i] for i in at)
            if (first_kind, second_kind, sab) != ("CUI", "CUI", OWN) or suppress not in CURRENT:
                continue
            if relation in _BELOW or relation in _ABOVE:
                low, high = (second, first) if relation in _BELOW else (first, second)
                child, parent = (_number(rxcui, table, number) for rxcui in (low, high))
                if child != parent:
                    yield child, parent


def _number(rxcui: str, table: Table, line: int) -> int:
    if not is_rxcui(rxcui):
        raise BadRecordError(
            str(table), f"line {line}", f"{rxcui!r} is no RXCUI; expected digits, as 99000001"
        )
    return int(rxcui)


class Successors:
    """Which concepts in use a retired RXCUI leads to, and which retired ones one stands for."""

    def __init__(self, tables: Tables, current: Collection[str]) -> None:
        """Read RXNCUI, and for what it does not say the archive and the last release's changes."""
        self._into: dict[str, tuple[str, ...]] = {}
        self._current = current
        if history := tables.get("RXNCUI"):
            for _, (old, new) in history.records(Report(), "CUI1", "CUI2"):
                self._merge(old, new)  # a code that leads to itself was retired for good
        said = frozenset(self._into)
        for old, new in self._other(tables):
            if old not in said:
                self._merge(old, new)
        self._olds: dict[str, tuple[str, ...]] = {}
        for old in self._into:
            for new in self.replaced_by(old):
                self._olds[new] = (*self._olds.get(new, ()), old)

    def replaced_by(self, rxcui: str) -> tuple[str, ...]:
        """RXCUIs in use to use instead; nothing for one in use itself."""
        if rxcui in self._current:
            return ()
        return tuple(ends(rxcui, lambda one: self._into.get(one, ()), self._current.__contains__))

    def replaces(self, rxcui: str) -> tuple[str, ...]:
        """Retired RXCUIs that lead to ``rxcui``, in the order of the files."""
        return self._olds.get(rxcui, ())

    @staticmethod
    def _other(tables: Tables) -> Iterator[tuple[str, str]]:
        if archive := tables.get("RXNATOMARCHIVE"):
            for _, (sab, old, new) in archive.records(Report(), "SAB", "RXCUI", "MERGED_TO_RXCUI"):
                if sab == OWN:
                    yield old, new
        if changes := tables.get("RXNCUICHANGES"):
            # With an atom, it is that name alone that went to another concept.
            for _, (atom, sab, old, new) in changes.records(
                Report(), "RXAUI", "SAB", "OLD_RXCUI", "NEW_RXCUI"
            ):
                if sab == OWN and not atom:
                    yield old, new

    def _merge(self, old: str, new: str) -> None:
        known = self._into.setdefault(old, ())
        if new and old != new and new not in known:
            self._into[old] = (*known, new)
