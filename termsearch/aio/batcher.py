"""Concurrent questions, embedded together and asked in groups.

A transformer embeds 32 short texts in little more time than four, and the engine holds Python's
lock, so questions that come while others are answered go together, without waiting; only after a
crowd was answered at once is a moment waited for it to come back. While one batch is searched,
which takes one core, the next one is embedded on the others.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from time import perf_counter
from typing import Protocol, TypeVar

from termsearch.aio.line import Line, Question, Terms, Waiting
from termsearch.answer import Answer
from termsearch.errors import IndexUnreadableError, TermsearchError, note_bug
from termsearch.search import TermSearch

__all__ = ["Batcher", "Observer", "Runner"]

T = TypeVar("T")

#: Told how many questions a batch had and how many seconds it took.
Observer = Callable[[int, float], None]

#: Questions that are embedded together: more gain little and let the first ones wait.
_BATCH = 64
#: Their limits may add up to this: 64 of the default limit, or three of the highest.
_RESULTS = 3_000
#: Questions for one call of the engine. Between calls, others (``autocomplete``) have their turn.
_CALL = 8
#: Seconds to wait for those who were answered together last time.
_PATIENCE = 0.003


class Runner(Protocol):
    """Has a function of the search run on a thread."""

    async def __call__(self, function: Callable[[TermSearch], T], /) -> T:
        """What the function returned."""


class Batcher:
    """Answers questions of any number of callers by one search.

    Args:
        search: On the one thread that may search.
        embed: On another thread.
        observe: Told about each batch.
    """

    def __init__(
        self,
        search: Runner,
        embed: Runner,
        observe: Observer = lambda _size, _seconds: None,
    ) -> None:
        self._search, self._embed, self._observe = search, embed, observe
        self._line = Line()
        self._arrived = asyncio.Event()
        self._asked: list[Sequence[Waiting]] = []  # of each caller who has no answer yet
        self._crowd = 0  # callers in the last batch
        self._answering: asyncio.Task[None] | None = None
        self._working = asyncio.create_task(self._work())

    @property
    def depth(self) -> int:
        """Questions that wait to be taken."""
        return self._line.depth

    async def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """The answers, in order. If the caller is cancelled, what was not begun never is."""
        for question in questions:
            hash(question.terms)  # here, where who can't be grouped fails alone
        loop = asyncio.get_running_loop()
        waiting = [Waiting(question, loop.create_future()) for question in questions]
        self._asked.append(waiting)
        self._line.join(waiting)
        self._arrived.set()
        try:
            return list(await asyncio.gather(*(each.answer for each in waiting)))
        finally:
            self._asked.remove(waiting)
            for each in waiting:
                each.answer.cancel()

    async def close(self) -> None:
        """Answer nothing more; who still waits is told so."""
        for task in (self._working, self._answering):
            if task:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        for waiting in self._asked:
            _refuse(waiting, IndexUnreadableError("the index is closed; open it again."))

    async def _work(self) -> None:
        while True:
            while not self._line.callers:
                self._arrived.clear()
                await self._arrived.wait()
            await self._wait_for_the_crowd()
            self._crowd = min(self._line.callers, _BATCH)
            if batch := self._line.take(_BATCH, _RESULTS):
                started = perf_counter()
                await self._embed_all(batch)
                if self._answering:
                    await self._answering
                self._answering = asyncio.create_task(self._answer(batch, started))

    async def _wait_for_the_crowd(self) -> None:
        if self._crowd <= 1 or (self._answering and not self._answering.done()):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while self._line.callers < self._crowd:
                    self._arrived.clear()
                    await self._arrived.wait()

    async def _embed_all(self, batch: Sequence[Waiting]) -> None:
        dense = [each for each in batch if each.question.terms.mode in {"auto", "dense"}]
        texts = [each.question.text for each in dense]
        contexts = [each.question.context for each in dense]
        try:
            if texts:
                await self._embed(lambda search: search.embed(texts, contexts))
        except TermsearchError as error:  # no encoder: others may be answered by spelling
            _refuse(dense, error)
        except Exception:  # noqa: BLE001, S110  # whose text it was shows when each is asked
            pass

    async def _answer(self, batch: Sequence[Waiting], started: float) -> None:
        try:
            for terms, group in _grouped(batch):
                for start in range(0, len(group), _CALL):
                    await self._ask(terms, group[start : start + _CALL])
        except Exception as error:  # noqa: BLE001  # given to those who wait: the work goes on
            _refuse(batch, error)
        try:
            self._observe(len(batch), perf_counter() - started)
        except Exception as error:  # noqa: BLE001  # a bug of the observer's: the work goes on
            note_bug("termsearch.aio", error)

    async def _ask(self, terms: Terms, group: Sequence[Waiting]) -> None:
        """Ask in one call; where that fails for no known reason, one by one."""
        group = [each for each in group if each.wanted]
        if not group:
            return
        try:
            answers = await self._search(lambda search: _answers(search, terms, group))
        except Exception as error:  # noqa: BLE001  # given to the caller, who raises it
            if len(group) == 1 or isinstance(error, TermsearchError):
                _refuse(group, error)
                return
            for each in group:  # one text must not spoil the others' answers
                await self._ask(terms, [each])
            return
        for each, answer in zip(group, answers, strict=True):
            if each.wanted:
                each.answer.set_result(answer)


def _answers(search: TermSearch, terms: Terms, group: Sequence[Waiting]) -> list[Answer]:
    return search.query_many(
        [each.question.text for each in group],
        terms.where,
        limit=terms.limit,
        mode=terms.mode,
        min_score=terms.min_score,
        contexts=[each.question.context for each in group],
    )


def _grouped(batch: Sequence[Waiting]) -> list[tuple[Terms, list[Waiting]]]:
    """By equal terms, in the order in which the terms first come."""
    first = {each.question.terms: number for number, each in reversed(list(enumerate(batch)))}
    ordered = sorted(batch, key=lambda each: first[each.question.terms])
    return [(terms, list(g)) for terms, g in groupby(ordered, lambda each: each.question.terms)]


def _refuse(group: Iterable[Waiting], error: Exception) -> None:
    for each in group:
        if each.wanted:
            each.answer.set_exception(error)
