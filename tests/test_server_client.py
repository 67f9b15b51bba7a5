"""The connection to a server that is busy, restarts, or is none."""

import json
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from time import monotonic

import pytest
from click.testing import CliRunner
from qdrant_client import QdrantClient

from termsearch.cli import main
from termsearch.connect import open_index, open_or_create_index
from termsearch.errors import IndexUnreadableError
from termsearch.index.server.client import client_for, engine, key_in_clear, patiently
from termsearch.settings import Settings
from tests.conftest import WordHash
from tests.qdrant import Said, answering

Serve = Callable[..., QdrantClient]

KEY = "a-key-that-is-secret"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A client of a server that says these, one a request, then what is good."""
    with ExitStack() as stack:

        def start(*said: Said, key: str | None = None) -> QdrantClient:
            url = stack.enter_context(answering(*said))
            return stack.enter_context(closing(client_for(url, key)))

        yield start


def refused(client: QdrantClient) -> str:
    """What is told of a request that fails."""
    with pytest.raises(IndexUnreadableError) as error, engine(client):
        patiently(lambda: client.collection_exists("terms"))
    return str(error.value)


@pytest.mark.parametrize("statuses", [(503, 502), (429, 429), (500,)])
def test_a_request_to_a_busy_server_is_repeated(serve: Serve, statuses: tuple[int, ...]) -> None:
    client = serve(*map(Said, statuses))

    assert patiently(lambda: client.collection_exists("terms"))


@pytest.mark.parametrize(
    ("asked_for", "least", "most"), [("7", 7, 8), ("86400", 60, 61), ("-5", 0, 1)]
)
def test_a_server_that_says_when_to_come_back_is_obeyed_but_not_for_hours(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, asked_for: str, least: float, most: float
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)
    client = serve(Said(429, retry_after=asked_for))

    assert patiently(lambda: client.collection_exists("terms"))
    assert len(slept) == 1
    assert least <= slept[0] <= most


@pytest.mark.parametrize("status", [401, 403])
def test_only_a_refused_key_is_to_be_checked(serve: Serve, status: int) -> None:
    refusal = refused(serve(Said(status, "Must provide an API key")))

    assert f"failed ({status} " in refusal
    assert refusal.endswith("Check QDRANT_API_KEY.")


def test_a_refusal_is_not_repeated_and_is_one_line_with_the_reason_of_the_server(
    serve: Serve,
) -> None:
    wrong = '{"status": {"error": "Wrong input: `shard_number` is 0\\nexpected more"}, "time": 0}'

    refusal = refused(serve(Said(400, wrong)))

    assert "failed (400 Wrong input: `shard_number` is 0)" in refusal
    assert "KEY" not in refusal


@pytest.mark.parametrize("status", [400, 404])
def test_a_refusal_that_is_not_of_a_qdrant_server_asks_for_the_address(
    serve: Serve, status: int
) -> None:
    refusal = refused(serve(Said(status, "<html>no such site</html>")))

    assert f"failed ({status} " in refusal
    assert refusal.endswith("Check QDRANT_URL.")


@pytest.mark.parametrize(
    "body", ["<html>Sign in</html>", '{"some": "json"}', "", "\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
def test_a_page_in_the_place_of_an_answer_is_one_line(serve: Serve, body: str) -> None:
    refusal = refused(serve(Said(200, body or " ")))

    assert "is no Qdrant server" in refusal
    assert refusal.endswith("Check QDRANT_URL.")
    assert "\n" not in refusal


@pytest.mark.parametrize("key", [KEY, f"{KEY}'\\", f"{KEY}\n"])
def test_the_key_is_not_shown_whatever_quotes_it(serve: Serve, key: str) -> None:
    echo = json.dumps({"status": {"error": f"no access with {key!r} (api-key: {key})"}})
    client = serve(Said(403, echo), key=key)

    with pytest.raises(IndexUnreadableError, match=r"\*\*\*") as error, engine(client):
        client.collection_exists("terms")

    assert KEY not in str(error.value)


def test_a_port_that_speaks_no_grpc_is_asked_over_http() -> None:
    with socket.socket() as silent:  # bound, not listening: refuses
        silent.bind(("127.0.0.1", 0))

        client = client_for(f"http://127.0.0.1:{silent.getsockname()[1]}", None, "auto")

    assert not client.init_options.get("prefer_grpc")
    client.close()


def test_a_port_that_takes_calls_and_says_nothing_costs_seconds_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr("termsearch.index.server.client._GRPC_PORT", silent.getsockname()[1])
        started = monotonic()

        client = client_for("http://127.0.0.1:1", None, "auto")

        assert monotonic() - started < 10  # of itself the library waits 20
    assert not client.init_options.get("prefer_grpc")
    client.close()


def test_a_port_for_grpc_that_refuses_is_one_line() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        client = client_for("http://127.0.0.1:1", None, str(port))

        with pytest.raises(IndexUnreadableError, match=r"at http.* QDRANT_URL"), engine(client):
            client.get_collections()

    client.close()


def test_no_warning_with_a_place_in_the_source_is_printed() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        client_for("http://qdrant.example:6333", KEY).close()

    assert not seen


@pytest.mark.parametrize(
    ("url", "key", "told"),
    [
        ("http://qdrant.example:6333", KEY, True),
        ("http://qdrant.example:6333", None, False),
        ("https://qdrant.example", KEY, False),
        ("http://localhost:6333", KEY, False),
        ("http://127.0.0.2:6333", KEY, False),
    ],
)
def test_a_key_that_others_can_read_is_told_of_without_it(
    url: str, key: str | None, told: bool
) -> None:
    line = key_in_clear(url, key)

    assert bool(line) is told
    assert KEY not in line


@pytest.fixture
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine counts as another one; nothing listens on its port 1."""
    monkeypatch.setattr("termsearch.index.server.client.is_loopback", lambda _: False)
    monkeypatch.setenv("QDRANT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("QDRANT_API_KEY", KEY)
    monkeypatch.setenv("TERMSEARCH_GRPC", "off")


@pytest.mark.usefixtures("_elsewhere")
def test_who_writes_is_told_once_that_others_can_read_the_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings.from_env()

    with pytest.raises(IndexUnreadableError, match="failed"):
        open_or_create_index(settings, WordHash().card)
    with pytest.raises(IndexUnreadableError, match="failed"):
        open_index(settings)

    assert caplog.text.count("goes to 127.0.0.1 in clear") == 1
    assert KEY not in caplog.text


@pytest.mark.usefixtures("_elsewhere")
def test_who_serves_is_told_once_that_others_can_read_the_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ended = CliRunner().invoke(main, ["serve"])

    assert ended.exit_code == 1
    assert caplog.text.count("goes to 127.0.0.1 in clear") == 1
    assert KEY not in caplog.text + ended.output
