"""What any number of processes may do with a generation at once: ask it."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import inf
from time import monotonic
from typing import Any, TypeVar

from qdrant_client import QdrantClient, models

from termsearch.errors import IndexBusyError
from termsearch.grams import hashes
from termsearch.index import Ask, Found, Nearest, Same, Spelt, Stored, batches
from termsearch.index.manifest import Generation, Manifest
from termsearch.index.point import Point
from termsearch.index.server.client import engine, is_missing, patiently, url_of
from termsearch.index.server.collection import (
    ID,
    manifest_in,
    manifest_of,
    metadata_now,
    metadata_of,
)
from termsearch.index.server.generations import served, unfinished
from termsearch.index.server.lost import missing
from termsearch.index.server.points import settle
from termsearch.index.server.translate import GRAMS, VECTOR, filter_of, grams, stored
from termsearch.index.tuning import ACORN_SELECTIVITY, EF, EF_FILTERED, SCAN
from termsearch.index.where import Condition

__all__ = ["ServerReader"]

T = TypeVar("T")

_PAGE = 1_024  # points a request

#: Seconds for which a reader takes its collection for the one that it opened: another may be under
#: the name, where somebody deleted the index and made it anew. To ask takes about as long as a
#: query.
_TRUST = 1.0

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
        self._writer = writer
        self._sent = False  # since the last time all was known to be applied
        found = metadata_of(client, collection)
        self._manifest, self._id = manifest_in(found, collection), found.get(ID, "")
        self._looked = monotonic()

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
        records = self._retrieve(ids, with_payload=["digest"])
        return {str(record.id): (record.payload or {}).get("digest", "") for record in records}

    def stored(self, ids: Sequence[str]) -> dict[str, Stored]:
        """See :class:`~termsearch.index.Index`."""
        self._settle()
        records = self._retrieve(ids, with_payload=True, with_vectors=True)
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
        now = served(self._client, self._name).current
        if not now:
            raise missing(self._client, self._name)
        return now != self._collection or metadata_of(self._client, now).get(ID, "") != self._id

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

        Raises:
            IndexBusyError: Another ingest has discarded what this one was writing to.
            IndexMissingError, ModelMismatchError: As :meth:`_follow`.
        """
        with engine(self._client):
            try:
                if self._writer:
                    return patiently(lambda: call(self._collection))
                self._look()
                return call(self._collection)
            except Exception as error:
                self._looked = -inf  # what could not be asked may be another one next time
                if not is_missing(error):
                    raise
                if self._writer:
                    raise IndexBusyError(self.location) from error
            self._follow()
            return call(self._collection)

    def _look(self) -> None:
        """Now and then, whether the collection is still the one that was opened."""
        if monotonic() - self._looked < _TRUST:
            return
        if metadata_now(self._client, self._collection).get(ID, "") != self._id:
            self._follow()
        self._looked = monotonic()

    def _follow(self) -> None:
        """Read from the generation that is current now.

        Raises:
            IndexMissingError: There is none.
            ModelMismatchError: Another encoder built it than the one that queries come from.
        """
        now = served(self._client, self._name).current
        if not now:
            raise missing(self._client, self._name)
        found = metadata_of(self._client, now)
        manifest = manifest_in(found, now)
        manifest.require(self._manifest.encoder, self._name)
        self._collection, self._manifest, self._id = now, manifest, found.get(ID, "")

    def _manifest_now(self) -> Manifest:
        return self._ask(lambda at: manifest_in(metadata_now(self._client, at), at))

    def _retrieve(self, ids: Sequence[str], **what: Any) -> Iterator[models.Record]:
        """In pages: the server refuses a request of 32 MB, and its answer would be larger."""
        for page in batches(ids, _PAGE):
            yield from self._ask(partial(self._client.retrieve, ids=page, **what))

    def _settle(self) -> None:
        if self._sent:
            settle(self._client, self._collection)
            self._sent = False

    def _request(self, ask: Ask) -> models.QueryRequest:
        where = filter_of(ask.where, ask.among)
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
        if ask.exact or ask.among:
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
