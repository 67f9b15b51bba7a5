"""Steps up a graph whose nodes are numbers, in 8 bytes each."""

from array import array
from bisect import bisect_left

__all__ = ["MOST", "Steps"]

#: The greatest number of a node.
MOST = (1 << 32) - 1

_BUCKETS = 64  # sorting by bucket keeps the passing cost of Python ints to a 64th


class Steps:
    """What is one step above a node. Filled, then sorted, then asked."""

    def __init__(self) -> None:
        self._buckets = [array("Q") for _ in range(_BUCKETS)]

    def add(self, low: int, high: int) -> None:
        """Put ``high`` above ``low``, numbers from 0 to :data:`MOST`; again means nothing more."""
        self._buckets[low % _BUCKETS].append(low << 32 | high)

    def sort(self) -> None:
        """Make what was added known to :meth:`above`, each step once."""
        for at, bucket in enumerate(self._buckets):
            self._buckets[at] = array("Q", sorted(frozenset(bucket)))

    def above(self, low: int) -> tuple[int, ...]:
        """What is one step above ``low``, ascending."""
        bucket, first = self._buckets[low % _BUCKETS], low << 32
        start, end = (bisect_left(bucket, least) for least in (first, first + MOST + 1))
        return tuple(step & MOST for step in bucket[start:end])
