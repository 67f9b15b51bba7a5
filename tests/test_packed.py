"""What the embedded engine stores of a point, and how filters find it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.errors import IndexUnreadableError
from termsearch.index.packed import fact, packed, unpacked
from termsearch.index.point import Point, points_of
from tests.concepts import ALL, concept

POINTS = [point for each in ALL for point in points_of(each, "test")[0]]

TEXTS = st.text(max_size=6) | st.text("a %25;\t\u00a0\u2003\x1f:", max_size=6)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.form)
def test_a_point_is_read_as_it_was_packed(point: Point) -> None:
    made = packed(point)

    for again in (made.point(), unpacked(made.texts()), Point.from_payload(made.payload())):
        assert again.digest == made.digest
        assert again.model_copy(update={"digest": "", "release": point.release}) == point
        assert packed(again) == made


def test_another_release_of_the_same_has_the_same_digest_and_another_fact_has_not() -> None:
    point = POINTS[0]

    assert packed(point.model_copy(update={"release": "2099"})) == packed(point)
    assert packed(point.model_copy(update={"definition": "?"})).digest != packed(point).digest


def test_all_that_can_be_filtered_is_a_word_of_the_facts() -> None:
    (point,), _ = points_of(concept("local", "A 1", "Fever 50%"), "my table")

    words = packed(point).facts.split(" ")

    assert {
        fact("vocabulary", "local"),
        fact("curies", "local:A 1"),
        fact("form", "fever 50%"),
        fact("origin", "my table"),
        fact("flags", "active"),
        fact("flags", "card"),
    } <= set(words)


@given(TEXTS, TEXTS)
def test_a_fact_is_one_word_and_says_one_value(one: str, other: str) -> None:
    assert fact("form", one).split() == [fact("form", one)]
    assert (fact("form", one) == fact("form", other)) == (one == other)


@pytest.mark.parametrize("payload", [None, {}, {"said": "fever"}, {"said": '{"name": "fever"}'}])
def test_what_something_else_wrote_is_refused(payload: dict[str, str] | None) -> None:
    with pytest.raises(IndexUnreadableError, match="did not write"):
        unpacked(payload)
