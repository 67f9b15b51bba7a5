"""``termsearch ingest`` that a signal hits at a moment which is the same on every machine.

    python -m tests.dying MOMENT SIGNAL ARGUMENT...

Runs the real command line, with the words of ``ARGUMENT...`` and the encoder of the tests.
``MOMENT`` is one of

* ``never``: prints how many calls it took, as the last line of stderr;
* ``N``: the N-th call of any function, Python's or C's, in any thread;
* ``NAME:N``: the N-th call of a function of that name (``Class.method``, or a C function's);
* ``NAME:N+SECONDS``: that long after it, inside the engine too. ``ALRM`` alone: its default
  action ends a process as abruptly as ``KILL`` does, and the kernel keeps the clock.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import termsearch.update
from termsearch.cli import main
from tests.conftest import WordHash

__all__ = ["run"]

_CALLS = {"call", "c_call"}


class Moment:
    """A profiler that counts calls, and acts at one of them."""

    def __init__(self, moment: str, act: Callable[[float], None]) -> None:
        self.calls = 0
        name, _, when = moment.rpartition(":")
        nth, _, delay = when.partition("+")
        self._name, self._left = name, 0 if moment == "never" else int(nth)
        self._delay, self._act = float(delay or 0), act

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        """As ``sys.setprofile`` wants it."""
        if event not in _CALLS:
            return
        self.calls += 1
        if self._name and self._name != _called(frame, event, argument):
            return
        self._left -= 1
        if self._left == 0:
            self._act(self._delay)


def _called(frame: FrameType, event: str, argument: Any) -> str:
    name = frame.f_code.co_qualname if event == "call" else argument.__qualname__
    return str(name)


def _signaller(kind: signal.Signals) -> Callable[[float], None]:
    def act(delay: float) -> None:
        if delay:
            signal.setitimer(signal.ITIMER_REAL, delay)
        else:
            os.kill(os.getpid(), kind)

    return act


def run(moment: str, kind: str, arguments: list[str]) -> None:
    """Never returns; exits as ``termsearch`` does."""
    vars(termsearch.update).update(
        ingest_encoder=lambda _: WordHash(),
        export_encoder=lambda *_: "",  # it is none on torch, and torch is slow
    )
    watch = Moment(moment, _signaller(signal.Signals[f"SIG{kind}"]))
    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        main(arguments, prog_name="termsearch")
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        if moment == "never":
            sys.stderr.write(f"{watch.calls}\n")


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], sys.argv[3:])
