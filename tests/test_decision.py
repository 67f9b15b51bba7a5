"""Whether to trust the first hit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.concept import Kind
from termsearch.decision import (
    OTHER_ABBREVIATION,
    Calibration,
    calibration_of,
    probability,
    resolution,
)
from termsearch.encoder import EncoderCard
from termsearch.index.point import Point, points_of
from termsearch.match import Asked, Match, Seen
from termsearch.normalize import search_key
from tests.concepts import concept

FITTED = Calibration(intercept=-10.0, score=13.0, lead=2.0, none_below=0.45)
POINT: Point = points_of(concept("local", "1", "zz name"), "test")[0][0]


OTHER: Point = points_of(concept("other", "1", "zz name"), "test")[0][0]


def dense(cosine: float, point: Point = POINT) -> Match:
    return Match(Asked("q", "q", "dense"), point, {"dense": Seen(1, cosine)}, cosine)


def exact(kind: Kind = Kind.SYNONYM) -> Match:
    asked = Asked("zz name", "name zz", "auto")
    return Match(asked, POINT.model_copy(update={"kind": kind}), {}, 0.0)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_higher_score_is_never_less_probable(one: float, other: float) -> None:
    low, high = sorted((one, other))

    sure = [probability([dense(score)], FITTED) for score in (low, high)]

    assert sure[0] is not None
    assert sure[1] is not None
    assert 0 <= sure[0] <= sure[1] <= 1


def test_a_lead_makes_the_first_hit_more_probable() -> None:
    close = probability([dense(0.8), dense(0.79)], FITTED)
    ahead = probability([dense(0.8), dense(0.4)], FITTED)

    assert close is not None
    assert ahead is not None
    assert close < ahead


def test_concepts_that_share_the_first_place_share_the_probability() -> None:
    alone = probability([dense(1.0), dense(1.0), dense(0.2)], FITTED)

    assert alone is not None
    assert alone <= 0.5


def test_who_means_more_or_less_by_the_same_words_is_no_rival() -> None:
    alone = probability([exact()], FITTED)

    assert probability([exact(), exact(Kind.BROADER)], FITTED) == alone
    assert probability([exact(Kind.NARROWER), exact(Kind.BROADER)], FITTED) != alone


def test_the_same_in_another_vocabulary_is_no_rival() -> None:
    alone = probability([dense(0.9), dense(0.3)], FITTED)
    beside = probability([dense(0.9), dense(0.9, OTHER), dense(0.3)], FITTED)

    assert alone == beside


def test_no_hit_is_certainly_not_right_and_an_unknown_encoder_says_nothing() -> None:
    assert probability([], FITTED) == 0.0
    assert probability([dense(0.9)], None) is None


@pytest.mark.parametrize(
    ("otherwise", "fitted"),
    [({}, True), ({"weights": "other format"}, True), ({"model": "nobody/knows"}, False),
     ({"pooling": "cls"}, False), ({"max_tokens": 16}, False)],
)  # fmt: skip
def test_what_was_fitted_is_for_one_encoder_as_it_was_used(
    otherwise: dict[str, object], fitted: bool
) -> None:
    card = EncoderCard(
        model="sentence-transformers/all-MiniLM-L6-v2",
        weights="6fceb341",
        pooling="mean",
        dimension=384,
        max_tokens=256,
    )

    assert (calibration_of(card.model_copy(update=otherwise)) is not None) is fitted


@pytest.mark.parametrize(
    ("matches", "fitted", "as_it_stands", "expected"),
    [
        ([], FITTED, True, "none"),
        ([dense(0.44)], FITTED, True, "none"),
        ([dense(0.44)], None, True, "ambiguous"),
        ([dense(0.99)], FITTED, True, "ambiguous"),
        ([exact()], FITTED, True, "unique"),
        ([exact()], FITTED, False, "ambiguous"),
        ([exact(), exact()], FITTED, True, "ambiguous"),
        ([exact(), exact(Kind.BROADER)], FITTED, True, "unique"),
        ([exact(Kind.NARROWER), exact(Kind.BROADER)], FITTED, True, "ambiguous"),
    ],
)
def test_the_resolution_says_what_a_caller_may_do(
    matches: list[Match], fitted: Calibration | None, as_it_stands: bool, expected: str
) -> None:
    assert resolution(matches, fitted, as_it_stands=as_it_stands) == expected


def read(form: str, cosine: float, surest: float = 1.0) -> Match:
    """A hit of the query read as ``form``."""
    asked = Asked(form, form, "dense", surest=surest)
    return Match(asked, POINT, {"dense": Seen(1, cosine)}, cosine)


def test_meanings_that_come_close_share_the_probability() -> None:
    alike = probability([read("one", 0.99), read("two", 0.97), read("three", 0.95)], FITTED)
    apart = probability([read("one", 0.99), read("two", 0.9)], FITTED)
    names = probability([read("one", 0.99), read("one", 0.97)], FITTED)

    assert alike == pytest.approx(1 / 3)
    assert apart is not None
    assert names is not None
    assert min(apart, names) > 0.9


def test_no_hit_is_more_probable_than_its_reading_allows() -> None:
    assert probability([read("put right", 0.99, 0.75)], FITTED) == 0.75
    assert probability([read("put right", 0.3, 0.75)], FITTED) == probability(
        [read("typed", 0.3)], FITTED
    )


@pytest.mark.parametrize("fitted", [FITTED, None])
def test_a_first_hit_that_the_query_says_is_absent_is_no_answer(fitted: Calibration | None) -> None:
    asked = Asked("no zz name", "name zz", "auto")
    match = Match(asked, POINT, {"dense": Seen(1, 1.0)}, 0.0)

    assert match.conflicts
    assert match.score > FITTED.none_below
    assert resolution([match], fitted, as_it_stands=True) == "none"


def test_a_first_hit_that_contradicts_the_query_otherwise_may_be_right() -> None:
    match = Match(
        Asked("history of zz name", "history name zz", "auto"), POINT, {"dense": Seen(1, 1.0)}, 0.0
    )

    assert match.conflicts
    assert resolution([match], FITTED, as_it_stands=True) == "ambiguous"


def hit(query: str, name: str, cosine: float) -> Match:
    point = points_of(concept("local", name, name), "test")[0][0]
    return Match(Asked(query, search_key(query), "auto"), point, {"dense": Seen(1, cosine)}, 0.0)


@pytest.mark.parametrize(
    ("query", "names", "expected"),
    [
        ("no fever", ["Feverfew", "Fever"], "none"),
        ("not diabetic", ["Diabetal", "Prediabetes", "Diabetic diet"], "none"),
        ("no hearing loss", ["Hearing", "Hearing loss"], "none"),
        # nothing that is denied
        ("no periods", ["Menstruation", "Amenorrhea"], "ambiguous"),
        # a name that denies something too
        ("no iris", ["Absent iris", "Iris"], "ambiguous"),
        ("lack of sleep", ["Sleepiness", "Sleep insufficiency", "Sleep"], "ambiguous"),
        ("no fever", ["No fever", "Fever"], "unique"),
        # more is asked than that
        ("cough, no fever", ["Coughing fit", "Fever"], "ambiguous"),
    ],
)
def test_what_is_only_near_is_no_answer_where_all_that_is_asked_is_that_something_is_absent(
    query: str, names: list[str], expected: str
) -> None:
    matches = [hit(query, name, 0.9 - number / 100) for number, name in enumerate(names)]

    assert resolution(matches, FITTED, as_it_stands=True) == expected


@pytest.mark.parametrize(
    ("query", "name", "is_likely"),
    [
        ("dmd", "DMDT", False),
        ("deaf", "Deafness", True),
        ("covid", "COVID-19", True),
        ("edmd", "EDMD 1", True),
        ("micrognath", "MICROGNATHIA", True),  # in capitals, and no abbreviation
        ("nstemi", "STEMI", True),
    ],
)
def test_a_longer_abbreviation_is_another(query: str, name: str, is_likely: bool) -> None:
    sure = probability([hit(query, name, 1.0)], FITTED)

    assert sure is not None
    assert (sure > OTHER_ABBREVIATION) is is_likely
