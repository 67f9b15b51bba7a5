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
    ],
)
def test_a_slip_is_put_right(typed: str, meant: str) -> None:
    assert corrected(typed, NAMES) == meant


@pytest.mark.parametrize("word", ["hypercalcaemia", "seize", "dise", "brca1", "hypotension"])
def test_another_word_is_left_alone(word: str) -> None:
    assert corrected(word, [*NAMES, "brca2"]) == word


@given(st.sampled_from(NAMES))
def test_a_name_that_is_there_is_never_changed(name: str) -> None:
    assert corrected(name, NAMES) == name
