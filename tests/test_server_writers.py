"""Two ingests into one index on a server: one of them ends well, whatever the other does."""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest
from qdrant_client import QdrantClient

from termsearch.concept import Concept
from termsearch.errors import IndexBusyError, IndexUnreadableError, UnfinishedIngestError
from termsearch.index.manifest import Manifest
from termsearch.index.packed import packed
from termsearch.index.point import points_of
from termsearch.index.server import ServerIndex, client_for
from termsearch.ingest import ingest
from tests.concepts import concept
from tests.conftest import Store, WordHash
from tests.generations import NEW, OLD, cut
from tests.qdrant import Line

ELSE = [concept("other", f"{n}", f"thing {n}") for n in range(100)]


def answering_client() -> QdrantClient:
    """Release 1 answers."""
    made = client_for(":memory:", None)
    made.close = lambda *_, **__: None  # type: ignore[method-assign]  # each has one of its own
    index = opened(made)
    ingest(OLD, "test", WordHash(), index)
    index.publish()
    return made


@pytest.fixture
def client() -> QdrantClient:
    return answering_client()


def opened(client: Any, *, discard: bool = False, shared: bool = False) -> ServerIndex:
    manifest = Manifest(encoder=WordHash().card)
    return ServerIndex.open_or_create(client, "terms", manifest, discard=discard, shared=shared)


def kinds(client: QdrantClient) -> set[str]:
    """Types of what answers: 1 of the old release, 2 of the new one."""
    return {kind for point in ServerIndex.open(client, "terms").points([]) for kind in point.types}


def names(client: QdrantClient) -> int:
    return ServerIndex.open(client, "terms").count()


def store(index: ServerIndex, concepts: list[Concept], loader: str = "test") -> None:
    ingest(concepts, loader, WordHash(), index)


class Second:
    """An ingest that is begun before the call of this number."""

    def __init__(self, client: QdrantClient, moment: int) -> None:
        self._client, self._left = client, moment
        self.index: ServerIndex | None = None

    def __call__(self, *_: object, **__: object) -> None:
        self._left -= 1
        if self._left == 0:
            self.index = opened(self._client)


def test_at_every_moment_of_a_publish_the_one_publishes_or_the_other_writes_on() -> None:
    ends = set()
    for moment in count(1):
        client = answering_client()
        first, second = opened(client), Second(client, moment)
        store(first, NEW)
        first._client = Line(client, second)  # type: ignore[assignment]

        published = ends_well(first.publish)
        if second.index is None:
            break
        wrote = ends_well(partial(second.index.put, *one("late")))

        taken = second.index._collection == first._collection
        assert kinds(client) == ({"2"} if published else {"1"})
        assert names(client) == 150
        assert wrote is not (published and taken)
        ends.add((published, taken))

    assert ends == {(False, True), (True, True), (True, False)}


def one(name: str) -> tuple[list[Any], Any]:
    points = [packed(point) for point in points_of(concept("late", "1", name), "late")[0]]
    return points, WordHash().encode([name])


def ends_well(act: Callable[[], object]) -> bool:
    try:
        act()
    except IndexBusyError:
        return False
    return True


def test_who_is_told_to_wait_leaves_the_other_its_generation(client: QdrantClient) -> None:
    first, second = opened(client), opened(client)
    with pytest.raises(IndexBusyError, match="another ingest"):
        store(first, NEW)

    first.close()
    store(second, NEW)
    second.publish()

    assert kinds(client) == {"2"}


@pytest.mark.parametrize("stored", [0, 64], ids=["nothing stored yet", "some stored"])
def test_who_opens_and_changes_nothing_gives_back_what_it_took(
    client: QdrantClient, stored: int
) -> None:
    first = opened(client)
    if stored:
        store(first, NEW[:stored], "earlier")
    second = opened(client)

    second.close()  # its release could not be read, or would be published with another's
    store(first, NEW)
    first.publish()

    assert "2" in kinds(client)


