"""An application with an index of invented concepts, and clients for it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

from termsearch.aio import AsyncTermSearch
from termsearch.concept import Concept
from termsearch.encoder import Vectors
from termsearch.ingest import ingest
from termsearch.search import TermSearch
from termsearch.service import ServiceConfig, create_app
from tests.concepts import ALL, OLD_FEVER
from tests.conftest import Store, WordHash

__all__ = ["Gate", "Shelf", "begun", "behind", "client_of", "get", "run"]

T = TypeVar("T")


class Shelf:
    """A folder with an index that can be opened again and again."""

    def __init__(self, folder: Path) -> None:
        self.encoder: WordHash = WordHash()
        self.store = Store("edge", folder)
        self.publish([*ALL, OLD_FEVER], "test")

    def publish(self, concepts: Iterable[Concept], loader: str) -> None:
        """A generation that has these concepts too."""
        index = self.store.make(self.encoder)
        ingest(concepts, loader, self.encoder, index)
        index.publish()

    def open(self) -> TermSearch:
        return TermSearch(self.store.open(), lambda: self.encoder)

    def app(self, **config: Any) -> FastAPI:
        return create_app(self.open, ServiceConfig(**config))


class Gate(WordHash):
    """An encoder that waits at a gate, and notes what it embeds together."""

    def __init__(self) -> None:
        super().__init__()
        self.together: list[list[str]] = []
        self.open, self.reached = Event(), Event()

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        self.together.append(list(names))
        self.reached.set()
        assert self.open.wait(30)
        if "poison" in names:
            raise RuntimeError("can't be embedded")
        return super().encode(names, unit=unit)


def behind(gate: Gate, shelf: Shelf) -> AsyncTermSearch:
    """A search whose encoder is ``gate``."""
    return AsyncTermSearch(lambda: TermSearch(shelf.store.open(), lambda: gate))


async def begun(work: "asyncio.Task[object]", gate: Gate) -> None:
    """Until the encoder has its first text."""
    await asyncio.to_thread(gate.reached.wait, 30)
    assert not work.done()


@asynccontextmanager
async def client_of(app: FastAPI, key: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """A client while the application runs, from when it is ready."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers=headers
        ) as client,
    ):
        while (await client.get("/ready")).json().get("error", {}).get("code") == "loading":
            await asyncio.sleep(0.01)
        yield client


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end, or fail after a minute instead of hanging."""
    return asyncio.run(asyncio.wait_for(work, 60))


def get(app: FastAPI, path: str, key: str = "", **request: Any) -> httpx.Response:
    """One request to an application that runs for it alone."""

    async def ask() -> httpx.Response:
        async with client_of(app, key) as client:
            return await client.request(request.pop("method", "GET"), path, **request)

    return run(ask())
