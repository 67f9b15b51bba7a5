"""Memory of a process, looked at from another one."""

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from select import select
from subprocess import PIPE, Popen
from typing import NamedTuple, Self

__all__ = ["Memory", "Watch", "memory"]

_GLANCE = 0.05  #: seconds between two looks


class Memory(NamedTuple):
    """MB."""

    private: float  #: that only this process can use (RssAnon)
    mapped: float  #: of files (RssFile): the system takes it back when it needs room


def memory(process: int | str = "self") -> Memory:
    """As Linux accounts for it: https://docs.kernel.org/filesystems/proc.html, table 1-2."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    kb = {line.split()[0]: int(line.split()[1]) for line in status.splitlines() if " kB" in line}
    return Memory(kb["RssAnon:"] * 1024 / 1e6, kb["RssFile:"] * 1024 / 1e6)


def children(process: int) -> set[int]:
    """Processes that ``process`` has started and not yet waited for."""
    lists = Path(f"/proc/{process}/task").glob("*/children")
    return {int(child) for each in lists for child in each.read_text(encoding="ascii").split()}


def together(processes: Iterable[int]) -> Memory:
    """Of several; those that have just ended have none."""
    whole = Memory(0, 0)
    for each in processes:
        with suppress(OSError, KeyError):
            whole = Memory(*map(sum, zip(whole, memory(each), strict=True)))
    return whole


class Watch:
    """Peaks of the memory of this process and its children, beyond what it had at the start.

    A child looks: the engine holds Python's lock for as long as it builds a graph, and a thread
    would see nothing.
    """

    def __enter__(self) -> Self:
        self._before = memory()
        self._child = Popen(
            [sys.executable, "-m", "benchmarks.memory"], stdin=PIPE, stdout=PIPE, text=True
        )
        self.lap()
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()

    def lap(self) -> Memory:
        """The peaks since the last call."""
        if not self._child.stdin or not self._child.stdout:
            raise RuntimeError("the child has no pipes, expected two")
        self._child.stdin.write("\n")
        self._child.stdin.flush()
        private, mapped = map(float, self._child.stdout.readline().split())
        return Memory(private - self._before.private, mapped - self._before.mapped)


def _watch() -> None:
    """Print the parent's peaks for every line that comes in; end with the input."""
    import os

    parent, peaks = os.getppid(), Memory(0, 0)
    while True:
        seen = together({parent, *children(parent)} - {os.getpid()})
        peaks = Memory(*map(max, peaks, seen))
        if select([sys.stdin], [], [], _GLANCE)[0]:
            if not sys.stdin.readline():
                return
            sys.stdout.write(f"{peaks.private} {peaks.mapped}\n")
            sys.stdout.flush()
            peaks = Memory(0, 0)


if __name__ == "__main__":
    _watch()
