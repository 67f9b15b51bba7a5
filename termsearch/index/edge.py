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

import qdrant_edge as edge
from pydantic import ValidationError

from termsearch.encoder import Vectors
from termsearch.errors import IndexBusyError, IndexMissingError, IndexUnreadableError
from termsearch.index import Ask, Found, Nearest, SameForm, Words
from termsearch.index.manifest import SCHEMA, Manifest
from termsearch.index.point import Point, check_vectors
from termsearch.index.tuning import (
    ACORN_SELECTIVITY,
    EDGES,
    EF,
    EF_CONSTRUCT,
    FULL_SCAN_KB,
    SCAN,
)
from termsearch.index.where import KEYWORDS, TEXT, Condition

__all__ = ["EdgeIndex"]

_MANIFEST = "termsearch.json"
_VECTOR = "name"

_PAGE = 4_096


class EdgeIndex:
    """An index in a folder. Use :meth:`open` or :meth:`create`.

    The engine never releases Python's lock, so other threads wait while it works, and a
    process must not be forked while an index is open (qdrant.md, pitfalls 1 and 2).
    """

    def __init__(self, folder: Path, manifest: Manifest, shard: "edge.EdgeShard") -> None:
        self._folder, self._manifest = folder, manifest
        self._shard: edge.EdgeShard | None = shard

    @classmethod
    def open(cls, folder: Path) -> "EdgeIndex":
        """The index in ``folder``.

        Raises:
            IndexMissingError: There is none.
            IndexBusyError: It is open already, here or in another process.
            IndexUnreadableError: Its files are damaged, or of another version.
        """
        manifest = _read_manifest(folder)
        if manifest is None or not _has_shard(folder):
            raise IndexMissingError(str(folder))
        with _engine(folder):
            return cls(folder, manifest, edge.EdgeShard.load(str(folder / "shard")))

    @classmethod
    def open_or_create(cls, folder: Path, manifest: Manifest) -> "EdgeIndex":
        """The index in ``folder``, made with ``manifest`` if there is none.

        Raises:
            IndexBusyError, IndexUnreadableError: As :meth:`open`.
        """
        if _has_shard(folder):
            if _read_manifest(folder) is None:
                raise IndexUnreadableError(
                    f"{folder} has points but no {_MANIFEST}, which says what encoder made them; "
                    "delete the folder and ingest again."
                )
            return cls.open(folder)
        _write_manifest(folder, manifest)
        shard = folder / "shard"
        shutil.rmtree(shard, ignore_errors=True)  # a creation that was cut: no segment yet
        shard.mkdir()
        with _engine(folder):
            made = edge.EdgeShard.create(str(shard), _config(manifest.encoder.dimension))
            for operation in _field_indexes():  # before the first point: see _field_indexes
                made.update(operation)
            made.flush()
        return cls(folder, manifest, made)

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
        _write_manifest(self._folder, manifest)
        self._manifest = manifest

    def put(self, points: Sequence[Point], vectors: Vectors) -> None:
        """See :class:`~termsearch.index.Index`."""
        check_vectors(vectors, self._manifest.encoder.dimension)
        self._update(
            edge.UpdateOperation.upsert_points(
                [
                    edge.Point(id=point.id, vector={_VECTOR: row}, payload=point.payload())
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
            ranked = [ask for ask in asks if not isinstance(ask.query, SameForm)]
            requests = [self._request(ask, shard) for ask in ranked]
            answers = iter(shard.query_batch(edge.QueryBatchRequest(requests)) if ranked else [])
        found: list[list[Found]] = []
        for ask in asks:
            match ask.query:
                case SameForm(form):
                    found.append(self._same_form(ask, form))
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
        if self._shard is not None:
            with _engine(self._folder):
                self._shard.flush()
                self._shard.close()
            self._shard = None

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
            case Words(text):
                query = edge.TextQuery(TEXT, text)
        return edge.QueryRequest(
            limit=ask.limit,
            query=query,
            filter=where,
            with_payload=True,
            params=_params(where, shard),
        )

    def _same_form(self, ask: Ask, form: str) -> list[Found]:
        where = (*ask.where, Condition("form", (form,)))
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


def _config(dimension: int) -> "edge.EdgeConfig":
    return edge.EdgeConfig(
        vectors={_VECTOR: edge.EdgeVectorParams(size=dimension, distance=edge.Distance.Cosine)},
        hnsw_config=edge.HnswIndexConfig(
            m=EDGES,
            ef_construct=EF_CONSTRUCT,
            full_scan_threshold=FULL_SCAN_KB,
            max_indexing_threads=os.cpu_count() or 1,
        ),
    )


def _field_indexes() -> Iterator["edge.UpdateOperation"]:
    """Made before the first point: the graph gets a field's edges only if its index is there."""
    create = edge.UpdateOperation.create_field_index
    for field, with_edges in KEYWORDS.items():
        yield create(field, edge.KeywordIndexParams(enable_hnsw=with_edges))
    yield create(
        TEXT,
        edge.TextIndexParams(
            scoring=True,
            enable_hnsw=False,
        ),
    )


def _params(where: "edge.Filter | None", shard: "edge.EdgeShard") -> "edge.SearchParams":
    if where is None:
        return edge.SearchParams(hnsw_ef=EF)
    left = shard.count(edge.CountRequest(exact=False, filter=where))
    return edge.SearchParams(
        exact=left <= SCAN,
        hnsw_ef=EF,
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


def _has_shard(folder: Path) -> bool:
    return (folder / "shard" / "segments").is_dir()


def _read_manifest(folder: Path) -> Manifest | None:
    path = folder / _MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise IndexUnreadableError(
            f"{path} can't be read ({str(error).splitlines()[0]}); restore it from a copy, or "
            "delete the folder and ingest again."
        ) from error
    if manifest.schema_version != SCHEMA:
        raise IndexUnreadableError(
            f"{path} has schema {manifest.schema_version}, this termsearch reads {SCHEMA}; delete "
            "the folder and ingest again, or use the termsearch that wrote it "
            f"({manifest.written_by})."
        )
    return manifest


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / f"{_MANIFEST}.new"
        with beside.open("w", encoding="utf-8") as file:
            file.write(manifest.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(folder / _MANIFEST)
    except OSError as error:
        raise IndexUnreadableError(
            f"{folder} can't be written ({error.strerror}); choose another with TERMSEARCH_HOME."
        ) from error


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
