"""What an ingest of a release would change in an index, found without writing.

Each concept of the release is compared with its card in the index, many in one request, and then
forgotten. What is held is 8 bytes a name and a concept, and what changed: ten million names of
four million concepts are 112 MB.
"""

from collections.abc import Callable, Iterable, Sequence

from termsearch.concept import Concept, origin_of
from termsearch.diff.changes import KINDS, Change, Changes, Diff, Kind, NameCounts, OriginDiff
from termsearch.diff.origin import OriginDifference
from termsearch.emptied import emptied
from termsearch.index import Index
from termsearch.index.point import Point, points_of
from termsearch.loader import Report

__all__ = ["KINDS", "Change", "Diff", "Difference", "Kind", "NameCounts", "OriginDiff"]

#: Names compared in one request. On MeSH in an embedded index (131,000 names, 30,800 concepts) 512,
#: 2,048 and 8,192 take the same: 3 to 4 s, beside 10 s for reading the release.
_BATCH = 2_048


class Difference:
    """Compares the concepts of a release with what an index holds from the same origins.

    ``ingest`` may feed it while it writes into the same index, if each concept is seen before its
    own points are written and :meth:`finish` is called before those that are gone are removed.
    """

    def __init__(self, index: Index, *, listed: int | None = None) -> None:
        """Read nothing yet.

        Args:
            index: As it is before the ingest.
            listed: Changes of each kind to list at most; all are counted. None lists all, which
                takes about 300 bytes each.
        """
        self._index, self._changes = index, Changes(listed)
        self._origins: dict[str, OriginDifference] = {}
        self._there = dict.fromkeys(index.manifest.origins())  # after what was read so far
        self._assumed = {(e.vocabulary, e.origin) for e in index.manifest.loaded if e.assumed}
        self._waiting: list[Point] = []
        self._finished = False
        self.names = 0  #: met so far

    def read(
        self,
        concepts: Iterable[Concept],
        loader: str,
        report: Report,
        *,
        more_follows: bool = False,
        progress: Callable[[], None] = lambda: None,
    ) -> None:
        """See all ``concepts`` of a release.

        Args:
            concepts: Read once, never held whole.
            loader: First half of their origins.
            report: What the loader fills while it is read.
            more_follows: Another release is read after it, which one ingest would publish with it.
            progress: Called now and then; :attr:`names` says how far it is.

        Raises:
            EmptyReleaseError: No name was kept, and an ingest would refuse that even if most of
                what is there may be removed.
        """
        before = told = self.names
        for concept in concepts:
            self.assume((name, origin_of(loader, part)) for name, part in report.assumed)
            self.see(concept, concept.origin(loader))
            if self.names - told >= _BATCH:
                told = self.names
                progress()
        parts = [origin_of(loader, part) for part in report.parts]
        if self.names > before:
            self.see_origins(parts)
            self._there.update(dict.fromkeys(self._origins))
            return
        for origin in emptied(loader, report, self._there, more_follows=more_follows):
            del self._there[origin]
        self.see_origins(parts, emptied=True)

    def assume(self, vocabularies: Iterable[tuple[str, str]]) -> None:
        """Nobody said that these, each with its origin, are what their files' names say.

        To be told before their concepts are seen: another edition has another name there.
        """
        self._assumed.update(vocabularies)

    def see(self, concept: Concept, origin: str) -> None:
        """Compare one concept, perhaps with those that follow: many cost the index one request."""
        points, _ = points_of(concept, origin)
        self.names += len(points)
        self._waiting += points
        if len(self._waiting) >= _BATCH:
            self._compare_waiting()

    def see_points(self, points: Sequence[Point]) -> None:
        """Compare concepts now, given all their points."""
        self.names += len(points)
        self._compare(points)

    def see_origins(self, origins: Iterable[str], *, emptied: bool = False) -> None:
        """These were read to the end: what they had is gone, also where they gave no concept.

        Those that have no name any more and had none are told of where all is ``emptied``.
        """
        self._compare_waiting()
        for origin in origins:
            if origin not in self._origins:
                found = self._of(origin)
                if found.had_names or emptied:
                    self._origins[origin] = found

    def lost(self, origin: str) -> tuple[int, int]:
        """How many names of ``origin`` are gone, and of how many.

        Raises:
            RuntimeError: Before :meth:`finish`, when that is not known.
        """
        if not self._finished:
            raise RuntimeError("what is lost is known after finish()")
        found = self._origins.get(origin)
        return (found.lost, found.had_names) if found else (0, 0)

    def finish(self) -> Diff:
        """Compare what is left, look for what is gone, and say it all."""
        self._compare_waiting()
        for origin in self._origins.values():
            origin.finish()
        self._finished = True
        return Diff(
            index=self._index.name,
            origins=tuple(origin.summary() for origin in self._origins.values()),
            counts=self._changes.counts,
            names=NameCounts.total(origin.names for origin in self._origins.values()),
            changes={kind: tuple(listed) for kind, listed in self._changes.listed.items()},
        )

    def doubts(self) -> list[str]:
        """What to ask who ingests this, as warnings. After :meth:`finish`."""
        return [doubt for origin in self._origins.values() for doubt in origin.doubts()]

    def _compare_waiting(self) -> None:
        points, self._waiting = self._waiting, []
        self._compare(points)

    def _of(self, origin: str) -> OriginDifference:
        changes, peers, assumed = self._changes, self._origins, self._assumed
        return OriginDifference(self._index, origin, changes, peers, assumed)

    def _compare(self, points: Sequence[Point]) -> None:
        by_origin: dict[str, list[Point]] = {}
        for point in points:
            by_origin.setdefault(point.origin, []).append(point)
        for origin, members in by_origin.items():
            if origin not in self._origins:
                self._origins[origin] = self._of(origin)
            self._origins[origin].compare(members)
