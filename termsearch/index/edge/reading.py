"""What any number of processes may do with a generation at once: ask it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import qdrant_edge as edge

from termsearch.errors import IndexUnreadableError
from termsearch.index import Ask, Found, Same, Stored
from termsearch.index.edge.translate import compiled, engine, request, stored
from termsearch.index.packed import DIGEST, SAID, unpacked
from termsearch.index.point import Point
from termsearch.index.where import Condition

__all__ = ["EdgeReader"]

_PAGE = 4_096


class EdgeReader:
    """The questions of :class:`~termsearch.index.Index`, put to an open shard."""

    def __init__(self, folder: Path, shard: "edge.EdgeShard") -> None:
        self._folder = folder
        self._shard: edge.EdgeShard | None = shard

    def digests(self, ids: Sequence[str]) -> dict[str, str]:
        """See :class:`~termsearch.index.Index`."""
        with self._open() as shard:
            records = shard.retrieve(list(ids), with_payload=[DIGEST], with_vector=False)
        return {str(record.id): (record.payload or {}).get(DIGEST, "") for record in records}

    def stored(self, ids: Sequence[str]) -> dict[str, Stored]:
        """See :class:`~termsearch.index.Index`."""
        with self._open() as shard:
            records = shard.retrieve(list(ids), with_payload=True, with_vector=True)
        return {str(record.id): stored(record) for record in records}

    def ids(self, where: Sequence[Condition]) -> Iterator[str]:
        """See :class:`~termsearch.index.Index`."""
        return (str(record.id) for record in self._scroll(where, with_payload=False))

    def search(self, asks: Sequence[Ask]) -> list[list[Found]]:
        """See :class:`~termsearch.index.Index`."""
        with self._open() as shard:
            ranked = [ask for ask in asks if not isinstance(ask.query, Same)]
            requests = [request(ask, shard) for ask in ranked]
            answers = iter(shard.query_batch(edge.QueryBatchRequest(requests)) if ranked else [])
        found: list[list[Found]] = []
        for ask in asks:
            match ask.query:
                case Same():
                    found.append(self._same(ask, ask.query))
                case _:
                    found.append([Found(unpacked(hit.payload), hit.score) for hit in next(answers)])
        return found

    def points(self, where: Sequence[Condition]) -> Iterator[Point]:
        """See :class:`~termsearch.index.Index`."""
        return (unpacked(record.payload) for record in self._scroll(where, with_payload=True))

    def count(self, where: Sequence[Condition] = ()) -> int:
        """See :class:`~termsearch.index.Index`."""
        with self._open() as shard:
            return shard.count(edge.CountRequest(exact=True, filter=compiled(where)))

    @contextmanager
    def _open(self) -> Iterator["edge.EdgeShard"]:
        if self._shard is None:
            raise IndexUnreadableError(f"index {self._folder} was closed; open it again.")
        with engine(self._folder):
            yield self._shard

    def _same(self, ask: Ask, query: Same) -> list[Found]:
        where = (*ask.where, Condition(query.field, (query.value,)))
        with self._open() as shard:
            request = edge.ScrollRequest(
                limit=ask.limit, filter=compiled(where), with_payload=[SAID]
            )
            records, _ = shard.scroll(request)
        return [Found(unpacked(record.payload), 1.0) for record in records]

    def _scroll(self, where: Sequence[Condition], *, with_payload: bool) -> Iterator["edge.Record"]:
        offset = None
        while True:
            with self._open() as shard:
                request = edge.ScrollRequest(
                    offset=offset,
                    limit=_PAGE,
                    filter=compiled(where),
                    with_payload=[SAID] if with_payload else False,
                )
                records, offset = shard.scroll(request)
            yield from records
            if offset is None:
                return
