"""One collection on a Qdrant server: made, filled, and brought to rest before it is served.

While it is filled it has no graph; that is built once, over all points, at the end (qdrant.md,
section 4: quicker, and with all payload edges).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic, sleep
from typing import Any, Literal

from grpc import RpcError
from pydantic import ValidationError
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from termsearch.errors import IndexUnreadableError
from termsearch.index import batches
from termsearch.index.manifest import Manifest
from termsearch.index.server.client import engine, in_memory, patiently
from termsearch.index.server.translate import GRAMS, VECTOR, copied, field_indexes
from termsearch.index.tuning import EDGES, EF_CONSTRUCT, FULL_SCAN_KB

__all__ = [
    "COPIED",
    "WRITER",
    "Layout",
    "build_graph",
    "complete_fields",
    "copy_points",
    "create",
    "manifest_of",
    "metadata_now",
    "metadata_of",
    "send",
    "settle",
    "with_manifest",
]

#: Keys in a collection's metadata. The server replaces those that are written and leaves others.
_MANIFEST = "termsearch"
COPIED = "copied"  # whether all of the generation before is in it
WRITER = "writer"  # token of the ingest that took it over last

_BATCH = 256  # points per request: 256 x 768 floats are 0.8 MB; the server refuses 32 MB
_IN_FLIGHT = 4  # requests at a time: the client's own uploader advises 2 to 4
_NOBODY = "00000000-0000-0000-0000-000000000000"  # the id of no point: ours are of version 5

#: From here on vectors are compared in 4 bits each, which stay in memory (0.4 GB a million at 768
#: dimensions), and only the best again in full, from disk (3.1 GB a million).
_QUANTIZE_FROM = 1_000_000

#: Seconds without any change after which the building of the graph counts as stuck.
_STUCK = 900.0
_POLL = 1.0  # seconds
_AT_REST = 3  # polls in a row: a change of configuration takes a moment to be acted on


@dataclass(frozen=True)
class Layout:
    """How a server is to hold a collection."""

    shards: int | None = None  #: None: the server's default, one a node
    replicas: int | None = None  #: None: the server's default, 1
    quantize: Literal["auto", "on", "off"] = "auto"  #: ``auto``: from a million names


def create(client: QdrantClient, collection: str, manifest: Manifest, layout: Layout) -> None:
    """An empty collection without a graph, with its field indexes."""
    parameters = models.VectorParams(
        size=manifest.encoder.dimension, distance=models.Distance.COSINE
    )
    client.create_collection(
        collection,
        vectors_config={VECTOR: parameters},
        sparse_vectors_config={GRAMS: models.SparseVectorParams(modifier=models.Modifier.IDF)},
        hnsw_config=models.HnswConfigDiff(
            m=0, payload_m=0, ef_construct=EF_CONSTRUCT, full_scan_threshold=FULL_SCAN_KB
        ),
        shard_number=layout.shards,
        replication_factor=layout.replicas,
        metadata={**with_manifest(manifest), COPIED: False},
    )
    complete_fields(client, collection)


def complete_fields(client: QdrantClient, collection: str) -> None:
    """Make the field indexes that are not there: all, unless the making was cut.

    Before the first point: the graph gets a field's edges only if its index is there.
    """
    there = client.get_collection(collection).payload_schema
    for field, schema in field_indexes():
        if field not in there:
            client.create_payload_index(collection, field, schema, wait=True)


def with_manifest(manifest: Manifest) -> dict[str, Any]:
    """As metadata."""
    return {_MANIFEST: manifest.model_dump(mode="json")}


def metadata_of(client: QdrantClient, collection: str) -> dict[str, Any]:
    """What was written beside the points; empty if it is no collection of ours."""
    with engine(client):
        return metadata_now(client, collection)


def metadata_now(client: QdrantClient, collection: str) -> dict[str, Any]:
    """Likewise, with the server's own errors: for what is asked again (:func:`patiently`)."""
    return client.get_collection(collection).config.metadata or {}


def manifest_of(client: QdrantClient, collection: str) -> Manifest:
    """What ``collection`` says of itself.

    Raises:
        IndexUnreadableError: Something else made it, or another version.
    """
    try:
        manifest = Manifest.model_validate(metadata_of(client, collection).get(_MANIFEST))
    except ValidationError as error:
        raise IndexUnreadableError(
            f"collection {collection} has no termsearch manifest in its metadata, so what encoder "
            "made its vectors is unknown; choose another --index."
        ) from error
    manifest.require_schema(f"collection {collection}")
    return manifest


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


