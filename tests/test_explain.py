"""The reasons that a hit is shown with."""

from termsearch.concept import Kind, Name
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.search import TermSearch, Where
from tests.concepts import OLD_FEVER, concept
from tests.conftest import WordHash

DIABETES = concept(
    "mesh", "D990010", "Diabetes Mellitus, Type 1",
    Name(text="T1DM", kind=Kind.ABBREVIATION),
    Name(text="juvenile diabetes", active=False),
    Name(text="disorder of sugar", kind=Kind.BROADER),
)  # fmt: skip


def first(index: Index, encoder: WordHash, text: str, context: str = "") -> str:
    ingest([DIABETES, OLD_FEVER], "test", encoder, index)
    search = TermSearch(index, lambda: encoder)
    return search.query(text, Where(inactive=True), context=context).results[0].explanation


def test_an_exact_match_says_what_kind_of_name_it_is(index: Index, encoder: WordHash) -> None:
    said = first(index, encoder, "t1dm")

    assert said == (
        '"T1DM" is an abbreviation of Diabetes Mellitus, Type 1, and these are its words.'
    )


def test_another_order_of_words_is_named(index: Index, encoder: WordHash) -> None:
    said = first(index, encoder, "type 1 diabetes mellitus")

    assert said == (
        'The words say the same as "Diabetes Mellitus, Type 1", the preferred name, in another '
        "spelling, number or order."
    )


def test_a_contradiction_stands_behind_the_evidence(index: Index, encoder: WordHash) -> None:
    said = first(index, encoder, "type 2 diabetes mellitus")

    assert said.startswith("Close in meaning (")
    assert said.endswith("the preferred name. But you asked for type 2, this is type 1.")


def test_two_contradictions_are_two_clauses(index: Index, encoder: WordHash) -> None:
    foot = concept("mesh", "D990011", "Left foot ulcer grade 2")
    ingest([foot], "feet", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("right foot ulcer grade 1")

    assert answer.results[0].explanation.endswith(
        "the preferred name. But you asked for right, this is left; "
        "you asked for grade 1, this is grade 2."
    )


def test_a_name_that_is_only_a_part_of_the_words_says_so(index: Index, encoder: WordHash) -> None:
    assert first(index, encoder, "disorder of sugar patches on skin").endswith(
        "a broader term of Diabetes Mellitus, Type 1."
    )
    assert "But it names a part of your words, not what they are about." in first(
        index, encoder, "juvenile diabetes diet"
    )


def test_a_name_for_what_is_left_says_so(index: Index, encoder: WordHash) -> None:
    ingest([concept("local", "1", "Other ankle colic")], "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("ankle colic")

    assert answer.results[0].explanation.endswith(
        "But it is for what other names leave, or for what comes later."
    )


def test_a_retired_name_and_a_retired_concept_are_told_apart(
    index: Index, encoder: WordHash
) -> None:
    assert first(index, encoder, "juvenile diabetes").endswith(
        "This name is retired, its concept is not."
    )
    assert first(index, encoder, "febrile state").endswith(
        "The concept is retired; use snomedct:29999992."
    )


def test_what_was_read_comes_first(index: Index, encoder: WordHash) -> None:
    said = first(index, encoder, "DS", context="a disorder of sugar (DS)")

    assert said == (
        'Read as "disorder of sugar". "disorder of sugar" is a broader term of Diabetes Mellitus, '
        "Type 1, and these are its words."
    )
