"""The names nearest to a query as a map: vectors laid out on the two axes that keep most.

A map of 60 names shows what a ranking hides: clusters, homonyms, and a query that lies between
two meanings. Two axes keep a part of what hundreds hold; ``kept`` says how much.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from termsearch.codes import conditions_of
from termsearch.index import Ask, Found, Index, Nearest
from termsearch.index.where import Where
from termsearch.vectors import Vector

__all__ = ["Neighbour", "Neighbourhood", "neighbourhood"]


class Neighbour(BaseModel):
    """One name on the map."""

    curie: str
    vocabulary: str
    name: str = Field(description="The name that lies here.")
    concept_name: str = Field(description="What the vocabulary displays for its concept.")
    similarity: float = Field(description="Cosine to the query, -1 to 1, higher is nearer.")
    x: float
    y: float


class Neighbourhood(BaseModel):
    """A query and the names nearest to it, nearest first, on a plane."""

    query: str
    x: float = Field(description="Of the query; about -1 to 1, as all coordinates here.")
    y: float
    kept: float = Field(
        description="Share of the variance of these vectors that the two axes keep, 0 to 1: the "
        "smaller, the less distances on the map mean."
    )
    results: list[Neighbour]


def neighbourhood(
    index: Index, text: str, vector: Vector, where: Where | None = None, *, limit: int = 60
) -> Neighbourhood:
    """The ``limit`` names nearest to ``vector``, which is what ``text`` is embedded as.

    Raises:
        UnknownValueError: ``where`` names something that the index does not hold.
    """
    conditions = conditions_of(index, where or Where())
    (found,) = index.search([Ask(Nearest(vector), limit, conditions)])
    stored = index.stored([hit.point.id for hit in found])
    found = [hit for hit in found if hit.point.id in stored]
    rows = [vector, *(stored[hit.point.id].vector for hit in found)]
    places, kept = _plane(np.stack(rows).astype(np.float64))
    return Neighbourhood(
        query=text, x=places[0, 0], y=places[0, 1], kept=round(kept, 3),
        results=_neighbours(found, places[1:]),
    )  # fmt: skip


def _neighbours(found: Sequence[Found], places: npt.NDArray[np.float64]) -> list[Neighbour]:
    return [
        Neighbour(
            curie=hit.point.curie,
            vocabulary=hit.point.vocabulary,
            name=hit.point.name,
            concept_name=hit.point.concept_name,
            similarity=round(hit.score, 4),
            x=x,
            y=y,
        )
        for hit, (x, y) in zip(found, places.tolist(), strict=True)
    ]


def _plane(vectors: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
    """Where each of ``vectors`` lies, shape ``(n, 2)``, and the share of variance kept.

    Principal components. Their signs are arbitrary (SVD), so each axis is turned to let its
    farthest row lie on the positive side: the same answer gives the same map.
    """
    centred = vectors - vectors.mean(axis=0)
    left, lengths, _ = np.linalg.svd(centred, full_matrices=False)
    scores = np.zeros((len(vectors), 2))
    axes = min(2, len(lengths))
    scores[:, :axes] = left[:, :axes] * lengths[:axes]
    scores *= np.where(scores[np.abs(scores).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    variance = float((lengths**2).sum())
    kept = float((lengths[:2] ** 2).sum()) / variance if variance > 0 else 1.0
    # One scale for both axes, or distances would mean less still.
    farthest = float(np.abs(scores).max())
    return np.round(scores / farthest if farthest > 0 else scores, 4), kept
