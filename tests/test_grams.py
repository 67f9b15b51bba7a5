"""Likeness of spelling."""

from math import sqrt
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.grams import hashes, likeness, sparse

forms = st.text(st.characters(codec="ascii", categories=["L", "N"]) | st.just(" "), max_size=30)


def test_pieces_are_three_letters_with_the_edges_of_words() -> None:
    assert hashes("a fev") == sorted(map(crc32, [b" a ", b" fe", b"fev", b"ev "]))


def test_a_misspelt_word_is_more_alike_than_another_word() -> None:
    assert likeness("hypertenson", "hypertension") > 0.7 > likeness("hypertenson", "hypotony")


@given(forms, forms)
def test_likeness_is_a_cosine(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 1 + 1e-9
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == pytest.approx(1.0 if one.strip() else 0.0)


@given(forms.filter(str.strip))
def test_a_sparse_vector_has_length_one_and_sorted_indices(form: str) -> None:
    indices, values = sparse(hashes(form))

    assert indices == sorted(set(indices))
    assert sqrt(sum(value * value for value in values)) == pytest.approx(1.0)
