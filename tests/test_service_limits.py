"""What one client can't do to the others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.serving import Gate, Shelf, client_of, run


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def gate(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """The encoder of the shelf, which waits from when it is closed."""
    gate = Gate()
    gate.open.set()
    monkeypatch.setattr(shelf, "encoder", gate)
    return gate


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def posted(app: FastAPI, content: bytes | AsyncIterator[bytes]) -> httpx.Response:
    async def post() -> httpx.Response:
        async with client_of(app) as client:
            return await client.post("/search/bulk", content=content)

    return run(post())


def test_a_body_that_says_it_is_too_large_is_refused(shelf: Shelf) -> None:
    answer = posted(shelf.app(body_bytes=100), b"x" * 101)

    assert problem(answer) == (413, "body-too-large")


def test_a_body_that_does_not_say_how_large_it_is_is_refused_too(shelf: Shelf) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 10

    assert problem(posted(shelf.app(body_bytes=100), parts())) == (413, "body-too-large")


def test_a_body_that_does_not_come_is_not_waited_for(shelf: Shelf) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(30)

    assert problem(posted(shelf.app(body_seconds=0.05), parts())) == (408, "body-too-slow")


def test_too_many_requests_at_once_are_told_when_to_come_again(shelf: Shelf, gate: Gate) -> None:
    async def crowd() -> tuple[httpx.Response, list[int], list[int]]:
        async with client_of(shelf.app(concurrent=2)) as client:
            gate.open.clear()
            held = [asyncio.create_task(client.get(f"/search?q=held+{n}")) for n in range(2)]
            await until(lambda: bool(gate.together[1:]))
            refused = await client.get("/search?q=fever")
            probes = [(await client.get(path)).status_code for path in ("/health", "/metrics")]
            gate.open.set()
            return refused, probes, [answer.status_code for answer in await asyncio.gather(*held)]

    refused, probes, held = run(crowd())

    assert problem(refused) == (429, "too-many-requests")
    assert refused.headers["retry-after"] == "1"
    assert (probes, held) == ([200, 200], [200, 200])


def test_a_place_is_free_again_after_every_kind_of_end(shelf: Shelf) -> None:
    async def ends() -> int:
        async with client_of(shelf.app(concurrent=1)) as client:
            for path in ("/search?q=fever", "/search?q=x&vocab=nope", "/nothing", "/search"):
                await client.get(path)
            return (await client.get("/search?q=fever")).status_code

    assert run(ends()) == 200


def test_an_answer_that_takes_too_long_is_not_waited_for(shelf: Shelf, gate: Gate) -> None:
    async def wait() -> httpx.Response:
        async with client_of(shelf.app(request_seconds=0.1)) as client:
            gate.open.clear()
            late = await client.get("/search?q=late")
            gate.open.set()
            return late

    assert problem(run(wait())) == (504, "timeout")


def test_what_a_client_that_is_gone_has_asked_is_never_embedded(shelf: Shelf, gate: Gate) -> None:
    app = shelf.app()

    async def leave() -> None:
        async with client_of(app) as client:
            gate.open.clear()
            held = asyncio.create_task(client.get("/search?q=held"))
            await until(lambda: ["held"] in gate.together)
            gone = asyncio.Event()
            asked = asyncio.create_task(app(*request("/search", b"q=gone", gone)))
            await until(lambda: app.state.holder.depth == 1)
            gone.set()
            await asked
            gate.open.set()
            assert (await held).status_code == 200

    run(leave())

    assert ["gone"] not in gate.together


def test_a_client_that_is_gone_is_counted_as_such(shelf: Shelf, gate: Gate) -> None:
    app = shelf.app()

    async def leave() -> str:
        async with client_of(app) as client:
            gate.open.clear()
            gone = asyncio.Event()
            asked = asyncio.create_task(app(*request("/search", b"q=gone", gone)))
            await until(lambda: ["gone"] in gate.together)
            gone.set()
            await asked
            gate.open.set()
            return (await client.get("/metrics")).text

    assert 'route="/search",status="499"} 1.0' in run(leave())


def request(
    path: str, query: bytes, gone: asyncio.Event
) -> tuple[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]]:
    """A GET of a client that closes the connection when ``gone`` is set."""
    first = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if first:
            return first.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_message: object) -> None:
        """Nobody reads it."""

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query,
        "root_path": "", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }  # fmt: skip
    return scope, receive, send


def test_a_thousand_queries_at_once_are_answered_in_order(shelf: Shelf) -> None:
    queries = [{"id": number, "text": f"fever {number}"} for number in range(1_000)]

    async def ask() -> list[int]:
        async with client_of(shelf.app()) as client:
            body = {"queries": queries, "limit": 1, "mode": "exact"}
            answer = await client.post("/search/bulk", json=body)
            return [each["id"] for each in answer.json()["answers"]]

    assert run(ask()) == list(range(1_000))
