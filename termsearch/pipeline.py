"""Stages that work at the same time, with a bounded amount of work between them."""

import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, Full, Queue
from subprocess import PIPE, Popen
from threading import Event, Thread
from typing import IO, Any, TypeVar

__all__ = ["ahead", "elsewhere", "serve", "submitted"]

T = TypeVar("T")
R = TypeVar("R")

#: How often a waiting stage looks whether the others have given up, in seconds.
_GLANCE = 0.2

#: How long a consumer that gives up waits for its producer, in seconds.
_PATIENCE = 1.0

#: What another process runs: it can import what this one can, then answers.
_SERVE = (
    "import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from termsearch.pipeline import serve; serve()"
)


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


def elsewhere(make: Callable[..., Iterable[T]], *arguments: object) -> Generator[T, None, None]:
    """``make(*arguments)``, made by another process, in order.

    For work in Python beside an engine that holds Python's lock while it stores (qdrant.md,
    pitfall 1): a thread would wait, a process does not. The process is a fresh one, since a fork
    beside an open engine hangs (pitfall 2); it starts in 0.2 s and is ahead by what a pipe holds.

    Args:
        make: A function at the top of a module: the process imports it by name.
        arguments: What it gets. These, its elements and its errors are pickled.

    Raises:
        BaseException: What ``make`` raised, after the elements that came before it.
        EOFError: The process ended before it was done: it was killed.
    """
    with Popen([sys.executable, "-c", _SERVE], stdin=PIPE, stdout=PIPE) as process:  # noqa: S603  # ourselves
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes, expected two")
        try:
            with process.stdin as asked:
                pickle.dump(sys.path, asked)
                pickle.dump((make, arguments), asked)
            yield from _served(process.stdout)
        finally:
            process.kill()  # it writes nothing but its pipe


def _served(answers: IO[bytes]) -> Iterator[Any]:
    while True:
        what, content = pickle.load(answers)  # noqa: S301  # from our own child
        if what == "element":
            yield content
        elif what == "error":
            raise _revived(*content)
        else:
            return


def serve() -> None:
    """What the process of :func:`elsewhere` does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the parent ends this one
    make, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301  # from our own parent
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what ``make`` prints is no answer
        for answer in _answers(make, arguments):
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


def _answers(
    make: Callable[..., Iterable[object]], arguments: Iterable[object]
) -> Iterator[tuple[str, object]]:
    try:
        for element in make(*arguments):
            yield "element", element
    except Exception as error:  # noqa: BLE001  # raised again in the parent
        yield "error", (type(error), error.args, error.__dict__)
    else:
        yield "end", None


def _revived(
    kind: type[BaseException], said: tuple[object, ...], more: dict[str, object]
) -> BaseException:
    """An error as it was: ours take other arguments than the message they end up with."""
    error = BaseException.__new__(kind, *said)
    error.__dict__ |= more
    return error


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
