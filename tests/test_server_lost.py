"""A server where an alias was lost, a snapshot restored, or another program has collections."""

from collections.abc import Iterator
from typing import Any

import pytest
from qdrant_client import QdrantClient, models

from termsearch.concept import Concept
from termsearch.errors import IndexMissingError, IndexUnreadableError, NothingKeptError
from termsearch.index.manifest import Manifest
from termsearch.index.server import ServerIndex, client_for
from termsearch.ingest import ingest
from tests.concepts import concept
from tests.conftest import WordHash
from tests.generations import NEW, OLD, cut
from tests.qdrant import Line

MORE = concept("local", "more", "more")


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    made = client_for(":memory:", None)
    close, made.close = made.close, lambda *_, **__: None  # type: ignore[method-assign]
    yield made  # each index has a client of its own
    close()


def opened(client: Any, *, discard: bool = False) -> ServerIndex:
    manifest = Manifest(encoder=WordHash().card)
    return ServerIndex.open_or_create(client, "terms", manifest, discard=discard)


def publish(client: Any, concepts: list[Concept] = OLD, **how: bool) -> ServerIndex:
    index = opened(client, discard=how.pop("discard", False))
    ingest(concepts, "test", WordHash(), index)
    index.publish(**how)
    return index


def lose(client: QdrantClient, *aliases: str) -> None:
    """As after all of the server was restored from snapshots of its collections."""
    gone = [models.DeleteAlias(alias_name=alias) for alias in aliases or ("terms",)]
    client.update_collection_aliases([models.DeleteAliasOperation(delete_alias=g) for g in gone])


def collections(client: QdrantClient) -> list[str]:
    return sorted(each.name for each in client.get_collections().collections)


def aliases(client: QdrantClient) -> dict[str, str]:
    return {each.alias_name: each.collection_name for each in client.get_aliases().aliases}


@pytest.mark.parametrize("generation", [1, 2])
def test_a_whole_index_that_lost_its_alias_is_named_and_not_deleted(
    client: QdrantClient, generation: int
) -> None:
    for release in (OLD, NEW)[:generation]:
        publish(client, release)
    lose(client)
    told = rf"these are whole: terms~{generation} \(local {generation}; 150 names\).*rollback.*--d"

    with pytest.raises(IndexMissingError, match=told):
        ServerIndex.open(client, "terms")
    with pytest.raises(IndexMissingError, match=told):
        opened(client)

    assert collections(client) == [f"terms~{generation}"]
    assert ServerIndex.rollback(client, "terms").count() == 150
    assert aliases(client) == {"terms": f"terms~{generation}"}
    publish(client, [*NEW, MORE])
    assert ServerIndex.open(client, "terms").count() == 151


def test_of_several_the_newest_answers_and_a_kept_one_stays_kept(client: QdrantClient) -> None:
    publish(client)
    publish(client, NEW, keep=True)
    lose(client)

    index = ServerIndex.rollback(client, "terms")

    assert index.manifest.releases() == {"local": "2"}
    assert aliases(client) == {"terms": "terms~2", "terms~kept": "terms~1"}


def test_discard_begins_anew_where_an_alias_was_lost(client: QdrantClient) -> None:
    publish(client)
    lose(client)

    publish(client, [MORE], discard=True)

    assert ServerIndex.open(client, "terms").count() == 1
    assert len(collections(client)) == 1


def test_part_of_an_index_is_nothing_to_return_to(client: QdrantClient) -> None:
    index = opened(client)
    with pytest.raises(RuntimeError, match="cut"):
        ingest(cut(OLD, 130), "test", WordHash(), index)

    with pytest.raises(NothingKeptError):
        ServerIndex.rollback(client, "terms")
    publish(client)

    assert ServerIndex.open(client, "terms").count() == 150


def test_what_was_restored_beside_an_index_stays_until_it_is_discarded(
    client: QdrantClient, caplog: pytest.LogCaptureFixture
) -> None:
    publish(client)
    publish(client, NEW, keep=True)
    lose(client, "terms~kept")

    publish(client, [*NEW, MORE])
    kept = collections(client)
    publish(client, NEW, discard=True)

    assert kept == ["terms~1", "terms~3"]
    assert "collection terms~1 has answered once" in caplog.text
    assert collections(client) == ["terms~4"]


def test_no_alias_is_ever_away_while_one_index_replaces_another(client: QdrantClient) -> None:
    asked: list[Any] = []

    def note(call: str, *arguments: Any, **_: object) -> None:
        if call == "update_collection_aliases":
            asked.append(arguments)

    publish(client)
    publish(client, NEW, keep=True)
    index = opened(client)
    ingest([*NEW, MORE], "test", WordHash(), index)
    index._client = Line(client, note)  # type: ignore[assignment]
    index.publish(keep=True)

    ((operations,),) = asked
    assert [type(each) for each in operations] == [models.CreateAliasOperation] * 2
    assert aliases(client) == {"terms": "terms~3", "terms~kept": "terms~2"}


def test_a_collection_of_another_program_is_passed_by(client: QdrantClient) -> None:
    vectors = models.VectorParams(size=3, distance=models.Distance.COSINE)
    client.create_collection("terms~7", vectors, metadata={"owner": "somebody"})
    client.create_collection("terms~8", vectors)

    with pytest.raises(IndexMissingError, match="make one with 'termsearch ingest"):
        ServerIndex.open(client, "terms")
    publish(client)
    publish(client, NEW, discard=True)

    assert ServerIndex.open(client, "terms").count() == 150
    assert ServerIndex.open(client, "terms").unfinished() is None
    assert {"terms~7", "terms~8"} < set(collections(client))
    assert len(collections(client)) == 3


class WithoutMetadata:
    """A server before 1.16: it drops what it does not know."""

    def __init__(self, client: QdrantClient, version: str) -> None:
        self._real, self._version = client, version

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def create_collection(self, name: str, **how: Any) -> bool:
        return self._real.create_collection(name, **how | {"metadata": None})

    def info(self) -> models.VersionInfo:
        if not self._version:
            raise OSError("a proxy lets only /collections through")
        return models.VersionInfo(title="qdrant", version=self._version)


@pytest.mark.parametrize(
    ("version", "told"), [("1.15.1", "version is 1.15.1, "), ("", "version is unknown, ")]
)
def test_a_server_that_keeps_no_metadata_is_told_its_version(
    client: QdrantClient, version: str, told: str
) -> None:
    with pytest.raises(IndexUnreadableError, match=f"{told}expected 1.16 or newer"):
        opened(WithoutMetadata(client, version))

    assert collections(client) == []