def test_what_was_made_for_nothing_goes(client: QdrantClient) -> None:
    before = client.get_collections()

    opened(client).close()

    assert client.get_collections() == before


def test_who_is_still_copying_does_not_copy_over_what_another_has_changed(
    client: QdrantClient,
) -> None:
    seconds = list[ServerIndex]()

    def take_over(call: str, *_: object, **__: object) -> None:
        if call == "scroll" and not seconds:
            seconds.append(opened(client))
            store(seconds[0], NEW)

    with pytest.raises(IndexBusyError, match="another ingest"):
        opened(Line(client, take_over))
    seconds[0].publish()

    assert kinds(client) == {"2"}


def test_who_writes_to_what_another_has_discarded_is_told(client: QdrantClient) -> None:
    first = opened(client)
    store(first, NEW)
    opened(client, discard=True).close()

    with pytest.raises(IndexBusyError, match="another ingest"):
        store(first, NEW)


def test_nothing_is_published_over_what_came_to_answer_meanwhile(client: QdrantClient) -> None:
    index = opened(client)
    store(index, NEW)
    index.publish(keep=True)
    late = opened(client)
    store(late, ELSE, "else")
    ServerIndex.rollback(client, "terms")

    with pytest.raises(IndexBusyError):
        late.publish()

    assert kinds(client) == {"1"}


def test_an_ingest_that_a_rollback_overtakes_is_told_at_once_and_loses_nothing_if_it_is_undone(
    client: QdrantClient, caplog: pytest.LogCaptureFixture
) -> None:
    index = opened(client)
    store(index, NEW)
    index.publish(keep=True)
    late, again = opened(client), WordHash()
    store(late, ELSE[:64], "else")

    ServerIndex.rollback(client, "terms")
    with pytest.raises(IndexBusyError, match=r"^a rollback at .* goes on with all that it"):
        store(late, ELSE, "else")
    late.close()
    ServerIndex.rollback(client, "terms")
    late = opened(client)
    ingest(ELSE, "else", again, late)
    late.publish()

    (told,) = caplog.messages  # of the first rollback: the second lets it be published
    assert told.startswith("terms~3, which an ingest that is running or was cut has begun, can't")
    assert (names(client), kinds(client)) == (250, {"2"})
    assert len(again.embedded) == 100 - 64


def test_those_who_write_together_announce_each_what_it_stores(client: QdrantClient) -> None:
    first, second = opened(client, shared=True), opened(client, shared=True)
    with pytest.raises(RuntimeError, match="cut"):
        ingest(cut(ELSE, 80), "else", WordHash(), first)
    with pytest.raises(RuntimeError, match="cut"):
        ingest(cut(NEW, 130), "more", WordHash(), second)

    assert {"test", "else", "more"} <= set(first.manifest.origins())
    last = opened(client)
    store(last, NEW, "more")
    with pytest.raises(UnfinishedIngestError, match=r"other \(else\) was cut"):
        last.publish()


def test_more_names_than_were_announced_are_said_to_be_of_another_ingest(
    store: Store, encoder: WordHash
) -> None:
    index = store.make(encoder)
    ingest(OLD, "test", encoder, index)
    index.put(*one("late"))

    with pytest.raises(IndexUnreadableError, match=r"another ingest has written .*--discard"):
        index.publish()
    store.leave(index)


def test_a_publish_after_which_the_old_one_can_not_be_deleted_is_none_that_failed(
    client: QdrantClient, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(call: str, *_: object, **__: object) -> None:
        if call == "delete_collection":
            raise PermissionError("no right to delete")

    index = opened(client)
    store(index, NEW)
    index._client = Line(client, refuse)  # type: ignore[assignment]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tenacity.nap.time.sleep", lambda _: None)
        patch.setattr("termsearch.index.server.client._PATIENCE", 0.0)
        index.publish()

    assert kinds(client) == {"2"}
    assert "could not be deleted: " in caplog.text
    assert "no right to delete" in caplog.text
    opened(client).close()
    assert [each.name for each in client.get_collections().collections] == ["terms~2"]
