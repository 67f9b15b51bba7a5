"""Work in parts: batches, and stages that work at the same time with little between them."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

__all__ = ["ahead", "batches", "submitted"]

T = TypeVar("T")
R = TypeVar("R")

#: How often a waiting stage looks whether the others have given up, in seconds.
_GLANCE = 0.2

#: How long a consumer that gives up waits for its producer, in seconds.
_PATIENCE = 1.0


def batches(elements: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of ``size``, the last one perhaps shorter; no more is taken than is yielded."""
    remaining = iter(elements)
    while batch := list(islice(remaining, size)):
        yield batch


def ahead(iterable: Iterable[T], depth: int) -> Generator[T, None, None]:
    """``iterable``, made by a thread that is at most ``depth`` elements ahead.

    Its exception is raised here, after the elements that came before it. If the consumer stops
    early (an error, an interrupt), the thread stops at its next element; it is not waited for
    longer than a moment, since that element may be minutes away.
    """
    ready: Queue[T | _End] = Queue(depth)
    stop = Event()
    producer = Thread(target=_produce, args=(iterable, ready, stop), daemon=True)
    producer.start()
    try:
        while True:
            element = _next(ready)
            if isinstance(element, _End):
                if element.error:
                    raise element.error
                return
            yield element
    finally:
        stop.set()
        producer.join(_PATIENCE)


def submitted(
    work: Callable[[T], R], arguments: Iterable[T], pool: ThreadPoolExecutor, depth: int
) -> Iterator[R]:
    """``map(work, arguments)`` in ``pool``, in order, ``depth`` calls ahead.

    If ``arguments`` breaks, the results of all before come first, then its error.
    """
    pending: deque[Future[R]] = deque()
    remaining = iter(arguments)
    broken: Exception | None = None
    while True:
        try:
            argument = next(remaining)
        except StopIteration:
            break
        except Exception as error:  # noqa: BLE001  # raised again below
            broken = error
            break
        pending.append(pool.submit(work, argument))
        if len(pending) > depth:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
    if broken:
        raise broken


class _End:
    """Follows the last element; carries the producer's error, if that was the end."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def _produce(iterable: Iterable[T], ready: "Queue[T | _End]", stop: Event) -> None:
    end = _End(None)
    try:
        for element in iterable:
            if not _put(ready, element, stop):
                return
    except BaseException as error:  # noqa: BLE001  # raised again where it is consumed
        end = _End(error)
    _put(ready, end, stop)


def _put(ready: "Queue[T | _End]", element: "T | _End", stop: Event) -> bool:
    while not stop.is_set():
        try:
            ready.put(element, timeout=_GLANCE)
        except Full:
            continue
        return True
    return False


def _next(ready: "Queue[T | _End]") -> "T | _End":
    while True:  # a plain get() could not be interrupted by Ctrl-C on Windows
        try:
            return ready.get(timeout=_GLANCE)
        except Empty:
            continue
