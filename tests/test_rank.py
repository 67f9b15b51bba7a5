"""Every concept once, by its best name, best first."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.concept import Kind
from termsearch.explain import scores
from termsearch.index import Found
from termsearch.index.packed import packed
from termsearch.index.point import Point, points_of
from termsearch.match import RESIDUAL, Asked, Match, Seen
from termsearch.normalize import search_key
from termsearch.rank import Ranking, best_of_each_concept, denied_concepts
from tests.concepts import concept

WORDS = ("diabetes", "type 1", "type 2", "left", "right", "acute", "chronic", "no", "arm")
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


def named(code: str, name: str) -> Point:
    """The point of a concept that may have others."""
    return packed(points_of(concept("local", code, name), "test")[0][0]).point()


@st.composite
def candidates(draw: st.DrawFn) -> list[Found]:
    """Names of a few concepts with their cosines, as a leg finds them."""
    names = draw(st.lists(st.tuples(st.sampled_from("abcd"), NAMES), unique=True, max_size=20))
    return [Found(named(code, name), draw(st.floats(-1, 1))) for code, name in names]


def in_order(asked: Asked, found: Sequence[Found]) -> list[Match]:
    """What :class:`Ranking` must give, by its definition: score all, sort, first of each."""
    matches = [best_of_each_concept(asked, {"dense": [hit]})[0] for hit in found]
    farthest = min((hit.score for hit in found), default=0.0)
    denied = denied_concepts(asked, [hit.point for hit in found])
    again = [
        Match(asked, match.point, match.legs, farthest, denied.get(match.point.curie, ()))
        for match in matches
    ]
    best: dict[str, Match] = {}
    for match in sorted(again, key=lambda match: match.order):
        best.setdefault(match.point.curie, match)
    return list(best.values())


@given(NAMES, candidates())
def test_looking_late_changes_no_order(query: str, found: list[Found]) -> None:
    asked = Asked(query, search_key(query), "auto")

    ranked = best_of_each_concept(asked, {"dense": found})

    expected = [(match.point.curie, match.score) for match in in_order(asked, found)]
    assert len(ranked) == len(expected)
    assert [(match.point.curie, match.score) for match in ranked[:2]] == expected[:2]
    for part in (slice(-2, -1), slice(None, None, -1), slice(None)):
        assert [(match.point.curie, match.score) for match in ranked[part]] == expected[part]


def test_a_name_that_comes_too_late_anyway_is_not_read_for_contradictions() -> None:
    asked = Asked("left arm", search_key("left arm"), "auto")
    near = Match(asked, named("a", "left arm pain"), {"dense": Seen(1, 0.9)}, 0.1)
    far = Match(asked, named("b", "right arm"), {"dense": Seen(2, 0.1)}, 0.1)

    ranked = Ranking([far, near])

    assert ranked[0] is near
    assert "_against" not in vars(far)
    assert ranked[1].conflicts


def test_only_names_that_their_own_cosine_may_bring_forward_are_asked_for_it() -> None:
    asked = Asked("loin", search_key("loin"), "auto")
    dense = [Found(named("a", "flank"), 0.9), Found(named("b", "side"), 0.7)]
    alike = [Found(named("c", "loins of beef"), 1.0), Found(named("d", "coin"), 1.0)]

    ranked = best_of_each_concept(asked, {"dense": dense, "lexical": alike})

    assert ranked.unmeasured(1) == []
    assert [point.code for point in ranked.unmeasured(2)] == ["c", "d"]
    assert [match.point.code for match in ranked] == ["a", "d", "c", "b"]
    measured = ranked.measured({found.point.digest: 0.1 for found in alike})
    assert [match.point.code for match in measured] == ["a", "b", "d", "c"]
    assert measured.unmeasured(2) == []
    assert [match.cosine for match in measured[2:]] == [0.1, 0.1]
    assert [match.cosine for match in ranked] == [0.9, None, None, 0.7]
    assert [scores(match).get("dense") for match in measured[2:]] == [0.1, 0.1]


def test_a_name_that_a_contradiction_moves_behind_those_shown_is_not_measured() -> None:
    asked = Asked("left zz ankle", search_key("left zz ankle"), "auto")
    dense = [Found(named("a", "Zz foot, left"), 0.8)]
    alike = [Found(named("b", "Right zz ankle"), 1.0)]

    ranked = best_of_each_concept(asked, {"dense": dense, "lexical": alike})

    assert [match.point.code for match in ranked] == ["a", "b"]
    assert ranked[1].at_most > ranked[0].score > ranked[1].score
    assert ranked.unmeasured(1) == []


def test_of_names_that_say_the_same_who_is_spelt_alike_goes_first() -> None:
    asked = Asked("score gleason 4+3", search_key("score gleason 4+3"), "auto")
    names = [named("a", "Gleason score 3+4"), named("b", "Gleason score 4+3")]

    ranked = best_of_each_concept(asked, {"same": [Found(name, 1.0) for name in names]})

    assert [match.kind for match in ranked] == ["normalized", "normalized"]
    assert [match.point.code for match in ranked] == ["b", "a"]


def test_a_name_of_the_same_letters_contradicts_nothing() -> None:
    asked = Asked("un-controlled asthma", search_key("un-controlled asthma"), "auto")
    names = [named("a", "Controlled asthma"), named("b", "Uncontrolled asthma")]

    ranked = best_of_each_concept(asked, {"lexical": [Found(name, 1.0) for name in names]})

    assert [(match.point.code, match.kind) for match in ranked] == [
        ("b", "normalized"),
        ("a", "lexical"),
    ]
    assert not ranked[0].conflicts


def test_a_name_without_the_number_asked_for_goes_behind_one_that_has_it() -> None:
    asked = Asked("peptidylarginine deiminase iii", search_key("peptidylarginine deiminase iii"),
                  "auto")  # fmt: skip
    general = Found(named("a", "Peptidylarginine deiminases"), 0.9)
    right = Found(named("b", "Protein-arginine deiminase type 3"), 0.91)

    ranked = best_of_each_concept(asked, {"dense": [general, right]})

    assert [match.point.code for match in ranked] == ["b", "a"]
    assert not ranked[1].conflicts


def test_a_score_is_never_below_minus_one() -> None:
    asked = Asked("left acute type 1", search_key("left acute type 1"), "auto")
    name = named("a", "right chronic type 2")

    match = Match(asked, name, {"dense": Seen(1, -0.9)}, -0.9)

    assert len(match.conflicts) > 1
    assert match.score == -1


def test_the_same_words_turned_round_are_not_the_same() -> None:
    asked = Asked("right to left shunt", search_key("right to left shunt"), "auto")

    ranked = best_of_each_concept(asked, {"same": [Found(named("a", "Left to right shunt"), 1.0)]})

    assert ranked[0].kind == "lexical"
    assert ranked[0].score < 0.96


def test_without_candidates_there_is_no_first() -> None:
    ranked = Ranking()

    assert not ranked
    assert ranked[:10] == []


def test_of_what_is_denied_no_other_name_agrees() -> None:
    asked = Asked("no fever", search_key("no fever"), "auto")
    names = [
        named("a", "feeling feverish"),
        named("b", "Fever"),
        named("b", "feeling feverish"),
        named("b", "burning up"),
        named("c", "Absence of fever"),
        named("c", "Normal temperature"),
    ]
    found = [Found(name, 0.8) for name in names]

    ranked = {each.point.code: each for each in best_of_each_concept(asked, {"dense": found})}

    assert ranked["b"].conflicts == ("asked for no fever, this has fever",)
    assert ranked["b"].score < ranked["a"].score < ranked["c"].score
    assert (ranked["a"].conflicts, ranked["c"].conflicts) == ((), ())


def test_what_is_asked_for_in_other_words_is_not_denied() -> None:
    asked = Asked(
        "cholecystitis without stones", search_key("cholecystitis without stones"), "auto"
    )
    names = [named("a", "Acalculous cholecystitis"), named("a", "Cholecystitis with no stones")]

    assert not denied_concepts(asked, names)


@pytest.mark.parametrize(
    ("asked", "found", "counts"),
    [
        ("appendicitis", "Other appendicitis", True),
        ("tuberculosis of bone", "Tuberculosis of other bones", True),
        ("appendicitis", "Acute appendicitis", False),
        ("other appendicitis", "Other acute appendicitis", False),
        ("asthma attack", "Other and unspecified asthma", False),
        ("mother", "Mothers and children", False),
        ("burn of forearm", "Burn of left forearm, sequela", True),
        ("burn of forearm", "Burn of left forearm, subsequent encounter", True),
        ("late effects of stroke", "Sequelae of stroke", False),
    ],
)
def test_a_name_for_what_is_left_goes_behind(asked: str, found: str, counts: bool) -> None:
    (match,) = best_of_each_concept(
        Asked(asked, search_key(asked), "auto"), {"dense": [Found(named("1", found), 0.9)]}
    )

    assert match.is_residual is counts
    assert match.score == pytest.approx(match.at_most - RESIDUAL * counts)


def test_of_equal_words_those_that_mean_just_the_concept_come_first() -> None:
    loose, synonym, chosen = (
        points_of(concept("local", code, "zz name"), "test")[0][0].model_copy(update={"kind": kind})
        for code, kind in [("1", Kind.BROADER), ("2", Kind.SYNONYM), ("3", Kind.PREFERRED)]
    )
    hits = [Found(packed(point).point(), 1.0) for point in (loose, synonym, chosen)]

    ranked = best_of_each_concept(Asked("zz name", "name zz", "auto"), {"dense": hits})

    assert [match.point.code for match in ranked] == ["3", "2", "1"]
    assert {match.score for match in ranked} == {1.0}
