"""One collection on a Qdrant server: made, filled, and brought to rest before it is served.

While it is filled it has no graph; that is built once, over all points, at the end (qdrant.md,
section 4: quicker, and with all payload edges).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import Any, Literal

from grpc import RpcError
from pydantic import ValidationError
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from termsearch.errors import IndexUnreadableError
from termsearch.index.manifest import Manifest
from termsearch.index.server.client import engine, in_memory, patiently, url_of, version_of
from termsearch.index.server.points import counted, settle
from termsearch.index.server.translate import GRAMS, VECTOR, field_indexes
from termsearch.index.tuning import EDGES, EF_CONSTRUCT, FULL_SCAN_KB

__all__ = [
    "COPIED",
    "ID",
    "PUBLISHED",
    "REPLACED",
    "WRITER",
    "Layout",
    "build_graph",
    "complete_fields",
    "create",
    "is_ours",
    "layout_like",
    "manifest_in",
    "manifest_of",
    "metadata_now",
    "metadata_of",
    "with_manifest",
]

#: Keys in a collection's metadata. The server replaces those that are written and leaves others.
_MANIFEST = "termsearch"
COPIED = "copied"  # whether all of the generation before is in it
WRITER = "writer"  # token of the ingest that took it over last, or one of the next two
ID = "id"  # random, of the publishing: a snapshot of another may be restored under its name

#: In the place of a writer's token: it answers, is kept, or did and nobody has said otherwise; and
#: it did, and is about to be deleted.
PUBLISHED = "published"
REPLACED = "replaced"

#: From here on vectors are compared in 4 bits each, which stay in memory (0.4 GB a million at 768
#: dimensions), and only the best again in full, from disk (3.1 GB a million).
_QUANTIZE_FROM = 1_000_000

#: Seconds without any change after which the building of the graph counts as stuck.
_STUCK = 900.0
_POLL = 1.0  # seconds
_AT_REST = 3  # polls in a row: a change of configuration takes a moment to be acted on
_AGAIN = 5.0  # seconds between two requests to build the graph, where the server waits for one


@dataclass(frozen=True)
class Layout:
    """How a server is to hold a collection."""

    shards: int | None = None  #: None: the server's default, one a node
    replicas: int | None = None  #: None: the server's default, 1
    quantize: Literal["auto", "on", "off"] = "auto"  #: ``auto``: from a million names


def layout_like(client: QdrantClient, collection: str, layout: Layout) -> Layout:
    """``layout``, and what it leaves open as ``collection`` has it."""
    there = client.get_collection(collection).config.params
    return replace(
        layout,
        shards=layout.shards or there.shard_number,
        replicas=layout.replicas or there.replication_factor,
    )


def create(client: QdrantClient, collection: str, manifest: Manifest, layout: Layout) -> None:
    """An empty collection without a graph; :func:`complete_fields` is to follow.

    Raises:
        IndexUnreadableError: The server keeps no metadata.
    """
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
    if not is_ours(metadata_now(client, collection)):
        client.delete_collection(collection)
        raise IndexUnreadableError(
            f"the Qdrant server at {url_of(client)} keeps no metadata with its collections: its "
            f"version is {version_of(client) or 'unknown'}, expected 1.16 or newer. Update it."
        )


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


def is_ours(metadata: dict[str, Any]) -> bool:
    """Whether a collection with this metadata was made here, by whichever version."""
    return _MANIFEST in metadata


def manifest_of(client: QdrantClient, collection: str) -> Manifest:
    """What ``collection`` says of itself.

    Raises:
        IndexUnreadableError: Something else made it, or another version.
    """
    return manifest_in(metadata_of(client, collection), collection)


def manifest_in(metadata: dict[str, Any], collection: str) -> Manifest:
    """Likewise, from the ``metadata`` of ``collection``."""
    try:
        manifest = Manifest.model_validate(metadata.get(_MANIFEST))
    except ValidationError as error:
        raise IndexUnreadableError(
            f"collection {collection} has no termsearch manifest in its metadata, so what encoder "
            "made its vectors is unknown; choose another --index."
        ) from error
    manifest.require_schema(f"collection {collection}")
    return manifest


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
        points = counted(client, collection)
        more = _quantized() if _is_quantized(layout, points) else {}
        _ask_for_graph(client, collection, more)
        _wait_for_rest(client, collection, progress, more)


def _ask_for_graph(client: QdrantClient, collection: str, more: dict[str, Any]) -> None:
    edges = models.HnswConfigDiff(m=EDGES, payload_m=EDGES)
    patiently(lambda: client.update_collection(collection, hnsw_config=edges, **more))


def _wait_for_rest(
    client: QdrantClient,
    collection: str,
    progress: Callable[[float], None],
    more: dict[str, Any] | None = None,
) -> None:
    before: object = None
    changed = asked = monotonic()
    polls_at_rest = 0
    while polls_at_rest < (1 if in_memory(client) else _AT_REST):
        info = patiently(lambda: client.get_collection(collection))
        waiting = _optimizations(client, collection)
        if info.status is models.CollectionStatus.RED:
            raise IndexUnreadableError(
                f"collection {collection} failed while its graph was built "
                f"({info.optimizer_status}); nothing was published. See the server's log."
            )
        # After a restart the server builds nothing before the next update
        # (https://github.com/qdrant/qdrant/pull/3962).
        if info.status is models.CollectionStatus.GREY and monotonic() - asked >= _AGAIN:
            _ask_for_graph(client, collection, more or {})
            asked = monotonic()
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
