"""Shards that are left open until the process ends.

When the engine lets go of a shard, it drops the shard's files from the system's cache (0.9.0): a
command that follows another reads them from disk again, 0.4 s longer on MeSH. So the last shard
that was read is not let go of at all: the system unmaps it when the process is gone.
"""

import atexit
import ctypes
import os
from threading import Lock

import qdrant_edge as edge

__all__ = ["leave"]

_guard = Lock()
_left: "edge.EdgeShard | None" = None


def leave(shard: "edge.EdgeShard") -> None:
    """Keep ``shard``, which nobody asks any more, and close the one that was kept."""
    global _left  # one a process is the point
    if os.name != "posix":  # Windows deletes no file that somebody has mapped
        shard.close()
        return
    with _guard:
        before, _left = _left, shard
    if before is not None:
        before.close()


@atexit.register
def _never_drop() -> None:
    """The interpreter drops all that is left: not what somebody else seems to hold."""
    if _left is not None:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(_left))
