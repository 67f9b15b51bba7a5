"""Many points into a collection on a Qdrant server: sent, applied, and copied from another."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from qdrant_client import QdrantClient, models

from termsearch.errors import IndexUnreadableError
from termsearch.index import batches
from termsearch.index.server.client import engine, in_memory, patiently
from termsearch.index.server.translate import copied

__all__ = ["copy_points", "counted", "send", "settle"]

_BATCH = 256  # points per request: 256 x 768 floats are 0.8 MB; the server refuses 32 MB
_IN_FLIGHT = 4  # requests at a time: the client's own uploader advises 2 to 4
_NOBODY = "00000000-0000-0000-0000-000000000000"  # the id of no point: ours are of version 5


def send(client: QdrantClient, collection: str, points: Iterable[models.PointStruct]) -> None:
    """Upsert ``points``, several requests at a time, each repeated where the server is busy.

    They are accepted, and applied later: see :func:`settle`.
    """
    # Batches are made here, the next while others travel, and no more than can be sent.
    with ThreadPoolExecutor(1 if in_memory(client) else _IN_FLIGHT, "termsearch-upsert") as pool:
        pending: deque[Future[object]] = deque()
        for batch in batches(points, _BATCH):
            if len(pending) == _IN_FLIGHT:
                pending.popleft().result()
            pending.append(pool.submit(_upsert, client, collection, batch))
        for each in pending:
            each.result()


def settle(client: QdrantClient, collection: str) -> None:
    """Wait until all that was sent is applied.

    Updates are applied in the order they came, so this waits for a last one, which changes
    nothing; as a filter it goes to every shard.
    """
    nothing = models.FilterSelector(
        filter=models.Filter(must=[models.HasIdCondition(has_id=[_NOBODY])])
    )
    with engine(client):
        patiently(lambda: client.delete(collection, nothing, wait=True))


def counted(client: QdrantClient, collection: str) -> int:
    """How many points are in it, exactly."""
    return patiently(lambda: client.count(collection, exact=True)).count


def copy_points(
    client: QdrantClient,
    source: str,
    target: str,
    *,
    still_ours: Callable[[], None],
    beside: bool = False,
) -> None:
    """Send all points of ``source`` with their vectors to ``target``, but those that are there.

    Args:
        client: Of the server.
        source: Is not written to.
        target: A copy that was cut, or an empty collection.
        still_ours: Called before each page; raises where another ingest has taken ``target`` over,
            and may have changed what would be copied over its changes.
        beside: Others may copy too, or have done so and put more.

    Raises:
        IndexUnreadableError: Not all have arrived.
    """
    settle(client, target)
    missing = _missing(client, source, target, beside)
    send(client, target, (copied(each) for each in _while(still_ours, missing)))
    settle(client, target)
    counts = [counted(client, name) for name in (source, target)]
    if counts[1] < counts[0] or (counts[1] != counts[0] and not beside):
        still_ours()
        raise IndexUnreadableError(
            f"collection {target} has {counts[1]:,} of the {counts[0]:,} names of {source} after "
            "they were copied; repeat the ingest with --discard."
        )


def _while(
    still_ours: Callable[[], None], pages: Iterable[Sequence[models.Record]]
) -> Iterator[models.Record]:
    for page in pages:
        still_ours()
        yield from page


def _missing(
    client: QdrantClient, source: str, target: str, beside: bool
) -> Iterator[Sequence[models.Record]]:
    """Records of ``source``, with all they have, that ``target`` has not, in pages."""
    resumed = beside or counted(client, target) > 0
    offset: Any = None
    while True:
        page = partial(
            client.scroll,
            source,
            limit=_BATCH,
            offset=offset,
            with_payload=not resumed,
            with_vectors=not resumed,
        )
        records, offset = patiently(page)
        yield _absent(client, source, target, records) if resumed else records
        if offset is None:
            return


def _absent(
    client: QdrantClient, source: str, target: str, records: Sequence[models.Record]
) -> list[models.Record]:
    ids = [record.id for record in records]
    found = patiently(lambda: client.retrieve(target, ids, with_payload=False))
    there = {each.id for each in found}
    wanted = [id_ for id_ in ids if id_ not in there]
    if not wanted:
        return []
    return patiently(lambda: client.retrieve(source, wanted, with_payload=True, with_vectors=True))


def _upsert(client: QdrantClient, collection: str, batch: Sequence[models.PointStruct]) -> object:
    with engine(client):
        return patiently(lambda: client.upsert(collection, batch, wait=False))
