"""Clinicians' abbreviations and patients' words, read as what they mean."""

import csv
from collections import Counter
from collections.abc import Container
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.abbreviations import SMALL_WORDS
from termsearch.clinical import in_clinical_words, meanings, written_out
from termsearch.conflict import conflicts, facts
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.normalize import search_form
from termsearch.search import TermSearch
from tests.concepts import concept
from tests.conftest import WordHash

FOLDER = Path(__file__).parent.parent / "termsearch"


def table(name: str) -> list[list[str]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]
    return list(csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t"))


ABBREVIATIONS = table("clinical_abbreviations.tsv")
PHRASES = table("everyday_phrases.tsv")


@pytest.mark.parametrize("rows", [ABBREVIATIONS, PHRASES])
def test_a_table_says_everything_once_and_in_search_form(rows: list[list[str]]) -> None:
    # In capitals: an abbreviation that is a word too.
    said = [[short.lower() if short.isupper() else short, long] for short, long in rows]
    assert [row for row in said if row != [search_form(cell) for cell in row]] == []
    assert [row for row, often in Counter(map(tuple, rows)).items() if often > 1] == []
    assert [said for said, meant in rows if said == meant] == []


def test_an_abbreviation_is_no_small_word_and_stands_for_none_of_the_others() -> None:
    assert SMALL_WORDS.isdisjoint(short.lower() for short, _ in ABBREVIATIONS)
    assert [long for _, long in ABBREVIATIONS if any(map(meanings, long.split()))] == []


def test_no_two_phrases_have_the_same_words() -> None:
    unlike = [(said, meant) for said, meant in PHRASES if in_clinical_words(said) != meant]

    assert unlike == []


@pytest.mark.parametrize("rows", [ABBREVIATIONS, PHRASES])
def test_what_is_meant_contradicts_nothing_that_is_said(rows: list[list[str]]) -> None:
    against = [(said, meant) for said, meant in rows if conflicts(facts(said), facts(meant))]

    assert against == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("htn", {"hypertension": "htn"}),
        ("htn, dm2.", {"hypertension type 2 diabetes mellitus": "htn"}),
        (
            "severe ms",
            {"severe multiple sclerosis": "ms", "severe mitral stenosis": "ms"},
        ),
        ("severe cough", {}),
        ("", {}),
    ],
)
def test_abbreviations_are_written_out_in_each_meaning(said: str, expected: dict[str, str]) -> None:
    assert written_out(said) == expected


@pytest.mark.parametrize(
    ("said", "capitals", "expected"),
    [
        ("golf tee", (), {}),
        ("tee", (), {"transesophageal echocardiography": "tee"}),
        ("tee probe", {"tee"}, {"transesophageal echocardiography probe": "tee"}),
        ("als kind", (), {}),
        ("gist tumor", {"gist"}, {"gastrointestinal stromal tumor": "gist"}),
        ("hemoglobin a1c", (), {"glycated hemoglobin": "a1c"}),
    ],
)
def test_what_is_a_word_too_is_read_where_it_is_typed_as_an_abbreviation(
    said: str, capitals: Container[str], expected: dict[str, str]
) -> None:
    assert written_out(said, capitals) == expected


@pytest.mark.parametrize(
    "text",
    [
        "running nose", "pill", "clapping", "put down", "down syndrome", "fitted", "partial mole",
        "skin snip", "contaminated soil", "low calcium diet", "high temperature weather",
        "shaking chills", "bee hives", "hearing aid fitting", "building collapse", "flu vaccine",
    ],
)  # fmt: skip
def test_ordinary_words_are_left_as_they_are(text: str) -> None:
    assert in_clinical_words(text) == text


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("mini stroke", "transient ischemic attack"),
        ("mini-strokes last year", "transient ischemic attack last year"),
        ("blood in my urine", "hematuria"),
        ("flu", "influenza"),
        ("cant sleep after a heart attack", "insomnia after a myocardial infarction"),
        ("high blood sugar", "hyperglycemia"),  # the longest phrase, and no hyper-blood sugar
        ("fear of heights of children", "acrophobia of children"),
        ("severe cough", "severe cough"),
    ],
)
def test_everyday_language_is_put_in_clinical_words(said: str, meant: str) -> None:
    assert in_clinical_words(said) == meant


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    form = search_form(text)

    assert isinstance(in_clinical_words(form), str)
    assert all(short in form for short in written_out(form).values())


@pytest.fixture
def clinic(index: Index, encoder: WordHash) -> TermSearch:
    names = ("Hypertension", "Transient ischemic attack", "Mitral stenosis", "Multiple sclerosis")
    ward = [concept("local", name, name) for name in names]
    ingest(
        [*ward, concept("local", "crp", "Cardiac rehabilitation", "CRP")], "test", encoder, index
    )
    return TermSearch(index, lambda: encoder)


@pytest.mark.parametrize(
    ("said", "read_as", "first"),
    [
        ("HTN", "hypertension", "Hypertension"),
        ("mini stroke", "transient ischemic attack", "Transient ischemic attack"),
        ("s/p TIA", "history of transient ischemic attack", "Transient ischemic attack"),
        ("CRP", "", "Cardiac rehabilitation"),  # as a name of the index says
    ],
)
def test_what_no_name_has_is_read_as_it_is_meant_and_said_so(
    clinic: TermSearch, said: str, read_as: str, first: str
) -> None:
    answer = clinic.query(said)

    assert (answer.read_as, answer.results[0].name) == (read_as, first)
    assert answer.resolution == ("ambiguous" if read_as else "unique")


def test_what_one_guesses_and_another_abbreviates_is_told_apart(clinic: TermSearch) -> None:
    together = clinic.query_many(["hypertenson", "HTN"])

    alone = [clinic.query("hypertenson"), clinic.query("HTN")]
    assert [answer.results[0].score for answer in together] == [0.9, 0.97]
    assert [answer.results for answer in together] == [answer.results for answer in alone]


def test_an_abbreviation_of_two_meanings_brings_both(clinic: TermSearch) -> None:
    answer = clinic.query("MS", limit=2)

    assert answer.read_as == "multiple sclerosis; or mitral stenosis"
    assert {hit.name for hit in answer.results} == {"Multiple sclerosis", "Mitral stenosis"}
