"""One ingest under way: names get vectors, points are written, what is gone is removed."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from time import monotonic
from typing import TypedDict

from termsearch import __version__
from termsearch.batch import Batch
from termsearch.concept import origin_of
from termsearch.diff import Difference
from termsearch.emptied import emptied
from termsearch.encoder import Encoder, Vectors
from termsearch.errors import LargeRemovalError
from termsearch.index import Index
from termsearch.index.check import listed
from termsearch.index.manifest import Loaded
from termsearch.index.met import Met, key_of_id
from termsearch.index.packed import Packed
from termsearch.index.rules import rules, spelling_of
from termsearch.index.where import CARD, Condition
from termsearch.loader import Report
from termsearch.pipeline import ahead, batches, submitted
from termsearch.share import Share
from termsearch.summary import Summary, namesakes, other_options

__all__ = ["IngestOptions", "Intake"]

#: Batches between two stages. Two are no faster, and 8,192 points with their vectors of 768 floats
#: are about 40 MB.
_DEPTH = 1
_PAGE = 4_096
#: Points read with their vectors at a time: 768 floats are 25 kB in Python.
_FEW = 256


class IngestOptions(TypedDict, total=False):
    """What an ingest may do and whom it tells."""

    replace_all: bool  #: allow that most of what an origin had is removed
    more_follows: bool  #: other releases are stored after this one and published with it
    fingerprint: str  #: of what is read and how; remembered, so that `summary.unchanged` knows it
    options: str  #: as on the command line; remembered, so that others are told of the next time
    difference: Difference | None  #: compares with what answers now; told in the summary
    share: Share | None  #: all this is; the rest is left, as if cut, to a run without it
    progress: Callable[[Summary], None]  #: called after every batch, and before the graph is built


def _nobody(_: Summary) -> None:
    """Who is told where nobody asked to be."""


class Intake:
    """One ingest under way."""

    def __init__(
        self, loader: str, encoder: Encoder, index: Index, summary: Summary, how: IngestOptions
    ) -> None:
        self.summary = summary
        self._loader, self._encoder, self._index, self._how = loader, encoder, index, how
        self._progress: Callable[[Summary], None] = how.get("progress") or _nobody
        self._difference, self._options = how.get("difference"), how.get("options")
        self._entries: dict[tuple[str, str], Loaded] = {}
        self._before = index.manifest
        self._respells = self._spelt_otherwise()
        self._seen = Met()
        self._started = monotonic()

    def load(self, read: Iterable[Batch], engine: ThreadPoolExecutor) -> None:
        """Store every batch. All calls to the index go through ``engine``, one at a time."""
        writes: deque[Future[None]] = deque()
        with closing(ahead(read, _DEPTH)) as batches_read:
            for batch, stored in submitted(self._look_up, batches_read, engine, 1):
                fresh = [point for point in batch.points if point.id not in stored]
                changed = [p for p in batch.points if stored.get(p.id, p.digest) != p.digest]
                vectors = self._vectors(fresh) if fresh else None
                known = [point for point in batch.points if self._respells and point.id in stored]
                writes.append(engine.submit(self._write, batch, fresh, vectors, changed, known))
                if len(writes) > _DEPTH:
                    writes.popleft().result()
        for write in writes:
            write.result()

    def require_names(self) -> None:
        """Refuse a release without a name, unless parts of it may be emptied and are not all.

        Raises:
            EmptyReleaseError: See :func:`termsearch.ingest.store`.
        """
        if not self.summary.names:
            emptied(
                self._loader,
                self.summary.report,
                self._before.origins(),
                allowed=self._how.get("replace_all", False),
                more_follows=self._how.get("more_follows", False),
            )

    def finish(self) -> None:
        """Remove what is gone, build the graph, and say in the manifest that all is there."""
        origins = self._origins()
        if self._difference:
            self._difference.see_origins((*origins, *self._read()))
            self.summary.changes = self._difference.finish().counts
        warnings = other_options(self._before, origins, self._options, self._langs())
        for origin in origins:
            self._remove_unseen(origin)
        report = self.summary.report
        report.warnings += [*warnings, *namesakes(self._index, self._entries, self._assumed())]
        report.warnings += self._doubts(origins)
        # A run that was cut before its graph was built leaves that to the next one.
        was_cut = self._before.names is None
        # Rewritten points leave their graph too.
        changed = self.summary.embedded or self.summary.rewritten or self.summary.removed
        if changed or was_cut:
            self.summary.optimizing = True
            self._progress(self.summary)
            self._index.optimize(self._built)
        self._index.write_manifest(
            self._index.manifest.without_origins(origins).with_loaded(
                map(self._counted, self._entries.values())
            )
        )
        # Also what a run that was cut has removed: it waits in the same generation.
        self.summary.origins = tuple(dict.fromkeys((*origins, *self._read())))
        self.summary.seconds = monotonic() - self._started

    def _doubts(self, origins: Sequence[str]) -> Iterator[str]:
        """Warnings of what a comparison with what answers now has shown."""
        if self._difference:
            yield from self._difference.doubts()
            new = not any(self._difference.lost(origin)[1] for origin in origins)
            if origins and new and self._how.get("replace_all"):
                yield f"--replace had nothing to do: nothing of {listed(origins)} was in the index"

    def _langs(self) -> Iterator[tuple[str, str]]:
        entries = self._entries.values()
        return ((entry.origin, lang) for entry in entries for lang in entry.langs)

    def _origins(self) -> tuple[str, ...]:
        """What this run replaces: all that it stored names of, and parts that gave none."""
        had = {entry.origin for entry in self._before.loaded}
        emptied = (origin for origin in self._read() if origin in had)
        return tuple(dict.fromkeys((*(origin for _, origin in self._entries), *emptied)))

    def _read(self) -> list[str]:
        """Of the parts that were read, those without a name too."""
        return [origin_of(self._loader, part) for part in self.summary.report.parts]

    def _spelt_otherwise(self) -> bool:
        """Whether names of the loader may be stored with other pieces than are made of them now.

        Points tell nothing of that: their digest is of what they say.
        """
        ours = spelling_of(rules())
        mine = (e for e in self._before.loaded if e.origin.partition("/")[0] == self._loader)
        return any(spelling_of(entry.rules) != ours for entry in mine)

    def _assumed(self, report: Report | None = None) -> list[tuple[str, str]]:
        """Vocabularies that nobody named, each with the origin that has its names."""
        # A copy, which is made in one step: a loader may be adding to it.
        assumed = tuple((report or self.summary.report).assumed)
        return [(name, origin_of(self._loader, part)) for name, part in assumed]

    def _built(self, share: float) -> None:
        self.summary.built = share
        self._progress(self.summary)

    def _look_up(self, batch: Batch) -> tuple[Batch, dict[str, str]]:
        if self._difference:
            self._difference.assume(self._assumed(batch.report))
            self._difference.see_points([each.point() for each in batch.points])
        return batch, self._index.digests([point.id for point in batch.points])

    def _vectors(self, points: Sequence[Packed]) -> Vectors:
        """One row per point; equal search forms are embedded once."""
        rows = {form: row for row, form in enumerate(dict.fromkeys(p.form for p in points))}
        vectors = self._encoder.encode(list(rows))
        if len(rows) == len(points):
            return vectors
        return vectors[[rows[point.form] for point in points]]

    def _write(
        self,
        batch: Batch,
        fresh: Sequence[Packed],
        vectors: Vectors | None,
        changed: Sequence[Packed],
        respelt: Sequence[Packed],
    ) -> None:
        self._announce(batch.entries)
        if vectors is not None:
            self._index.put(fresh, vectors)
        self._index.rewrite(changed)
        self._index.respell(respelt)
        self._seen.add(key_of_id(point.id) for point in batch.points)
        self._count(batch, len(fresh), len(respelt or changed))  # all that are changed are known
        self._progress(self.summary)

    def _count(self, batch: Batch, fresh: int, changed: int) -> None:
        if batch.report:
            vars(self.summary.report).update(vars(batch.report))
        self.summary.concepts += batch.concepts
        self.summary.names += len(batch.points)
        self.summary.merged += batch.merged
        self.summary.embedded += fresh
        self.summary.reused += len(batch.points) - fresh
        self.summary.rewritten += changed
        self.summary.share = batch.share
        self.summary.seconds = monotonic() - self._started

    def _announce(self, entries: dict[tuple[str, str], Loaded]) -> None:
        """Tell the manifest of new vocabularies, types and languages before they are stored.

        So that a run that is cut leaves an index whose filters know all that is in it.
        """
        if entries != self._entries:
            self._entries = entries
            old = {(e.vocabulary, e.origin): e for e in self._index.manifest.loaded}
            self._declare(
                old[key].joined(entry) if key in old else entry for key, entry in entries.items()
            )

    def _declare(self, entries: Iterable[Loaded]) -> None:
        manifest = self._index.manifest.with_loaded(entries)
        self._index.write_manifest(manifest.model_copy(update={"written_by": __version__}))

    def _remove_unseen(self, origin: str) -> None:
        """Delete the names of ``origin`` that this run did not meet."""
        gone = sum(len(page) for page in self._unseen(origin))
        lost, had = self._lost(origin, gone)
        if lost > had / 2 and had and not self._how.get("replace_all"):
            raise LargeRemovalError(origin, lost, had)
        for page in self._unseen(origin) if gone else ():
            self._index.remove(page)
        self.summary.removed += gone

    def _lost(self, origin: str, gone: int) -> tuple[int, int]:
        """How many names of ``origin`` are not in what was read, of ``gone``, and of how many.

        Of names that answer now, where that is known: a run that was refused has stored others.
        """
        if self._difference:
            return self._difference.lost(origin)
        had = sum(entry.names for entry in self._before.loaded if entry.origin == origin)
        return gone - self._respelt(origin), had

    def _respelt(self, origin: str) -> int:
        """Names of ``origin`` that only other rules than today's had another search form for."""
        if origin not in self._before.made_otherwise(rules()):
            return 0
        pages = batches((id_ for page in self._unseen(origin) for id_ in page), _FEW)
        stored = (self._index.stored(page).values() for page in pages)
        return sum(self._seen.respelt(each.point for each in found) for found in stored)

    def _unseen(self, origin: str) -> Iterator[list[str]]:
        stored = self._index.ids([Condition("origin", (origin,))])
        return (self._seen.missing(page) for page in batches(stored, _PAGE))

    def _counted(self, entry: Loaded) -> Loaded:
        here = [
            Condition("vocabulary", (entry.vocabulary,)),
            Condition("origin", (entry.origin,)),
        ]
        return entry.model_copy(
            update={
                "complete": True,
                "fingerprint": self._how.get("fingerprint", ""),
                "options": self._options,
                "assumed": (entry.vocabulary, entry.origin) in self._assumed(),
                "names": self._index.count(here),
                "concepts": self._index.count([*here, CARD]),
            }
        )
