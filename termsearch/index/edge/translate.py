"""Our words for things in those of Qdrant Edge, and its errors in ours."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from errno import EACCES, ENOSPC, EPERM, EROFS
from pathlib import Path
from typing import Any, cast

import numpy as np
import qdrant_edge as edge

from termsearch.encoder import Vectors
from termsearch.errors import IndexUnreadableError
from termsearch.grams import hashes, sparse
from termsearch.index import Ask, Nearest, Spelt, Stored
from termsearch.index.packed import FACTS, SAID, Packed, fact, unpacked
from termsearch.index.tuning import (
    ACORN_SELECTIVITY,
    EDGES,
    EF,
    EF_CONSTRUCT,
    EF_FILTERED,
    EF_PART,
    FULL_SCAN_KB,
    OVERSAMPLING,
    PART,
    QUANTILE,
    SCAN,
)
from termsearch.index.where import Condition

__all__ = [
    "compiled",
    "config",
    "engine",
    "engine_pieces",
    "engine_point",
    "request",
    "stored",
    "words",
]

_VECTOR = "name"
_GRAMS = "grams"

#: The nearest by their bytes, compared again by their vectors.
_IN_FULL = edge.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)

#: Fields that are asked for values which the index may not hold. A condition that all of its words
#: are there then takes the engine through every point (0.9.0: 1.2 ms on MeSH); that any of them is,
#: does not (0.03 ms).
_MAY_MISS = frozenset({"form", "key", "initials", "curies", "parents", "xrefs", "replaced_by"})


def config(dimension: int) -> "edge.EdgeConfig":
    """Of a new shard."""
    return edge.EdgeConfig(
        vectors={
            _VECTOR: edge.EdgeVectorParams(
                size=dimension,
                distance=edge.Distance.Cosine,
                quantization_config=edge.ScalarQuantizationConfig(
                    edge.ScalarType.Int8, quantile=QUANTILE, memory=edge.Memory.Cold
                ),
            )
        },
        sparse_vectors={
            _GRAMS: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf, memory=edge.Memory.Cold)
        },
        optimizers=edge.EdgeOptimizersConfig(max_segment_size=PART * dimension * 4 // 1024),
        hnsw_config=edge.HnswIndexConfig(
            m=EDGES,
            ef_construct=EF_CONSTRUCT,
            full_scan_threshold=FULL_SCAN_KB,
            max_indexing_threads=os.cpu_count() or 1,
        ),
        wal_enabled=False,  # see the head of the package
    )


def engine_point(point: Packed, row: Vectors) -> "edge.Point":
    """A point with its vectors, as the engine takes it.

    The engine reads 768 numbers of a memoryview (``row.data``) in 9 us, of a list, which has to be
    made first, in 14, of an array's row in 33 (0.9.0).
    """
    vectors: Any = {_VECTOR: row.data, _GRAMS: edge.SparseVector(*sparse(point.pieces))}
    return edge.Point(id=point.id, vector=vectors, payload=point.texts())


def engine_pieces(point: Packed) -> "edge.PointVectors":
    """The pieces of a point that is there."""
    return edge.PointVectors(point.id, {_GRAMS: edge.SparseVector(*sparse(point.pieces))})


def words() -> "edge.TextIndexParams":
    """The index of the facts: words between blanks, letter by letter."""
    return edge.TextIndexParams(
        tokenizer=edge.TokenizerType.Whitespace,
        lowercase=False,
        enable_hnsw=False,
        memory=edge.Memory.Cold,
    )


def stored(record: "edge.Record") -> Stored:
    """A record that was fetched with payload and vectors."""
    vectors = cast("dict[str, list[float]]", record.vector)
    return Stored(unpacked(record.payload), np.array(vectors[_VECTOR], np.float32))


def request(ask: Ask, shard: "edge.EdgeShard") -> "edge.QueryRequest":
    """What the engine is asked; not for :class:`Same`, which is no ranking."""
    where = compiled(ask.where, ask.among)
    match ask.query:
        case Nearest(vector):
            query: Any = edge.Query.Nearest(cast("list[float]", vector), using=_VECTOR)
        case Spelt(form):
            query = edge.Query.Nearest(edge.SparseVector(*sparse(hashes(form))), using=_GRAMS)
    return edge.QueryRequest(
        limit=ask.limit,
        query=query,
        filter=where,
        with_payload=[SAID],
        params=_params(ask, where, shard),
    )


def _params(ask: Ask, where: "edge.Filter | None", shard: "edge.EdgeShard") -> "edge.SearchParams":
    if ask.exact or ask.among:
        return edge.SearchParams(exact=True)
    left = None if where is None else shard.count(edge.CountRequest(exact=False, filter=where))
    if left is None or left >= shard.count(edge.CountRequest(exact=False)):
        candidates = EF if shard.info().points_count <= PART else EF_PART
        return edge.SearchParams(hnsw_ef=candidates, quantization=_IN_FULL)
    return edge.SearchParams(
        exact=left <= SCAN,
        hnsw_ef=EF_FILTERED,
        quantization=_IN_FULL,
        acorn=edge.AcornSearchParams(enable=True, max_selectivity=ACORN_SELECTIVITY),
    )


def compiled(where: Sequence[Condition], among: Sequence[str] = ()) -> "edge.Filter | None":
    """Conditions, and ids if there are any, as the engine's filter; None for no condition."""
    if not where and not among:
        return None
    # All facts that must hold in one condition: the engine goes through their lists together.
    # With a condition each it looks up every point of the first: 7 ms for 2.4 (28 % of 100,000).
    together = [each for each in where if len(each.values) == 1 and each.field not in _MAY_MISS]
    one = " ".join(fact(field, values[0]) for field, values in together)
    matches: list[Any] = [edge.MatchText(one)] if one else []
    for each in where:
        if each not in together:
            words = " ".join(fact(each.field, value) for value in each.values)
            matches.append(edge.MatchTextAny(words))
    must: list[Any] = [edge.FieldCondition(key=FACTS, match=match) for match in matches]
    return edge.Filter(must=[*must, edge.HasIdCondition({*among})] if among else must)


@contextmanager
def engine(folder: Path) -> Iterator[None]:
    """Turns the engine's errors into ours: all are plain ``Exception``, but its panics.

    Of 99 ways to cut or alter a file of a shard, 11 made it panic (0.9.0). A panic is a
    ``BaseException`` of a module that can't be imported.
    """
    try:
        yield
    except BaseException as error:
        if type(error) not in {Exception, ValueError, OSError} and not _is_panic(error):
            raise  # not the engine's: a bug of ours, or an error that has its words already
        raise IndexUnreadableError(
            f"index {folder}: the engine failed ({error}). {_what_to_do(str(error))}"
        ) from error


def _what_to_do(said: str) -> str:
    if any(os.strerror(number) in said for number in (EROFS, EACCES, EPERM)):
        return (
            "It writes to the folder to read from it too: make that writable, or choose a copy "
            "with TERMSEARCH_HOME."
        )
    if os.strerror(ENOSPC) in said:
        return "It writes to the folder to read from it too: make room, and repeat the command."
    return (
        "Its files may be damaged or the disk full: make room and repeat the command, or restore "
        "the folder from a copy."
    )


def _is_panic(error: BaseException) -> bool:
    return type(error).__name__ == "PanicException"  # pyo3_runtime's
