"""A large batch of queries, searched by several processes.

The embedded engine holds Python's lock while it searches, so that threads wait for one another;
processes open the same files and do not.
"""

import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import cycle
from typing import Any, NamedTuple

from termsearch.answer import Answer
from termsearch.codes import conditions_of
from termsearch.connect import connect
from termsearch.elsewhere import elsewhere
from termsearch.errors import IndexUnreadableError
from termsearch.index.manifest import Manifest
from termsearch.index.where import Where
from termsearch.pipeline import batches
from termsearch.settings import Settings

__all__ = ["Question", "answers"]

#: Texts that a process asks together, and answers that it is ahead by.
_TOGETHER = 128


class Question(NamedTuple):
    """What is asked of all texts."""

    where: Where
    context: str
    terms: Mapping[str, Any]  #: limit, mode, min_score; see :meth:`TermSearch.query_many`


def answers(
    texts: Sequence[str],
    question: Question,
    settings: Settings,
    jobs: int,
    *,
    opened: Callable[[Manifest], None] = lambda _: None,
) -> Generator[Answer, None, None]:
    """One for each of ``texts``, in order.

    Args:
        texts: A process takes about a second to start: some hundred are as soon answered by one.
        question: Asked of each of them.
        settings: Say which index.
        jobs: Processes that share the work; each has an encoder, and its share of the cores.
        opened: Called with what the index says of itself, before anything is asked.

    Raises:
        TermsearchError: As :meth:`TermSearch.query_many`.
        ProcessEndedError: A process was killed.
    """
    with connect(settings) as search:
        conditions_of(search.index, question.where)  # what is asked for wrongly is told at once
        manifest = search.manifest
    opened(manifest)
    threads = max(1, (settings.threads or _cores()) // jobs)
    settings = settings.model_copy(update={"threads": threads})
    blocks = list(batches(texts, _TOGETHER))
    with ExitStack() as stack:
        processes = [
            stack.enter_context(closing(elsewhere(_answered, mine, question, settings, manifest)))
            for mine in (blocks[first::jobs] for first in range(min(jobs, len(blocks))))
        ]
        pool = stack.enter_context(ThreadPoolExecutor(jobs))  # left first: it waits for a block
        pending = [pool.submit(next, process) for process in processes]
        for place, _ in zip(cycle(range(len(processes))), blocks, strict=False):
            block = pending[place].result()
            pending[place] = pool.submit(next, processes[place], [])
            yield from block


def _answered(
    blocks: Sequence[Sequence[str]], question: Question, settings: Settings, manifest: Manifest
) -> Iterator[list[Answer]]:
    """What one process does."""
    with connect(settings) as search:
        if search.manifest != manifest:
            raise IndexUnreadableError(
                f"another release came into {search.index.location} just now; ask again."
            )
        for block in blocks:
            contexts = [question.context] * len(block)
            yield search.query_many(block, question.where, contexts=contexts, **question.terms)


def _cores() -> int:
    """That this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
