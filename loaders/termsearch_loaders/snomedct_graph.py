"""What lies above a concept, and what took a retired one's place."""

from collections.abc import Container, Iterable, Mapping

from termsearch_loaders.snomedct_tables import Association
from termsearch_loaders.walk import levels

__all__ = ["History", "ancestors"]


def ancestors(concept: int, parents: Mapping[int, tuple[int, ...]]) -> list[int]:
    """Every concept above, each once: nearest first, then by id."""
    above = levels(concept, lambda one: parents.get(one, ()))
    return [one for level in above for one in sorted(level)]


class History:
    """Where retired concepts lead, through others that were retired since."""

    def __init__(self, associations: Iterable[Association]) -> None:
        self._definite: dict[int, list[int]] = {}
        self._any: dict[int, list[int]] = {}
        self._usable: set[int] = set()
        for association in associations:
            self._any.setdefault(association.old, []).append(association.new)
            if association.definite:
                self._definite.setdefault(association.old, []).append(association.new)
            if association.active:
                self._usable.add(association.new)

    def same_as(self, retired: int) -> list[int]:
        """Active concepts that mean what ``retired`` meant, best first."""
        return self._ends(retired, self._definite)

    def replaced_by(self, retired: int) -> list[int]:
        """Active concepts to use instead: those of the same meaning, then possible ones."""
        return list(dict.fromkeys([*self.same_as(retired), *self._ends(retired, self._any)]))

    def replaces(self, loaded: Container[int]) -> dict[int, list[int]]:
        """By active concept, the retired ones not in ``loaded`` that mean the same."""
        found: dict[int, list[int]] = {}
        for retired in sorted(self._definite):
            if retired not in loaded:
                for target in self.same_as(retired):
                    found.setdefault(target, []).append(retired)
        return found

    def _ends(self, retired: int, leads: Mapping[int, list[int]]) -> list[int]:
        """The active concepts that ``leads`` end in.

        Depth first, not the nearest first as in :func:`termsearch_loaders.walk.ends`: what the
        best association leads to comes before what the next one names, by however many steps.
        """
        found: list[int] = []
        seen, waiting = {retired}, leads.get(retired, [])[::-1]
        while waiting:
            target = waiting.pop()
            if target in seen:
                continue
            seen.add(target)
            if target in self._usable:
                found.append(target)
            else:
                waiting += leads.get(target, [])[::-1]
        return found
