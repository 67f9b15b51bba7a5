"""What a command leaves open until its process ends.

When the engine lets go of a shard, it drops the shard's files from the system's cache (0.9.0): a
command that follows another reads them from disk again, a third of a second on MeSH. So the last
shard that a command has read is not let go of at all: the system unmaps it with the process. A
library's caller goes on, and may want to delete or unmount what was closed: there it is closed.
"""

import atexit
import os
from threading import Lock
from typing import Protocol

__all__ = ["leave", "leave_the_last"]


class Closable(Protocol):
    """What can be let go of."""

    def close(self) -> None:
        """Let go."""


_guard = Lock()
_leaving = False
_left: Closable | None = None


def leave_the_last() -> None:
    """From now on; for a process that is one command of ours."""
    global _leaving  # noqa: PLW0603  # of the process
    _leaving = os.name == "posix"  # Windows deletes no file that somebody has mapped


def leave(shard: Closable) -> None:
    """Close ``shard``, or where the last is left, keep it and close the one that was kept."""
    global _left  # one a process is the point
    with _guard:
        before, _left = (_left, shard) if _leaving else (shard, None)
    if before is not None:
        before.close()


@atexit.register
def _never_drop() -> None:
    """The interpreter drops all that is left: not what somebody else seems to hold."""
    if _left is not None:
        import ctypes

        ctypes.pythonapi.Py_IncRef(ctypes.py_object(_left))
