"""Names and what their first letters make."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.index import Ask, Index, Same
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.ingest import ingest
from termsearch.initials import LONGEST, SHORTEST, capitals, initials
from termsearch.match import SUREST_INITIALS
from termsearch.normalize import search_form
from termsearch.search import TermSearch
from tests.concepts import concept
from tests.conftest import WordHash
from tests.versions import version_with


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Prader-Willi syndrome", ("pws",)),
        ("Muscular dystrophy, Emery-Dreifuss", ("edmd",)),
        ("Shortness of breath", ("sob",)),
        ("Congenital absence of the vas deferens", ("caotvd", "cavd")),
        ("Deep vein thrombosis (disorder)", ("dvt",)),
        ("Type 2 diabetes", ("t2d",)),
        ("Fever", ()),
        ("Heart attack", ()),
        ("", ()),
        ("Fever, cough, headache, and pain in all of the joints since the day before", ()),
    ],
)
def test_the_initials_are_those_of_the_words_in_order(name: str, expected: tuple[str, ...]) -> None:
    assert initials(search_form(name)) == expected


@given(st.text(max_size=100))
def test_initials_are_short_and_in_search_form(text: str) -> None:
    for short in initials(search_form(text)):
        assert SHORTEST <= len(short) <= LONGEST
        assert " " not in short


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("familial PWS", {"pws"}),
        ("PWS", {"pws"}),
        ("pws", set()),
        ("PWS and other SYNDROMES", {"pws", "syndromes"}),
        ("FAMILIAL PWS", set()),  # somebody who types everything so
    ],
)
def test_capitals_say_something_where_not_all_is_in_capitals(text: str, expected: set[str]) -> None:
    assert capitals(text) == expected


@pytest.fixture
def clinic(index: Index, encoder: WordHash) -> TermSearch:
    ward = [
        concept("local", "1", "Prader-Willi syndrome", "Willi-Prader disease"),
        concept("local", "2", "Port-wine stain"),
        concept("local", "3", "Periodic wasting syndrome", "Syndrome, periodic wasting"),
        concept("local", "4", "Wasp sting"),
        concept("local", "5", "Familial cough"),
    ]
    ingest(ward, "test", encoder, index)
    return TermSearch(index, lambda: encoder)


def test_every_name_knows_its_initials(clinic: TermSearch) -> None:
    (hits,) = clinic.index.search([Ask(Same("initials", "pws"), 10)])

    assert {hit.point.code for hit in hits} == {"1", "2", "3"}


@pytest.mark.parametrize("query", ["PWS", "pws", "familial PWS", "PWS, familial", "(PWS)"])
def test_initials_are_read_as_each_of_the_concepts_that_have_them(
    clinic: TermSearch, query: str
) -> None:
    answer = clinic.query(query)

    assert {"1", "2", "3"} <= {hit.code for hit in answer.results[:4]}
    assert answer.resolution == "ambiguous"
    assert "prader-willi syndrome" in answer.read_as


@pytest.mark.parametrize("query", ["familial pws", "wasp", "FAMILIAL PWS", "Wasp sting"])
def test_small_letters_in_a_phrase_and_words_of_names_are_no_initials(
    clinic: TermSearch, query: str
) -> None:
    assert "prader-willi" not in clinic.query(query).read_as


def test_a_word_that_names_have_is_no_initials_in_capitals_either(
    index: Index, encoder: WordHash
) -> None:
    ward = [
        concept("local", "1", "Hip injury"),
        concept("local", "2", "Hereditary ischial pemphix"),
    ]
    ingest(ward, "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("HIP trouble")

    assert answer.read_as == ""
    assert answer.results[0].code == "1"


def test_initials_are_told_to_be_right_in_a_third_of_the_cases(tmp_path: Path) -> None:
    encoder = WordHash()
    as_fitted = {"model": "sentence-transformers/all-MiniLM-L6-v2", "max_tokens": 256}
    encoder.card = encoder.card.model_copy(update=as_fitted)
    index = EdgeIndex.open_or_create(tmp_path / "terms", Manifest(encoder=encoder.card))
    ingest([concept("local", "1", "Prader-Willi syndrome")], "test", encoder, index)

    with TermSearch(index, lambda: encoder) as search:
        short, whole = search.query_many(["PWS", "Prader-Willi syndrome"])

    assert [answer.results[0].code for answer in (short, whole)] == ["1", "1"]
    assert (short.probability, short.resolution) == (SUREST_INITIALS, "ambiguous")
    assert whole.probability is not None
    assert whole.probability > 0.9


def test_an_index_of_other_rules_is_not_asked_for_initials(clinic: TermSearch) -> None:
    from termsearch import lexicon

    with version_with(lexicon, "_EMPTY", frozenset()):
        answer = clinic.query("PWS")

    assert answer.read_as == ""


@pytest.mark.parametrize(
    "together",
    [
        ["familial pws", "familial PWS", "familial pws"],
        ["PWS", "familial pws"],
        ["familal cough", "Familial Cough", "familal COUGH"],
    ],
)
def test_no_answer_depends_on_who_else_asks(clinic: TermSearch, together: list[str]) -> None:
    answers = clinic.query_many(together)

    for text, answer in zip(together, answers, strict=True):
        alone = clinic.query(text)
        assert (answer.read_as, answer.results) == (alone.read_as, alone.results)
        assert answer.probability == alone.probability
