"""Our points and filters in the words of the Qdrant server."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from qdrant_client import models

from termsearch.grams import sparse
from termsearch.index import Stored
from termsearch.index.packed import Packed
from termsearch.index.point import Point
from termsearch.index.where import KEYWORDS, Condition

__all__ = [
    "GRAMS",
    "VECTOR",
    "copied",
    "field_indexes",
    "filter_of",
    "grams",
    "pieces",
    "stored",
    "vector",
]

VECTOR = "name"
GRAMS = "grams"


def vector(row: Any, pieces: list[int]) -> dict[str, Any]:
    """What a point is found by; ``row`` is a NumPy vector, which gRPC sends without a copy."""
    return {VECTOR: row, GRAMS: grams(pieces)}


def pieces(point: Packed) -> models.PointVectors:
    """Those of a point that is there."""
    return models.PointVectors(id=point.id, vector={GRAMS: grams(point.pieces)})


def grams(pieces: list[int]) -> models.SparseVector:
    """The three-letter pieces of a search form, as :func:`termsearch.grams.hashes` gives them."""
    indices, values = sparse(pieces)
    return models.SparseVector(indices=indices, values=values)


def stored(record: models.Record) -> Stored:
    """A record that was asked for with its vectors."""
    vectors: Any = record.vector
    return Stored(Point.from_payload(record.payload), np.array(vectors[VECTOR], np.float32))


def copied(record: models.Record) -> models.PointStruct:
    """The same again, for another collection."""
    vectors: Any = record.vector
    return models.PointStruct(id=record.id, vector=vectors, payload=record.payload)


def field_indexes() -> Iterator[tuple[str, models.KeywordIndexParams]]:
    """Fields that can be filtered, and how they are indexed."""
    for field, with_edges in KEYWORDS.items():
        yield (
            field,
            models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, enable_hnsw=with_edges),
        )


def filter_of(where: Sequence[Condition], among: Sequence[str] = ()) -> models.Filter | None:
    """All of ``where``, and one of the ids if there are any; None for all points."""
    must: list[models.Condition] = [_condition(condition) for condition in where]
    if among:
        must.append(models.HasIdCondition(has_id=[*among]))
    return models.Filter(must=must) if must else None


def _condition(condition: Condition) -> models.FieldCondition:
    field, values = condition
    if len(values) == 1:
        return models.FieldCondition(key=field, match=models.MatchValue(value=values[0]))
    return models.FieldCondition(key=field, match=models.MatchAny(any=list(values)))
