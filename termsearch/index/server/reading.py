"""What any number of processes may do with a generation at once: ask it."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import inf
from typing import Any, TypeVar

from qdrant_client import QdrantClient, models

from termsearch.grams import hashes
from termsearch.index import Ask, Found, Nearest, Same, Spelt, Stored
from termsearch.index.manifest import Generation, Manifest
from termsearch.index.point import Point
from termsearch.index.server.client import engine, is_missing, patiently, url_of
from termsearch.index.server.collection import manifest_of, settle
from termsearch.index.server.generations import served, unfinished
from termsearch.index.server.translate import GRAMS, VECTOR, filter_of, grams, stored
from termsearch.index.tuning import ACORN_SELECTIVITY, EF, EF_FILTERED, SCAN
from termsearch.index.where import Condition

__all__ = ["ServerReader"]

T = TypeVar("T")

_PAGE = 1_024

#: Where vectors are quantised, twice the hits are compared in full.
_IN_FULL = models.QuantizationSearchParams(rescore=True, oversampling=2.0)


class ServerReader:
    """The questions of :class:`~termsearch.index.Index`, put to a collection.

    Args:
        client: Of the server.
        name: Of the index.
        collection: The generation.
        writer: Its token, where it writes too.
    """

    def __init__(
        self, client: QdrantClient, name: str, collection: str, *, writer: str = ""
    ) -> None:
        self._client, self._name, self._collection = client, name, collection
        self._manifest = manifest_of(client, collection)
        self._writer = writer
        self._sent = False  # since the last time all was known to be applied

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

    def waiting(self) -> Manifest | None:
        """See :class:`~termsearch.index.Index`."""
        collection = unfinished(self._client, self._name)
        return manifest_of(self._client, collection) if collection else None

    def size(self) -> int:
        """The server does not tell: 0."""
        return 0

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
