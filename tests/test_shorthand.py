"""Shorthand is read alike by whoever writes it out and by whoever guards what is read."""

import pytest

from termsearch.conflict import conflicts, facts
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.normalize import search_form
from termsearch.search import TermSearch
from termsearch.shorthand import SHORTHAND, written_out
from tests.concepts import concept
from tests.conftest import WordHash


@pytest.mark.parametrize("short", SHORTHAND)
@pytest.mark.parametrize("text", ["{} stroke", "pain {} stroke", "stroke {}"])
def test_what_is_written_out_contradicts_nothing_of_what_was_written(short: str, text: str) -> None:
    form = search_form(text.format(short))

    read = written_out(form)

    assert read != form
    assert conflicts(facts(form), facts(read)) == ()


@pytest.mark.parametrize("text", ["hx stroke", "h/o stroke", "H/O: stroke", "s/p stroke"])
def test_a_history_is_found_before_the_condition(
    index: Index, encoder: WordHash, text: str
) -> None:
    names = ("Stroke", "History of stroke")
    ingest([concept("local", name, name) for name in names], "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query(text)

    assert answer.read_as == "history of stroke"
    assert [hit.name for hit in answer.results] == ["History of stroke", "Stroke"]
    assert answer.results[1].conflicts == [
        "asked for a history of it, this is the condition itself"
    ]


@pytest.mark.parametrize("text", ["f/h stroke", "F/H: stroke", "fhx stroke", "family hx stroke"])
def test_a_history_of_the_family_is_no_history_of_ones_own(text: str) -> None:
    assert facts(text).context == "family"
    assert conflicts(facts(text), facts("history of stroke"))
    assert not conflicts(facts(text), facts("family history of stroke"))


def test_what_somebody_is_past_is_no_history_of_what_stands_before() -> None:
    assert written_out("pain s/p appendectomy") == "pain after appendectomy"
    assert conflicts(facts("pain s/p appendectomy"), facts("pain")) == ()


@pytest.mark.parametrize("text", ["hx of stroke", "h/o of stroke", "history of stroke"])
def test_what_shorthand_says_in_part_is_said_once(text: str) -> None:
    assert written_out(text) == "history of stroke"


def test_shorthand_alone_and_within_words_is_left() -> None:
    assert written_out("hx") == "hx"
    assert facts("elbow/other, with/or without").context == ""