def copy_points(client: QdrantClient, source: str, target: str, *, beside: bool = False) -> None:
    """Send all points of ``source`` with their vectors to ``target``, but those that are there.

    ``beside``: others may copy too, or have done so and put more.

    Raises:
        IndexUnreadableError: Not all have arrived.
    """
    settle(client, target)
    send(client, target, (copied(each) for each in _missing(client, source, target, beside)))
    settle(client, target)
    counts = [_counted(client, name) for name in (source, target)]
    if counts[1] < counts[0] or (counts[1] != counts[0] and not beside):
        raise IndexUnreadableError(
            f"collection {target} has {counts[1]:,} of the {counts[0]:,} names of {source} after "
            "they were copied; repeat the ingest with --discard."
        )
    patiently(lambda: client.update_collection(target, metadata={COPIED: True}))


def build_graph(
    client: QdrantClient, collection: str, layout: Layout, progress: Callable[[float], None]
) -> None:
    """Let the server build the graph over all points, and wait for it.

    Args:
        client: Of the server.
        collection: All points are in it.
        layout: Says whether vectors are quantised.
        progress: Called with the share of the vectors that are in it, 0 to 1.

    Raises:
        IndexUnreadableError: The server gave up, or nothing changes any more.
    """
    settle(client, collection)
    with engine(client):
        points = _counted(client, collection)
        more = _quantized() if _is_quantized(layout, points) else {}
        edges = models.HnswConfigDiff(m=EDGES, payload_m=EDGES)
        patiently(lambda: client.update_collection(collection, hnsw_config=edges, **more))
        _wait_for_rest(client, collection, progress)


def _wait_for_rest(
    client: QdrantClient, collection: str, progress: Callable[[float], None]
) -> None:
    before: object = None
    changed, polls_at_rest = monotonic(), 0
    while polls_at_rest < (1 if in_memory(client) else _AT_REST):
        info = patiently(lambda: client.get_collection(collection))
        waiting = _optimizations(client, collection)
        if info.status is models.CollectionStatus.RED:
            raise IndexUnreadableError(
                f"collection {collection} failed while its graph was built "
                f"({info.optimizer_status}); nothing was published. See the server's log."
            )
        at_rest = info.status is models.CollectionStatus.GREEN and not waiting
        polls_at_rest = polls_at_rest + 1 if at_rest else 0
        state = (info.indexed_vectors_count, info.segments_count, waiting, at_rest)
        if state != before:
            before, changed = state, monotonic()
        elif monotonic() - changed > _STUCK:
            raise IndexUnreadableError(
                f"the graph of collection {collection} has not grown for {_STUCK / 60:.0f} minutes "
                f"({info.indexed_vectors_count:,} vectors are in it); nothing was published. Look "
                "at the server's log and memory, then repeat the ingest: it goes on."
            )
        progress(min(1.0, (info.indexed_vectors_count or 0) / max(info.points_count or 0, 1)))
        if not in_memory(client):
            sleep(_POLL)


def _optimizations(client: QdrantClient, collection: str) -> int:
    """Running and waiting ones; 0 where the server does not tell (before 1.17)."""
    with suppress(NotImplementedError, UnexpectedResponse, RpcError):
        answer = patiently(lambda: client.get_optimizations(collection))
        return len(answer.running) + answer.summary.queued_optimizations
    return 0


def _is_quantized(layout: Layout, points: int) -> bool:
    return layout.quantize == "on" or (layout.quantize == "auto" and points >= _QUANTIZE_FROM)


def _quantized() -> dict[str, Any]:
    """4 bits a dimension in memory, originals on disk."""
    turbo = models.TurboQuantQuantizationConfig(
        bits=models.TurboQuantBitSize.BITS4, memory=models.Memory.PINNED
    )
    return {
        "quantization_config": models.TurboQuantization(turbo=turbo),
        "vectors_config": {VECTOR: models.VectorParamsDiff(memory=models.Memory.COLD)},
    }


def _upsert(client: QdrantClient, collection: str, batch: Sequence[models.PointStruct]) -> object:
    with engine(client):
        return patiently(lambda: client.upsert(collection, batch, wait=False))


def _missing(
    client: QdrantClient, source: str, target: str, beside: bool
) -> Iterator[models.Record]:
    """Records of ``source``, with all they have, that ``target`` has not."""
    resumed = beside or _counted(client, target) > 0
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
        yield from _absent(client, source, target, records) if resumed else records
        if offset is None:
            return


def _counted(client: QdrantClient, collection: str) -> int:
    return patiently(lambda: client.count(collection, exact=True)).count


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
