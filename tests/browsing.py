"""A service for a real browser to look at; the browser is the fixture ``page``."""

from threading import Thread
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


class Service:
    """The application on a port of this machine, in a thread."""

    def __init__(self, app: FastAPI) -> None:
        config = uvicorn.Config(app, port=0, log_config=None, lifespan="on", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run)

    def __enter__(self) -> str:
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.05)
            assert self._thread.is_alive()
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)


def names(page: Any) -> list[str]:
    """Of the hits, once the answer is there."""
    page.wait_for_selector("main:not([aria-busy]) .hit")
    texts: list[str] = page.locator(".hit .name").all_inner_texts()
    return texts
