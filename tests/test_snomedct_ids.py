"""Which digits are an SCTID."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch_loaders.snomedct_ids import DIALECTS, is_sctid
from tests.rf2 import A, check_digit


def test_every_reference_set_of_a_known_dialect_is_an_sctid() -> None:
    refsets = [refset for refsets in DIALECTS.values() for refset in refsets]

    assert [refset for refset in refsets if not is_sctid(str(refset))] == []
    assert len(refsets) == len(set(refsets))


@given(st.integers(min_value=10_000, max_value=99_999_999_999_999_999))
def test_the_check_digit_is_verhoeffs_and_no_other_digit_will_do(number: int) -> None:
    right = f"{number}{check_digit(str(number))}"

    accepted = [digit for digit in "0123456789" if is_sctid(f"{number}{digit}")]

    assert accepted == [right[-1]]


@pytest.mark.parametrize("digits", ["1234", "012345", "100000000000000000"])
def test_a_right_check_digit_makes_no_sctid_of_too_few_or_many_digits(digits: str) -> None:
    assert not is_sctid(f"{digits}{check_digit(digits)}")


@pytest.mark.parametrize("text", ["", f"{A} ", f"-{A}", "x" * 9, A.replace("1", "¹")])
def test_what_is_not_digits_is_no_sctid(text: str) -> None:
    assert not is_sctid(text)
