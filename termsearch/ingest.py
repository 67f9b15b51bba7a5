"""The way in: concepts, to names, to vectors, to points.

Reading, embedding and writing overlap, each a bounded number of batches ahead, so memory does
not grow with the release. What is stored already is not embedded again: a run that was cut
goes on where it stopped, and a second run of the same release embeds nothing.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from time import monotonic
from typing import TypedDict, Unpack

from termsearch import __version__
from termsearch.batch import Batch, batches_of
from termsearch.concept import Concept, origin_of
from termsearch.diff import Difference
from termsearch.encoder import Encoder, Vectors
from termsearch.errors import EmptyReleaseError, LargeRemovalError
from termsearch.index import Index
from termsearch.index.manifest import Loaded
from termsearch.index.met import Met, key_of_id
from termsearch.index.packed import Packed
from termsearch.index.where import CARD, Condition
from termsearch.loader import Report
from termsearch.pipeline import ahead, batches, submitted
from termsearch.share import Share
from termsearch.summary import Summary, namesakes, other_options

__all__ = ["IngestOptions", "ingest", "store"]

#: Batches between two stages. Two are no faster, and 8,192 points with their vectors of 768 floats
#: are about 40 MB.
_DEPTH = 1
_PAGE = 4_096


class IngestOptions(TypedDict, total=False):
    """What an ingest may do and whom it tells."""

    replace_all: bool  #: allow that most of what an origin had is removed
    fingerprint: str  #: of what is read and how; remembered, so that `summary.unchanged` knows it
    options: str  #: as on the command line; remembered, so that others are told of the next time
    difference: Difference | None  #: compares with what answers now; told in the summary
    share: Share | None  #: all this is; the rest is left, as if cut, to a run without it
    progress: Callable[[Summary], None]  #: called after every batch, and before the graph is built


def ingest(
    concepts: Iterable[Concept],
    loader: str,
    encoder: Encoder,
    index: Index,
    *,
    report: Report | None = None,
    **how: Unpack[IngestOptions],
) -> Summary:
    """Make ``index`` hold ``concepts`` and nothing else from the same origins; see :func:`store`.

    Args:
        concepts: Read once, never held whole.
        loader: The loader's name: first half of the origin.
        encoder: What embeds the names; it must be the one that built the index.
        index: Where the points go; its next generation.
        report: What the loader fills while it is read.
        how: As :class:`IngestOptions`.
    """
    report = report or Report()
    share = how.get("share")
    mine = share.taken(concepts) if share else concepts
    batches = batches_of(mine, loader, encoder.chunk, report)
    return store(batches, loader, encoder, index, report=report, **how)


def store(
    batches: Iterable[Batch],
    loader: str,
    encoder: Encoder,
    index: Index,
    *,
    report: Report,
    **how: Unpack[IngestOptions],
) -> Summary:
    """Make ``index`` hold what ``batches`` bring and nothing else from the same origins.

    Nobody sees it before ``index`` is published.

    An origin is the loader and, where releases come in parts, the part. Names that an origin
    had and has no longer are removed at the end; a run that fails before removes nothing.

    Args:
        batches: Read once, never held whole.
        loader: Whose they are; for messages.
        encoder: What embeds the names; it must be the one that built the index.
        index: Where the points go; its next generation.
        report: What the loader fills while it is read; or what batches bring.
        how: As :class:`IngestOptions`.

    Raises:
        ModelMismatchError: The index was built by another encoder.
        EmptyReleaseError: No name was kept, and ``replace_all`` is off, or no part that was read
            is stored, or nothing else is; the index is as it was.
        LargeRemovalError: More than half of what an origin had is gone, and ``replace_all`` is off.
    """
    index.manifest.require(encoder.card, index.name)
    run = _Run(loader, encoder, index, Summary(report=report), how)
    with ThreadPoolExecutor(1, "termsearch-index") as engine:
        run.load(batches, engine)
    if how.get("share"):
        index.write_manifest(index.manifest)  # once all is applied
        return run.summary
    replace_all = how.get("replace_all", False)
    if not run.summary.names and not (replace_all and run.empties):
        reasons = ", ".join(f"{n:,} {why}" for why, n in run.summary.report.dropped.items())
        raise EmptyReleaseError(loader, run.summary.report.read, reasons, run.held)
    read_so = {"fingerprint": how.get("fingerprint", ""), "options": how.get("options")}
    run.finish(replace_all=replace_all, read_so=read_so)
    return run.summary


def _nobody(_: Summary) -> None:
    """Who is told where nobody asked to be."""


class _Run:
    """One ingest under way."""

    def __init__(
        self, loader: str, encoder: Encoder, index: Index, summary: Summary, how: IngestOptions
    ) -> None:
        self.summary = summary
        self._loader, self._encoder, self._index = loader, encoder, index
        self._progress: Callable[[Summary], None] = how.get("progress") or _nobody
        self._difference = how.get("difference")
        self._entries: dict[tuple[str, str], Loaded] = {}
        self._before = index.manifest
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
                writes.append(engine.submit(self._write, batch, fresh, vectors, changed))
                if len(writes) > _DEPTH:
                    writes.popleft().result()
        for write in writes:
            write.result()

    def finish(self, *, replace_all: bool, read_so: dict[str, str | None]) -> None:
        """Remove what is gone, build the graph, and say in the manifest that all is there.

        Args:
            replace_all: Also most of what an origin had.
            read_so: What the manifest says besides.
        """
        origins = self._origins()
        if self._difference:
            self._difference.see_origins(origins)
            self.summary.changes = self._difference.finish().counts
        others = other_options(self._before, origins, read_so["options"], self._entries.values())
        for origin in origins:
            self._remove_unseen(origin, replace_all=replace_all)
        report = self.summary.report
        report.warnings += others + namesakes(self._index, report.assumed, origins)
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
                self._counted(entry).model_copy(update=read_so) for entry in self._entries.values()
            )
        )
        self.summary.origins = origins
        self.summary.seconds = monotonic() - self._started

    @property
    def empties(self) -> bool:
        """Whether it leaves parts without a name, and others with some: no index is empty."""
        replaced = self._origins()
        return bool(replaced) and not set(replaced).issuperset(self._before.origins())

    @property
    def held(self) -> list[str]:
        """Origins with names from before: the loader's own, if it has one, and those of parts."""
        read = {self._loader, *self._origins()}
        return [origin for origin in self._before.origins() if origin in read]

    def _origins(self) -> tuple[str, ...]:
        """What this run replaces: all that it stored names of, and parts that gave none."""
        read = [origin_of(self._loader, part) for part in self.summary.report.parts]
        had = {entry.origin for entry in self._before.loaded}
        stored = [origin for _, origin in self._entries]
        return tuple(dict.fromkeys((*stored, *(origin for origin in read if origin in had))))

    def _built(self, share: float) -> None:
        self.summary.built = share
        self._progress(self.summary)

    def _look_up(self, batch: Batch) -> tuple[Batch, dict[str, str]]:
        if self._difference:
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
    ) -> None:
        self._announce(batch.entries)
        if vectors is not None:
            self._index.put(fresh, vectors)
        self._index.rewrite(changed)
        self._seen.add(key_of_id(point.id) for point in batch.points)
        self._count(batch, len(fresh), len(changed))
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

    def _remove_unseen(self, origin: str, *, replace_all: bool) -> None:
        """Delete the names of ``origin`` that this run did not meet."""
        gone = sum(len(page) for page in self._unseen(origin))
        lost, had = self._lost(origin) or (gone, self._had(origin))
        if lost > had / 2 and had and not replace_all:
            raise LargeRemovalError(origin, lost, had)
        for page in self._unseen(origin) if gone else ():
            self._index.remove(page)
        self.summary.removed += gone

    def _lost(self, origin: str) -> tuple[int, int] | None:
        """Of how many names that answer now, none is in what was read; of how many there are.

        Not of those that are stored: a run that was refused has left others there.
        """
        return self._difference.lost(origin) if self._difference else None

    def _had(self, origin: str) -> int:
        return sum(entry.names for entry in self._before.loaded if entry.origin == origin)

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
                "names": self._index.count(here),
                "concepts": self._index.count([*here, CARD]),
            }
        )
