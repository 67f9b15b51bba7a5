"""The embedded index: Qdrant Edge in a folder, one process at a time.

Layout: ``termsearch.json`` (the manifest) beside ``shard/`` (the engine's). The manifest is
written first: a folder with a manifest and no shard is an index in which nothing was stored.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import qdrant_edge as edge
from filelock import FileLock

from termsearch.encoder import Vectors
from termsearch.errors import IndexBusyError, IndexMissingError, IndexUnreadableError
from termsearch.grams import sparse
from termsearch.index import Ask, Found, Nearest, Same, Spelt, Stored
from termsearch.index.folder import MANIFEST, lock, read_manifest, write_manifest
from termsearch.index.manifest import Manifest
from termsearch.index.point import Point, check_vectors
from termsearch.index.tuning import (
    ACORN_SELECTIVITY,
    EDGES,
    EF,
    EF_CONSTRUCT,
    EF_FILTERED,
    FULL_SCAN_KB,
    SCAN,
)
from termsearch.index.where import KEYWORDS, Condition

__all__ = ["EdgeIndex"]

_VECTOR = "name"
_GRAMS = "grams"

_PAGE = 4_096


class EdgeIndex:
    """An index in a folder. Use :meth:`open` or :meth:`open_or_create`.

    The engine never releases Python's lock, so other threads wait while it works, and a
    process must not be forked while an index is open (qdrant.md, pitfalls 1 and 2).
    """

    def __init__(
        self, folder: Path, manifest: Manifest, shard: "edge.EdgeShard", held: FileLock
    ) -> None:
        self._folder, self._manifest, self._lock = folder, manifest, held
        self._shard: edge.EdgeShard | None = shard

    @classmethod
    def open(cls, folder: Path) -> "EdgeIndex":
        """The index in ``folder``.

        Raises:
            IndexMissingError: There is none, or nothing was ever stored in it.
            IndexBusyError: It is open already, here or in another process.
            IndexUnreadableError: Its files are damaged, or of another version.
        """
        manifest = read_manifest(folder)
        if manifest is None or not manifest.loaded:
            raise IndexMissingError(str(folder))
        held = lock(folder)
        try:
            return cls._loaded(folder, manifest, held)
        except BaseException:
            held.release()
            raise

    @classmethod
    def open_or_create(cls, folder: Path, manifest: Manifest) -> "EdgeIndex":
        """The index in ``folder``; made with ``manifest`` if nothing was ever stored there.

        Raises:
            IndexBusyError, IndexUnreadableError: As :meth:`open`.
        """
        held = lock(folder)
        try:
            found = read_manifest(folder)  # under the lock: another may have just made it
            if found and found.loaded:
                return cls._loaded(folder, found, held)
            if found is None:
                _refuse_orphan(folder)
            return cls._made(folder, manifest, held)
        except BaseException:
            held.release()
            raise

    @classmethod
    def _loaded(cls, folder: Path, manifest: Manifest, held: FileLock) -> "EdgeIndex":
        if not (folder / "shard" / "segments").is_dir():
            raise IndexUnreadableError(
                f"{folder} has a manifest and no points: files are missing. Restore it from a "
                "copy, or delete it and ingest again."
            )
        with _engine(folder):
            index = cls(folder, manifest, edge.EdgeShard.load(str(folder / "shard")), held)
            index._complete_fields()
        try:
            manifest.require_whole(index.count(), str(folder))
        except IndexUnreadableError:
            index.close()
            raise
        return index

    @classmethod
    def _made(cls, folder: Path, manifest: Manifest, held: FileLock) -> "EdgeIndex":
        write_manifest(folder, manifest)  # first: a shard without one would be refused
        shard = folder / "shard"
        shutil.rmtree(shard, ignore_errors=True)  # of a run that stored nothing
        with _engine(folder):
            shard.mkdir()
            made = edge.EdgeShard.create(str(shard), _config(manifest.encoder.dimension))
            index = cls(folder, manifest, made, held)
            index._complete_fields()
        return index

    def _complete_fields(self) -> None:
        """Make the field indexes that are not there: all, unless the making was cut.

        Before the first point: the graph gets a field's edges only if its index is there.
        """
        with self._open() as shard:
            missing = [field for field in KEYWORDS if field not in shard.info().payload_schema]
            for field in missing:
                parameters = edge.KeywordIndexParams(enable_hnsw=KEYWORDS[field])
                shard.update(edge.UpdateOperation.create_field_index(field, parameters))
            if missing:
                shard.flush()

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
        """Written beside and moved over the old one, which a crash leaves whole."""
        write_manifest(self._folder, manifest)
        self._manifest = manifest

    def put(self, points: Sequence[Point], vectors: Vectors) -> None:
        """See :class:`~termsearch.index.Index`."""
        check_vectors(vectors, self._manifest.encoder.dimension)
        self._update(
            edge.UpdateOperation.upsert_points(
                [
                    edge.Point(
                        id=point.id, vector=_vector(row, point.form), payload=point.payload()
                    )
                    for point, row in zip(points, vectors, strict=True)
                ]
            )
        )

    def rewrite(self, points: Sequence[Point]) -> None:
        """See :class:`~termsearch.index.Index`."""
        for point in points:
            self._update(edge.UpdateOperation.overwrite_payload([point.id], point.payload()))

    def digests(self, ids: Sequence[str]) -> dict[str, str]:
        """See :class:`~termsearch.index.Index`."""
        with self._open() as shard:
            records = shard.retrieve(list(ids), ["digest"], False)
        return {str(record.id): (record.payload or {}).get("digest", "") for record in records}

    def stored(self, ids: Sequence[str]) -> dict[str, Stored]:
        """See :class:`~termsearch.index.Index`."""
        with self._open() as shard:
            records = shard.retrieve(list(ids), True, True)
        return {str(record.id): _stored(record) for record in records}

    def ids(self, where: Sequence[Condition]) -> Iterator[str]:
        """See :class:`~termsearch.index.Index`."""
        return (str(record.id) for record in self._scroll(where, with_payload=False))

    def remove(self, ids: Sequence[str]) -> None:
        """See :class:`~termsearch.index.Index`."""
        if ids:
            self._update(edge.UpdateOperation.delete_points(list(ids)))

    def search(self, asks: Sequence[Ask]) -> list[list[Found]]:
        """See :class:`~termsearch.index.Index`."""
        with self._open() as shard:
            ranked = [ask for ask in asks if not isinstance(ask.query, Same)]
            requests = [self._request(ask, shard) for ask in ranked]
            answers = iter(shard.query_batch(edge.QueryBatchRequest(requests)) if ranked else [])
        found: list[list[Found]] = []
        for ask in asks:
            match ask.query:
                case Same():
                    found.append(self._same(ask, ask.query))
                case _:
                    found.append(
                        [Found(Point.from_payload(hit.payload), hit.score) for hit in next(answers)]
                    )
        return found

    def points(self, where: Sequence[Condition]) -> Iterator[Point]:
        """See :class:`~termsearch.index.Index`."""
        return (
            Point.from_payload(record.payload) for record in self._scroll(where, with_payload=True)
        )

    def count(self, where: Sequence[Condition] = ()) -> int:
        """See :class:`~termsearch.index.Index`."""
        with self._open() as shard:
            return shard.count(edge.CountRequest(exact=True, filter=_filter(where)))

    def optimize(self) -> None:
        """See :class:`~termsearch.index.Index`."""
        with self._open() as shard:
            shard.flush()
            shard.optimize()
            shard.flush()

    def size(self) -> int:
        """Bytes in use by the folder's files (not their nominal length: the log is sparse)."""
        stats = (path.stat() for path in self._folder.rglob("*") if path.is_file())
        return sum(512 * stat.st_blocks if os.name == "posix" else stat.st_size for stat in stats)

    def close(self) -> None:
        """See :class:`~termsearch.index.Index`."""
        if self._shard is None:
            return
        shard, self._shard = self._shard, None
        try:
            with _engine(self._folder):
                shard.flush()
                shard.close()
        finally:
            self._lock.release()

    @contextmanager
    def _open(self) -> Iterator["edge.EdgeShard"]:
        if self._shard is None:
            raise IndexUnreadableError(f"index {self._folder} was closed; open it again.")
        with _engine(self._folder):
            yield self._shard

    def _update(self, operation: "edge.UpdateOperation") -> None:
        with self._open() as shard:
            shard.update(operation)

    def _request(self, ask: Ask, shard: "edge.EdgeShard") -> "edge.QueryRequest":
        where = _filter(ask.where)
        match ask.query:
            case Nearest(vector):
                query: Any = edge.Query.Nearest(cast("list[float]", vector), using=_VECTOR)
            case Spelt(form):
                query = edge.Query.Nearest(edge.SparseVector(*sparse(form)), using=_GRAMS)
        return edge.QueryRequest(
            limit=ask.limit,
            query=query,
            filter=where,
            with_payload=True,
            params=_params(ask, where, shard),
        )

    def _same(self, ask: Ask, query: Same) -> list[Found]:
        where = (*ask.where, Condition(query.field, (query.value,)))
        with self._open() as shard:
            request = edge.ScrollRequest(limit=ask.limit, filter=_filter(where), with_payload=True)
            records, _ = shard.scroll(request)
        return [Found(Point.from_payload(record.payload), 1.0) for record in records]

    def _scroll(self, where: Sequence[Condition], *, with_payload: bool) -> Iterator["edge.Record"]:
        offset = None
        while True:
            with self._open() as shard:
                request = edge.ScrollRequest(
                    offset=offset, limit=_PAGE, filter=_filter(where), with_payload=with_payload
                )
                records, offset = shard.scroll(request)
            yield from records
            if offset is None:
                return


