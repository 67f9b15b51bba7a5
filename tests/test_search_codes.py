"""A code that is typed into a search finds its concept."""

import pytest

from termsearch.concept import Name, Source
from termsearch.index import Index
from termsearch.index.where import Where
from termsearch.ingest import ingest
from termsearch.search import TermSearch
from tests.concepts import concept
from tests.conftest import WordHash

CODES = [
    concept("icd10cm", "Q97.0", "Zz fever of the toe", parents=("Q97",), ancestors=("Q97",)),
    concept("icd10cm", "Q97", "Zz fever"),
    concept("mesh", "D990002", "Fever", Name(text="p53 fever")),
    concept("local", "P53", "Zz ache"),
    concept("local", "old1", "Zz old ache", active=False, replaced_by=("P53",)),
    concept(
        "umls", "C9900001", "Cough", Name(text="tos", sources=(Source("snomedct", "19999991"),)),
        replaces=("C9900000",),
    ),
]  # fmt: skip


@pytest.fixture
def coded(index: Index, encoder: WordHash) -> TermSearch:
    ingest(CODES, "test", encoder, index)
    return TermSearch(index, lambda: encoder)


@pytest.mark.parametrize(
    ("typed", "curie"),
    [
        ("Q97.0", "icd10cm:Q97.0"),
        ("q970", "icd10cm:Q97.0"),
        (" icd10cm:Q97 ", "icd10cm:Q97"),
        ("d990002", "mesh:D990002"),
        ("p53", "local:P53"),
        ("C9900000", "umls:C9900001"),  # merged into it
        ("snomedct:19999991", "umls:C9900001"),  # whose code it uses
    ],
)
def test_the_concept_of_a_code_comes_first(coded: TermSearch, typed: str, curie: str) -> None:
    answer = coded.query(typed)
    first = answer.results[0]

    assert (first.curie, first.match_type, first.score) == (curie, "code", 0.99)
    assert (answer.resolution, answer.read_as) == ("unique", "")
    assert first.scores["code"] == 1.0
    assert first.ranks.keys() <= {"lexical", "dense"}
    assert first.explanation.endswith("is its code.")


def test_it_is_found_by_exact_evidence_alone_and_by_no_other(coded: TermSearch) -> None:
    exact, dense = (coded.query("Q97.0", mode=mode).results for mode in ("exact", "dense"))

    assert [hit.match_type for hit in exact] == ["code"]
    assert "code" not in {hit.match_type for hit in dense}


def test_a_name_comes_before_a_code_of_the_same_letters(index: Index, encoder: WordHash) -> None:
    ingest([*CODES, concept("mesh", "D990009", "p53")], "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("p53")

    assert [(hit.curie, hit.match_type) for hit in answer.results[:2]] == [
        ("mesh:D990009", "exact"), ("local:P53", "code")
    ]  # fmt: skip
    assert answer.resolution == "ambiguous"


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("Q97.0", Where(vocabularies=("mesh",))),
        ("old1", Where()),
        ("fever", Where()),
        ("Q97 0", Where()),
        ("Q99", Where()),
    ],
)
def test_what_is_no_code_here_or_filtered_out_is_searched_as_words(
    coded: TermSearch, typed: str, where: Where
) -> None:
    assert "code" not in {hit.match_type for hit in coded.query(typed, where).results}


def test_a_code_that_another_asks_for_is_none_for_who_means_the_word(
    index: Index, encoder: WordHash
) -> None:
    ingest([*CODES, concept("local", "zz7", "Zz colic")], "test", encoder, index)
    search = TermSearch(index, lambda: encoder)

    mixed = [hit for answer in search.query_many(["Zz7", "zz7"]) for hit in answer.results[:1]]

    assert [hit.match_type for hit in mixed] == [
        search.query(text).results[0].match_type for text in ("Zz7", "zz7")
    ]
    assert [hit.match_type for hit in mixed][1] == "code"


def test_codes_and_words_may_stand_in_one_list(coded: TermSearch) -> None:
    answers = coded.query_many(["Q97.0", "fever", "q970", "Q97"])

    assert [answer.results[0].code for answer in answers] == ["Q97.0", "D990002", "Q97.0", "Q97"]
