"""Who has an index on a server open, and somebody deletes it and makes another of its name."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from qdrant_client import QdrantClient

from termsearch.concept import Concept
from termsearch.encoder import Vectors
from termsearch.errors import IndexMissingError, ModelMismatchError
from termsearch.index.manifest import Manifest
from termsearch.index.server import ServerIndex, client_for
from termsearch.index.server.collection import ID
from termsearch.ingest import ingest
from termsearch.search import TermSearch
from tests.concepts import concept
from tests.conftest import WordHash
from tests.qdrant import Line

#: Releases: other names, so that an answer tells from which it is.
FIRST = [concept("local", "1", "heart attack"), concept("local", "2", "broken arm")]
SECOND = [concept("local", "1", "attack of the heart"), concept("local", "3", "mumps")]


class Turned(WordHash):
    """Another model of the same width, whose directions mean something else."""

    def __init__(self) -> None:
        super().__init__(version="turned")

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        return np.ascontiguousarray(np.roll(super().encode(names, unit=unit), 17, axis=1))


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    made = client_for(":memory:", None)
    publish(made)
    yield made
    made.close()


def publish(
    client: QdrantClient, concepts: Sequence[Concept] = FIRST, encoder: WordHash | None = None
) -> None:
    encoder = encoder or WordHash()
    index = ServerIndex.open_or_create(client, "terms", Manifest(encoder=encoder.card))
    ingest(concepts, "test", encoder, index, replace_all=True)
    index.publish()


def delete_all(client: QdrantClient) -> None:
    for each in client.get_collections().collections:
        client.delete_collection(each.name)


def searching(client: QdrantClient) -> TermSearch:
    return TermSearch(ServerIndex.open(client, "terms"), WordHash)


def found(search: TermSearch) -> list[str]:
    return [hit.name for hit in search.query("heart attack", mode="dense", limit=1).results]


def wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until a reader asks again what it reads from."""
    monkeypatch.setattr("termsearch.index.server.reading._TRUST", -1.0)


def test_a_reader_answers_from_the_index_that_was_made_anew(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = searching(client)
    before = found(search)
    delete_all(client)
    publish(client, SECOND)

    outdated = search.index.outdated()
    wait(monkeypatch)

    assert (before, outdated) == (["heart attack"], True)
    assert found(search) == ["attack of the heart"]
    assert not search.index.outdated()


def test_a_reader_that_met_the_gap_asks_at_once(client: QdrantClient) -> None:
    search = searching(client)
    delete_all(client)
    with pytest.raises(IndexMissingError, match="no index at :memory:, index terms; make one"):
        found(search)

    publish(client, SECOND)

    assert search.index.manifest.origins() == ["test"]
    assert found(search) == ["attack of the heart"]


@pytest.mark.parametrize("publishes", [1, 2], ids=["of the same name", "of another name"])
def test_a_reader_does_not_answer_from_another_encoders_vectors(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch, publishes: int
) -> None:
    search = searching(client)
    delete_all(client)
    for concepts in (SECOND, FIRST)[:publishes]:
        publish(client, concepts, Turned())

    outdated = search.index.outdated()
    wait(monkeypatch)

    assert outdated
    with pytest.raises(ModelMismatchError, match="'terms' holds vectors from"):
        found(search)


def test_a_reader_is_told_that_its_index_is_gone(client: QdrantClient) -> None:
    search = searching(client)
    delete_all(client)

    with pytest.raises(IndexMissingError, match="no index at"):
        search.index.outdated()


def test_a_snapshot_that_was_restored_over_a_generation_is_another(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = searching(client)
    before = search.index.manifest
    client.update_collection("terms~1", metadata={ID: "of another publishing"})

    outdated = search.index.outdated()
    wait(monkeypatch)
    found(search)

    assert outdated
    assert search.index.manifest is not before
    assert not search.index.outdated()


def test_an_index_that_was_published_without_an_identity_is_open_as_before(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.update_collection("terms~1", metadata={ID: None})
    search = searching(client)
    before = search.index.manifest

    wait(monkeypatch)

    assert found(search) == ["heart attack"]
    assert not search.index.outdated()
    assert search.index.manifest is before
    publish(client, SECOND)
    assert search.index.outdated()


def test_a_reader_that_is_asked_often_seldom_asks_what_it_reads_from(
    client: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = searching(client)
    asked: list[str] = []
    search.index._client = Line(  # type: ignore[attr-defined]
        client, lambda call, *_, **__: asked.append(call)
    )
    monkeypatch.setattr("termsearch.index.server.reading._TRUST", 3600.0)

    found(search)
    search.index._looked -= 7200.0  # type: ignore[attr-defined]
    for _ in range(10):
        found(search)

    assert asked.count("get_collection") == 1
    assert asked.count("query_batch_points") >= 11
