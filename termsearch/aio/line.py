"""Questions of several callers, taken in turn: a long list lets short ones pass."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from termsearch.answer import Answer, Mode
from termsearch.index.where import Where

__all__ = ["Line", "Question", "Terms", "Waiting"]

#: Questions of one caller that go before the next caller has a turn.
_TURN = 8


@dataclass(frozen=True)
class Terms:
    """What questions must have alike to be asked in one call."""

    where: Where = field(default_factory=Where)
    limit: int = 10
    mode: Mode = "auto"
    min_score: float | None = None


class Question(NamedTuple):
    """One text to look up."""

    text: str
    terms: Terms
    context: str = ""


class Waiting(NamedTuple):
    """A question and whom to give the answer; done already if nobody wants it any more."""

    question: Question
    answer: "asyncio.Future[Answer]"

    @property
    def wanted(self) -> bool:
        """Whether somebody still waits."""
        return not self.answer.done()


class Line:
    """A queue with a place for each caller."""

    def __init__(self) -> None:
        self._callers: deque[deque[Waiting]] = deque()

    @property
    def callers(self) -> int:
        """How many wait."""
        return len(self._callers)

    @property
    def depth(self) -> int:
        """How many questions wait."""
        return sum(len(caller) for caller in self._callers)

    def join(self, waiting: Iterable[Waiting]) -> None:
        """Stand at the end with questions of one caller; their order is kept."""
        if questions := deque(waiting):
            self._callers.append(questions)

    def take(self, most: int, results: int) -> list[Waiting]:
        """Up to ``most`` questions, and no more once their limits add up to ``results``.

        Unwanted ones are dropped.
        """
        taken: list[Waiting] = []
        while self._callers and len(taken) < most and results > 0:
            caller = self._callers.popleft()
            turn = _first_wanted(caller, min(_TURN, most - len(taken)))
            taken += turn
            results -= sum(each.question.terms.limit for each in turn)
            if caller:
                self._callers.append(caller)
        return taken


def _first_wanted(caller: deque[Waiting], most: int) -> list[Waiting]:
    taken: list[Waiting] = []
    while caller and len(taken) < most:
        each = caller.popleft()
        if each.wanted:
            taken.append(each)
    return taken
