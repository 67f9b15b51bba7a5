"""What every encoder does around its model: batches of like lengths, rows of length 1."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from termsearch.encoder import Vectors
from termsearch.errors import BadVectorError

__all__ = ["equal_length_batches", "like_length_batches", "sound_rows", "worst_cosine"]


def equal_length_batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Positions of names of one length each, at most ``tokens`` tokens together."""
    for length, positions in sorted(_by_length(lengths).items()):
        yield from _parts(positions, length, tokens)


def like_length_batches(lengths: Sequence[int], tokens: int, start: int) -> Iterator[list[int]]:
    """Positions of names of like lengths, padded to the longest at most ``tokens`` tokens together.

    Lengths are joined where that is less work, a batch costing ``start`` tokens beside its own,
    padding included. Thousands of names give batches of one length; a few, one or two batches.
    """
    by_length = _by_length(lengths)
    count = {length: len(positions) for length, positions in sorted(by_length.items())}
    for group in _cheapest(count, tokens, start):
        positions = [position for length in group for position in by_length[length]]
        yield from _parts(positions, group[-1], tokens)


def _by_length(lengths: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for position, length in enumerate(lengths):
        found.setdefault(length, []).append(position)
    return found


def _parts(positions: Sequence[int], longest: int, tokens: int) -> Iterator[list[int]]:
    step = _names(longest, tokens)
    return (list(positions[at : at + step]) for at in range(0, len(positions), step))


def _names(longest: int, tokens: int) -> int:
    """How many names a batch has."""
    return max(1, tokens // max(1, longest))


def _cheapest(count: Mapping[int, int], tokens: int, start: int) -> Iterator[Sequence[int]]:
    """The lengths cut into runs, by dynamic programming over where the last one begins.

    ``count``: length to names of it, the shortest first.
    """
    lengths = list(count)
    least = [0.0]
    begins = [0]
    for end in range(1, len(lengths) + 1):
        longest, names = max(1, lengths[end - 1]), 0
        best, best_begin = float("inf"), 0
        for begin in reversed(range(end)):
            names += count[lengths[begin]]
            batches = -(-names // _names(longest, tokens))
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


def sound_rows(rows: Vectors, names: Sequence[str], *, unit: bool) -> Vectors:
    """``rows``; at length 1 if ``unit``.

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
    scaled: Vectors = rows / lengths if unit else rows
    return scaled


def worst_cosine(one: Vectors, other: Vectors) -> float:
    """The least cosine between rows of the same number; NaN if a row has no direction."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(((one * other).sum(axis=1) / lengths).min())
