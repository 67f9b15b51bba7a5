"""What every encoder does around its model: batches of one length, rows of length 1."""

from collections.abc import Iterator, Sequence

import numpy as np

from termsearch.encoder import Vectors
from termsearch.errors import BadVectorError

__all__ = ["equal_length_batches", "unit_rows", "worst_cosine"]


def equal_length_batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Positions of names of one length each, at most ``tokens`` tokens together."""
    by_length: dict[int, list[int]] = {}
    for position, length in enumerate(lengths):
        by_length.setdefault(length, []).append(position)
    for length, positions in sorted(by_length.items()):
        step = max(1, tokens // max(1, length))
        for start in range(0, len(positions), step):
            yield positions[start : start + step]


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
