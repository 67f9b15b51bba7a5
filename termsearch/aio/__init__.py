"""The search for asynchronous programs: many callers, one thread, texts embedded in batches."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from termsearch.aio.batcher import Batcher, Observer
from termsearch.aio.line import Question, Terms
from termsearch.answer import Answer
from termsearch.connect import connect
from termsearch.errors import IndexUnreadableError
from termsearch.index.manifest import Manifest
from termsearch.index.where import Where
from termsearch.search import Mode, TermSearch
from termsearch.text import require_text

__all__ = ["AsyncTermSearch", "Observer", "Question", "Terms"]

T = TypeVar("T")


class AsyncTermSearch:
    """A :class:`~termsearch.search.TermSearch` on a thread of its own; use ``async with``.

    The embedded engine (0.9.0) never releases Python's lock, so that two threads that search gain
    nothing; what gains is embedding the texts of concurrent callers together, on a thread beside.

    Args:
        open_search: Called on the thread; by default what the environment says is opened.
        observe: Told the size and the seconds of each batch.
    """

    def __init__(
        self,
        open_search: Callable[[], TermSearch] = connect,
        *,
        observe: Observer = lambda _size, _seconds: None,
    ) -> None:
        self._open, self._observe = open_search, observe
        self._thread, self._encoder_thread = _threads()
        self._search: TermSearch | None = None
        self._batcher: Batcher | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Open the index; the encoder is loaded when the first query needs it, or by :meth:`warm`.

        Where it can't be opened, nothing is left running.

        Raises:
            TermsearchError: As :func:`termsearch.connect.connect`.
        """
        if self._search is None:
            loop = asyncio.get_running_loop()
            try:
                self._search = await loop.run_in_executor(self._thread, self._open)
            except BaseException:
                await self.close()
                raise
            self._batcher = Batcher(self.call, self._embed, self._observe)

    async def close(self) -> None:
        """Let go of the index. Whoever waits for an answer is told that it is closed."""
        if self._batcher is not None:
            await self._batcher.close()
            self._batcher = None
        if self._search is not None:
            await self.call(TermSearch.close)
            self._search = None
        for thread in (self._thread, self._encoder_thread):
            thread.shutdown(wait=False)
        self._thread, self._encoder_thread = _threads()  # which start when they are needed

    async def warm(self) -> None:
        """Load the encoder now."""
        await self._embed(lambda search: search.embed(["warm"]))

    async def share_encoder(self, other: "AsyncTermSearch") -> None:
        """See :meth:`termsearch.search.TermSearch.share_encoder`."""
        theirs = other._opened()
        await self.call(lambda search: search.share_encoder(theirs))

    @property
    def name(self) -> str:
        """What a user calls the index."""
        return self._opened().index.name

    @property
    def manifest(self) -> Manifest:
        """What the index says of itself."""
        return self._opened().manifest

    @property
    def depth(self) -> int:
        """Questions that wait."""
        return self._batcher.depth if self._batcher else 0

    async def query(
        self,
        text: str,
        where: Where | None = None,
        *,
        limit: int = 10,
        mode: Mode = "auto",
        min_score: float | None = None,
        context: str = "",
    ) -> Answer:
        """As :meth:`termsearch.search.TermSearch.query`."""
        terms = Terms(where or Where(), limit, mode, min_score)
        return (await self.ask([Question(text, terms, context)]))[0]

    async def query_many(
        self,
        texts: Sequence[str],
        where: Where | None = None,
        *,
        limit: int = 10,
        mode: Mode = "auto",
        min_score: float | None = None,
        contexts: Sequence[str] = (),
    ) -> list[Answer]:
        """As :meth:`termsearch.search.TermSearch.query_many`; single queries may pass it by."""
        terms = Terms(where or Where(), limit, mode, min_score)
        around = contexts or [""] * len(texts)
        return await self.ask(
            [Question(text, terms, context) for text, context in zip(texts, around, strict=True)]
        )

    async def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """The answers to questions of any terms, in order.

        Raises:
            UnknownValueError: A filter names something that the index does not hold.
            UsageError: A string is no text.
        """
        self._opened()
        # Here, not among the others of a batch: they would be refused together.
        require_text(string for each in questions for string in (each.text, each.context))
        if self._batcher is None:  # it is being closed
            raise _closed()
        return await self._batcher.ask(questions) if questions else []

    async def call(self, function: Callable[[TermSearch], T]) -> T:
        """What ``function`` returns for the search, run on its thread between two batches.

        For all that is no query: ``await search.call(lambda s: lookup(s.index, "mesh:D005334"))``.
        """
        search = self._opened()
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, search)

    async def _embed(self, function: Callable[[TermSearch], T]) -> T:
        """As :meth:`call`, on the thread that embeds: torch and ONNX Runtime let others work."""
        search = self._opened()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._encoder_thread, function, search)

    def _opened(self) -> TermSearch:
        if self._search is None:
            raise _closed()
        return self._search


def _closed() -> IndexUnreadableError:
    return IndexUnreadableError("the index is closed; open it again.")


def _threads() -> tuple[ThreadPoolExecutor, ThreadPoolExecutor]:
    """The one that may search, and the one that embeds."""
    return ThreadPoolExecutor(1, "search"), ThreadPoolExecutor(1, "encoder")
