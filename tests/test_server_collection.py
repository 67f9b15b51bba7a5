"""How a collection is made, read in pages and brought to rest."""

from collections.abc import Iterator
from typing import Any

import pytest
from qdrant_client import QdrantClient, models

from termsearch.errors import IndexUnreadableError
from termsearch.index.manifest import Manifest
from termsearch.index.server import Layout, ServerIndex, client_for
from termsearch.index.server.collection import build_graph
from termsearch.ingest import ingest
from tests.concepts import concept
from tests.conftest import WordHash
from tests.generations import OLD
from tests.qdrant import Line


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    made = client_for(":memory:", None)
    yield made
    made.close()


class Cluster:
    """The in-memory server, with the memory of a real one for shards and replicas."""

    def __init__(self, client: QdrantClient) -> None:
        self._real = client
        self.made: dict[str, tuple[int, int]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def create_collection(self, name: str, **how: Any) -> bool:
        # Where nothing is asked for, as a real one: one shard a node, of three.
        self.made[name] = how["shard_number"] or 3, how["replication_factor"] or 1
        return self._real.create_collection(name, **how)

    def get_collection(self, name: str) -> models.CollectionInfo:
        info = self._real.get_collection(name)
        shards, replicas = self.made[name]
        info.config.params.shard_number, info.config.params.replication_factor = shards, replicas
        return info


def generation(client: Any, layout: Layout, names: int) -> None:
    manifest = Manifest(encoder=WordHash().card)
    index = ServerIndex.open_or_create(client, "terms", manifest, layout)
    ingest([concept("local", f"{n}", f"name {n}") for n in range(names)], "t", WordHash(), index)
    index.publish()


def test_shards_and_replicas_stay_as_they_are_unless_others_are_asked_for(
    client: QdrantClient,
) -> None:
    cluster = Cluster(client)

    generation(cluster, Layout(shards=6, replicas=2), 1)
    generation(cluster, Layout(), 2)  # from another shell, or `termsearch remove`
    generation(cluster, Layout(replicas=3), 3)

    assert cluster.made == {"terms~1": (6, 2), "terms~2": (6, 2), "terms~3": (6, 3)}


class Restarted:
    """A server that was restarted while it built a graph: grey until the next update.

    https://github.com/qdrant/qdrant/pull/3962
    """

    def __init__(self, client: QdrantClient) -> None:
        self._real = client
        self.polls, self.updates = 0, list[dict[str, Any]]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def get_collection(self, name: str) -> models.CollectionInfo:
        self.polls += 1
        info = self._real.get_collection(name)
        if len(self.updates) < 2:
            info.status = models.CollectionStatus.GREY
        return info

    def update_collection(self, name: str, **how: Any) -> bool:
        self.updates.append(how)
        return self._real.update_collection(name)


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute of waiting takes a second."""
    for name, seconds in {"_STUCK": 15.0, "_POLL": 0.02, "_AGAIN": 0.1}.items():
        monkeypatch.setattr(f"termsearch.index.server.collection.{name}", seconds)
    monkeypatch.setattr("termsearch.index.server.collection.in_memory", lambda _: False)


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("quantize", ["on", "off"])
def test_a_server_that_was_restarted_is_asked_for_the_graph_again(
    client: QdrantClient, quantize: Any
) -> None:
    index = ServerIndex.open_or_create(client, "terms", Manifest(encoder=WordHash().card))
    ingest(OLD, "test", WordHash(), index)
    server = Restarted(client)

    build_graph(server, "terms~1", Layout(quantize=quantize), lambda _: None)  # type: ignore[arg-type]

    first, second = server.updates
    assert first == second
    assert first["hnsw_config"].m > 0
    assert ("quantization_config" in first) is (quantize == "on")


def test_no_request_asks_for_more_points_than_a_page(client: QdrantClient) -> None:
    generation(client, Layout(), 2_500)
    index = ServerIndex.open(client, "terms")
    sizes: list[int] = []

    def measure(call: str, *_: object, **named: Any) -> None:
        if call == "retrieve":
            sizes.append(len(named["ids"]))

    index._client = Line(client, measure)  # type: ignore[assignment]
    ids = list(index.ids([]))

    assert index.digests(ids).keys() == set(ids)
    assert index.stored(ids).keys() == set(ids)
    assert len(sizes) == 6
    assert max(sizes) == 1_024


def test_a_graph_that_failed_says_so(client: QdrantClient) -> None:
    index = ServerIndex.open_or_create(client, "terms", Manifest(encoder=WordHash().card))
    ingest(OLD, "test", WordHash(), index)

    class Red(Restarted):
        def get_collection(self, name: str) -> models.CollectionInfo:
            info = self._real.get_collection(name)
            info.status = models.CollectionStatus.RED
            return info

    with pytest.raises(IndexUnreadableError, match="failed while its graph was built"):
        build_graph(Red(client), "terms~1", Layout(), lambda _: None)  # type: ignore[arg-type]
