"""The index in service: one release at a time, the next one switched in under way."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

from termsearch.aio import AsyncTermSearch, Observer
from termsearch.errors import IndexMissingError, IndexUnreadableError, TermsearchError
from termsearch.index.check import other_rules
from termsearch.search import TermSearch
from termsearch.service.problems import problem_of

__all__ = ["Holder", "State"]

_log = logging.getLogger("termsearch.service")


class State(NamedTuple):
    """Whether questions can be answered, and if not, why."""

    ready: bool
    code: str = ""
    reason: str = ""


class _Served:
    """One opened index and how many requests use it."""

    def __init__(self, search: AsyncTermSearch) -> None:
        self.search = search
        self.users = 0
        self.unused = asyncio.Event()
        self.unused.set()

    @asynccontextmanager
    async def used(self) -> AsyncIterator[AsyncTermSearch]:
        self.users += 1
        self.unused.clear()
        try:
            yield self.search
        finally:
            self.users -= 1
            if self.users == 0:
                self.unused.set()

    async def retire(self) -> None:
        """Close, as soon as the last request that uses it has ended."""
        await self.unused.wait()
        await self.search.close()


class Holder:
    """Lends the index to requests, and changes it between them.

    Args:
        open_search: Opens what is current.
        observe: See :class:`~termsearch.aio.AsyncTermSearch`.
        switched: Told what is served from now on.

    Attributes:
        readied: Set whenever there is something new that can be asked; who waits for it clears it.
    """

    def __init__(
        self,
        open_search: Callable[[], TermSearch],
        *,
        observe: Observer = lambda _size, _seconds: None,
        switched: Callable[[AsyncTermSearch], None] = lambda _search: None,
    ) -> None:
        self._open = open_search
        self._observe, self._switched = observe, switched
        self._served: _Served | None = None
        self._state = State(ready=False, code="starting", reason="the index is being opened.")
        self._without_encoder = False  # it could not be loaded
        self._gone: State | None = None  # somebody has deleted what is open
        self._warned = ""  # of search keys, the last time
        self._changing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.readied = asyncio.Event()

    @property
    def state(self) -> State:
        """For ``/ready``."""
        return self._gone or self._state

    @property
    def depth(self) -> int:
        """Queries that wait to be embedded."""
        return self._served.search.depth if self._served else 0

    async def start(self) -> None:
        """Open the index, and load the encoder meanwhile; a second call does nothing.

        Raises:
            TermsearchError: It can't be opened.
        """
        async with self._changing:
            if self._served is None:
                self._served = await self._opened()
                self._switch(self._served.search)
                self._state = State(ready=False, code="loading", reason="the encoder is loading.")
                self._spawn(self._warm(self._served.search))

    async def stop(self) -> None:
        """Close the index when the last request has ended."""
        async with self._changing:
            served, self._served = self._served, None
            for task in list(self._tasks):
                with suppress(asyncio.CancelledError):
                    await task
            self._state = State(ready=False, code="stopped", reason="the service has stopped.")
            self._gone = None
            if served:
                await served.retire()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[AsyncTermSearch]:
        """The index that is current now, open until the request has ended.

        Another one may be current by then.

        Raises:
            IndexUnreadableError: It is not open.
        """
        if self._served is None:
            raise IndexUnreadableError("the index is not open; /ready says why.")
        async with self._served.used() as search:
            yield search

    async def refresh(self) -> bool:
        """Serve the generation that is current now; whether it is another than was served.

        Where it is the same and has no encoder yet, that is tried again.

        It is opened beside the old one, lent from the next request on, and the old one closed
        when its last request has ended. Where there is none any more, the old one stays in service
        as far as it can, and ``/ready`` says that it is gone.

        Raises:
            TermsearchError: It can't be opened; the old one stays in service.
        """
        async with self._changing:
            old = self._served
            if old is None:
                return False
            if not await self._outdated(old):
                if self._without_encoder:  # a hub that was away may be there again
                    await self._warm(old.search)
                return False
            new = await self._opened()
            try:
                await new.search.share_encoder(old.search)
                await new.search.warm()
            except BaseException:
                await new.search.close()
                raise
            self._served, self._state = new, State(ready=True)
            self._without_encoder = False
            self._switch(new.search)
            self.readied.set()
            self._spawn(old.retire())
        return True

    async def _outdated(self, served: _Served) -> bool:
        """Whether another generation is current; if none is, that is noted."""
        try:
            outdated = await served.search.call(lambda search: search.index.outdated())
        except IndexMissingError as error:
            if self._gone is None:
                _log.error("the index is gone: %s", error)
            self._gone = State(ready=False, code=problem_of(error).info.code, reason=str(error))
            return False
        self._gone = None
        return outdated

    def _switch(self, search: AsyncTermSearch) -> None:
        """Say what is served from now on, and what there is to say against it, unless it was."""
        told = other_rules(search.manifest)
        if told and told != self._warned:
            _log.warning("%s", told)
        self._warned = told
        self._switched(search)

    async def _opened(self) -> _Served:
        search = AsyncTermSearch(self._open, observe=self._observe)
        await search.open()
        return _Served(search)

    async def _warm(self, search: AsyncTermSearch) -> None:
        try:
            await search.warm()
        except TermsearchError as error:
            _log.error("the encoder can't be loaded: %s", error)
            code = problem_of(error).info.code
            self._state = State(ready=False, code=code, reason=str(error))
            self._without_encoder = True
        except Exception:  # noqa: BLE001  # whatever it is, /ready says so, and it is tried again
            _log.exception("the encoder can't be loaded")
            said = "the encoder can't be loaded; see the log."
            self._state = State(ready=False, code="internal-error", reason=said)
            self._without_encoder = True
        else:
            self._state = State(ready=True)
            self._without_encoder = False
            self.readied.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
