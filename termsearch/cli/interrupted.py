"""Ctrl-C: the code that a command ends with, and that none is lost."""

import signal
import sys
import threading
from _thread import interrupt_main
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

__all__ = ["INTERRUPTED", "lose_no_interrupt"]

INTERRUPTED: Final = 130  # 128 + SIGINT, what a shell expects

#: Seconds until a lost interrupt is raised again: the destructor has ended by then.
_AGAIN: Final = 0.05


def lose_no_interrupt() -> None:
    """From now on, raise an interrupt again that Python could not raise; for the main thread.

    What a destructor raises is printed and forgotten, and ``regex`` has classes with one: an ingest
    that was interrupted there went on to its end.
    """
    before, caller = sys.unraisablehook, threading.get_ident()

    def hook(told: "UnraisableHookArgs", /) -> None:
        if issubclass(told.exc_type, KeyboardInterrupt):
            again = threading.Timer(_AGAIN, _interrupt, [caller])
            again.daemon = True
            again.start()
        else:
            before(told)

    sys.unraisablehook = hook


def _interrupt(thread: int) -> None:
    """Interrupt the main thread, where it sleeps or waits too."""
    if sys.platform == "win32":
        interrupt_main()
    else:
        signal.pthread_kill(thread, signal.SIGINT)