def _refuse_orphan(folder: Path) -> None:
    if (folder / "shard").exists():
        raise IndexUnreadableError(
            f"{folder} has points but no {MANIFEST}, which says what encoder made them; delete the "
            "folder and ingest again."
        )


def _config(dimension: int) -> "edge.EdgeConfig":
    return edge.EdgeConfig(
        vectors={_VECTOR: edge.EdgeVectorParams(size=dimension, distance=edge.Distance.Cosine)},
        sparse_vectors={_GRAMS: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        hnsw_config=edge.HnswIndexConfig(
            m=EDGES,
            ef_construct=EF_CONSTRUCT,
            full_scan_threshold=FULL_SCAN_KB,
            max_indexing_threads=os.cpu_count() or 1,
        ),
    )


def _vector(row: Vectors, form: str) -> Any:
    return {_VECTOR: row, _GRAMS: edge.SparseVector(*sparse(form))}


def _stored(record: "edge.Record") -> Stored:
    vectors = cast("dict[str, list[float]]", record.vector)
    return Stored(Point.from_payload(record.payload), np.array(vectors[_VECTOR], np.float32))


def _params(ask: Ask, where: "edge.Filter | None", shard: "edge.EdgeShard") -> "edge.SearchParams":
    if ask.exact:
        return edge.SearchParams(exact=True)
    if where is None:
        return edge.SearchParams(hnsw_ef=EF)
    left = shard.count(edge.CountRequest(exact=False, filter=where))
    return edge.SearchParams(
        exact=left <= SCAN,
        hnsw_ef=EF_FILTERED,
        acorn=edge.AcornSearchParams(enable=True, max_selectivity=ACORN_SELECTIVITY),
    )


def _filter(where: Sequence[Condition]) -> "edge.Filter | None":
    if not where:
        return None
    return edge.Filter(must=[_condition(condition) for condition in where])


def _condition(condition: Condition) -> "edge.FieldCondition":
    field, values = condition
    if len(values) == 1:
        return edge.FieldCondition(key=field, match=edge.MatchValue(values[0]))
    return edge.FieldCondition(key=field, match=edge.MatchAny(list(values)))


@contextmanager
def _engine(folder: Path) -> Iterator[None]:
    """Turns the engine's errors, all of them plain ``Exception``, into ours."""
    try:
        yield
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except Exception as error:
        if type(error) not in {Exception, ValueError, OSError}:
            raise  # not the engine's: a bug of ours, or an error that has its words already
        if "WouldBlock" in str(error):
            raise IndexBusyError(str(folder)) from error
        raise IndexUnreadableError(f"index {folder}: the engine failed ({error}).") from error
