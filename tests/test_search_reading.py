"""What words may stand for: other spellings and orders, contradictions, abbreviations."""

import pytest

from termsearch.concept import Kind, Name
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.search import TermSearch
from tests.concepts import concept
from tests.conftest import WordHash

DIABETES = [
    concept("local", "1", "Type 1 diabetes mellitus", "T1DM"),
    concept("local", "2", "Type 2 diabetes mellitus", "T2DM"),
    concept("local", "3", "Seizure of unknown cause"),
    concept("local", "4", "Hip replacement", Name(text="ZHR", kind=Kind.ABBREVIATION)),
    concept("local", "5", "Left hip replacement"),
    concept("local", "6", "Anaemia, Haemolytic"),
]


@pytest.fixture
def clinic(index: Index, encoder: WordHash) -> TermSearch:
    ingest(DIABETES, "test", encoder, index)
    return TermSearch(index, lambda: encoder)


def test_another_spelling_order_and_number_is_a_normalized_match(clinic: TermSearch) -> None:
    hit = clinic.query("hemolytic anemias").results[0]

    assert (hit.code, hit.match_type, hit.score) == ("6", "normalized", 0.98)
    assert clinic.query("diabetes mellitus type II").results[0].code == "2"


def test_a_name_that_contradicts_the_words_is_moved_down_and_says_so(clinic: TermSearch) -> None:
    one, two = clinic.query("severe type 1 diabetes mellitus", limit=2).results

    assert (one.code, one.conflicts) == ("1", [])
    assert (two.code, two.conflicts) == ("2", ["asked for type 1, this is type 2"])
    assert two.score < one.score - 0.2


def test_a_misspelt_word_is_read_right_and_said(clinic: TermSearch) -> None:
    answer = clinic.query("siezure of unknown cause")

    assert answer.read_as == "seizure of unknown cause"
    assert (answer.results[0].code, answer.results[0].score) == ("3", 0.9)
    assert answer.resolution == "ambiguous"


def test_an_abbreviation_in_a_phrase_is_written_out_and_said(clinic: TermSearch) -> None:
    answer = clinic.query("lt ZHR")

    assert answer.read_as == "left hip replacement"
    assert answer.results[0].code == "5"


def test_words_that_are_names_are_not_read_otherwise(clinic: TermSearch) -> None:
    assert clinic.query("ZHR").read_as == ""
    assert clinic.query("type 2 diabetes mellitus").read_as == ""


def test_each_leg_says_its_rank_and_score(clinic: TermSearch) -> None:
    hit = clinic.query("hip replacements left side").results[0]

    assert hit.match_type == "hybrid"
    assert hit.ranks.keys() == {"dense", "lexical"}
    assert 0 < hit.scores["lexical"] < 1


def test_an_encoder_that_nobody_has_calibrated_gives_no_probability(clinic: TermSearch) -> None:
    assert clinic.query("type 2 diabetes mellitus").probability is None


def test_shorthand_that_stands_for_nothing_is_no_reading(clinic: TermSearch) -> None:
    answers = clinic.query_many(["c/o c/o", "type 2 diabetes mellitus"])

    assert answers[0].read_as == ""
    assert answers[1].results[0].name == "Type 2 diabetes mellitus"


def test_an_abbreviation_is_read_as_its_context_defines_it(index: Index, encoder: WordHash) -> None:
    heart = concept("mesh", "D990020", "Myocardial Infarction", "MI")
    valve = concept("mesh", "D990021", "Mitral Insufficiency")
    ingest([heart, valve], "test", encoder, index)
    search = TermSearch(index, lambda: encoder)

    alone, defined = search.query_many(
        ["MI", "MI"], contexts=["", "Echo: mitral insufficiency (M.I.), moderate."]
    )

    assert (alone.results[0].curie, alone.read_as) == ("mesh:D990020", "")
    assert (defined.results[0].curie, defined.read_as) == ("mesh:D990021", "mitral insufficiency")
    assert defined.resolution == "unique"


@pytest.mark.parametrize(
    "text", ["MI", "myocardial infarction", "MI - Myocardial infarction", "myocardial infarct (MI)"]
)
def test_a_name_that_defines_an_abbreviation_is_found_by_each_of_its_halves(
    index: Index, encoder: WordHash, text: str
) -> None:
    heart = concept("snomedct", "49999994", "Heart attack", "MI - Myocardial infarction")
    other = concept("snomedct", "59999995", "Migraine")
    ingest([heart, other], "test", encoder, index)

    best = TermSearch(index, lambda: encoder).query(text).results[0]

    assert (best.curie, best.matched_name) == ("snomedct:49999994", "MI - Myocardial infarction")
