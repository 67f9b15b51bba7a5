"""Work in Python beside an engine that holds Python's lock while it works (Edge 0.9.0).

A thread would wait for the lock, a process does not. It is a fresh one, since a fork beside an open
engine hangs; it starts in 0.2 s and is ahead by what a pipe holds.
"""

import os
import pickle
import sys
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from subprocess import PIPE, Popen
from typing import IO, Any, TypeVar

from termsearch.errors import ProcessEndedError
from termsearch.garbage import collect_less_often

__all__ = ["elsewhere", "serve"]

T = TypeVar("T")

#: What the process runs: it can import what this one can, then answers. Ctrl-C reaches both, and
#: the parent ends this one. ``-P``: no module of the folder somebody works in is taken for
#: Python's own.
_SERVE = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from termsearch.elsewhere import serve; serve()"
)
_PYTHON = (sys.executable, "-P", "-c", _SERVE)


def elsewhere(make: Callable[..., Iterable[T]], *arguments: object) -> Generator[T, None, None]:
    """``make(*arguments)``, made by another process, in order.

    Args:
        make: A function at the top of a module: the process imports it by name.
        arguments: What it gets. These, its elements and its errors are pickled.

    Raises:
        BaseException: What ``make`` raised, after the elements that came before it.
        ProcessEndedError: The process ended before it was done: it was killed.
    """
    with Popen(_PYTHON, stdin=PIPE, stdout=PIPE) as process:  # noqa: S603  # ourselves
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes, expected two")
        try:
            with process.stdin as asked:
                pickle.dump(sys.path, asked)
                pickle.dump((make, arguments), asked)
            yield from _served(process.stdout)
        except (EOFError, pickle.UnpicklingError, BrokenPipeError) as error:
            raise ProcessEndedError(process.wait()) from error
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
    """What the process does. Ends without a word where nobody reads its answers any more."""
    collect_less_often()
    make, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301  # from our own parent
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what ``make`` prints is no answer
    with suppress(BrokenPipeError), answers:
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
        yield "error", (type(error), error.args, error.__dict__, traceback.format_exc())
    else:
        yield "end", None


def _revived(
    kind: type[BaseException], said: tuple[object, ...], more: dict[str, object], where: str
) -> BaseException:
    """An error as it was: ours take other arguments than the message they end up with."""
    error = kind(*said) if kind.__module__ == "builtins" else kind.__new__(kind, *said)
    error.__dict__ |= more
    error.add_note(where)
    return error
