"""What every index promises, held by the embedded one and by the server's code path alike."""

import numpy as np
import pytest

from termsearch.errors import BadVectorError, IndexMissingError, IndexUnreadableError
from termsearch.grams import hashes
from termsearch.index import Ask, Index, Nearest, Same, Spelt
from termsearch.index.packed import Packed, packed
from termsearch.index.point import points_of
from termsearch.index.where import Condition
from termsearch.ingest import ingest
from termsearch.normalize import search_key
from tests.concepts import ALL, COUGH, FEVER, concept
from tests.conftest import Store, WordHash

PACKED = [packed(point) for each in ALL for point in points_of(each, "test")[0]]
#: As they are stored: which release they are from is the manifest's to know.
POINTS = [each.point() for each in PACKED]


def put(index: Index, encoder: WordHash, points: list[Packed] = PACKED) -> None:
    index.put(points, encoder.encode([point.form for point in points]))


def forms(index: Index, ask: Ask) -> list[str]:
    return [found.point.form for found in index.search([ask])[0]]


def test_a_point_comes_back_as_it_was_put(index: Index, encoder: WordHash) -> None:
    put(index, encoder)

    stored = {point.id: point for point in index.points([])}

    assert stored == {point.id: point for point in POINTS}


def test_putting_twice_leaves_one_copy(index: Index, encoder: WordHash) -> None:
    put(index, encoder)
    put(index, encoder)

    assert index.count() == len(POINTS)


def test_the_nearest_name_comes_first_with_its_cosine(index: Index, encoder: WordHash) -> None:
    put(index, encoder)
    vector = encoder.encode(["very high fever"])[0]

    hits = index.search([Ask(Nearest(vector), 3)])[0]

    assert hits[0].point.form == "very high fever"
    assert hits[0].score == pytest.approx(1.0, abs=1e-5)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_an_optimized_index_answers_as_before(index: Index, encoder: WordHash) -> None:
    put(index, encoder)
    ask = Ask(Nearest(encoder.encode(["high fever"])[0]), 5)
    before = forms(index, ask)

    index.optimize()

    assert forms(index, ask) == before


def test_a_misspelt_name_is_found_by_the_pieces_it_shares(index: Index, encoder: WordHash) -> None:
    put(index, encoder)

    assert forms(index, Ask(Spelt("left ankel"), 5))[:2] == ["left ankle", "ankle"]


def test_a_form_finds_the_names_that_have_it_and_no_other(index: Index, encoder: WordHash) -> None:
    put(index, encoder)

    assert forms(index, Ask(Same("form", "fever"), 5)) == ["fever"]
    assert forms(index, Ask(Same("form", "fev"), 5)) == []
    assert forms(index, Ask(Same("key", search_key("fevers")), 5)) == ["fever"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ([Condition("vocabularies", ("umls",))], {"coughing", "cough", "tos"}),
        ([Condition("vocabularies", ("snomedct",))], {"cough", "ankle", "left ankle"}),
        ([Condition("vocabularies", ("umls", "snomedct")), Condition("lang", ("es",))], {"tos"}),
        ([Condition("types", ("T184", "body structure")), Condition("flags", ("card",))],
         {"coughing", "ankle"}),
        ([Condition("ancestors", ("mesh:D990002",))],
         {"fever", "pyrexia", "high body temperature", "hyperpyrexia", "very high fever"}),
        ([Condition("curies", ("umls:C9900000",))], {"coughing"}),
        ([Condition("lang", ("fr",))], set()),
    ],
)  # fmt: skip
def test_filters_hold_in_every_leg(
    index: Index, encoder: WordHash, where: list[Condition], expected: set[str]
) -> None:
    put(index, encoder)
    anything = Nearest(encoder.encode(["fever"])[0])

    dense = forms(index, Ask(anything, 100, tuple(where)))
    words = forms(index, Ask(Spelt("fever cough ankle"), 100, tuple(where)))
    exact = forms(index, Ask(Same("form", "cough"), 100, tuple(where)))

    assert set(dense) == expected
    assert set(words) <= expected
    assert set(exact) == expected & {"cough"}
    assert {point.form for point in index.points(where)} == expected
    assert index.count(where) == len(expected)


def test_several_asks_are_answered_in_order(index: Index, encoder: WordHash) -> None:
    put(index, encoder)
    vector = encoder.encode(["ankle"])[0]

    asks = [Ask(Same("form", "fever"), 1), Ask(Nearest(vector), 1), Ask(Spelt("pyrexia"), 1)]

    assert [hits[0].point.form for hits in index.search(asks)] == ["fever", "ankle", "pyrexia"]


def test_digests_tell_what_is_stored(index: Index, encoder: WordHash) -> None:
    put(index, encoder, PACKED[:2])

    known = index.digests([point.id for point in POINTS])

    assert known == {point.id: point.digest for point in POINTS[:2]}


def test_rewriting_changes_the_payload_and_keeps_the_vector(
    index: Index, encoder: WordHash
) -> None:
    put(index, encoder)
    renamed = points_of(COUGH.model_copy(update={"replaced_by": ("C9900009",)}), "test")[0]

    index.rewrite([packed(point) for point in renamed])

    (hit,) = index.search([Ask(Nearest(encoder.encode(["cough"])[0]), 1)])[0]
    assert hit.point.replaced_by == ("umls:C9900009",)
    assert hit.score == pytest.approx(1.0, abs=1e-5)


