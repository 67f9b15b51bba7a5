"""MeSH XML of every year since 2015 becomes concepts."""

import gzip
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.concept import Kind, SemanticType
from termsearch.errors import BadReleaseError
from termsearch.loader import Options, Report
from termsearch_loaders.mesh import load, recognises
from termsearch_loaders.mesh_tree import Tree
from tests.mesh import DATA, DESC, QUAL, RECORD, SUPP, loaded, written


def test_the_preferred_term_leads_and_every_other_name_says_what_it_is() -> None:
    fever = loaded(DESC)["D990003"]

    assert [(name.text, name.lang, name.kind) for name in fever.names] == [
        ("Zz Blue Fever", "en", Kind.PREFERRED),
        ("Zz Azure Pyrexia", "en", Kind.SYNONYM),
        ("ZBF", "en", Kind.ABBREVIATION),
        ("Zz Navy Fever", "en", Kind.NARROWER),
        ("Zz Colored Fever", "en", Kind.BROADER),
        ("Zz Blue Chill", "en", Kind.RELATED),
    ]


def test_a_relation_that_names_the_preferred_concept_second_is_turned_round(
    tmp_path: Path,
) -> None:
    turned = DESC.read_text().replace(
        "<Concept1UI>M9900031</Concept1UI>\n     <Concept2UI>M9900032</Concept2UI>",
        "<Concept1UI>M9900032</Concept1UI>\n     <Concept2UI>M9900031</Concept2UI>",
    )

    fever = loaded(written(tmp_path, turned))["D990003"]

    assert {n.text: n.kind for n in fever.names}["Zz Navy Fever"] is Kind.BROADER


def test_permuted_terms_are_dropped_and_counted() -> None:
    report = Report()

    list(load([DESC], Options(), report))

    assert (report.read, report.kept) == (11, 10)
    assert report.dropped == {"permuted term": 1}


def test_progress_reaches_the_end() -> None:
    report = Report()

    list(load([DESC, SUPP], Options(), report))

    assert report.done == report.total > 0


@pytest.mark.parametrize("langs", [(), ("de",)], ids=["kept", "left out"])
def test_progress_is_half_way_when_all_with_tree_numbers_is_read(langs: tuple[str, ...]) -> None:
    report = Report()

    shares = [report.share for _ in load([DESC], Options(langs=langs), report)]

    assert shares == pytest.approx([] if langs else [0.6, 0.7, 0.8, 0.9, 1.0], abs=0.001)
    assert report.done == report.total


def test_definition_release_and_registry_numbers_come_without_line_ends_and_zeros() -> None:
    fever = loaded(DESC)["D990003"]

    assert fever.definition == "A fever that is <blue>."
    assert (fever.vocabulary, fever.release, fever.part) == ("mesh", "2025", "desc")
    assert fever.xrefs == ("cas:99999-99-9", "unii:ZZ9ZZ9ZZ9Z", "ec:9.9.9.9", "ncbitaxon:9999999")


def test_types_are_the_first_steps_with_the_heading_that_stands_there() -> None:
    fever = loaded(DESC)["D990003"]

    assert fever.types == (
        SemanticType("A91", "Zz Tingling", "A", "Anatomy"),
        SemanticType("C90", "Zz Conditions", "C", "Diseases"),
    )


def test_parents_and_ancestors_follow_dotted_steps_not_string_prefixes() -> None:
    concepts = loaded(DESC)

    fever, tingling = concepts["D990003"], concepts["D990004"]
    assert fever.parents == ("D990002", "D990004")
    assert fever.ancestors == ("D990002", "D990001", "D990004")
    assert tingling.ancestors == ("D990001",)  # C90.22 is not below C90.2


def test_a_check_tag_without_tree_numbers_is_kept() -> None:
    tag = loaded(DESC)["D990005"]

    assert (tag.types, tag.parents, tag.ancestors) == ((), (), ())


def test_supplementary_records_reach_the_trees_through_their_headings() -> None:
    report = Report()

    *_, rare = load([DESC, SUPP], Options(), report)

    assert rare.code == "C990001"
    assert rare.part == "supp"
    assert rare.parents == ("D990003", "D990099")  # once each, and without the star
    assert rare.ancestors == ("D990003", "D990099", "D990002", "D990001", "D990004")
    assert [found.code for found in rare.types] == ["A91", "C90"]
    assert rare.definition == "seen in nobody"
    assert any("D990099" in warning for warning in report.warnings)


def test_the_order_of_the_files_does_not_matter_to_the_trees() -> None:
    assert loaded(SUPP, DESC) == loaded(DESC, SUPP)


