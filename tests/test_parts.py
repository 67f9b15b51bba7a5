"""A large index is built in parts, so that memory does not grow with it, and answers as one."""

from pathlib import Path

import numpy as np
import pytest

from termsearch.encoder import EncoderCard
from termsearch.index import Ask, Nearest
from termsearch.index.edge import EdgeIndex
from termsearch.index.edge.translate import request
from termsearch.index.manifest import Manifest
from termsearch.index.packed import packed
from termsearch.index.point import points_of
from termsearch.index.where import Condition
from tests.concepts import concept

DIMENSION = 3_000  # the engine builds no graph for less than 10 MB of vectors
CARD = EncoderCard(
    model="random", weights="1", pooling="mean", dimension=DIMENSION, max_tokens=64
)  # fmt: skip


def segments(index: EdgeIndex) -> int:
    return len(list(Path(index.location).glob("*/shard/segments/*")))


def test_an_index_in_parts_answers_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("termsearch.index.edge.writing.PART", 1_000)
    monkeypatch.setattr("termsearch.index.edge.translate.PART", 1_000)
    names = [points_of(concept("local", f"{n}", f"name {n}"), "test")[0][0] for n in range(2_500)]
    points = [packed(name) for name in names]
    vectors = np.random.default_rng(0).standard_normal((len(points), DIMENSION), np.float32)
    index = EdgeIndex.open_or_create(tmp_path / "terms", Manifest(encoder=CARD))

    for start in range(0, len(points), 500):
        index.put(points[start : start + 500], vectors[start : start + 500])
    asks = [Ask(Nearest(vectors[n]), 1) for n in range(0, 2_500, 100)]
    found = [hits[0].point.code for hits in index.search(asks)]

    assert segments(index) == 3  # two with a graph, and what was put since
    assert index.count() == 2_500
    assert found == [f"{n}" for n in range(0, 2_500, 100)]
    index.close()


@pytest.mark.parametrize(
    ("where", "exact"),
    [
        ((), False),
        ((Condition("vocabulary", ("local",)),), False),  # leaves all
        ((Condition("form", ("name 1", "name 2")),), True),
    ],
)
def test_only_a_filter_that_leaves_few_is_answered_by_comparing_all_that_it_leaves(
    tmp_path: Path, where: tuple[Condition, ...], exact: bool
) -> None:
    index = EdgeIndex.open_or_create(tmp_path / "terms", Manifest(encoder=CARD))
    names = [points_of(concept("local", f"{n}", f"name {n}"), "test")[0][0] for n in range(9)]
    vectors = np.eye(9, DIMENSION, dtype=np.float32)
    index.put([packed(name) for name in names], vectors)

    with index._open() as shard:
        asked = request(Ask(Nearest(vectors[0]), 3, where), shard)

    assert asked.params is not None
    assert asked.params.exact == exact
    index.close()
