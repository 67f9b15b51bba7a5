"""Readers see the old releases or the new ones; an update that was cut goes on; and back again."""

from pathlib import Path

import pytest

from termsearch.concept import Concept
from termsearch.errors import (
    IndexBusyError,
    IndexMissingError,
    IndexUnreadableError,
    NothingKeptError,
    UnfinishedIngestError,
)
from termsearch.index import Index
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.index.server import ServerIndex, client_for
from termsearch.index.server.collection import COPIED
from termsearch.index.where import Condition
from termsearch.ingest import ingest
from termsearch.status import status
from tests.concepts import ALL, falsified
from tests.conftest import Store, WordHash
from tests.generations import NEW, OLD, cut


def publish(
    store: Store, encoder: WordHash, concepts: list[Concept] = OLD, *, keep: bool = False
) -> None:
    index = store.make(encoder)
    ingest(concepts, "test", encoder, index)
    index.publish(keep=keep)
    store.leave(index)


def leave_cut(store: Store, encoder: WordHash, loader: str = "test") -> None:
    """An ingest of NEW that ends after 128 names, of which 118 were there."""
    index = store.make(encoder)
    with pytest.raises(RuntimeError, match="cut"):
        ingest(cut(NEW, 130), loader, encoder, index)
    store.leave(index)


def releases(index: Index) -> set[str]:
    return {kind for point in index.points([]) for kind in point.types}


def test_readers_see_the_old_release_while_the_new_one_is_written(
    store: Store, encoder: WordHash
) -> None:
    publish(store, encoder)
    reader, writer = store.open(), store.make(encoder)

    ingest(NEW, "test", encoder, writer)

    assert (reader.count(), releases(reader)) == (150, {"1"})
    assert (writer.count(), releases(writer)) == (150, {"2"})
    late = store.open()
    assert releases(late) == {"1"}
    store.leave(late)
    store.leave(writer)
    store.leave(reader)


def test_what_is_published_is_what_readers_open(store: Store, encoder: WordHash) -> None:
    publish(store, encoder)
    reader = store.open()
    was_outdated = reader.outdated()
    publish(store, encoder, NEW)

    after = store.open()

    assert (was_outdated, reader.outdated(), after.outdated()) == (False, True, False)
    assert releases(after) == {"2"}
    assert after.count([Condition("curies", ("local:159",))]) == 1
    assert after.count([Condition("curies", ("local:5",))]) == 0
    # One that was open: a folder's files stay until they are closed, a server's collection is gone.
    assert releases(reader) == {"1" if store.client is None else "2"}
    store.leave(after)
    store.leave(reader)


def test_an_update_embeds_only_what_is_new(store: Store, encoder: WordHash) -> None:
    publish(store, encoder)
    encoder.embedded = []
    index = store.make(encoder)

    summary = ingest(NEW, "test", encoder, index)

    assert (summary.embedded, summary.rewritten, summary.removed) == (10, 140, 10)
    assert encoder.embedded == [f"name {n}" for n in range(150, 160)]
    index.close()


def test_a_cut_update_shows_nothing_and_goes_on(store: Store, encoder: WordHash) -> None:
    publish(store, encoder)
    leave_cut(store, encoder)
    encoder.embedded = []

    seen = store.open()
    index = store.make(encoder)
    summary = ingest(NEW, "test", encoder, index)
    index.publish()

    assert releases(seen) == {"1"} if store.client is None else {"2"}
    assert (summary.rewritten, summary.embedded) == (140 - 128, 10)
    assert store.generations() == ["2"]
    store.leave(seen)


def test_a_cut_first_ingest_is_no_index_and_goes_on(store: Store, encoder: WordHash) -> None:
    leave_cut(store, encoder)

    with pytest.raises(IndexMissingError, match="first ingest is running or was cut"):
        store.open()
    encoder.embedded = []
    publish(store, encoder, NEW)

    assert len(encoder.embedded) == 150 - 128
    assert store.generations() == ["1"]


def test_a_damaged_generation_is_not_published(store: Store, encoder: WordHash) -> None:
    publish(store, encoder)
    index = store.make(encoder)
    ingest(NEW, "test", encoder, index)
    point = next(index.points([]))
    index.rewrite([falsified(point, definition="something else")])

    with pytest.raises(IndexUnreadableError, match=r"1 of 150 names .* are damaged .* --discard"):
        index.publish()
    store.leave(index)

    seen = store.open()
    assert releases(seen) == {"1"}
    store.leave(seen)


def test_what_is_kept_is_returned_to_and_left_again(store: Store, encoder: WordHash) -> None:
    publish(store, encoder)
    publish(store, encoder, NEW, keep=True)

    seen = []
    for _ in range(3):
        index = store.rollback()
        kept = index.kept()
        seen.append((releases(index), kept and kept.releases))
        store.leave(index)

    assert seen == [
        ({"1"}, {"local": "2"}),
        ({"2"}, {"local": "1"}),
        ({"1"}, {"local": "2"}),
    ]


def test_without_keep_there_is_nothing_to_return_to(store: Store, encoder: WordHash) -> None:
    publish(store, encoder)
    publish(store, encoder, NEW, keep=True)
    publish(store, encoder, OLD)

    with pytest.raises(NothingKeptError, match="ingest --keep"):
        store.rollback()

    assert store.generations() == ["3"]


