"""An ontology that is not whole says so: one cut between two stanzas breaks no line."""

from pathlib import Path

import pytest

from termsearch.loader import Report
from tests.obo import loaded, written


def warnings(folder: Path, text: str) -> list[str]:
    report = Report()
    loaded(written(folder, text), report=report)
    return report.warnings


def term(code: int, *lines: str) -> str:
    return "\n".join(["[Term]", f"id: HP:{code}", f"name: Zz {code}", *lines, ""])


def test_parents_that_the_file_lacks_are_counted_in_a_warning(tmp_path: Path) -> None:
    (warning,) = warnings(tmp_path, term(1, "is_a: HP:9", "is_a: BFO:9"))

    assert "1 parents are not in the file" in warning


def test_successors_that_the_file_lacks_are_counted_in_the_same_warning(tmp_path: Path) -> None:
    successors = [f"replaced_by: {code}" for code in ("HP:8", "HP:3", "BFO:8")]
    text = term(1, "is_a: HP:9", "alt_id: HP:3") + term(2, "is_obsolete: true", *successors)

    (warning,) = warnings(tmp_path, text)

    assert "1 parents and 1 successors are not in the file; take the ontology's main" in warning


def test_terms_that_relations_lead_to_and_the_file_lacks_are_counted_too(tmp_path: Path) -> None:
    relations = ['relationship: part_of HP:8 {source="ZZ:1"} ! Zz 8', "relationship: has HP:7"]
    text = term(1, "is_a: HP:9", *relations) + term(2, relations[0])

    (warning,) = warnings(tmp_path, text)

    assert "zz.obo: 1 parents and 2 related terms are not in the file; take the" in warning


@pytest.mark.parametrize(
    "line",
    [
        "relationship: part_of HP:1",
        "relationship: part_of HP:3 ! an alternative id",
        "relationship: part_of HP:4 ! an obsolete term",
        "relationship: near HP:5 ! an instance",
        "relationship: part_of UBERON:9 ! of another ontology",
        "relationship: part_of http://zz.example/9",
        "relationship: part_of",
    ],
)
def test_what_is_in_the_file_or_of_another_ontology_is_not_missed(
    tmp_path: Path, line: str
) -> None:
    others = "[Instance]\nid: HP:5\nname: Zz town\n\n[Typedef]\nid: part_of\nname: part of\n"
    text = "\n".join([term(1, "alt_id: HP:3"), term(2, line), term(4, "is_obsolete: true"), others])

    assert warnings(tmp_path, text) == []


@pytest.mark.parametrize(("terms", "told"), [(100, True), (101, False)])
def test_one_missing_term_among_many_is_taken_for_a_slip(
    tmp_path: Path, terms: int, told: bool
) -> None:
    related = [f"relationship: part_of HP:{code}" for code in range(1, terms)]

    found = warnings(tmp_path, "\n".join(term(code, *related) for code in range(terms - 1)))

    assert bool(found) == told


@pytest.mark.parametrize("relation", ["is_a:", "relationship: part_of"])
def test_a_file_that_is_cut_between_two_terms_is_told_of_by_what_it_names(
    tmp_path: Path, relation: str
) -> None:
    stanzas = [term(code, f"{relation} HP:{code + 1}") for code in range(1, 9)] + [term(9)]

    found = [warnings(tmp_path, "\n".join(stanzas[:end])) for end in range(1, 10)]

    assert [len(each) for each in found] == [1, 1, 1, 1, 1, 1, 1, 1, 0]
