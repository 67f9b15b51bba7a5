"""What can become of concepts and names between two releases."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import BaseModel, Field

__all__ = ["KINDS", "Change", "Changes", "Diff", "Kind", "NameCounts", "OriginDiff"]

#: What can become of a concept; several may hold for one.
#:
#: added: its code was not in the index, from whatever origin; retired: it was live, and is inactive
#: or gone, from all origins; merged: so too, and the release says into what (or names another
#: successor of an inactive one); revived: it was inactive and is live; removed: it was inactive and
#: is gone; renamed: another preferred name; moved: live before and after, under other parents (a
#: retired one leaves the hierarchy, which "retired" says already); retyped: other semantic types.
Kind = Literal["added", "retired", "merged", "revived", "removed", "renamed", "moved", "retyped"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Change:
    """One concept and what became of it.

    Attributes:
        name: In the release; of one that is gone, the last.
        status: In the release.
        was: CURIEs, type codes or the name before, as the kind of change has it.
        now: The same after; for a merged concept what it was merged into.
    """

    curie: str
    name: str
    status: Literal["active", "inactive", "gone"]
    was: tuple[str, ...] = ()
    now: tuple[str, ...] = ()


class NameCounts(BaseModel):
    """How many names an ingest would touch; a name is a language and a search form."""

    added: int = Field(default=0, description="To concepts that stay.")
    removed: int = Field(default=0, description="From concepts that stay.")
    to_embed: int = Field(default=0, description="All new ones, those of new concepts too.")
    to_remove: int = Field(default=0, description="All that go, those of gone concepts too.")

    @classmethod
    def total(cls, counts: Iterable["NameCounts"]) -> "NameCounts":
        """Each count summed."""
        sums: Counter[str] = Counter()
        for each in counts:
            sums.update(each.model_dump())
        return cls(**sums)


class OriginDiff(BaseModel):
    """What is compared: a loader, or a part of it, as ``ingest`` would replace it."""

    origin: str
    release_was: str = Field(description="Several are joined by a comma; empty: not told.")
    release_now: str
    concepts_was: int = Field(description="0: nothing is in the index from this origin.")
    concepts_now: int
    cut: bool = Field(description="Its last ingest did not end: what that stored counts as there.")
    needs_replace: bool = Field(
        description="More than half of its names would go, those apart that only another version "
        "had another search form for, or none was read: ingest wants --replace for that."
    )


class Diff(BaseModel):
    """What a release changes; ``changes`` may list fewer of a kind than ``counts`` counts."""

    index: str
    origins: tuple[OriginDiff, ...]
    counts: dict[Kind, int]
    names: NameCounts
    changes: dict[Kind, tuple[Change, ...]] = Field(
        description="In the order of the release, then those that were lost, inactive ones first."
    )


class Changes:
    """Counts all changes and lists the first of each kind."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self.counts: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        self.listed: dict[Kind, list[Change]] = {kind: [] for kind in KINDS}

    def add(self, kind: Kind, change: Change) -> None:
        """Count it; list it if there is room."""
        if self._most is None or self.counts[kind] < self._most:
            self.listed[kind].append(change)
        self.counts[kind] += 1