def test_respelling_changes_the_pieces_and_nothing_else(index: Index, encoder: WordHash) -> None:
    put(index, encoder)
    fever = next(point for point in PACKED if point.form == "fever")
    before = index.stored([fever.id])[fever.id]

    index.respell([fever._replace(pieces=hashes("zebra"))])

    after = index.stored([fever.id])[fever.id]
    assert forms(index, Ask(Spelt("zebras"), 1)) == ["fever"]
    assert "fever" not in forms(index, Ask(Spelt("fevr"), 5))
    assert after.point == before.point
    np.testing.assert_array_equal(after.vector, before.vector)


def test_points_are_read_back_by_id_with_the_vectors_they_were_put_with(
    index: Index, encoder: WordHash
) -> None:
    put(index, encoder)
    wanted = POINTS[3:5]
    absent = points_of(concept("local", "absent", "absent"), "test")[0][0].id

    stored = index.stored([absent, *(point.id for point in wanted)])

    assert {id_: each.point for id_, each in stored.items()} == {p.id: p for p in wanted}
    for each in stored.values():
        np.testing.assert_allclose(each.vector, encoder.encode([each.point.form])[0], atol=1e-6)


@pytest.mark.parametrize("where", [(), (Condition("vocabularies", ("mesh",)),)])
def test_an_exact_ask_ranks_by_every_vector(
    index: Index, encoder: WordHash, where: tuple[Condition, ...]
) -> None:
    put(index, encoder)
    index.optimize()
    vector = encoder.encode(["high fever"])[0]

    (hits,) = index.search([Ask(Nearest(vector), 3, where, exact=True)])

    within = list(index.points(where))
    cosines = sorted(encoder.encode([point.form for point in within]) @ vector, reverse=True)
    assert [hit.score for hit in hits] == pytest.approx(cosines[:3], abs=1e-5)


def test_names_chosen_by_id_are_compared_alone_and_by_their_vectors(
    index: Index, encoder: WordHash
) -> None:
    put(index, encoder)
    index.optimize()
    vector = encoder.encode(["high fever"])[0]
    chosen = [point for point in POINTS if point.form in {"ankle", "very high fever"}]
    among = tuple(point.id for point in chosen)

    some = index.search([Ask(Nearest(vector), 9, among=among)])[0]
    fewer = index.search([Ask(Nearest(vector), 9, (Condition("vocabularies", ("mesh",)),),
                              among=among)])[0]  # fmt: skip

    assert [hit.point.form for hit in some] == ["very high fever", "ankle"]
    cosines = encoder.encode([hit.point.form for hit in some]) @ vector
    assert [hit.score for hit in some] == pytest.approx(list(cosines), abs=1e-5)
    assert fewer == some[:1]


def test_removed_points_are_gone(index: Index, encoder: WordHash) -> None:
    put(index, encoder)
    gone = [point.id for point in POINTS if point.vocabulary == "mesh"]

    index.remove(gone)

    assert set(index.ids([])) == {point.id for point in POINTS} - set(gone)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_a_vector_that_is_no_direction_is_refused_and_nothing_stored(
    index: Index, encoder: WordHash, bad: float
) -> None:
    vectors = encoder.encode([point.form for point in POINTS])
    vectors[1] = bad

    with pytest.raises(BadVectorError, match="1 of 11 vectors are zero or not finite"):
        index.put(PACKED, vectors)

    assert index.count() == 0


def test_vectors_of_another_type_are_refused(index: Index) -> None:
    with pytest.raises(BadVectorError, match="and float16, expected"):
        index.put(PACKED, np.ones((11, 64), np.float16))


def test_vectors_of_another_width_are_refused(index: Index) -> None:
    with pytest.raises(BadVectorError, match=r"\(11, 3\) and float32, expected \(names, 64\)"):
        index.put(PACKED, np.ones((11, 3), np.float32))


def test_an_index_is_opened_again_with_all_that_was_in_it(
    store: Store, index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)
    manifest, points = index.manifest, sorted(index.ids([]))
    index.publish()
    store.leave(index)

    again = store.open()

    assert again.manifest == manifest
    assert sorted(again.ids([])) == points
    assert forms(again, Ask(Spelt("pyrexia"), 1)) == ["pyrexia"]
    store.leave(again)


def test_an_index_in_which_nothing_was_stored_counts_as_none(
    store: Store, index: Index, encoder: WordHash
) -> None:
    store.leave(index)

    with pytest.raises(IndexMissingError, match="no index at"):
        store.open()
    other = store.make(WordHash(version="2", dimension=32))  # bound to no encoder yet

    assert other.manifest.encoder.dimension == 32
    store.leave(other)


def test_an_index_that_lost_points_is_refused(
    store: Store, index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)
    index.remove(list(index.ids([]))[:2])

    with pytest.raises(IndexUnreadableError, match="holds 9 names and its manifest says 11"):
        index.publish()
    with pytest.raises(IndexMissingError, match="first ingest is running or was cut"):
        store.open()


def test_more_points_than_a_page_are_all_listed(index: Index, encoder: WordHash) -> None:
    many = [
        packed(point)
        for number in range(5_000)
        for point in points_of(concept("local", f"{number}", f"name {number}"), "test")[0]
    ]
    put(index, encoder, many)

    assert len(set(index.ids([Condition("vocabularies", ("local",))]))) == 5_000


def test_names_of_equal_form_are_one_point_with_the_sources_of_all() -> None:
    points, merged = points_of(FEVER, "test")

    assert [point.name for point in points] == ["Fever", "Pyrexia", "high body temperature"]
    assert merged == 1
