"""Abbreviations of several meanings in a phrase, and words that may be other words misspelt."""

import pytest

from termsearch.answer import Answer
from termsearch.concept import Concept, Kind, Name
from termsearch.decision import calibration_of
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.match import SUREST_CORRECTED
from termsearch.readings import Reading, readings
from termsearch.search import TermSearch
from tests.concepts import concept
from tests.conftest import WordHash

FITTED = "sentence-transformers/all-MiniLM-L6-v2"


class Fitted(WordHash):
    """Said to be the encoder whose scores were fitted, so that answers have a probability."""

    def __init__(self) -> None:
        super().__init__()
        self.card = self.card.model_copy(update={"model": FITTED, "max_tokens": 256})


def short(code: str, name: str, abbreviation: str) -> Concept:
    return concept("local", code, name, Name(text=abbreviation, kind=Kind.ABBREVIATION))


CLINIC = [
    short("1", "Multiple sclerosis", "MS"),
    short("2", "Mitral stenosis", "MS"),
    short("3", "Morphine sulfate", "MS"),
    short("4", "Rheumatoid arthritis", "RA"),
    short("5", "Right atrium", "RA"),
    concept("local", "6", "Stenosis"),
    concept("local", "7", "Abductor muscle"),
    concept("local", "8", "Ileum resection"),
    concept("local", "9", "Ilium"),
    concept("local", "10", "Seizure of unknown cause"),
]


@pytest.fixture
def encoder() -> Fitted:
    return Fitted()


@pytest.fixture
def clinic(index: Index, encoder: Fitted) -> TermSearch:
    ingest(CLINIC, "test", encoder, index)
    return TermSearch(index, lambda: encoder)


def codes(answer: Answer) -> set[str]:
    return {hit.code for hit in answer.results}


def test_every_meaning_of_an_abbreviation_in_a_phrase_brings_its_concept(
    clinic: TermSearch,
) -> None:
    answer = clinic.query("MS exacerbation", limit=3)

    assert codes(answer) == {"1", "2", "3"}
    assert set(answer.read_as.split("; or ")) == {
        "multiple sclerosis exacerbation",
        "mitral stenosis exacerbation",
        "morphine sulfate exacerbation",
    }
    assert answer.resolution == "ambiguous"


def test_of_meanings_that_fit_alike_none_is_probable(clinic: TermSearch) -> None:
    answer = clinic.query("MS")
    phrase = clinic.query("MS exacerbation")

    for each in (answer, phrase):
        assert each.resolution == "ambiguous"
        assert each.probability is not None
        assert each.probability <= 0.5


def test_the_meaning_that_a_phrase_fits_goes_first(clinic: TermSearch) -> None:
    answer = clinic.query("rheumatoid RA")

    assert answer.results[0].code == "4"


def test_meanings_come_where_the_phrase_as_it_stands_finds_more(clinic: TermSearch) -> None:
    answer = clinic.query("RA stenosis", limit=4)

    assert answer.results[0].code == "6"
    assert {"4", "5"} < codes(answer)
    assert answer.read_as.split("; or ")[0] == "ra stenosis"


def test_meanings_come_beside_shorthand_that_is_written_out(index: Index, encoder: Fitted) -> None:
    ingest([*CLINIC, concept("local", "11", "Left stenosis")], "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("lt RA stenosis", limit=5)

    assert answer.results[0].code == "11"
    assert {"4", "5"} < codes(answer)
    assert answer.read_as.split("; or ")[0] == "left ra stenosis"


def test_a_small_word_is_no_abbreviation_where_the_phrase_finds_more(
    index: Index, encoder: Fitted
) -> None:
    other = short("2", "Acute lymphoblastic leukemia", "ALL")
    ingest([concept("local", "1", "Pain in joints"), other], "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("pain in all joints")

    assert answer.read_as == ""


def test_a_hit_that_a_word_was_put_right_for_is_less_probable(clinic: TermSearch) -> None:
    typed = clinic.query("seizure of unknown cause")
    slipped = clinic.query("siezure of unknown cause")

    assert slipped.read_as == "seizure of unknown cause"
    assert typed.probability is not None
    assert slipped.probability is not None
    assert slipped.probability <= SUREST_CORRECTED < typed.probability


@pytest.mark.parametrize("text", ["ilium resection", "iliums resection"])
def test_a_word_of_any_name_is_not_put_right(index: Index, encoder: Fitted, text: str) -> None:
    # So many names are spelt like the query that the one that has "ilium" is not among them.
    names = [f"Ileum resection {n}" for n in range(120)]
    concepts = [concept("local", name, name) for name in [*names, "Crest of the ilium, outer lip"]]
    ingest(concepts, "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query(text)

    assert answer.read_as == ""


@pytest.mark.parametrize("text", ["adductor muscle", "hypocalcemia", "post-natal care"])
def test_a_word_is_not_put_right_to_one_that_contradicts_it(
    index: Index, encoder: Fitted, text: str
) -> None:
    names = ("Abductor muscle", "Hypercalcemia", "Prenatal care")
    ingest([concept("local", name, name) for name in names], "test", encoder, index)

    assert TermSearch(index, lambda: encoder).query(text).read_as == ""


def test_words_are_put_right_each_by_names_spelt_like_it(index: Index, encoder: Fitted) -> None:
    names = [concept("local", "1", "Kidney stone"), concept("local", "2", "Attacks of zz")]
    ingest(names, "test", encoder, index)

    read = readings("kidny atacks", ["no help"], index)

    assert read == [Reading("kidney attacks", by="corrected")]
    assert readings("kidny atacks", ["no help"], index, far=False) == []


def test_a_word_is_put_right_by_a_name_that_many_are_more_like(
    index: Index, encoder: Fitted
) -> None:
    apples = [concept("local", f"{number}", f"Quattapple a{number}") for number in range(35)]
    attack = concept("local", "a", "Quattack of many unknown causes")
    ingest([*apples, attack], "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("quattak")

    assert (answer.read_as, answer.results[0].code) == ("quattack", "a")


def test_the_fitted_encoder_is_one() -> None:
    assert calibration_of(Fitted().card)
