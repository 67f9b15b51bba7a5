"""Proof that an index finds what is in it, and that what is in it is whole.

Recall: stored names are asked for as a query asks, and again with every vector compared, under
each shape of filter that the index can have. With default settings of the engine two filters
together lost every hit, and no error said so: only a measurement does.

Integrity: the manifest's counts, and a sample of the points.
"""

from collections.abc import Callable

from pydantic import BaseModel, Field

from termsearch.index import Index
from termsearch.verify.integrity import Check, checks_of
from termsearch.verify.recall import LEGS, Leg, ShapeRecall, asked_for, recall_of
from termsearch.verify.sample import drawn
from termsearch.verify.shapes import shapes_of

__all__ = ["Check", "Leg", "ShapeRecall", "Verification", "verify"]

#: Points drawn from the whole index, for their values, their names and their integrity.
_POOL = 2_000


class Verification(BaseModel):
    """What ``verify`` found."""

    index: str
    location: str
    model: str
    points: int
    min_recall: float = Field(description="Mean recall that every shape has to reach, 0 to 1.")
    shapes: list[ShapeRecall]
    checks: list[Check]

    @property
    def failures(self) -> list[str]:
        """What is not as it should be, one line each; empty for a good index."""
        return [f"{check.name}: {check.found}" for check in self.checks if not check.passed] + [
            f"recall@10 {shape.recall:.3f}, under {self.min_recall:g}: {shape.leg}, {shape.filter} "
            f"({shape.points:,} names)"
            for shape in self.shapes
            if shape.recall < self.min_recall
        ]


def verify(
    index: Index,
    *,
    queries: int = 50,
    min_recall: float = 0.99,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Verification:
    """Measure recall under every shape of filter, and look whether the points are whole.

    The same index, ``queries`` and ``seed`` give the same filters and queries.

    Args:
        index: Not written to.
        queries: Names asked for under each filter.
        min_recall: What ``failures`` holds the shapes to.
        seed: Draws other names, and by them other filters.
        progress: Called with the shapes that are done and all of them.

    Raises:
        IndexUnreadableError: A point that termsearch did not write, or the engine failed.
    """
    pool = drawn(index, index.ids([]), _POOL, seed)
    shapes = list(shapes_of(index, pool))
    measured: list[ShapeRecall] = []
    for done, shape in enumerate(shapes):
        progress(done, len(shapes))
        asked = asked_for(index, shape, pool, number=queries, seed=seed)
        measured += [recall_of(index, shape, leg, asked) for leg in LEGS]
    progress(len(shapes), len(shapes))
    return Verification(
        index=index.name,
        location=index.location,
        model=index.manifest.encoder.model,
        points=index.count(),
        min_recall=min_recall,
        shapes=sorted(measured, key=lambda shape: shape.leg),
        checks=list(checks_of(index, pool)),
    )
