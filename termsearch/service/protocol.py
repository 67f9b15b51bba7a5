"""HTTP/1.1 for clients that nobody can rely on.

uvicorn (0.54) closes a connection that is idle between two requests, and waits for ever for the
rest of a request's head and for a client that does not read its answer.
"""

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["PatientProtocol"]

#: Seconds for the head of a request (Slowloris), and for a client to read what is buffered.
_HEAD: Final = 10
_READ: Final = 30


class PatientProtocol(H11Protocol):
    """Waits, but not for ever."""

    head_seconds: float = _HEAD
    read_seconds: float = _READ

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: asyncio.TimerHandle | None = None
        self._read: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The clock starts: a head has to come."""
        super().connection_made(transport)  # type: ignore[arg-type]  # theirs is as narrow
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """The clock stops when a head is complete, and starts with the next one's first byte."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._head = _stop(self._head)
        elif self._head is None:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._head, self._read = _stop(self._head), _stop(self._read)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        super().pause_writing()
        self._read = _stop(self._read)
        self._read = self.loop.call_later(self.read_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        self._read = _stop(self._read)
        super().resume_writing()

    def _await_head(self) -> None:
        self._head = self.loop.call_later(self.head_seconds, self.transport.abort)


def _stop(clock: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """What is left of a clock: nothing."""
    if clock is not None:
        clock.cancel()
    return None
