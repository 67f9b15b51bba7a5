"""Several machines fill one generation; one run publishes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from qdrant_client import QdrantClient

from termsearch.cli import main
from termsearch.concept import Concept, SemanticType
from termsearch.errors import IndexBusyError, IndexMissingError, UsageError
from termsearch.index.manifest import Manifest
from termsearch.index.packed import packed
from termsearch.index.point import points_of
from termsearch.index.server import ServerIndex, client_for
from termsearch.index.server.collection import COPIED
from termsearch.ingest import ingest
from termsearch.share import Share
from termsearch.summary import Summary
from tests.concepts import concept
from tests.conftest import WordHash

FIRST, SECOND = (SemanticType("1", "first"),), (SemanticType("2", "second"),)
OLD = [concept("local", f"{n}", f"name {n}", release="1", types=FIRST) for n in range(120)]
NEW = [concept("local", f"{n}", f"name {n}", release="2", types=SECOND) for n in range(20, 300)]


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    made = client_for(":memory:", None)
    yield made
    made.close()


def opened(client: QdrantClient, name: str = "terms", *, shared: bool = False) -> ServerIndex:
    manifest = Manifest(encoder=WordHash().card)
    return ServerIndex.open_or_create(client, name, manifest, shared=shared)


def publish(client: QdrantClient, concepts: list[Concept], name: str = "terms") -> Summary:
    index = opened(client, name)
    summary = ingest(concepts, "test", WordHash(), index)
    index.publish()
    return summary


def fill(index: ServerIndex, share: Share) -> Summary:
    return ingest(NEW, "test", WordHash(), index, share=share)


def stored(client: QdrantClient, name: str) -> dict[str, tuple[str, bytes]]:
    index = ServerIndex.open(client, name)
    found = index.stored(list(index.ids([])))
    return {id_: (one.point.digest, one.vector.tobytes()) for id_, one in found.items()}


@pytest.mark.parametrize("before", [[], OLD], ids=["a new index", "an update"])
def test_shares_and_a_last_run_make_what_one_run_makes(
    client: QdrantClient, before: list[Concept]
) -> None:
    for name in ("terms", "alone"):
        if before:
            publish(client, before, name)
    publish(client, NEW, "alone")

    # All are open before any writes; then in turn, for the in-memory server is not thread-safe.
    machines = [opened(client, shared=True) for _ in range(3)]
    parts = [fill(index, Share(number, 3)) for number, index in enumerate(machines, start=1)]
    last = publish(client, NEW)

    assert sum(part.names for part in parts) == last.names == 280
    assert last.embedded == 0
    assert stored(client, "terms") == stored(client, "alone")


def test_what_a_share_has_not_stored_the_last_run_stores(client: QdrantClient) -> None:
    part = fill(opened(client, shared=True), Share(2, 3))

    last = publish(client, NEW)

    assert 0 < part.embedded < 280
    assert last.embedded == 280 - part.embedded


def test_shares_alone_answer_nothing(client: QdrantClient) -> None:
    fill(opened(client, shared=True), Share(1, 1))

    with pytest.raises(IndexMissingError):
        ServerIndex.open(client, "terms")


@pytest.mark.parametrize("before", [[], OLD], ids=["a new index", "an update"])
def test_a_share_that_comes_and_goes_leaves_the_others_their_generation(
    client: QdrantClient, before: list[Concept], monkeypatch: pytest.MonkeyPatch
) -> None:
    if before:
        publish(client, before)
    first = opened(client, shared=True)  # embeds, and has stored nothing yet
    made = client.get_collections().collections
    second = opened(client, shared=True)
    with monkeypatch.context() as kept:
        kept.setattr(client, "close", lambda: None)  # each has a client of its own
        second.close()  # it had nothing to do, or was interrupted

    assert client.get_collections().collections == made
    assert fill(first, Share(1, 1)).names == 280
    assert publish(client, NEW).embedded == 0


def test_a_share_that_copies_late_leaves_what_others_have_written(client: QdrantClient) -> None:
    publish(client, OLD)
    first = opened(client, shared=True)
    fill(first, Share(1, 1))
    client.update_collection("terms~2", metadata={COPIED: False})  # as the second one saw it

    opened(client, shared=True)

    assert publish(client, NEW).rewritten == 0


def test_a_share_that_is_late_is_told(client: QdrantClient) -> None:
    late = opened(client, shared=True)
    opened(client)

    with pytest.raises(IndexBusyError):
        late.put(
            [packed(point) for point in points_of(NEW[0], "test")[0]],
            WordHash().encode(["name 20"]),
        )


@given(st.integers(1, 50), st.text(max_size=12))
def test_every_concept_is_in_one_share(of: int, code: str) -> None:
    one = concept("local", code or "1", "name")

    assert [Share(n, of).holds(one) for n in range(1, of + 1)].count(True) == 1


@pytest.mark.parametrize("text", ["", "0/2", "3/2", "1", "1/0", "a/b", "1/2/3", "-1/2"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--part"):
        Share.parsed(text)


def test_a_share_is_said_as_it_is_given() -> None:
    assert str(Share.parsed("2/4")) == "2/4"


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--part", "1/2"], "set QDRANT_URL"),
        (["--part", "1/2", "--keep"], "--keep is for the run without --part"),
        (["--part", "1/2", "--force"], "--force is for the run without --part"),
        (["--part", "3/2"], "expected K/N"),
        (["--part", ""], "expected K/N"),
    ],
)
def test_the_command_line_says_what_is_wrong(flags: list[str], says: str, tmp_path: Path) -> None:
    table = tmp_path / "local.csv"
    table.write_text("code,name\n1,Fever\n", encoding="utf-8")

    told = CliRunner().invoke(main, ["ingest", str(table), "--model", "minilm", *flags])

    assert told.exit_code == 2
    assert says in told.stderr
