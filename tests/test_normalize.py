"""The search form: what counts as the same name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.normalize import search_form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("  High\tFEVER \n", "high fever"),
        ("Crohn’s disease", "crohn's disease"),
        ("Crohn`s disease", "crohn's disease"),
        ("beta‑blocker – oral", "beta-blocker - oral"),
        ("H₂O ﬁbrosis", "h2o fibrosis"),
        ("Ménière", "ménière"),
        ("Me\u0301nie\u0300re", "ménière"),
        ("STRASSE straße", "strasse strasse"),
        ("hyper\u00adtension\u200b", "hypertension"),
        ("\u00a0fever\u2028", "fever"),
        ("µg", "μg"),
        ("\u200b \u00ad", ""),
    ],
)
def test_spellings_of_one_name_have_one_form(text: str, form: str) -> None:
    assert search_form(text) == form


@given(st.text())
def test_the_form_of_a_form_is_itself(text: str) -> None:
    assert search_form(search_form(text)) == search_form(text)


@given(st.text())
def test_case_composition_and_blanks_make_no_difference(text: str) -> None:
    form = search_form(text)

    assert search_form(unicodedata.normalize("NFD", text)) == form
    assert search_form(f"  {text}\t") == form
    assert form == " ".join(form.split())


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_short_way_for_ascii_agrees_with_the_long_one(text: str) -> None:
    assert search_form(text) == search_form(text + "\u200b")
