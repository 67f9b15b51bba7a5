"""How much there is of something: ions as notes write them, numbers, distances, no lack of it.

Measured when written: of the 1,617 pairs of synonyms in MeSH, HPO and ICD-10-CM that have one of
these words (the first 15 names each) none conflicts by them.
"""

import pytest

from termsearch.conflict import conflicts, facts


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("low K", "Hyperkalemia"),
        ("K+ high, Na low", "Hypokalemia"),
        ("Na low", "Hypernatremia"),
        ("no high K", "Hyperkalemia"),
        ("extra toes", "Missing toes"),
        ("supernumerary teeth", "Tooth missing"),
        ("eyes far apart", "Hypotelorism"),
        ("wide-set eyes", "Close-set eyes"),
        ("eyes close together", "Widely spaced eyes"),
        ("no hearing loss", "Hearing loss"),
        ("no loss of consciousness", "Loss of consciousness"),
        ("no sensory deficits", "Sensory deficit"),
        ("no decreased appetite", "Decreased appetite"),
        ("no missing teeth", "Missing teeth"),
        ("no impaired vision", "Impaired vision"),
        ("no sleep deprivation", "Sleep deprivation"),
    ],
)
def test_more_and_less_exclude_one_another(asked: str, found: str) -> None:
    assert conflicts(facts(asked), facts(found))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("low K", "Hypokalemia"),
        ("low K", "Hypernatremia"),
        ("vitamin K deficiency", "Hyperkalemia"),
        ("cathepsin K increased", "Low potassium"),
        ("K low", "Low potassium"),
        ("extra ribs", "Supernumerary ribs"),
        ("extra-adrenal paraganglioma", "Missing adrenal paraganglioma"),
        ("missing teeth", "Absent teeth"),
        ("decayed, missing and supernumerary teeth", "Supernumerary teeth"),
        ("eyes far apart", "Hypertelorism"),
        ("widely spaced eyes", "Wide-set eyes"),
        ("wide QRS", "Closely spaced eyes"),
        ("far-sighted", "Close-set eyes"),
        ("absent-hypoplastic ulnae", "Hypoplasia/aplasia of the ulnae"),
        ("no iron", "Iron deficiency"),
        ("lack of sleep", "Sleep deprivation"),
    ],
)
def test_what_may_be_as_much_or_of_something_else_does_not_conflict(asked: str, found: str) -> None:
    assert conflicts(facts(asked), facts(found)) == ()


def test_a_level_is_said_as_it_was_written() -> None:
    assert conflicts(facts("low K"), facts("Hyperkalemia")) == (
        "asked for low potassium, this is hyperkalemia",
    )
    assert conflicts(facts("eyes far apart"), facts("close-set eyes")) == (
        "asked for far apart, this is close set",
    )
