"""The index as it is now, for a server that has no other work than to answer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from termsearch.aio import AsyncTermSearch
from termsearch.complaint import Complaint
from termsearch.errors import IndexUnreadableError
from termsearch.index.check import other_rules
from termsearch.search import TermSearch

__all__ = ["Current"]

_log = logging.getLogger("termsearch.mcp")


class Current:
    """Lends the generation that is current when a request begins.

    Looked for before each request: a look takes 0.1 ms, or one question to a Qdrant server. What
    can't be opened is logged, and the generation before it goes on.

    Args:
        open_search: Opens what is current.
        switched: Called when another generation is lent from now on.
    """

    def __init__(
        self,
        open_search: Callable[[], TermSearch],
        switched: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._open, self._switched = open_search, switched
        self._search: AsyncTermSearch | None = None
        self._users: dict[AsyncTermSearch, int] = {}
        self._changing = asyncio.Lock()
        self._complaint = Complaint(_log, "What was searched before still is.")

    async def start(self) -> None:
        """Open the index.

        Raises:
            TermsearchError: It can't be opened.
        """
        self._search = await self._opened()
        if told := other_rules(self._search.manifest):
            _log.warning("%s", told)

    async def stop(self) -> None:
        """Close it. Nobody may be waiting for an answer any more."""
        search, self._search = self._search, None
        if search:
            await search.close()

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[AsyncTermSearch]:
        """The index that is current, open until the request has ended.

        Raises:
            IndexUnreadableError: It is not open.
        """
        async with self._changing:
            renewed = await self._renew()
            search = self._search
            if search is None:
                raise IndexUnreadableError("the index is not open.")
            self._users[search] = self._users.get(search, 0) + 1
        try:
            if renewed and self._switched:
                await self._switched()
            yield search
        finally:
            self._users[search] -= 1
            await self._close_unused(search)

    async def _renew(self) -> bool:
        """Whether another generation is lent from now on."""
        old = self._search
        with self._complaint.once():
            if old is None or not await old.call(lambda search: search.index.outdated()):
                return False
            self._search = await self._opened()
            await self._search.share_encoder(old)
            await self._close_unused(old)
            return True
        return False

    async def _close_unused(self, search: AsyncTermSearch) -> None:
        """What was current, and what nobody uses any more."""
        if search is not self._search and not self._users.get(search):
            self._users.pop(search, None)
            await search.close()

    async def _opened(self) -> AsyncTermSearch:
        search = AsyncTermSearch(self._open)
        await search.open()
        return search