def test_an_index_that_is_not_there_is_not_made_by_a_rollback(store: Store) -> None:
    with pytest.raises(IndexMissingError):
        store.rollback()

    assert not store.folder.exists()


def test_an_unfinished_update_of_a_generation_that_is_not_current_is_thrown_away(
    store: Store, encoder: WordHash, caplog: pytest.LogCaptureFixture
) -> None:
    publish(store, encoder)
    publish(store, encoder, NEW, keep=True)
    leave_cut(store, encoder, "other")
    store.leave(store.rollback())

    index = store.make(encoder)

    (told,) = caplog.messages
    assert "which an ingest that is running or was cut has begun, can't be published now" in told
    assert releases(index) == {"1"}
    assert [entry.origin for entry in index.manifest.loaded] == ["test"]
    store.leave(index)


def test_part_of_a_release_is_not_published_with_another(store: Store, encoder: WordHash) -> None:
    publish(store, encoder)
    leave_cut(store, encoder, "other")
    index = store.make(encoder)
    ingest(NEW, "test", encoder, index)

    expected = r"local \(other\) was cut or failed, .* --discard"
    with pytest.raises(UnfinishedIngestError, match=expected):
        index.publish()
    store.leave(index)
    index = store.make(encoder, discard=True)
    ingest(NEW, "test", encoder, index)
    index.publish()
    store.leave(index)

    seen = store.open()
    assert (seen.count(), releases(seen)) == (150, {"2"})
    store.leave(seen)


def test_a_release_that_can_not_be_read_leaves_no_generation(
    store: Store, encoder: WordHash
) -> None:
    publish(store, encoder)
    index = store.make(encoder)

    with pytest.raises(RuntimeError, match="cut"):
        ingest(cut(NEW, 0), "test", encoder, index)
    index.close()

    if store.client is None:  # the other's client is closed now
        assert store.generations() == ["1"]


def test_status_tells_of_generations_that_do_not_answer(store: Store, encoder: WordHash) -> None:
    publish(store, encoder)
    publish(store, encoder, NEW, keep=True)
    leave_cut(store, encoder, "other")
    index = store.open()

    found = status(index)
    store.leave(index)

    assert found.kept is not None
    assert (found.kept.names, found.kept.releases) == (150, {"local": "1"})
    assert found.unfinished is not None
    assert found.unfinished.names == 150 + 128


def test_one_ingest_at_a_time_writes_to_a_folder(tmp_path: Path, encoder: WordHash) -> None:
    index = EdgeIndex.open_or_create(tmp_path / "terms", Manifest(encoder=encoder.card))

    with pytest.raises(IndexBusyError, match="another ingest writes to the index"):
        EdgeIndex.open_or_create(tmp_path / "terms", Manifest(encoder=encoder.card))
    index.close()


def test_an_ingest_that_another_took_over_from_is_told(encoder: WordHash) -> None:
    client, manifest = client_for(":memory:", None), Manifest(encoder=encoder.card)
    first = ServerIndex.open_or_create(client, "terms", manifest)
    second = ServerIndex.open_or_create(client, "terms", manifest)

    with pytest.raises(IndexBusyError, match="another ingest writes to the index"):
        ingest(ALL, "test", encoder, first)

    assert ingest(ALL, "test", encoder, second).embedded == 11


def test_a_copy_of_a_folder_that_was_cut_is_made_again(tmp_path: Path, encoder: WordHash) -> None:
    store = Store("edge", tmp_path)
    publish(store, encoder)
    (store.folder / "2.copying" / "shard").mkdir(parents=True)

    publish(store, encoder, NEW)

    assert store.generations() == ["2"]
    assert EdgeIndex.open(store.folder).count() == 150


def test_a_copy_on_a_server_that_was_cut_is_completed(tmp_path: Path, encoder: WordHash) -> None:
    store = Store("memory", tmp_path)
    publish(store, encoder)
    assert store.client is not None
    begun = store.make(encoder)
    begun.remove(list(begun.ids([]))[::2])
    store.client.update_collection(f"{store.name}~2", metadata={COPIED: False})

    index = store.make(encoder)

    assert index.count() == 150
    assert set(index.ids([])) == set(store.open().ids([]))


def test_the_folder_of_an_older_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "terms" / "shard").mkdir(parents=True)

    with pytest.raises(IndexUnreadableError, match="made by an older termsearch"):
        EdgeIndex.open(tmp_path / "terms")


def test_a_folder_that_lost_its_pointer_is_refused_and_left_as_it_is(
    tmp_path: Path, encoder: WordHash
) -> None:
    store = Store("edge", tmp_path)
    publish(store, encoder)
    publish(store, encoder, NEW)
    (store.folder / "current.json").unlink()

    with pytest.raises(IndexUnreadableError, match=r"has lost current\.json"):
        store.open()
    with pytest.raises(IndexUnreadableError, match=r"has lost current\.json"):
        store.make(encoder)

    assert store.generations() == ["2"]


def test_a_collection_in_the_place_of_the_alias_is_refused(encoder: WordHash) -> None:
    client = client_for(":memory:", None)
    client.create_collection("terms", {})

    with pytest.raises(IndexUnreadableError, match="terms is a collection, where"):
        ServerIndex.open(client, "terms")
