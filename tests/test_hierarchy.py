"""What stands above, below and beside a concept."""

import pytest

from termsearch.concept import Name, Source
from termsearch.hierarchy import Page, ancestors, children, descendants, parents
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.mappings import mappings, translations
from tests.concepts import ALL, OLD_FEVER, concept
from tests.conftest import WordHash

LOW_FEVER = concept(
    "mesh", "D990004", "Low Fever", parents=("D990002",), ancestors=("D990002", "D990001"),
    part="desc",
)  # fmt: skip
OLD_CHILD = concept(
    "mesh", "D990005", "Ague", parents=("D990002", "D990099"),
    ancestors=("D990002", "D990099", "D990001"), active=False, part="desc",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _filled(index: Index, encoder: WordHash) -> None:
    ingest([*ALL, OLD_FEVER, LOW_FEVER, OLD_CHILD], "test", encoder, index)


def test_parents_and_ancestors_come_as_the_vocabulary_has_them(index: Index) -> None:
    assert [each.name for each in parents(index, "mesh:D990003")] == ["Fever"]
    assert [each.name for each in ancestors(index, "mesh:D990003")] == [
        "Fever",
        "Signs and Symptoms",
    ]


def test_a_parent_that_is_not_in_the_index_has_no_name(index: Index) -> None:
    assert [(each.curie, each.name) for each in parents(index, "mesh:D990005")] == [
        ("mesh:D990002", "Fever"),
        ("mesh:D990099", ""),
    ]


def test_children_come_by_name_without_retired_ones(index: Index) -> None:
    page = children(index, "mesh:D990002")

    assert [each.name for each in page.results] == ["Hyperpyrexia", "Low Fever"]
    assert page.total == 2


def test_retired_children_come_when_asked_for(index: Index) -> None:
    page = children(index, "mesh:D990002", inactive=True)

    assert [each.name for each in page.results] == ["Ague", "Hyperpyrexia", "Low Fever"]


def test_descendants_leave_the_concept_itself_out(index: Index) -> None:
    page = descendants(index, "mesh:D990001", offset=1, limit=1)

    assert (page.total, page.offset, page.limit) == (3, 1, 1)
    assert [each.name for each in page.results] == ["Hyperpyrexia"]


def test_a_large_family_comes_in_the_order_of_the_index_each_member_once(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("termsearch.hierarchy._SORTED", 2)

    pages = [descendants(index, "mesh:D990001", offset=offset, limit=2) for offset in (0, 2)]

    assert [page.total for page in pages] == [3, 3]
    assert sorted(each.name for page in pages for each in page.results) == [
        "Fever", "Hyperpyrexia", "Low Fever",
    ]  # fmt: skip


def test_a_users_table_does_not_double_a_child(index: Index, encoder: WordHash) -> None:
    mine = concept(
        "mesh", "D990003", "my fever", parents=("D990002",), ancestors=("D990002", "D990001"),
        part="ward",
    )  # fmt: skip
    ingest([mine], "table", encoder, index)

    page = children(index, "mesh:D990002")

    assert page.total == 2
    assert [each.curie for each in page.results] == ["mesh:D990003", "mesh:D990004"]


def test_a_leaf_has_nothing_below(index: Index) -> None:
    assert children(index, "mesh:D990003") == Page(
        curie="mesh:D990003", total=0, offset=0, limit=100, results=[]
    )


def told(index: Index, curie: str) -> list[tuple[str, str, str]]:
    return [(each.curie, each.relation, each.via) for each in mappings(index, curie)]


def test_a_compendium_maps_to_the_codes_of_its_sources(index: Index) -> None:
    assert told(index, "umls:C9900001") == [
        ("umls:C9900000", "replaces", ""),
        ("mesh:D9", "source", ""),
        ("snomedct:19999991", "source", ""),
    ]


def test_a_sources_code_maps_to_the_other_sources_by_way_of_the_compendium(
    index: Index, encoder: WordHash
) -> None:
    ingest([concept("mesh", "D9", "Cough", release="2026")], "other", encoder, index)

    assert told(index, "mesh:D9") == [
        ("umls:C9900001", "used by", ""),
        ("snomedct:19999991", "shared", "umls:C9900001"),
    ]


def test_a_mapping_has_the_name_of_what_is_in_the_index(index: Index, encoder: WordHash) -> None:
    ingest([concept("snomedct", "19999991", "Cough (finding)")], "other", encoder, index)

    names = {each.curie: each.name for each in mappings(index, "umls:C9900001")}

    assert names == {"umls:C9900000": "", "mesh:D9": "", "snomedct:19999991": "Cough (finding)"}


def test_cross_references_and_successors_are_mappings(index: Index, encoder: WordHash) -> None:
    both = concept(
        "doid", "DOID:1", Name(text="Croup", sources=(Source("umls", "C1"),)),
        xrefs=("mesh:D990077", "umls:C1"),
    )  # fmt: skip
    ingest([both], "other", encoder, index)

    assert told(index, "DOID:1") == [("mesh:D990077", "xref", ""), ("umls:C1", "xref", "")]
    assert told(index, "mesh:D990077") == [("DOID:1", "xref by", "")]
    assert told(index, "snomedct:39999993") == [("snomedct:29999992", "replaced by", "")]
    assert told(index, "snomedct:29999992") == [("snomedct:39999993", "replaces", "")]


def test_a_merged_code_maps_to_every_concept_that_it_went_into(
    index: Index, encoder: WordHash
) -> None:
    heirs = [concept("snomedct", code, f"Ache {code}", replaces=("10000006",))
             for code in ("79999997", "69999996")]  # fmt: skip
    ingest(heirs, "other", encoder, index)

    assert told(index, "umls:C9900000") == [("umls:C9900001", "replaced by", "")]
    assert told(index, "snomedct:10000006") == [
        ("snomedct:69999996", "replaced by", ""),
        ("snomedct:79999997", "replaced by", ""),
    ]


def test_of_a_chain_of_retired_codes_the_end_comes_first(index: Index, encoder: WordHash) -> None:
    older = concept("snomedct", "19999999", "Hot state", active=False, replaced_by=("39999993",))
    ingest([older], "other", encoder, index)

    assert told(index, "snomedct:19999999") == [
        ("snomedct:29999992", "replaced by", ""),
        ("snomedct:39999993", "replaced by", ""),
    ]


def test_a_merged_code_is_elsewhere_what_its_successor_is(index: Index) -> None:
    found = translations(index, "umls:C9900000", ["umls:C9900001"])

    assert [(each.curie, each.relation) for each in found] == [
        ("umls:C9900001", "replaced by"),
        ("mesh:D9", "source"),
        ("snomedct:19999991", "source"),
    ]


def test_the_other_codes_that_a_successor_replaces_say_nothing_of_a_code(
    index: Index, encoder: WordHash
) -> None:
    heir = concept("snomedct", "69999996", "Ache", replaces=("10000006", "10000014"))
    ingest([heir], "other", encoder, index)

    found = translations(index, "snomedct:10000006", ["snomedct:69999996"])

    assert [each.curie for each in found] == ["snomedct:69999996"]
