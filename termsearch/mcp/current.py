"""The index as it is now, for a server that has no other work than to answer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from termsearch.aio import AsyncTermSearch
from termsearch.errors import IndexUnreadableError, TermsearchError
from termsearch.search import TermSearch

__all__ = ["Current"]

_log = logging.getLogger("termsearch.mcp")


class Current:
    """Lends the generation that is current when a request begins.

    Looked for before each request: a look takes 0.1 ms, or one question to a Qdrant server. What
    can't be opened is logged, and the generation before it goes on.

    Args:
        open_search: Opens what is current.
    """

    def __init__(self, open_search: Callable[[], TermSearch]) -> None:
        self._open = open_search
        self._search: AsyncTermSearch | None = None
        self._users: dict[AsyncTermSearch, int] = {}
        self._changing = asyncio.Lock()
        self._complaint = ""

    async def start(self) -> None:
        """Open the index.

        Raises:
            TermsearchError: It can't be opened.
        """
        self._search = await self._opened()

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
            await self._renew()
            search = self._search
            if search is None:
                raise IndexUnreadableError("the index is not open.")
            self._users[search] = self._users.get(search, 0) + 1
        try:
            yield search
        finally:
            self._users[search] -= 1
            await self._close_unused(search)

    async def _renew(self) -> None:
        old = self._search
        try:
            if old is None or not await old.call(lambda search: search.index.outdated()):
                return
            self._search = await self._opened()
            await self._search.share_encoder(old)
            self._complaint = ""
            await self._close_unused(old)
        except TermsearchError as error:
            if self._complaint != str(error):
                _log.error("%s What was searched before still is.", error)
            self._complaint = str(error)

    async def _close_unused(self, search: AsyncTermSearch) -> None:
        """What was current, and what nobody uses any more."""
        if search is not self._search and not self._users.get(search):
            self._users.pop(search, None)
            await search.close()

    async def _opened(self) -> AsyncTermSearch:
        search = AsyncTermSearch(self._open)
        try:
            await search.open()
        except BaseException:
            await search.close()
            raise
        return search
