"""Stand-ins for a Qdrant server: one that says what a test wants, and one that is watched."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, NamedTuple

from qdrant_client import QdrantClient

__all__ = ["Line", "Said", "answering"]

_GOOD = json.dumps({"result": {"exists": True}, "status": "ok", "time": 0.0})
_BUSY = json.dumps({"status": {"error": "busy"}})


class Said(NamedTuple):
    """An answer; by default the server's own."""

    status: int = 200
    body: str = ""
    retry_after: str = ""


@contextmanager
def answering(*said: Said) -> Iterator[str]:
    """Address of a server that says these, one a request, then what is good."""
    left = list(said)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            now = left.pop(0) if left else Said()
            body = now.body or (_GOOD if now.status == 200 else _BUSY)
            self.send_response(now.status)
            if now.retry_after:
                self.send_header("Retry-After", now.retry_after)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Line:
    """What a client's calls go through: ``act`` gets name and arguments of each beforehand."""

    def __init__(self, client: QdrantClient, act: Callable[..., object]) -> None:
        self._real, self._act = client, act

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if not callable(real):
            return real

        def call(*arguments: Any, **named: Any) -> Any:
            self._act(name, *arguments, **named)
            return real(*arguments, **named)

        return call
