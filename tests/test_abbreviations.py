"""Short forms that a name or a document defines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.abbreviations import long_forms, variants, written_out
from termsearch.normalize import search_form


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Known chronic obstructive pulmonary disease (COPD).", "copd",
         "chronic obstructive pulmonary disease"),
        ("COPD (chronic obstructive pulmonary disease) since 2009", "copd",
         "chronic obstructive pulmonary disease"),
        ("Mitral insufficiency (M.I.) on echo", "mi", "mitral insufficiency"),
        ("Human immunodeficiency virus [HIV]", "hiv", "human immunodeficiency virus"),
        ("MS - Multiple sclerosis", "ms", "multiple sclerosis"),
        ("spinocerebellar ataxia type 1 (SCA1; n=4)", "sca1", "spinocerebellar ataxia type 1"),
    ],
)  # fmt: skip
def test_a_document_defines_its_abbreviations(text: str, short: str, long: str) -> None:
    assert long_forms(text) == {short: long}


@pytest.mark.parametrize(
    "text",
    [
        "Fever (finding)",
        "Ankle structure (body structure)",
        "The serum potassium (K) is low",
        "Type 1 - diabetes mellitus",
        "Grade A - severe",
        "Blood pressure (measured twice) was high",
        "",
    ],
)
def test_what_defines_nothing_gives_nothing(text: str) -> None:
    assert long_forms(text) == {}
    assert variants(text) == []


def test_the_last_definition_of_a_short_form_counts() -> None:
    text = "mitral insufficiency (MI) was seen\nmyocardial infarction (MI) was ruled out"

    assert long_forms(text) == {"mi": "myocardial infarction"}


def test_a_name_says_its_long_and_its_short_form_too() -> None:
    found = variants("MI - Myocardial infarction")

    assert found == [("myocardial infarction", False), ("mi", True)]


def test_a_short_form_of_a_part_is_not_taken_for_the_whole() -> None:
    found = variants("Glucose-6-phosphate dehydrogenase (G6PD) deficiency")

    assert found == [
        ("glucose-6-phosphate dehydrogenase deficiency", False),
        ("g6pd deficiency", False),
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("acute MI", "acute mitral insufficiency"),
        ("M.I.", "mitral insufficiency"),
        ("MIs", "mis"),
        ("myocardial infarction (MI)", "myocardial infarction"),
        ("old myocardial infarction [MI; 2009] seen", "old myocardial infarction seen"),
        ("(R)-Pramipexole", "(r)-pramipexole"),
    ],
)
def test_words_are_written_out_as_the_context_says(text: str, read: str) -> None:
    assert written_out(text, long_forms("Severe mitral insufficiency (MI).")) == read


def test_a_line_too_long_for_a_definition_is_passed_over() -> None:
    assert long_forms("fever of unknown origin (FUO) " * 100) == {}


@given(st.text(alphabet="aAbB12 .-()[];:–\n", max_size=60) | st.text(max_size=60))
def test_any_text_can_be_read_and_gives_search_forms(text: str) -> None:
    found = [form for form, _ in variants(text)] + list(long_forms(text).values())

    assert all(form == search_form(form) for form in found)
    assert written_out(text, {}) == search_form(written_out(text, {}))


LEUKEMIA = "Known acute lymphoblastic leukemia (ALL). Inferior turbinate (IT) seen."


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("pain in all joints", "pain in all joints"),
        ("All joints hurt, it seems", "all joints hurt, it seems"),
        ("relapse of ALL", "relapse of acute lymphoblastic leukemia"),
        ("A.L.L.", "acute lymphoblastic leukemia"),
        ("large IT", "large inferior turbinate"),
    ],
)
def test_a_small_word_is_a_short_form_in_capitals_only(text: str, read: str) -> None:
    assert written_out(text, long_forms(LEUKEMIA)) == read


def test_other_short_forms_may_be_written_small() -> None:
    assert written_out("acute mi", {"mi": "mitral insufficiency"}) == "acute mitral insufficiency"


@given(st.text(max_size=60))
def test_a_text_without_short_forms_is_its_search_form(text: str) -> None:
    plain = text.replace("(", "").replace("[", "")

    assert written_out(plain, {"zzz": "long"}) == search_form(plain)
