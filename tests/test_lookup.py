"""A code in, all that is known of its concept out."""

import pytest

from termsearch.errors import UnknownCodeError, UnknownValueError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.lookup import lookup
from tests.concepts import ALL, OLD_FEVER, concept
from tests.conftest import WordHash


@pytest.fixture(autouse=True)
def _filled(index: Index, encoder: WordHash) -> None:
    ingest([*ALL, OLD_FEVER], "test", encoder, index)


def test_a_code_shows_names_parents_children_and_definition(index: Index) -> None:
    (entry,) = lookup(index, "MSH:D990002")

    assert (entry.curie, entry.name, entry.definition) == (
        "mesh:D990002",
        "Fever",
        "Being too hot.",
    )
    assert [name.name for name in entry.names] == ["Fever", "high body temperature", "Pyrexia"]
    assert [(each.curie, each.name) for each in entry.parents] == [
        ("mesh:D990001", "Signs and Symptoms")
    ]
    assert [(each.curie, each.name) for each in entry.children] == [
        ("mesh:D990003", "Hyperpyrexia")
    ]
    assert [(kind.code, kind.name) for kind in entry.types] == [("C23", "Signs and Conditions")]


def test_a_retired_code_answers_with_its_successor_and_says_so(index: Index) -> None:
    (entry,) = lookup(index, "snomedct:39999993")

    assert entry.curie == "snomedct:29999992"
    assert entry.redirect is not None
    assert (entry.redirect.asked, entry.redirect.reason) == ("snomedct:39999993", "replaced")


def test_a_retired_concept_itself_is_shown_when_asked_for(index: Index) -> None:
    (entry,) = lookup(index, "snomedct:39999993", inactive=True)

    assert (entry.name, entry.active, entry.redirect) == ("Febrile state", False, None)
    assert [each.curie for each in entry.replaced_by] == ["snomedct:29999992"]


def test_a_merged_code_answers_with_the_concept_it_went_into(index: Index) -> None:
    (entry,) = lookup(index, "umls:C9900000")

    assert (entry.curie, entry.redirect and entry.redirect.reason) == ("umls:C9900001", "merged")


def test_a_source_code_answers_with_the_concept_that_uses_it(index: Index) -> None:
    (entry,) = lookup(index, "http://snomed.info/sct|19999991")

    assert (entry.curie, entry.redirect and entry.redirect.reason) == ("umls:C9900001", "used by")
    assert entry.xrefs == ["mesh:D9", "snomedct:19999991"]


def test_an_unknown_code_says_what_is_there(index: Index) -> None:
    with pytest.raises(UnknownCodeError, match=r"mesh:d990002 is not in the index .*mesh:D990002"):
        lookup(index, "mesh:d990002")


def test_an_unknown_vocabulary_or_no_curie_is_wrong_usage(index: Index) -> None:
    with pytest.raises(UnknownValueError, match="unknown vocabulary 'loinc'"):
        lookup(index, "loinc:1234-5")
    with pytest.raises(UnknownValueError, match="unknown code 'fever'"):
        lookup(index, "fever")


def test_a_name_that_a_users_table_adds_stands_beside_the_others(
    index: Index, encoder: WordHash
) -> None:
    mine = concept("mesh", "D990002", "FEVER", "the hots", part="ward")
    ingest([mine], "table", encoder, index)

    (entry,) = lookup(index, "mesh:D990002")

    assert (entry.name, entry.definition) == ("Fever", "Being too hot.")
    assert [name.name for name in entry.names] == [
        "Fever", "high body temperature", "Pyrexia", "the hots",
    ]  # fmt: skip
