"""A server that fails at any call of an ingest: it is asked again, or nothing is switched."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from termsearch.concept import SemanticType
from termsearch.errors import IndexUnreadableError
from termsearch.index import Index
from termsearch.index.manifest import Manifest
from termsearch.index.server import ServerIndex, client_for
from termsearch.ingest import ingest
from tests.concepts import concept
from tests.conftest import WordHash

#: What tells their points apart: a release alone rewrites none.
FIRST, SECOND = (SemanticType("1", "first"),), (SemanticType("2", "second"),)
OLD = [concept("local", f"{n}", f"name {n}", release="1", types=FIRST) for n in range(100)]
NEW = [concept("local", f"{n}", f"name {n}", release="2", types=SECOND) for n in range(10, 110)]

#: Of qdrant-client, what talks to the server.
CALLS = {
    "batch_update_points", "collection_exists", "count", "create_collection",
    "create_payload_index", "delete", "delete_collection", "get_aliases", "get_collection",
    "get_collections", "retrieve", "scroll", "update_collection", "update_collection_aliases",
    "upsert",
}  # fmt: skip


def answer(status: int) -> UnexpectedResponse:
    return UnexpectedResponse(status, "said", b"{}", httpx.Headers())


class Flaky:
    """qdrant-client's in-memory server behind a bad line.

    ``fault`` is called before and after every call, with its number from 1 and whether it has
    been carried out; what it raises is what the caller gets.
    """

    def __init__(self, client: QdrantClient, fault: Callable[[int, bool], None]) -> None:
        self._real, self._fault = client, fault
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        return self._through(real) if name in CALLS else real

    def _through(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            number = self.calls
            self._fault(number, False)
            found = real(*arguments, **named)
            self._fault(number, True)
            return found

        return call


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between two tries, some hundred here, take no time."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    """Release 1 answers."""
    made = client_for(":memory:", None)
    index = make(made)
    ingest(OLD, "test", WordHash(), index)
    index.publish()
    yield made
    made.close()


def make(client: Any) -> Index:
    return ServerIndex.open_or_create(client, "terms", Manifest(encoder=WordHash().card))


def releases(client: QdrantClient) -> set[str]:
    points = ServerIndex.open(client, "terms").points([])
    return {kind for point in points for kind in point.types}


FAULTS = [
    lambda: answer(500),
    lambda: answer(429),
    lambda: ResponseHandlingException(ConnectionRefusedError("refused")),
    lambda: ResponseHandlingException(httpx.ReadTimeout("timed out")),
    lambda: ResponseHandlingException(ConnectionResetError("reset")),
]


@pytest.mark.parametrize("carried_out", [False, True], ids=["refused", "answer lost"])
@pytest.mark.parametrize("fault", FAULTS, ids=["500", "429", "restart", "timeout", "reset"])
def test_every_third_call_of_a_load_may_fail(
    client: QdrantClient, fault: Callable[[], Exception], carried_out: bool
) -> None:
    index = make(client)

    def fail(number: int, done: bool) -> None:
        if number % 3 == 0 and done is carried_out:
            raise fault()

    flaky = Flaky(client, fail)
    index._client = flaky  # type: ignore[attr-defined]  # the line goes bad once it is open
    ingest(NEW, "test", WordHash(), index)
    index.publish()

    assert flaky.calls > 20
    assert releases(client) == {"2"}
    assert [each.name for each in client.get_collections().collections] == ["terms~2"]


def test_a_refusal_at_any_call_is_one_line_and_switches_nothing_by_half(
    client: QdrantClient,
) -> None:
    said = ["400"]
    while said[-1] and releases(client) == {"1"}:
        assert "400" in said[-1]
        assert "\n" not in said[-1]
        said.append(_refused_at(client, len(said)))

    assert len(said) > 30
    assert releases(client) == {"2"}
    assert not _refused_at(client, 500)


def _refused_at(client: QdrantClient, at: int) -> str:
    """What an update was refused with, whose ``at``-th call and all after get status 400."""

    def fail(number: int, done: bool) -> None:
        if number >= at and not done:
            raise answer(400)

    flaky = Flaky(client, fail)
    try:
        index = make(flaky)
        ingest(NEW, "test", WordHash(), index)
        index.publish()
    except IndexUnreadableError as error:
        return str(error)
    return ""
