"""The index on a Qdrant server: one collection, the manifest in its metadata.

Tested on qdrant-client's in-memory mode, which has the server's models and none of its engine;
``tests/test_index_contract.py`` runs on a real server where ``QDRANT_URL`` is set.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from pydantic import ValidationError
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException

from termsearch.encoder import Vectors
from termsearch.errors import IndexMissingError, IndexUnreadableError
from termsearch.grams import sparse
from termsearch.index import Ask, Found, Nearest, Same, Spelt, Stored
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

__all__ = ["ServerIndex", "client_for"]

_VECTOR = "name"
_GRAMS = "grams"
_MANIFEST = "termsearch"  # key in the collection's metadata
_PAGE = 1_024
_TIMEOUT = 60  # seconds; the client's 5 are too short for a load
_BATCH = 256  # points per request: 256 x 768 floats are 0.8 MB; the server refuses 32 MB


def client_for(url: str, api_key: str | None) -> QdrantClient:
    """A client; ``:memory:`` is an empty one of its own, for tests.

    Raises:
        IndexUnreadableError: The address can't be one of a server.
    """
    if url == ":memory:":
        return QdrantClient(":memory:")
    loopback = urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}
    with warnings.catch_warnings():
        if loopback:  # a key without TLS is seen by nobody there
            warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
        try:
            # The version check is a thread whose failure would print a warning of its own.
            return QdrantClient(
                url=url, api_key=api_key, timeout=_TIMEOUT, check_compatibility=False
            )
        except ValueError as error:
            raise IndexUnreadableError(f"QDRANT_URL {url} is no address ({error}).") from error


class ServerIndex:
    """An index in a collection. Use :meth:`open` or :meth:`open_or_create`."""

    def __init__(self, client: QdrantClient, name: str, manifest: Manifest) -> None:
        self._client, self._name, self._manifest = client, name, manifest

    @classmethod
    def open(cls, client: QdrantClient, name: str) -> "ServerIndex":
        """The index in collection ``name``.

        Raises:
            IndexMissingError: No such collection.
            IndexUnreadableError: The server does not answer, or the collection is not ours.
        """
        manifest = _manifest(client, name)
        if manifest is None or not manifest.loaded:
            raise IndexMissingError(f"{_url(client)}, collection {name}")
        index = cls(client, name, manifest)
        manifest.require_whole(index.count(), index.location)
        return index

    @classmethod
    def open_or_create(cls, client: QdrantClient, name: str, manifest: Manifest) -> "ServerIndex":
        """The index in collection ``name``; made with ``manifest`` if nothing was stored there."""
        found = _manifest(client, name)
        if found and found.loaded:
            index = cls.open(client, name)
        else:
            with _engine(client):
                if found:  # of a run that stored nothing
                    client.delete_collection(name)
                _create(client, name, manifest)
            index = cls(client, name, manifest)
        index._complete_fields()
        return index

    def _complete_fields(self) -> None:
        """Make the field indexes that are not there, as in ``edge``."""
        with _engine(self._client):
            there = self._client.get_collection(self._name).payload_schema
            for field, schema in _field_indexes():
                if field not in there:
                    self._client.create_payload_index(self._name, field, schema, wait=True)

    @property
    def name(self) -> str:
        """The collection."""
        return self._name

    @property
    def location(self) -> str:
        """URL and collection, without the key."""
        return f"{_url(self._client)}, collection {self._name}"

    @property
    def manifest(self) -> Manifest:
        """As last written."""
        return self._manifest

    def write_manifest(self, manifest: Manifest) -> None:
        """See :class:`~termsearch.index.Index`."""
        with _engine(self._client):
            self._client.update_collection(self._name, metadata=_metadata(manifest))
        self._manifest = manifest

    def put(self, points: Sequence[Point], vectors: Vectors) -> None:
        """See :class:`~termsearch.index.Index`."""
        check_vectors(vectors, self._manifest.encoder.dimension)
        rows = vectors.tolist()
        for start in range(0, len(points), _BATCH):
            structs = [
                models.PointStruct(
                    id=point.id, vector=_vector(row, point.form), payload=point.payload()
                )
                for point, row in zip(
                    points[start : start + _BATCH], rows[start : start + _BATCH], strict=True
                )
            ]
            with _engine(self._client):
                self._client.upsert(self._name, structs, wait=True)

    def rewrite(self, points: Sequence[Point]) -> None:
        """See :class:`~termsearch.index.Index`."""
        for start in range(0, len(points), _BATCH):
            operations = [
                models.OverwritePayloadOperation(
                    overwrite_payload=models.SetPayload(payload=point.payload(), points=[point.id])
                )
                for point in points[start : start + _BATCH]
            ]
            with _engine(self._client):
                self._client.batch_update_points(self._name, operations, wait=True)

    def digests(self, ids: Sequence[str]) -> dict[str, str]:
        """See :class:`~termsearch.index.Index`."""
        with _engine(self._client):
            records = self._client.retrieve(self._name, list(ids), with_payload=["digest"])
        return {str(record.id): (record.payload or {}).get("digest", "") for record in records}

    def stored(self, ids: Sequence[str]) -> dict[str, Stored]:
        """See :class:`~termsearch.index.Index`."""
        with _engine(self._client):
            records = self._client.retrieve(self._name, list(ids), True, with_vectors=True)
        return {str(record.id): _stored(record) for record in records}

    def ids(self, where: Sequence[Condition]) -> Iterator[str]:
        """See :class:`~termsearch.index.Index`."""
        return (str(record.id) for record in self._scroll(where, with_payload=False))

    def remove(self, ids: Sequence[str]) -> None:
        """See :class:`~termsearch.index.Index`."""
        if ids:
            with _engine(self._client):
                selector = models.PointIdsList(points=list(ids))
                self._client.delete(self._name, selector, wait=True)

    def search(self, asks: Sequence[Ask]) -> list[list[Found]]:
        """See :class:`~termsearch.index.Index`."""
        ranked = [ask for ask in asks if not isinstance(ask.query, Same)]
        with _engine(self._client):
            requests = [self._request(ask) for ask in ranked]
            batch = self._client.query_batch_points(self._name, requests) if ranked else []
        answers = iter(batch)
        found: list[list[Found]] = []
        for ask in asks:
            match ask.query:
                case Same():
                    found.append(self._same(ask, ask.query))
                case _:
                    hits = next(answers).points
                    found.append(
                        [Found(Point.from_payload(hit.payload), hit.score) for hit in hits]
                    )
        return found

    def points(self, where: Sequence[Condition]) -> Iterator[Point]:
        """See :class:`~termsearch.index.Index`."""
        return (
            Point.from_payload(record.payload) for record in self._scroll(where, with_payload=True)
        )

    def count(self, where: Sequence[Condition] = ()) -> int:
        """See :class:`~termsearch.index.Index`."""
        with _engine(self._client):
            return self._client.count(self._name, _filter(where), exact=True).count

    def optimize(self) -> None:
        """The server optimises by itself while it is loaded: nothing to do."""

    def size(self) -> int:
        """The server does not tell: 0."""
        return 0

    def close(self) -> None:
        """See :class:`~termsearch.index.Index`."""
        self._client.close()

    def _request(self, ask: Ask) -> models.QueryRequest:
        where = _filter(ask.where)
        match ask.query:
            case Nearest(vector):
                query: Any = vector.tolist()
                using = _VECTOR
            case Spelt(form):
                query, using = _sparse(form), _GRAMS
        return models.QueryRequest(
            query=query,
            using=using,
            limit=ask.limit,
            filter=where,
            with_payload=True,
            params=self._params(ask, where),
        )

    def _params(self, ask: Ask, where: models.Filter | None) -> models.SearchParams:
        if ask.exact:
            return models.SearchParams(exact=True)
        if where is None:
            return models.SearchParams(hnsw_ef=EF)
        left = self._client.count(self._name, where, exact=False).count
        return models.SearchParams(
            exact=left <= SCAN,
            hnsw_ef=EF_FILTERED,
            acorn=models.AcornSearchParams(enable=True, max_selectivity=ACORN_SELECTIVITY),
        )

    def _same(self, ask: Ask, query: Same) -> list[Found]:
        where = _filter((*ask.where, Condition(query.field, (query.value,))))
        with _engine(self._client):
            records, _ = self._client.scroll(self._name, where, limit=ask.limit)
        return [Found(Point.from_payload(record.payload), 1.0) for record in records]

    def _scroll(self, where: Sequence[Condition], *, with_payload: bool) -> Iterator[models.Record]:
        offset: Any = None
        while True:
            with _engine(self._client):
                records, offset = self._client.scroll(
                    self._name, _filter(where), limit=_PAGE, offset=offset,
                    with_payload=with_payload,
                )  # fmt: skip
            yield from records
            if offset is None:
                return


def _stored(record: models.Record) -> Stored:
    vectors: Any = record.vector
    return Stored(Point.from_payload(record.payload), np.array(vectors[_VECTOR], np.float32))


def _create(client: QdrantClient, name: str, manifest: Manifest) -> None:
    client.create_collection(
        name,
        vectors_config={
            _VECTOR: models.VectorParams(
                size=manifest.encoder.dimension, distance=models.Distance.COSINE
            )
        },
        sparse_vectors_config={_GRAMS: models.SparseVectorParams(modifier=models.Modifier.IDF)},
        hnsw_config=models.HnswConfigDiff(
            m=EDGES, ef_construct=EF_CONSTRUCT, full_scan_threshold=FULL_SCAN_KB
        ),
        metadata=_metadata(manifest),
    )


def _field_indexes() -> Iterator[tuple[str, Any]]:
    for field, with_edges in KEYWORDS.items():
        yield (
            field,
            models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, enable_hnsw=with_edges),
        )


def _vector(row: list[float], form: str) -> dict[str, Any]:
    return {_VECTOR: row, _GRAMS: _sparse(form)}


def _sparse(form: str) -> models.SparseVector:
    indices, values = sparse(form)
    return models.SparseVector(indices=indices, values=values)


def _filter(where: Sequence[Condition]) -> models.Filter | None:
    if not where:
        return None
    return models.Filter(must=[_condition(condition) for condition in where])


def _condition(condition: Condition) -> models.FieldCondition:
    field, values = condition
    if len(values) == 1:
        return models.FieldCondition(key=field, match=models.MatchValue(value=values[0]))
    return models.FieldCondition(key=field, match=models.MatchAny(any=list(values)))


def _metadata(manifest: Manifest) -> dict[str, Any]:
    return {_MANIFEST: manifest.model_dump(mode="json")}


def _manifest(client: QdrantClient, name: str) -> Manifest | None:
    """What collection ``name`` says of itself; None if there is no such collection."""
    with _engine(client):
        if not client.collection_exists(name):
            return None
        metadata = client.get_collection(name).config.metadata or {}
    try:
        manifest = Manifest.model_validate(metadata.get(_MANIFEST))
    except ValidationError as error:
        raise IndexUnreadableError(
            f"collection {name} has no termsearch manifest in its metadata, so what encoder made "
            "its vectors is unknown; choose another --index."
        ) from error
    manifest.require_schema(f"collection {name}")
    return manifest


def _url(client: QdrantClient) -> str:
    return str(getattr(client._client, "rest_uri", ":memory:"))  # no public name


@contextmanager
def _engine(client: QdrantClient) -> Iterator[None]:
    """Turns a refusal or a silence of the server into one line."""
    try:
        yield
    except (ApiException, ResponseHandlingException, OSError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise IndexUnreadableError(
            f"the Qdrant server at {_url(client)} failed ({reason}). Check that it runs, "
            "QDRANT_URL and QDRANT_API_KEY."
        ) from error
