"""The connection to a server that is busy, restarts, or is none."""

import json
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from qdrant_client import QdrantClient

from termsearch.errors import IndexUnreadableError
from termsearch.index.server.client import client_for, engine, patiently

Serve = Callable[..., QdrantClient]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A loopback server that answers with these statuses, one a request, then with 200."""
    running: list[HTTPServer] = []

    def start(*statuses: int, retry_after: str = "") -> QdrantClient:
        left = list(statuses)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status = left.pop(0) if left else 200
                said = {"result": {"exists": True}, "status": "ok", "time": 0.0}
                body = json.dumps(said if status == 200 else {"status": {"error": "busy"}})
                self.send_response(status)
                if retry_after and status == 429:
                    self.send_header("Retry-After", retry_after)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        running.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return client_for(f"http://127.0.0.1:{server.server_port}", None)

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("statuses", [(503, 502), (429, 429), (500,)])
def test_a_request_to_a_busy_server_is_repeated(serve: Serve, statuses: tuple[int, ...]) -> None:
    client = serve(*statuses)

    found = patiently(lambda: client.collection_exists("terms"))

    assert found
    client.close()


def test_a_server_that_says_when_to_come_back_is_obeyed(serve: Serve) -> None:
    client = serve(429, retry_after="1")

    assert patiently(lambda: client.collection_exists("terms"))
    client.close()


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_is_not_repeated_and_is_one_line(serve: Serve, status: int) -> None:
    client = serve(status)

    with pytest.raises(IndexUnreadableError, match=f"{status}.* QDRANT_API_KEY"), engine(client):
        patiently(lambda: client.collection_exists("terms"))

    client.close()


def test_a_port_that_speaks_no_grpc_is_asked_over_http() -> None:
    with socket.socket() as silent:  # bound, not listening: refuses
        silent.bind(("127.0.0.1", 0))

        client = client_for(f"http://127.0.0.1:{silent.getsockname()[1]}", None, "auto")

    assert not client.init_options.get("prefer_grpc")
    client.close()


def test_a_port_for_grpc_that_refuses_is_one_line() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        client = client_for("http://127.0.0.1:1", None, str(port))

        with pytest.raises(IndexUnreadableError, match="the Qdrant server at http"), engine(client):
            client.get_collections()

    client.close()
