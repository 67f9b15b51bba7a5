"""The conflict guard on texts of any length: sizes that would not end if each word cost more."""

import pytest

from termsearch.conflict import conflicts, facts


def test_a_list_of_values_may_be_of_any_length() -> None:
    said = facts("type " + "1 and " * 3_000 + "2")

    assert said.stated[0].values == {"1", "2"}
    assert conflicts(said, facts("type 3"))


@pytest.mark.parametrize(
    ("words", "times"),
    [("compound ", 100_000), ("fh l ", 100_000), ("hiv positive test ", 50_000),
     ("history type 1 ", 50_000), ("absence , ", 100_000), ("no left or left ", 50_000)],
)  # fmt: skip
def test_a_long_text_is_read_in_one_pass(words: str, times: int) -> None:
    """Who looks through all of it for each word takes half an hour (65 s for 20,000 words)."""
    assert conflicts(facts(words * times), facts(words * 3)) == ()


def test_many_things_that_are_absent_are_looked_up() -> None:
    """Each beside each of the other text would be 100 million."""
    parts = [f"{letters(number)}x" for number in range(10_000, 20_000)]
    left, right = (facts(" ".join(f"no {side} {part} ," for part in parts)) for side in SIDES)

    found = conflicts(left, right)

    assert len(found) == 10_000
    assert found[0] == "asked for no left cbbbbx, this has no right cbbbbx"


SIDES = ("left", "right")


def letters(number: int) -> str:
    """A word of its own for each number."""
    return "".join("bcdfghjklm"[int(digit)] for digit in str(number))
