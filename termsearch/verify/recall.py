"""What a search finds of what an exact search finds."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from termsearch.index import Ask, Index, Nearest, Spelt, Stored
from termsearch.index.point import Point
from termsearch.index.where import Condition
from termsearch.verify.sample import Pool, drawn
from termsearch.verify.shapes import Shape

__all__ = ["LEGS", "Leg", "ShapeRecall", "asked_for", "recall_of"]

#: Kinds of evidence that an engine ranks; exact search forms are looked up, not ranked.
Leg = Literal["dense", "lexical"]
LEGS: tuple[Leg, ...] = get_args(Leg)

#: Recall is of the best ten.
_BEST = 10
#: Names that a query asks for when it wants ten concepts (``retrieval``: three a concept).
_NAMES = 30
#: Scores this near count as equal: sums of 768 products differ by the order they are made in.
_TIE = 1e-4


class ShapeRecall(BaseModel):
    """What one filter does to one kind of evidence."""

    shape: str = Field(description="The fields that are filtered: ``types + langs``; ``none``.")
    filter: str = Field(description="Their values, as options of ``termsearch query``.")
    leg: Leg
    points: int = Field(description="Names that the filter leaves.")
    share: float = Field(description="Of all names, 0 to 1.")
    queries: int = Field(
        description="Stored names asked for; half of them names that the filter leaves."
    )
    recall: float = Field(
        description="Share of the ten best of the exact search that the search had among its ten "
        "best, mean over the queries, 0 to 1; equal scores count as equal."
    )
    worst: float = Field(description="Likewise, of the worst query.")
    p50_ms: float = Field(description="Milliseconds for a query's 30 names, one query a time.")
    p99_ms: float
    exact_p50_ms: float = Field(description="Likewise, with every vector compared.")
    exact_p99_ms: float


def asked_for(index: Index, shape: Shape, pool: Pool, *, number: int, seed: int) -> list[Stored]:
    """Stored names to ask for: half of them from what the filter leaves, the others from anywhere.

    Words that mean something inside the filter are the common case; words that don't are the
    hard one, for the graph leads to where the filter lets nothing pass.
    """
    where = shape.where.conditions(index.manifest)
    inside = {each: stored for each, stored in pool.items() if _holds(stored.point, where)}
    half = min(math.ceil(number / 2), shape.points)
    if len(inside) < half:  # a narrow filter, so its ids are few
        inside |= drawn(index, index.ids(where), half, seed)
    chosen = dict(list(inside.items())[:half])
    for each, stored in pool.items():
        if len(chosen) < number:
            chosen[each] = stored
    return list(chosen.values())


def _holds(point: Point, where: Iterable[Condition]) -> bool:
    def values(field: str) -> set[str]:
        value = getattr(point, field)
        return {value} if isinstance(value, str) else set(value)

    return all(values(field) & set(wanted) for field, wanted in where)


def recall_of(index: Index, shape: Shape, leg: Leg, asked: Sequence[Stored]) -> ShapeRecall:
    """Ask for each of ``asked``, as a query does and exactly, by one kind of evidence."""
    where = shape.where.conditions(index.manifest)
    asks = [
        Ask(Nearest(vector) if leg == "dense" else Spelt(point.form), _NAMES, where)
        for point, vector in asked
    ]
    _timed(index, asks[0])  # what is read from disk for the first time is not the engine's pace
    wanted = min(_BEST, shape.points) if leg == "dense" else 0
    rows = np.array([_compared(index, ask, wanted) for ask in asks])
    recalls, fast, exact = rows.T
    return ShapeRecall(
        shape=" + ".join(shape.fields) or "none",
        filter=shape.options,
        leg=leg,
        points=shape.points,
        share=round(shape.points / index.count(), 6),
        queries=len(asks),
        recall=round(float(recalls.mean()), 4),
        worst=round(float(recalls.min()), 4),
        p50_ms=_percentile(fast, 50),
        p99_ms=_percentile(fast, 99),
        exact_p50_ms=_percentile(exact, 50),
        exact_p99_ms=_percentile(exact, 99),
    )


def _compared(index: Index, ask: Ask, wanted: int) -> tuple[float, float, float]:
    """Recall of the best ten, and milliseconds as asked and exact.

    ``wanted`` names at least should have been found: an exact search that finds fewer is wrong too.
    """
    found, took = _timed(index, ask)
    best, took_exact = _timed(index, replace(ask, exact=True))
    right = best[:_BEST]
    kept = sum(score >= right[-1] - _TIE for score in found[:_BEST]) if right else 0
    of = max(len(right), wanted)
    return kept / of if of else 1.0, took, took_exact


def _timed(index: Index, ask: Ask) -> tuple[list[float], float]:
    """Scores, best first, and milliseconds."""
    started = perf_counter()
    (hits,) = index.search([ask])
    return [hit.score for hit in hits], (perf_counter() - started) * 1000


def _percentile(values: npt.NDArray[np.float64], which: int) -> float:
    return round(float(np.percentile(values, which)), 2)
