"""Slips of the pen are put right; other words are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.typo import corrected

NAMES = ["seizure disorder", "alzheimer disease", "hemodialysis", "hypertension", "hyperkalaemia"]


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
    assert corrected(typed, NAMES) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("schizofrenia", "schizophrenia"),
        ("ibuprophen 200", "ibuprofen 200"),
        ("hemoroids", "haemorrhoids"),
        ("diarea", "diarrhoea"),
        ("fenitoin", "phenytoin"),
    ],
)
def test_two_slips_that_nobody_hears_are_put_right(typed: str, meant: str) -> None:
    names = ["schizophrenia", "ibuprofen", "haemorrhoids", "diarrhoea", "phenytoin"]

    assert corrected(typed, names) == meant
    assert corrected(typed, names, lambda _: True) == typed


def test_a_word_within_one_edit_goes_before_one_that_sounds_the_same() -> None:
    assert corrected("pharyngitys", ["faringitis", "pharyngitis"]) == "pharyngitis"


@pytest.mark.parametrize(
    "word", ["hypercalcaemia", "seize", "dise", "brca1", "hypotension", "fifty", "hyperthyroid"]
)
def test_another_word_is_left_alone(word: str) -> None:
    assert corrected(word, [*NAMES, "brca2", "phyfti2", "hypothyroid"]) == word


def test_a_word_that_another_name_has_is_no_slip() -> None:
    asked: list[str] = []

    def in_use(word: str) -> bool:
        asked.append(word)
        return word == "ilium"

    assert corrected("ilium fracture", ["ileum fracture"], in_use) == "ilium fracture"
    assert corrected("ilim fracture", ["ilium fracture"], in_use) == "ilim fracture", "too short"
    assert corrected("iliun fracture", ["ilium fracture"], in_use) == "ilium fracture"
    assert asked == ["ilium", "iliun"], "only words that would become another are looked up"


def test_number_alone_makes_no_other_word() -> None:
    assert corrected("heart murmur", ["heart murmurs"], lambda _: True) == "heart murmurs"


@given(st.sampled_from(NAMES))
def test_a_name_that_is_there_is_never_changed(name: str) -> None:
    assert corrected(name, NAMES) == name
