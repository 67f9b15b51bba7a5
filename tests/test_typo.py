"""Slips of the pen are put right; other words are left alone."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.typo import corrected

NAMES = ["seizure disorder", "alzheimer disease", "hemodialysis", "hypertension", "hyperkalaemia"]


def nothing(words: Sequence[str]) -> list[list[str]]:
    """No other name is spelt like any of ``words``."""
    return [[] for _ in words]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("siezure", "seizure"),
        ("alzhiemer disease", "alzheimer disease"),
        ("hemodyalisis", "hemodialysis"),
        ("hypertention", "hypertension"),
        ("hypertenson and siezures", "hypertension and seizures"),
        ("alzhiemer's disease", "alzheimer's disease"),
        ("(siezure), hypertention.", "(seizure), hypertension."),
        ("post-siezure/hypertenson", "post-seizure/hypertension"),
    ],
)
def test_a_slip_is_put_right(typed: str, meant: str) -> None:
    assert corrected(typed, NAMES, nothing) == [meant]
    assert corrected(typed, NAMES, nothing, far=False) == [meant]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("schizofrenia", "schizophrenia"),
        ("ibuprophen 200", "ibuprofen 200"),
        ("hemoroids", "haemorrhoids"),
        ("diarea", "diarrhoea"),
        ("fenitoin", "phenytoin"),
        ("rumatoid", "rheumatoid"),
        ("hemroids", "haemorrhoids"),
    ],
)
def test_slips_that_hardly_anybody_hears_are_put_right(typed: str, meant: str) -> None:
    names = [
        "schizophrenia", "ibuprofen", "haemorrhoids", "diarrhoea", "phenytoin", "rheumatoid",
    ]  # fmt: skip

    assert corrected(typed, names, nothing) == [meant]
    assert corrected(typed, names, lambda words: [[f"zz {word}"] for word in words]) == []


def test_what_sounds_the_same_goes_first_then_what_takes_fewer_edits() -> None:
    assert corrected("pharyngitys", ["faringitis", "pharyngitis"], nothing) == ["pharyngitis"]
    assert corrected("exema", ["edema", "eczema", "enema"], nothing) == ["eczema"]


def test_of_words_that_are_equally_near_the_two_that_most_names_have_are_tried() -> None:
    names = ["zz osteopetrosis", "osteopetrosis", "osteoporosis"]
    more = ["osteoporosis of zz", "osteoporosis, zz", "osteoperoses"]

    assert corrected("osteoperosis zz", names, lambda _: [more]) == [
        "osteoporosis zz",
        "osteopetrosis zz",
    ]
    assert corrected("diabetis", ["diabetes", "diabetic"], nothing) == ["diabetes", "diabetic"]


def test_two_words_of_which_each_may_be_two_are_not_put_together_in_every_way() -> None:
    names = ["diabetes diabetic", "osteoporosis osteopetrosis"]

    assert corrected("diabetis osteoperosis", names, nothing) == [
        "diabetes osteoporosis",
        "diabetic osteoporosis",
        "diabetes osteopetrosis",
    ]


@pytest.mark.parametrize(
    "word",
    [
        "hypercalcaemia",
        "seize",
        "dise",
        "brca1",
        "hypotension",
        "fifty",
        "hyperthyroid",
        "swollen",
        "bryphe",
    ],
)
def test_another_word_is_left_alone(word: str) -> None:
    names = [*NAMES, "brca2", "phyfti2", "hypothyroid", "woolen", "brifs"]

    assert corrected(word, names, nothing) == []


def test_a_word_that_another_name_has_is_no_slip() -> None:
    names = ["ileum fracture", "ilium fracture"]

    assert corrected("ilium fracture", names[:1], lambda _: [names]) == []
    assert corrected("iliums fracture", names[:1], lambda _: [names]) == []
    assert corrected("iliun fracture", names[:1], lambda _: [names]) == ["ilium fracture"]


def test_where_a_name_is_near_only_words_that_it_may_have_are_looked_up() -> None:
    asked: list[str] = []

    def spelt_like(words: Sequence[str]) -> list[list[str]]:
        asked.extend(words)
        return [["attack", "kidney"] for _ in words]

    assert corrected("kidny atack", ["kidney failure"], spelt_like, far=False) == ["kidney atack"]
    assert asked == ["kidny"]
    assert corrected("kidny atack", ["kidney failure"], spelt_like) == ["kidney attack"]
    assert asked == ["kidny", "kidny", "atack"]


def test_a_long_text_is_no_slip_of_the_pen() -> None:
    asked: list[str] = []

    def spelt_like(words: Sequence[str]) -> list[list[str]]:
        asked.extend(words)
        return nothing(words)

    corrected(" ".join(f"zz{letter * 5}" for letter in "abcdefghij"), NAMES, spelt_like)

    assert len(asked) == 6


def test_four_letters_are_put_right_by_a_common_word_and_never_alone() -> None:
    hearts = [*(f"heart {number}" for number in range(10)), "hart's disease", "part"]

    assert corrected("hart attack", ["attack"], lambda _: [hearts[:10]]) == ["heart attack"]
    assert corrected("hart attack", ["attack"], lambda _: [hearts[:9]]) == [], "rare"
    assert corrected("hart attack", ["attack"], lambda _: [hearts]) == [], "in use"
    assert corrected("bart attack", ["attack"], lambda _: [["hart"] * 10]) == [], "begins otherwise"
    assert corrected("hart", [], lambda _: [hearts[:10]]) == []


def test_number_alone_makes_no_other_word() -> None:
    names = ["heart murmurs"]

    assert corrected("heart murmur", names, lambda _: [["zz murmur"]]) == ["heart murmurs"]


@given(st.sampled_from(NAMES))
def test_a_name_that_is_there_is_never_changed(name: str) -> None:
    assert corrected(name, NAMES, nothing) == []
