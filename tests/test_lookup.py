"""A code in, all that is known of its concept out."""

import pytest

from termsearch.errors import UnknownCodeError, UnknownValueError, UsageError
from termsearch.hierarchy import children
from termsearch.index import Index
from termsearch.index.where import Condition
from termsearch.ingest import ingest
from termsearch.lookup import lookup
from tests.concepts import ALL, ANKLE, OLD_FEVER, concept
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


def test_children_are_those_in_use_each_by_its_own_name(index: Index, encoder: WordHash) -> None:
    low = concept("mesh", "D990004", "Low Fever", "a little fever", parents=("D990002",),
                  definition="Being warm.", part="desc")  # fmt: skip
    retired = concept("mesh", "D990005", "Ague", parents=("D990002",), active=False, part="desc")
    mine = concept("mesh", "D990004", "my fever", parents=("D990002",), part="ward")
    ingest([*ALL, OLD_FEVER, low, retired], "test", encoder, index)
    ingest([mine], "table", encoder, index)

    (entry,) = lookup(index, "mesh:D990002")

    assert [each.curie for each in entry.children] == ["mesh:D990003", "mesh:D990004"]
    assert entry.children == children(index, "mesh:D990002").results


def test_a_retired_concept_shows_the_children_that_are_in_use(
    index: Index, encoder: WordHash
) -> None:
    low = concept("snomedct", "49999994", "Low Fever", parents=("39999993",))
    old = concept("snomedct", "59999995", "Ague", parents=("39999993",), active=False)
    ingest([ANKLE, OLD_FEVER, low, old], "test", encoder, index)

    (entry,) = lookup(index, "snomedct:39999993", inactive=True)

    assert [each.name for each in entry.children] == ["Low Fever"]


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
    with pytest.raises(UnknownValueError, match="unknown code 'fever'; a vocabulary, a colon and"):
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


def test_a_name_that_says_two_things_is_listed_once(index: Index, encoder: WordHash) -> None:
    heart = concept("local", "1", "Heart attack", "MI (Myocardial infarction)", "Heart Attack",
                    part="a")  # fmt: skip
    ingest([heart], "test", encoder, index)
    ingest([concept("local", "1", "M.I.", "heart ATTACK", part="b")], "table", encoder, index)

    (entry,) = lookup(index, "local:1")

    assert len(list(index.points([Condition("curies", ("local:1",))]))) > len(entry.names)
    assert [(name.name, name.kind) for name in entry.names] == [
        ("Heart attack", "preferred"),
        ("M.I.", "preferred"),
        ("MI (Myocardial infarction)", "synonym"),
    ]


def test_an_unknown_code_is_looked_for_in_small_letters_too(
    index: Index, encoder: WordHash
) -> None:
    ingest([concept("loc", "a2", "Fever")], "table", encoder, index)

    with pytest.raises(
        UnknownCodeError, match=r"loc:A2 is not in the index .*nearest known: loc:a2"
    ):
        lookup(index, "loc:A2")


def test_half_a_surrogate_pair_is_wrong_usage(index: Index) -> None:
    with pytest.raises(UsageError, match="surrogate"):
        lookup(index, "mesh:\ud800")
