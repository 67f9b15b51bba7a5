"""What every encoder does around its model: batches of like lengths, rows of length 1."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from termsearch.encoder import Vectors
from termsearch.errors import BadVectorError

__all__ = ["equal_length_batches", "like_length_batches", "unit_rows", "worst_cosine"]


def equal_length_batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Positions of names of one length each, at most ``tokens`` tokens together."""
    by_length: dict[int, list[int]] = {}
    for position, length in enumerate(lengths):
        by_length.setdefault(length, []).append(position)
    for length, positions in sorted(by_length.items()):
        step = max(1, tokens // max(1, length))
        for start in range(0, len(positions), step):
            yield positions[start : start + step]


def like_length_batches(lengths: Sequence[int], tokens: int, start: int) -> Iterator[list[int]]:
    """Positions of names of like lengths, padded to the longest at most ``tokens`` tokens together.

    Lengths are joined where that is less work, a batch costing ``start`` tokens beside its own,
    padding included. Thousands of names give batches of one length; a few, one or two batches.
    """
    by_length: dict[int, list[int]] = {}
    for position, length in enumerate(lengths):
        by_length.setdefault(length, []).append(position)
    shortest_first = sorted(by_length)
    for group in _cheapest(Counter(lengths), shortest_first, tokens, start):
        positions = [position for length in group for position in by_length[length]]
        step = max(1, tokens // max(1, group[-1]))
        for first in range(0, len(positions), step):
            yield positions[first : first + step]


def _cheapest(
    count: Counter[int], lengths: Sequence[int], tokens: int, start: int
) -> Iterator[Sequence[int]]:
    """``lengths`` cut into runs, by dynamic programming over where the last one begins."""
    least = [0.0]
    begins = [0]
    for end in range(1, len(lengths) + 1):
        longest, names = max(1, lengths[end - 1]), 0
        best, best_begin = float("inf"), 0
        for begin in reversed(range(end)):
            names += count[lengths[begin]]
            batches = -(-names // max(1, tokens // longest))
            cost = least[begin] + batches * start + names * longest
            if cost < best:
                best, best_begin = cost, begin
        least.append(best)
        begins.append(best_begin)
    cuts, end = [], len(lengths)
    while end:
        cuts.append(lengths[begins[end] : end])
        end = begins[end]
    yield from reversed(cuts)


def unit_rows(rows: Vectors, names: Sequence[str]) -> Vectors:
    """``rows`` at length 1.

    Raises:
        BadVectorError: A row is not finite or has no direction.
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    bad = np.flatnonzero(~(np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)))
    if bad.size:
        raise BadVectorError(
            f"the model gave no usable vector for {names[int(bad[0])]!r} ({bad.size} such names); "
            "its weights are damaged, or --precision fp32 is needed."
        )
    scaled: Vectors = rows / lengths
    return scaled


def worst_cosine(one: Vectors, other: Vectors) -> float:
    """The least cosine between rows of the same number; NaN if a row has no direction."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(((one * other).sum(axis=1) / lengths).min())
