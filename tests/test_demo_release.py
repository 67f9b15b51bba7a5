"""The bundled demo release is what its hand-written table says, and nothing else."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from tools.demo import codes
from tools.demo.source import DemoConcept, SourceError, read_concepts, read_retired
from tools.demo.umls_files import SEMANTIC_TYPES
from tools.make_demo import RELEASE, TABLES, make_demo

CONCEPTS = read_concepts(TABLES / "concepts.tsv")
RETIRED = read_retired(TABLES / "retired.tsv", CONCEPTS)
META = RELEASE / "umls" / "META"
(PACKAGE,) = (RELEASE / "snomedct").iterdir()
TAGS = {
    "body structure",
    "clinical drug",
    "disorder",
    "finding",
    "morphologic abnormality",
    "observable entity",
    "organism",
    "procedure",
    "product",
    "situation",
    "substance",
}


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rrf(name: str) -> list[list[str]]:
    lines = (META / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [line.split("|") for line in lines]


def rf2(part: str) -> Iterator[dict[str, str]]:
    (path,) = PACKAGE.rglob(f"*_{part}Snapshot*.txt")
    header, *rows = path.read_bytes().decode().removesuffix("\r\n").split("\r\n")
    for row in rows:
        yield dict(zip(header.split("\t"), row.split("\t"), strict=True))


def mesh(name: str, record: str) -> list[etree._Element]:
    parser = etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False)
    return list(etree.parse(RELEASE / "mesh" / name, parser).getroot().iterchildren(record))


def texts(record: etree._Element, path: str) -> list[str]:
    return [found.text or "" for found in record.iterfind(path)]


def row(key: str) -> DemoConcept:
    return next(concept for concept in CONCEPTS if concept.key == key)


def test_writing_it_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    make_demo(tmp_path)

    assert files(tmp_path) == files(RELEASE)


def test_it_stays_small_enough_for_the_wheel() -> None:
    size = sum(len(content) for content in files(RELEASE).values())

    assert size < 3_000_000


def test_it_has_some_three_to_four_hundred_concepts() -> None:
    descriptors = mesh("desc2026.xml", "DescriptorRecord")
    supplements = mesh("supp2026.xml", "SupplementalRecord")
    active = [concept for concept in rf2("Concept_") if concept["active"] == "1"]
    cuis = {cells[0] for cells in rrf("MRCONSO.RRF")}

    assert 300 <= len(CONCEPTS) <= 400
    assert len(descriptors) + len(supplements) == len(active) == len(cuis) == len(CONCEPTS)


def test_every_concept_has_three_names_and_a_definition() -> None:
    poor = [
        concept.key
        for concept in CONCEPTS
        if len(concept.names) < 3 or not concept.definition.endswith(".")
    ]

    assert poor == []


def test_every_concept_has_known_types_and_a_known_tag() -> None:
    types = {tui for concept in CONCEPTS for tui in concept.types or ("none",)}
    tags = {concept.tag for concept in CONCEPTS}

    assert types == SEMANTIC_TYPES.keys()
    assert tags == TAGS


def test_numbers_and_keys_are_used_once() -> None:
    numbers = [concept.number for concept in CONCEPTS] + [old.number for old in RETIRED]
    keys = [concept.key for concept in CONCEPTS] + [old.key for old in RETIRED]

    assert len(set(numbers)) == len(numbers)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("parents", "problem"), [("nowhere", "no row has the key 'nowhere'"), ("two", "a cycle runs")]
)
def test_a_broken_hierarchy_is_refused(tmp_path: Path, parents: str, problem: str) -> None:
    header = (TABLES / "concepts.tsv").read_text(encoding="utf-8").split("\n", 1)[0].split("\t")
    one = {"number": "1", "key": "one", "name": "One", "parents": parents}
    two = {"number": "2", "key": "two", "name": "Two", "parents": "one"}
    lines = ["\t".join(cells.get(column, "") for column in header) for cells in (one, two)]
    table = tmp_path / "concepts.tsv"
    table.write_text("\n".join(["\t".join(header), *lines]) + "\n", encoding="utf-8")

    with pytest.raises(SourceError, match=problem):
        read_concepts(table)


@pytest.mark.parametrize("known", ["138875005", "116680003", "900000000000003001"])
def test_check_digits_are_those_of_published_identifiers(known: str) -> None:
    item, partition = known[:-3], known[-3:-1]

    check = codes.check_digit(item + partition)

    assert check == known[-1]


@pytest.mark.parametrize(
    ("part", "partition"), [("Concept_", "10"), ("Description_", "11"), ("Relationship_", "12")]
)
def test_snomed_identifiers_are_of_the_invented_namespace(part: str, partition: str) -> None:
    found = [component["id"] for component in rf2(part)]

    assert found == [codes.sctid(int(sctid[:-10]), partition) for sctid in found]
    assert len(set(found)) == len(found)
    assert all(len(sctid) <= 18 for sctid in found)


def test_other_codes_stay_in_their_ranges() -> None:
    atoms = rrf("MRCONSO.RRF")
    mesh_codes = ("D990", "C990")
    ranges = {"MSH": mesh_codes, "MSHSPA": mesh_codes, "CHV": ("0099",), "MTH": ("NOCODE",)}
    snomed = {concept["id"] for concept in rf2("Concept_")}

    assert all(cells[0].startswith("C990") and len(cells[0]) == 8 for cells in atoms)
    assert all(
        cells[13].startswith(ranges[cells[11]]) for cells in atoms if cells[11] != "SNOMEDCT_US"
    )
    assert {cells[13] for cells in atoms if cells[11] == "SNOMEDCT_US"} <= snomed


def test_atoms_cite_the_terms_of_the_other_two_files() -> None:
    atoms = rrf("MRCONSO.RRF")
    terms = {
        (term.findtext("TermUI"), term.findtext("String"))
        for name, record in (
            ("desc2026.xml", "DescriptorRecord"),
            ("supp2026.xml", "SupplementalRecord"),
        )
        for found in mesh(name, record)
        for term in found.iterfind(".//Term")
    }
    described = {(term["id"], term["term"]) for term in rf2("Description_")}

    assert {(cells[8], cells[14]) for cells in atoms if cells[11] == "MSH"} <= terms
    assert {(cells[8], cells[14]) for cells in atoms if cells[11] == "SNOMEDCT_US"} <= described


def test_each_concept_has_one_preferred_atom_in_each_language() -> None:
    preferred: dict[tuple[str, str], int] = defaultdict(int)
    for cells in rrf("MRCONSO.RRF"):
        key = (cells[0], cells[1])
        preferred[key] += (cells[2], cells[4], cells[6], cells[16]) == ("P", "PF", "Y", "N")

    assert set(preferred.values()) == {1}


@pytest.mark.parametrize("name", [cells[0] for cells in rrf("MRFILES.RRF")])
def test_every_table_has_the_columns_and_rows_that_mrfiles_promises(name: str) -> None:
    promise = next(cells for cells in rrf("MRFILES.RRF") if cells[0] == name)

    rows = rrf(name)

    assert {len(cells) for cells in rows} == {int(promise[3]) + 1}
    assert len(rows) == int(promise[4])


def test_atoms_are_sorted_by_concept() -> None:
    cuis = [cells[0] for cells in rrf("MRCONSO.RRF")]

    assert cuis == sorted(cuis)


def test_relations_read_from_right_to_left_and_go_both_ways() -> None:
    pairs = {(cells[0], cells[3], cells[4], cells[10]) for cells in rrf("MRREL.RRF")}
    child, parent = (codes.cui(row(key).number) for key in ("dry-cough", "cough"))

    assert (child, "PAR", parent, "SNOMEDCT_US") in pairs
    assert {(two, "CHD", one, sab) for one, rel, two, sab in pairs if rel == "PAR"} == {
        pair for pair in pairs if pair[1] == "CHD"
    }


def test_is_a_rows_join_active_concepts() -> None:
    active = {concept["id"] for concept in rf2("Concept_") if concept["active"] == "1"}

    ends = {row[end] for row in rf2("Relationship_") for end in ("sourceId", "destinationId")}

    assert ends <= active


def test_each_dialect_prefers_one_synonym_of_each_concept() -> None:
    synonyms = {
        term["id"]: term["conceptId"]
        for term in rf2("Description_")
        if term["typeId"] == "900000000000013009"
    }
    preferred: dict[tuple[str, str], int] = defaultdict(int)
    for member in rf2("Language"):
        if member["acceptabilityId"] == "900000000000548007":
            concept = synonyms.get(member["referencedComponentId"])
            if concept:
                preferred[concept, member["refsetId"]] += 1

    assert set(preferred.values()) == {1}
    assert len(preferred) == 2 * (len(CONCEPTS) + len(RETIRED))


def test_mesh_names_belong_to_one_record_and_trees_to_a_parent() -> None:
    owner: dict[str, str] = {}
    trees: dict[str, str] = {}
    for record in mesh("desc2026.xml", "DescriptorRecord"):
        (ui,) = texts(record, "DescriptorUI")
        for name in set(texts(record, ".//Term/String")):
            assert owner.setdefault(name.casefold(), ui) == ui
        trees |= dict.fromkeys(texts(record, ".//TreeNumber"), ui)

    above = {tree.rpartition(".")[0] for tree in trees} - {""}

    assert above <= trees.keys()
    assert {"C01", "C04", "C14", "C23", "E01", "F03"} <= trees.keys()


def test_a_medicine_with_a_strength_is_mapped_to_its_ingredient() -> None:
    supplements = mesh("supp2026.xml", "SupplementalRecord")
    tablet = next(
        record
        for record in supplements
        if texts(record, "SupplementalRecordName/String") == ["Aspirin 81 mg Oral Tablet"]
    )

    assert texts(tablet, ".//HeadingMappedTo//DescriptorUI") == [
        f"*{codes.mesh_descriptor(row('aspirin').number)}"
    ]


def test_retired_codes_lead_to_current_ones_through_a_chain() -> None:
    merged = {cells[0]: cells[5] for cells in rrf("MRCUI.RRF") if cells[2] == "SY"}
    old = next(old for old in RETIRED if old.key == "retired-diabetes-of-maturity")

    once = merged[codes.cui(old.number)]

    assert merged[once] == codes.cui(row("diabetes-2").number)
    assert {cells[2] for cells in rrf("MRCUI.RRF")} == {"SY", "RO", "DEL"}
