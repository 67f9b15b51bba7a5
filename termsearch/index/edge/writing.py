"""What one process at a time may do with a generation: change it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

import qdrant_edge as edge
from filelock import FileLock

from termsearch.encoder import Vectors
from termsearch.index.edge.reading import EdgeReader
from termsearch.index.edge.translate import engine_pieces, engine_point
from termsearch.index.folder import require_room, write_manifest
from termsearch.index.manifest import Manifest
from termsearch.index.packed import Packed
from termsearch.index.point import check_vectors
from termsearch.index.tuning import PART
from termsearch.pipeline import batches

__all__ = ["EMPTY_BYTES", "EdgeWriter"]

#: Points in one operation: 39 us a point to store, 47 us with 8,192 (0.9.0).
_UPSERT = 1_024

#: Seconds of work that a crash may cost. A flush takes 0.2 s after 8,192 points of 384 dimensions.
_FLUSH_EVERY = 5.0

#: Bytes of disk that each number of a vector takes, and its byte beside it.
_NUMBER_BYTES = 4 + 1
#: Bytes of disk that a point takes beside its vector (measured: 1,050), and an empty index.
_POINT_BYTES = 2_000
EMPTY_BYTES = 100_000_000
#: What a graph is built in, as a multiple of its points: 24,576 of 768 took 1.35 at the most.
_BUILDING = 1.5


class EdgeWriter(EdgeReader):
    """The changes of :class:`~termsearch.index.Index`, made to an open shard."""

    def __init__(
        self,
        generation: Path,
        manifest: Manifest,
        shard: "edge.EdgeShard",
        held: FileLock | None = None,
    ) -> None:
        """``held`` is the right to write; None opens to read."""
        super().__init__(generation.parent, shard)
        self._generation, self._manifest, self._lock = generation, manifest, held
        self._flushed = monotonic()
        self._loose = 0  # points put or rewritten since the last graph was built

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._folder.name

    @property
    def location(self) -> str:
        """The folder."""
        return str(self._folder)

    @property
    def manifest(self) -> Manifest:
        """As last written."""
        return self._manifest

    def write_manifest(self, manifest: Manifest) -> None:
        """After a flush: the manifest never says more than is stored."""
        self._flush()
        write_manifest(self._generation, manifest)
        self._manifest = manifest

    def put(self, points: Sequence[Packed], vectors: Vectors) -> None:
        """See :class:`~termsearch.index.Index`."""
        check_vectors(vectors, self._manifest.encoder.dimension)
        self._require_room(len(points))
        for start in range(0, len(points), _UPSERT):
            here = slice(start, start + _UPSERT)
            rows = zip(points[here], vectors[here], strict=True)
            made = [engine_point(point, row) for point, row in rows]
            self._update(edge.UpdateOperation.upsert_points(made))
        self._settle()
        self._loosened(len(points))

    def rewrite(self, points: Sequence[Packed]) -> None:
        """See :class:`~termsearch.index.Index`."""
        for point in points:
            self._update(edge.UpdateOperation.overwrite_payload([point.id], point.texts()))
        self._settle()
        self._loosened(len(points))

    def respell(self, points: Sequence[Packed]) -> None:
        """See :class:`~termsearch.index.Index`."""
        for batch in batches(points, _UPSERT):
            made = [engine_pieces(point) for point in batch]
            self._update(edge.UpdateOperation.update_vectors(made))
        self._settle()
        self._loosened(len(points))

    def remove(self, ids: Sequence[str]) -> None:
        """See :class:`~termsearch.index.Index`."""
        if ids:
            self._update(edge.UpdateOperation.delete_points(list(ids)))
            self._settle()

    def optimize(self, progress: Callable[[float], None] = lambda _: None) -> None:
        """See :class:`~termsearch.index.Index`."""
        self._require_room(int(min(self.count(), PART) * _BUILDING))
        with self._open() as shard:
            shard.flush()
            shard.optimize()
            shard.flush()
        self._loose = 0

    def _flush(self) -> None:
        """Nothing for a reader, whose files may have been deleted since."""
        if self._lock:
            with self._open() as shard:
                shard.flush()
            self._flushed = monotonic()

    def _require_room(self, points: int) -> None:
        """Refuse to write ``points`` more where the disk has no room for them."""
        each = _NUMBER_BYTES * self._manifest.encoder.dimension + _POINT_BYTES
        require_room(self._generation, points * each + EMPTY_BYTES)

    def _loosened(self, points: int) -> None:
        """Build a graph over each part: without one, points take memory (see ``PART``).

        A point whose payload is rewritten loses its graph: the engine moves it.
        """
        self._loose += points
        if self._loose >= PART:
            self.optimize()

    def _update(self, operation: "edge.UpdateOperation") -> None:
        if self._lock is None:
            raise RuntimeError(f"{self._generation} was opened to read")  # a bug of ours
        with self._open() as shard:
            shard.update(operation)

    def _settle(self) -> None:
        """Flush now and then, after a whole batch: a slow encoder is never asked twice for one."""
        if monotonic() - self._flushed > _FLUSH_EVERY:
            self._flush()
