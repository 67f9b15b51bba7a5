"""The index on a Qdrant server: a collection for each generation, the manifest in its metadata.

Tested on qdrant-client's in-memory mode, which has the server's models and none of its engine;
``tests/test_index_contract.py`` runs on a real server where ``QDRANT_URL`` is set.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import inf
from typing import Any, TypeVar
from uuid import uuid4

from qdrant_client import QdrantClient, models

from termsearch.encoder import Vectors
from termsearch.errors import IndexBusyError, IndexMissingError
from termsearch.grams import hashes
from termsearch.index import Ask, Found, Nearest, Same, Spelt, Stored, batches
from termsearch.index.check import require_sound
from termsearch.index.manifest import Generation, Manifest
from termsearch.index.packed import Packed
from termsearch.index.point import Point, check_vectors
from termsearch.index.server.client import client_for, engine, is_missing, patiently, url_of
from termsearch.index.server.collection import (
    WRITER,
    Layout,
    build_graph,
    manifest_of,
    metadata_now,
    send,
    settle,
    with_manifest,
)
from termsearch.index.server.generations import (
    forget_untouched,
    next_generation,
    publish,
    served,
    swapped,
    unfinished,
)
from termsearch.index.server.translate import GRAMS, VECTOR, filter_of, grams, stored, vector
from termsearch.index.tuning import ACORN_SELECTIVITY, EF, EF_FILTERED, SCAN
from termsearch.index.where import Condition

__all__ = ["Layout", "ServerIndex", "client_for"]

T = TypeVar("T")

#: The writer's token of all who fill a generation together.
_TOGETHER = "together"

_PAGE = 1_024
_REWRITES = 256  # payloads a request

#: Where vectors are quantised, twice the hits are compared in full.
_IN_FULL = models.QuantizationSearchParams(rescore=True, oversampling=2.0)


class ServerIndex:
    """One generation of an index. Use :meth:`open` or :meth:`open_or_create`."""

    def __init__(
        self,
        client: QdrantClient,
        name: str,
        collection: str,
        *,
        layout: Layout | None = None,
        writer: str = "",
    ) -> None:
        """``layout`` and ``writer`` are for writing; without, it is opened to read."""
        self._client, self._name, self._collection = client, name, collection
        self._manifest = manifest_of(client, collection)
        self._layout = layout
        self._writer = writer
        self._sent = False  # since the last time all was known to be applied

    @classmethod
    def open(cls, client: QdrantClient, name: str) -> "ServerIndex":
        """The current generation of index ``name``, to read.

        It stays the one it is until the server has it no longer; then the one that is current.

        Raises:
            IndexMissingError: No such index.
            IndexUnreadableError: The server does not answer, or the collection is not ours.
        """
        now = served(client, name)
        if not now.current:
            begun = unfinished(client, name) is not None
            raise IndexMissingError(f"{url_of(client)}, index {name}", begun=begun)
        index = cls(client, name, now.current)
        index.manifest.require_whole(index.count(), index.location)
        return index

    @classmethod
    def open_or_create(
        cls,
        client: QdrantClient,
        name: str,
        manifest: Manifest,
        layout: Layout | None = None,
        *,
        discard: bool = False,
        shared: bool = False,
    ) -> "ServerIndex":
        """The next generation of index ``name``, to write: readers see it once published.

        As in ``edge``; but a second writer is not refused, it takes over, and the first is told
        at its next write: a server can't know whether the first still lives. Those who open it
        ``shared`` write together, until one who does not takes over and publishes.
        """
        layout = layout or Layout()
        collection = next_generation(client, name, manifest, layout, discard=discard, shared=shared)
        writer = _TOGETHER if shared else uuid4().hex
        index = cls(client, name, collection, layout=layout, writer=writer)
        index._write({WRITER: index._writer})
        return index

    @classmethod
    def rollback(cls, client: QdrantClient, name: str) -> "ServerIndex":
        """Let the kept generation answer, keep the one that did, and open it. Undone by another.

        Raises:
            NothingKeptError: No generation is kept.
        """
        now = served(client, name)
        if now.kept:  # whole, or all stays as it is
            kept = cls(client, name, now.kept)
            kept.manifest.require_whole(kept.count(), kept.location)
        swapped(client, name)
        return cls.open(client, name)

    @property
    def name(self) -> str:
        """Of the index: the alias."""
        return self._name

    @property
    def location(self) -> str:
        """URL and index, without the key."""
        return f"{url_of(self._client)}, index {self._name}"

    @property
    def manifest(self) -> Manifest:
        """As last written."""
        return self._manifest

    def write_manifest(self, manifest: Manifest) -> None:
        """After all points are applied: the manifest never says more than is stored."""
        self._require_mine()
        self._settle()
        self._write(with_manifest(manifest))
        self._manifest = manifest

    def put(self, points: Sequence[Packed], vectors: Vectors) -> None:
        """See :class:`~termsearch.index.Index`."""
        check_vectors(vectors, self._manifest.encoder.dimension)
        self._require_mine()
        structs = (
            models.PointStruct(
                id=point.id, vector=vector(row, point.pieces), payload=point.payload()
            )
            for point, row in zip(points, vectors, strict=True)
        )
        self._sent = True
        send(self._client, self._collection, structs)

    def rewrite(self, points: Sequence[Packed]) -> None:
        """See :class:`~termsearch.index.Index`."""
        for batch in batches(points, _REWRITES):
            self._require_mine()
            operations = [
                models.OverwritePayloadOperation(
                    overwrite_payload=models.SetPayload(payload=point.payload(), points=[point.id])
                )
                for point in batch
            ]
            self._ask(partial(self._client.batch_update_points, update_operations=operations))

    def digests(self, ids: Sequence[str]) -> dict[str, str]:
        """See :class:`~termsearch.index.Index`."""
        records = self._ask(lambda at: self._client.retrieve(at, ids, with_payload=["digest"]))
        return {str(record.id): (record.payload or {}).get("digest", "") for record in records}

    def stored(self, ids: Sequence[str]) -> dict[str, Stored]:
        """See :class:`~termsearch.index.Index`."""
        self._settle()
        records = self._ask(lambda at: self._client.retrieve(at, ids, True, with_vectors=True))
        return {str(record.id): stored(record) for record in records}

    def ids(self, where: Sequence[Condition]) -> Iterator[str]:
        """See :class:`~termsearch.index.Index`."""
        return (str(record.id) for record in self._scroll(where, with_payload=False))

    def remove(self, ids: Sequence[str]) -> None:
        """See :class:`~termsearch.index.Index`."""
        if ids:
            self._require_mine()
            gone = models.PointIdsList(points=list(ids))
            self._ask(lambda at: self._client.delete(at, gone, wait=True))

    def search(self, asks: Sequence[Ask]) -> list[list[Found]]:
        """See :class:`~termsearch.index.Index`."""
        self._settle()
        ranked = [ask for ask in asks if not isinstance(ask.query, Same)]
        requests = [self._request(ask) for ask in ranked]
        batch = (
            self._ask(lambda at: self._client.query_batch_points(at, requests)) if ranked else []
        )
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
        self._settle()
        return self._ask(lambda at: self._client.count(at, filter_of(where), exact=True)).count

    def optimize(self, progress: Callable[[float], None] = lambda _: None) -> None:
        """Until the server is at rest. See :class:`~termsearch.index.Index`."""
        self._require_mine()
        build_graph(self._client, self._collection, self._layout or Layout(), progress)

    def publish(self, *, keep: bool = False) -> None:
        """See :class:`~termsearch.index.Index`."""
        self.optimize()  # where the ingest has changed nothing, the copy has no graph yet
        require_sound(self)
        publish(self._client, self._name, self._collection, keep=keep)
        self._writer = ""

    def outdated(self) -> bool:
        """See :class:`~termsearch.index.Index`."""
        return served(self._client, self._name).current not in {"", self._collection}

    def kept(self) -> Generation | None:
        """See :class:`~termsearch.index.Index`."""
        kept = served(self._client, self._name).kept
        return manifest_of(self._client, kept).as_generation() if kept else None

    def unfinished(self) -> Generation | None:
        """See :class:`~termsearch.index.Index`."""
        collection = unfinished(self._client, self._name)
        if not collection:
            return None
        with engine(self._client):
            names = self._client.count(collection, exact=True).count
        generation = manifest_of(self._client, collection).as_generation()
        return generation.model_copy(update={"names": names})

    def size(self) -> int:
        """The server does not tell: 0."""
        return 0

    def close(self) -> None:
        """See :class:`~termsearch.index.Index`."""
        if self._writer and self._writer != _TOGETHER:  # others may be about to write
            forget_untouched(self._client, self._name, self._collection)
        self._writer = ""
        self._client.close()

    def _ask(self, call: Callable[[str], T]) -> T:
        """What the server answers to ``call``, which gets the collection.

        A writer asks again while the server is busy or restarts. A reader does not wait; where
        its generation has been replaced and deleted, it goes on with the current one.
        """
        with engine(self._client):
            if self._writer:
                return patiently(lambda: call(self._collection))
            try:
                return call(self._collection)
            except Exception as error:
                if not is_missing(error) or not self._follow():
                    raise
            return call(self._collection)

    def _follow(self) -> bool:
        """Whether another generation is current, which is read from now on."""
        now = served(self._client, self._name).current
        if now in {"", self._collection}:
            return False
        self._collection, self._manifest = now, manifest_of(self._client, now)
        return True

    def _write(self, metadata: dict[str, Any]) -> None:
        self._ask(lambda at: self._client.update_collection(at, metadata=metadata))

    def _require_mine(self) -> None:
        """Stop where another ingest has taken over.

        Raises:
            IndexBusyError: It has.
        """
        if not self._writer:
            raise RuntimeError(f"{self._collection} was opened to read")  # a bug of ours
        found = self._ask(lambda at: metadata_now(self._client, at))
        if found.get(WRITER) != self._writer:
            raise IndexBusyError(self.location)

    def _settle(self) -> None:
        if self._sent:
            settle(self._client, self._collection)
            self._sent = False

    def _request(self, ask: Ask) -> models.QueryRequest:
        where = filter_of(ask.where)
        match ask.query:
            case Nearest(vector):
                query: Any = vector.tolist()
                using = VECTOR
            case Spelt(form):
                query, using = grams(hashes(form)), GRAMS
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
        unfiltered = models.SearchParams(hnsw_ef=EF, quantization=_IN_FULL)
        if where is None:
            return unfiltered
        left = self._ask(lambda at: self._client.count(at, where, exact=False)).count
        if left >= (self._manifest.names or inf):
            return unfiltered
        return models.SearchParams(
            exact=left <= SCAN,
            hnsw_ef=EF_FILTERED,
            quantization=_IN_FULL,
            acorn=models.AcornSearchParams(enable=True, max_selectivity=ACORN_SELECTIVITY),
        )

    def _same(self, ask: Ask, query: Same) -> list[Found]:
        where = filter_of((*ask.where, Condition(query.field, (query.value,))))
        records, _ = self._ask(lambda at: self._client.scroll(at, where, limit=ask.limit))
        return [Found(Point.from_payload(record.payload), 1.0) for record in records]

    def _scroll(self, where: Sequence[Condition], *, with_payload: bool) -> Iterator[models.Record]:
        self._settle()
        offset: Any = None
        while True:
            page = partial(
                self._client.scroll,
                scroll_filter=filter_of(where),
                limit=_PAGE,
                offset=offset,
                with_payload=with_payload,
            )
            records, offset = self._ask(page)
            yield from records
            if offset is None:
                return
