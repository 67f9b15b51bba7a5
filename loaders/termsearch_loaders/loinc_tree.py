"""What is above a LOINC term in its hierarchy, and what took the place of a deprecated one."""

from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

from termsearch_loaders.loinc_files import Row
from termsearch_loaders.walk import ends

__all__ = ["Hierarchy", "Place", "Successors"]


class Place(NamedTuple):
    """The fields of ``Concept``; codes of parts (``LP...``)."""

    parents: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()


class Hierarchy:
    """Where terms stand, each perhaps in several branches."""

    def __init__(self, found: Iterable[Row], codes: Container[str]) -> None:
        """``found`` are the rows of the hierarchy: each has a whole path, root first.

        Those of ``codes`` are kept.
        """
        self._paths: dict[str, tuple[str, ...]] = {}
        shared: dict[str, str] = {}  # siblings have one path
        for row in found:
            code, path = row.text("CODE"), row.text("PATH_TO_ROOT")
            if code in codes:
                self._paths[code] = (*self._paths.get(code, ()), shared.setdefault(path, path))

    def place(self, code: str) -> Place:
        """What is above ``code``, nearest first within each branch."""
        paths = (path.split(".") for path in self._paths.get(code, ()))
        branches = [[step for step in reversed(path) if step not in {"", code}] for path in paths]
        parents = (branch[0] for branch in branches if branch)
        ancestors = (step for branch in branches for step in branch)
        return Place(tuple(dict.fromkeys(parents)), tuple(dict.fromkeys(ancestors)))


class Successors:
    """Which terms in use a deprecated one leads to, and which deprecated ones a term stands for."""

    def __init__(self, found: Iterable[Row], active: Mapping[str, bool]) -> None:
        """``found`` are the rows of MapTo; ``active`` says whether a code is in use."""
        self._into: dict[str, tuple[str, ...]] = {}
        self._active = active
        for row in found:
            old, new = row.text("LOINC"), row.text("MAP_TO")
            known = self._into.get(old, ())
            if old and new and old != new and new not in known and not active.get(old):
                self._into[old] = (*known, new)
        self._olds: dict[str, tuple[str, ...]] = {}
        for old in self._into:
            for new in self.replaced_by(old):
                self._olds[new] = (*self._olds.get(new, ()), old)

    def replaced_by(self, code: str) -> tuple[str, ...]:
        """Terms in use to use instead of a deprecated one, over several steps if need be."""

        def stands(one: str) -> bool:
            return self._active.get(one, False)

        return tuple(ends(code, lambda one: self._into.get(one, ()), stands))

    def replaces(self, code: str) -> tuple[str, ...]:
        """Deprecated terms that lead to ``code``, in the order of the file."""
        return self._olds.get(code, ())