def test_supplementary_records_alone_keep_their_headings_and_say_what_is_missing() -> None:
    report = Report()

    (rare,) = load([SUPP], Options(), report)

    assert rare.parents == rare.ancestors == ("D990003", "D990099")
    assert rare.types == ()
    assert any("give the descriptor file" in warning for warning in report.warnings)


def test_qualifiers_are_a_part_with_a_tree_of_their_own() -> None:
    causes = loaded(QUAL)["Q990001"]

    assert (causes.part, causes.parents) == ("qual", ("Q990002",))
    assert causes.definition == "Used for what causes zz."


@pytest.mark.parametrize(
    ("year", "name", "definition", "xrefs"),
    [
        ("2015", "Zz Old Salt", "A salt that is old.", ("cas:88888-88-8",)),
        ("2026", "Zz Island", "An island off no coast.", ()),
    ],
)
def test_older_and_newer_shapes_load(
    year: str, name: str, definition: str, xrefs: tuple[str, ...]
) -> None:
    (concept,) = loaded(DATA / f"desc{year}.xml").values()

    assert [n.text for n in concept.names] == [name]
    assert (concept.release, concept.definition, concept.xrefs) == (year, definition, xrefs)


def test_without_a_dtd_the_year_is_that_of_the_file_name(tmp_path: Path) -> None:
    (concept,) = loaded(written(tmp_path, RECORD, "fredesc2019.xml")).values()

    assert concept.release == "2019"


def test_without_a_flagged_term_the_one_that_reads_like_the_heading_leads(tmp_path: Path) -> None:
    (concept,) = loaded(written(tmp_path, RECORD)).values()

    assert [(n.text, n.kind) for n in concept.names] == [
        ("Zz One", Kind.PREFERRED),
        ("Zz Other", Kind.SYNONYM),
    ]


def test_another_vocabulary_leaves_everything_out_and_counts_it() -> None:
    report = Report()

    assert list(load([QUAL], Options(vocabularies=("loinc",)), report)) == []

    assert (report.read, report.dropped) == (2, {"vocabulary mesh": 2})


def test_gzip_zip_and_folder_give_the_same_concepts(tmp_path: Path) -> None:
    zipped, folder = tmp_path / "desc2025.zip", tmp_path / "folder"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(DESC, "desc2025.xml")
    folder.mkdir()
    (folder / "desc2025.gz").write_bytes(gzip.compress(DESC.read_bytes()))
    (folder / "notes.xml").write_text("<notes/>")

    assert loaded(zipped) == loaded(folder) == loaded(DESC)


def test_only_mesh_roots_are_recognised(tmp_path: Path) -> None:
    actions = written(tmp_path, "<PharmacologicalActionSet/>", "pa2025.xml")
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress(DESC.read_bytes())[:30])

    claims = [recognises(p) for p in (DESC, SUPP, QUAL, DATA, actions, broken, tmp_path / "none")]

    assert claims == [True, True, True, True, False, False, False]


def test_a_path_without_mesh_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "<PharmacologicalActionSet/>", "pa2025.xml")

    with pytest.raises(BadReleaseError, match=r"pa2025\.xml: no MeSH XML in it; expected a root"):
        loaded(path)


def test_two_files_of_one_part_are_refused() -> None:
    with pytest.raises(BadReleaseError, match=r"desc2026\.xml: a second desc file beside .*2015"):
        loaded(DATA / "desc2015.xml", DATA / "desc2026.xml")


def test_files_of_different_years_are_reported() -> None:
    report = Report()

    list(load([DATA / "desc2026.xml", SUPP], Options(), report))

    assert "the files are of different years: 2026, 2025" in report.warnings


numbers = st.lists(st.sampled_from(["1", "2", "22", "222"]), max_size=4).map(
    lambda steps: ".".join(["C9", *steps])
)


@given(st.dictionaries(numbers, st.integers(0, 6), max_size=30))
def test_ancestors_are_the_owners_of_the_shorter_paths(owners: dict[str, int]) -> None:
    places: dict[int, list[str]] = {}
    for number, owner in owners.items():
        places.setdefault(owner, []).append(number)
    tree = Tree()
    for owner, mine in places.items():
        tree.add(f"D{owner}", "Zz", mine)

    for owner, mine in places.items():
        place = tree.place(f"D{owner}")
        above = {o for n, o in owners.items() for m in mine if m.startswith(f"{n}.")} - {owner}
        assert sorted(place.ancestors) == sorted(f"D{o}" for o in above)
        assert set(place.parents) <= set(place.ancestors)
