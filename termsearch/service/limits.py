"""What one client can't do to the others: too many requests, too large, too slow, or gone.

A body is read whole before anything else is done, so that a slow sender holds nothing but its
connection and its place among the ``concurrent``; afterwards the connection is watched, and work
for a client that is gone is cancelled before it is begun.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from termsearch.service.config import ServiceConfig
from termsearch.service.problems import Problem, respond

__all__ = ["Limits"]

#: Answered under any load: else a busy service would be taken for a dead one, and killed.
_ALWAYS: Final = frozenset({"/health", "/ready", "/metrics"})


class _GoneError(Exception):
    """The client closed the connection."""


class Limits:
    """Answers 429, 413, 408 or 504, or passes on.

    Attributes:
        running: Requests under way.
    """

    def __init__(self, app: ASGIApp, config: ServiceConfig) -> None:
        self._app, self._config = app, config
        self.running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer with what is too much."""
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            await self._app(scope, receive, send)
            return
        if self.running >= self._config.concurrent:
            said = f"{self.running} requests are under way, as many as are allowed; come again."
            await respond(Problem(429, said), scope, receive, send)
            return
        self.running += 1
        try:
            body = await self._body(scope, receive)
            await self._in_time(scope, body, receive, send)
        except Problem as problem:
            await respond(problem, scope, receive, send)
        except _GoneError:
            scope["termsearch.gone"] = True
        finally:
            self.running -= 1

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        most = self._config.body_bytes
        said = f"the body is larger than the {most:,} bytes that are allowed; send several."
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            raise Problem(413, said)
        parts, length = [], 0
        try:
            async with asyncio.timeout(self._config.body_seconds):
                async for part in _parts(receive):
                    length += len(part)
                    if length > most:
                        raise Problem(413, said)
                    parts.append(part)
        except TimeoutError:
            late = f"the body was not here after {self._config.body_seconds:g} seconds."
            raise Problem(408, late) from None
        return b"".join(parts)

    async def _in_time(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """Until the response begins; how long a stream goes on is for its route to say."""
        client = _Client(body, receive, send)
        try:
            async with asyncio.timeout(self._config.request_seconds) as deadline:
                client.deadline = deadline
                await client.serve(self._app(scope, client.receive, client.send))
        except TimeoutError:
            if not deadline.expired() or client.answered:
                raise
            said = f"there was no answer within {self._config.request_seconds:g} seconds."
            raise Problem(504, f"{said} Ask less at once, or later.") from None


class _Client:
    """One connection while its request is answered."""

    deadline: asyncio.Timeout

    def __init__(self, body: bytes, receive: Receive, send: Send) -> None:
        self._body: bytes | None = body
        self._receive, self._send = receive, send
        self._gone = asyncio.Event()
        self.answered = False

    async def receive(self) -> Message:
        """The body, and then nothing until the client is gone."""
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Passed on; the first stops the clock."""
        if message["type"] == "http.response.start":
            self.answered = True
            self.deadline.reschedule(None)
        await self._send(message)

    async def serve(self, app: Awaitable[None]) -> None:
        """Run ``app`` to its end, or until the client is gone."""
        working = asyncio.ensure_future(app)
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
            elif not self.answered:
                raise _GoneError
            else:  # a stream: its route hears of it and ends as it likes
                await working
        finally:
            for task in (watching, working):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _watch(self) -> None:
        message: Message = {"type": ""}
        while message["type"] != "http.disconnect":
            message = await self._receive()
        self._gone.set()


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        yield message.get("body", b"")
        more = message.get("more_body", False)
