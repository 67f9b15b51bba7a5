"""What is above OMOP concepts; everything in the files is invented."""

import json
from pathlib import Path

import pytest

from termsearch import hierarchy
from termsearch.errors import BadRecordError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.loader import Options, Report, recognise
from termsearch_loaders.athena import load
from tests.cli import run
from tests.conftest import WordHash
from tests.fhir import SNOMED, get, served, value
from tests.test_athena_loader import loaded, written

CONCEPT = """\
concept_id concept_name domain_id vocabulary_id concept_class_id standard_concept concept_code \
valid_start_date valid_end_date invalid_reason
1|Zz "finding|Condition|SNOMED|Zz|S|91|19700101|20991231|
2|Zz fever|Condition|SNOMED|Zz|S|92|19700101|20991231|
3|Zz shivers|Condition|SNOMED|Zz|S|93|19700101|20991231|
4|Zz ague|Condition|SNOMED|Zz|S|94|19700101|20991231|
5|Zz quartan ague|Condition|SNOMED|Zz||95|19700101|20991231|
6|Zz old fever|Condition|SNOMED|Zz||96|19700101|20200101|U
7|Zz antipyretics|Drug|ATC|Zz|C|Z01|19700101|20991231|
8|Zz doxaban|Drug|RxNorm|Ingredient|S|81|19700101|20991231|
9|Zz doxaban pill|Drug|RxNorm|Clinical Drug Form|S|82|19700101|20991231|
10|Zz doxaban 5 MG pill|Drug|RxNorm|Clinical Drug|S|83|19700101|20991231|
11|Zz phenotype|Observation|HPO|Zz||HP:1|19700101|20991231|
12|Zz narrow phenotype|Observation|HPO|Zz||2|19700101|20991231|
13|Zz used before|Condition|SNOMED|Zz||94|19600101|19691231|D
"""

#: Each row of CONCEPT_RELATIONSHIP without its dates.
ROWS = [
    "2|1|Is a|",
    "1|2|Subsumes|",
    "3|1|Is a|",
    "1|3|Subsumes|",
    "4|3|Is a|",
    "4|2|Is a|",
    "5|4|Is a|",
    "5|1|Finding site of|",
    "12|11|Is a|",
]

RELATIONSHIP = """\
relationship_id relationship_name is_hierarchical defines_ancestry reverse_relationship_id \
relationship_concept_id
Is a|Is a|1|0|Subsumes|44818821
Subsumes|Subsumes|1|1|Is a|44818723
RxNorm inverse is a|Inverse is a (RxNorm)|1|1|RxNorm is a|45754830
RxNorm is a|Is a (RxNorm)|1|0|RxNorm inverse is a|45754829
RxNorm ing of|Ingredient of (RxNorm)|1|1|RxNorm has ing|44818817
ATC - RxNorm|ATC to RxNorm|1|1|RxNorm - ATC|44818810
Has tradename|Has tradename (RxNorm)|0|0|Tradename of|44818716
Mapped from|Standard to Non-standard map (OMOP)|0|0|Maps to|44818976
"""

DRUGS = ["8|9|RxNorm ing of|", "10|9|RxNorm is a|", "9|10|Has tradename|"]

NO_RELATIONSHIP = 'no RELATIONSHIP.csv: parents come from "Is a" and "Subsumes" only'
NO_ANCESTRY = (
    "RELATIONSHIP.csv has no row with defines_ancestry 1: "
    'parents come from "Is a" and "Subsumes" only'
)
NO_SYNONYM = "no CONCEPT_SYNONYM.csv: concepts have one name each"


def release(folder: Path, rows: list[str], relationship: str = RELATIONSHIP) -> Path:
    """A download with these ``rows``; without RELATIONSHIP.csv if that is empty."""
    header = "concept_id_1 concept_id_2 relationship_id valid_start_date valid_end_date "
    parts = [row.rpartition("|") for row in rows]
    said = "".join(f"{row}|19700101|20991231|{invalid}\n" for row, _, invalid in parts)
    files = {
        "CONCEPT.csv": CONCEPT,
        "CONCEPT_RELATIONSHIP.csv": f"{header}invalid_reason\n{said}",
        "RELATIONSHIP.csv": relationship,
    }
    return written(folder, {name: text for name, text in files.items() if text})


def placed(
    folder: Path, options: Options | None = None, report: Report | None = None
) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Parents and ancestors by code, of those that have any."""
    concepts = loaded(folder, options=options, report=report)
    return {
        code: (one.parents, one.ancestors)
        for code, one in concepts.items()
        if one.parents or one.ancestors
    }


#: What ``ROWS`` say.
PLACES = {
    "92": (("91",), ("91",)),
    "93": (("91",), ("91",)),
    "94": (("92", "93"), ("92", "93", "91")),
    "95": (("94",), ("94", "92", "93", "91")),
    "HP:2": (("HP:1",), ("HP:1",)),
}


def test_parents_are_one_step_up_and_ancestors_all_steps_nearest_first(tmp_path: Path) -> None:
    report = Report()

    assert placed(release(tmp_path / "zz", ROWS), report=report) == PLACES
    assert report.warnings == [NO_SYNONYM]


def test_either_direction_of_a_relationship_is_enough(tmp_path: Path) -> None:
    turned = [f"{low}|{high}" for low, high in (("1|2", "Subsumes|"), ("4|5", "Subsumes|"))]

    assert placed(release(tmp_path / "zz", turned)) == {
        "92": (("91",), ("91",)),
        "95": (("94",), ("94",)),
    }


def test_what_is_equally_near_is_ordered_by_code(tmp_path: Path) -> None:
    rows = ["5|3|Is a|", "5|2|Is a|", "5|20|Is a|", "2|4|Is a|", "3|1|Is a|"]
    folder = release(tmp_path / "zz", rows)
    with (folder / "CONCEPT.csv").open("a") as file:
        file.write("20\tZz last\tCondition\tSNOMED\tZz\tS\t90\t19700101\t20991231\t\n")

    assert placed(folder)["95"] == (("90", "92", "93"), ("90", "92", "93", "91", "94"))


def test_a_circle_of_rows_ends(tmp_path: Path) -> None:
    rows = ["2|3|Is a|", "3|4|Is a|", "4|2|Is a|", "5|5|Is a|", "1|2|Is a|", "1|2|Subsumes|"]

    found = placed(release(tmp_path / "zz", rows))

    assert found == {
        "91": (("92",), ("92", "93", "94")),
        "92": (("91", "93"), ("91", "93", "94")),
        "93": (("94",), ("94", "92", "91")),
        "94": (("92",), ("92", "91", "93")),
    }


def test_rows_that_are_invalid_make_no_parents(tmp_path: Path) -> None:
    rows = ["2|1|Is a|D", "1|3|Subsumes|U", "4|3|Is a|"]

    assert placed(release(tmp_path / "zz", rows)) == {"94": (("93",), ("93",))}


@pytest.mark.parametrize("inactive", [False, True])
def test_retired_concepts_are_in_no_hierarchy(tmp_path: Path, inactive: bool) -> None:
    rows = ["6|2|Is a|", "5|6|Is a|", "13|3|Is a|", "4|2|Is a|"]
    report = Report()

    found = placed(release(tmp_path / "zz", rows), Options(inactive=inactive), report)

    assert found == {"94": (("92",), ("92",))}  # and not what its code meant before
    assert report.warnings[1:] == [
        "1 parents left out: without a name in CONCEPT.csv, or retired",
    ]


def test_parents_that_are_not_there_are_counted_and_children_keep_the_others(
    tmp_path: Path,
) -> None:
    rows = ["4|99|Is a|", "99|4|Subsumes|", "4|2|Is a|", "5|98|Is a|", "5|4|Is a|", "97|1|Is a|"]
    report = Report()

    found = placed(release(tmp_path / "zz", rows), report=report)

    assert found == {"94": (("92",), ("92",)), "95": (("94",), ("94", "92"))}
    assert report.warnings[1:] == [
        "2 parents left out: without a name in CONCEPT.csv, or retired",
    ]


@pytest.mark.parametrize("vocabularies", [(), ("rxnorm",)])
def test_parents_of_another_vocabulary_are_counted_and_left_out(
    tmp_path: Path, vocabularies: tuple[str, ...]
) -> None:
    report, options = Report(), Options(vocabularies=vocabularies)

    found = placed(release(tmp_path / "zz", ["7|8|ATC - RxNorm|", *DRUGS]), options, report)

    assert found == {"82": (("81",), ("81",)), "83": (("82",), ("82", "81"))}
    assert report.warnings[1:] == [
        "1 parents left out: of another vocabulary than the child",
    ]


def test_children_that_are_left_out_say_nothing(tmp_path: Path) -> None:
    report, options = Report(), Options(vocabularies=("hp",))

    found = placed(release(tmp_path / "zz", [*ROWS, "4|99|Is a|"]), options, report)

    assert found == {"HP:2": PLACES["HP:2"]}
    assert report.warnings == [NO_SYNONYM]


def test_the_relationships_that_define_ancestry_make_parents_both_ways(tmp_path: Path) -> None:
    assert placed(release(tmp_path / "zz", DRUGS)) == {
        "82": (("81",), ("81",)),
        "83": (("82",), ("82", "81")),
    }


@pytest.mark.parametrize(
    ("relationship", "warning"),
    [
        ("", NO_RELATIONSHIP),
        (RELATIONSHIP.partition("Is a|")[0], NO_ANCESTRY),
        (RELATIONSHIP.replace("|1|1|", "|1|0|"), NO_ANCESTRY),
    ],
    ids=["no file", "no row", "no row with 1"],
)
def test_without_relationships_of_the_download_is_a_and_subsumes_make_parents(
    tmp_path: Path, relationship: str, warning: str
) -> None:
    folder, report = release(tmp_path / "zz", [*ROWS, *DRUGS], relationship), Report()

    assert placed(folder, report=report) == PLACES
    assert report.warnings == [NO_SYNONYM, warning]


def test_without_what_is_related_no_relationship_is_missed(tmp_path: Path) -> None:
    folder, report = release(tmp_path / "zz", ROWS, RELATIONSHIP.partition("Is a|")[0]), Report()
    (folder / "CONCEPT_RELATIONSHIP.csv").unlink()

    assert placed(folder, report=report) == {}
    assert [told.partition(":")[0] for told in report.warnings] == [
        "no CONCEPT_SYNONYM.csv",
        "no CONCEPT_RELATIONSHIP.csv",
    ]


def test_a_relationship_that_defines_no_ancestry_makes_no_parents(tmp_path: Path) -> None:
    relationship = RELATIONSHIP.replace("Subsumes|1|1", "Subsumes|1|0")

    assert placed(release(tmp_path / "zz", ROWS, relationship)) == {}


def test_what_defines_ancestry_may_be_a_cross_reference_too(tmp_path: Path) -> None:
    relationship = RELATIONSHIP.replace("(OMOP)|0|0|Maps to", "(OMOP)|1|1|Maps to")
    folder = release(tmp_path / "zz", ["5|4|Maps to|"], relationship)

    found = loaded(folder)["95"]

    assert (found.parents, found.xrefs) == (("94",), ("snomedct:94",))


def test_codes_of_two_concept_ids_have_the_parents_of_both(tmp_path: Path) -> None:
    folder = release(tmp_path / "zz", ["4|2|Is a|", "20|3|Is a|", "5|4|Is a|", "4|20|Is a|"])
    with (folder / "CONCEPT.csv").open("a") as file:
        file.write("20\tZz twin\tCondition\tSNOMED\tZz\tS\t94\t19700101\t20991231\t\n")

    assert placed(folder) == {
        "94": (("92", "93"), ("92", "93")),
        "95": (("94",), ("94", "92", "93")),
    }


@pytest.mark.parametrize(
    "id_", ["", "x1", "-1", "4294967296", "²", pytest.param("9" * 5_000, id="5,000 digits")]
)
def test_a_parent_that_is_no_concept_id_names_its_line(tmp_path: Path, id_: str) -> None:
    folder = release(tmp_path / "zz", ["2|1|Is a|", f"3|{id_}|Is a|"])

    with pytest.raises(BadRecordError, match=rf"line 3: '3' and '{id_[:20]}', expected the num"):
        loaded(folder)


def test_a_concept_id_that_is_no_number_is_above_and_below_nothing(tmp_path: Path) -> None:
    folder = release(tmp_path / "zz", ["2|1|Is a|"])
    with (folder / "CONCEPT.csv").open("a") as file:
        file.write("x1\tZz odd\tCondition\tSNOMED\tZz\tS\t99\t19700101\t20991231\t\n")

    assert placed(folder) == {"92": (("91",), ("91",))}
    assert loaded(folder)["99"].parents == ()


def test_a_broken_row_that_makes_a_parent_names_its_line(tmp_path: Path) -> None:
    folder = release(tmp_path / "zz", ROWS)
    with (folder / "CONCEPT_RELATIONSHIP.csv").open("a") as file:
        file.write("\n3\t1\tZz of\n3\t1\tIs a\n")

    with pytest.raises(BadRecordError, match=r"RELATIONSHIP\.csv, line 13: 3 columns, expected 6"):
        loaded(folder)


def test_the_file_of_relationships_is_known_for_athenas(tmp_path: Path) -> None:
    folder = release(tmp_path / "zz", ROWS)

    assert recognise(folder / "RELATIONSHIP.csv") == "athena"


def test_an_index_answers_by_the_hierarchy(tmp_path: Path, index: Index, encoder: WordHash) -> None:
    folder = release(tmp_path / "zz", ROWS)
    ingest(load([folder], Options(), Report()), "athena", encoder, index)

    above = [each.curie for each in hierarchy.ancestors(index, "snomedct:95")]
    below = [each.name for each in hierarchy.descendants(index, "snomedct:91").results]
    children = [each.curie for each in hierarchy.children(index, "snomedct:91").results]

    assert above == ["snomedct:94", "snomedct:92", "snomedct:93", "snomedct:91"]
    assert below == ["Zz ague", "Zz fever", "Zz quartan ague", "Zz shivers"]
    assert children == ["snomedct:92", "snomedct:93"]


def test_the_service_answers_by_the_hierarchy(tmp_path: Path) -> None:
    concepts = load([release(tmp_path / "zz", ROWS)], Options(), Report())

    with served(tmp_path, *concepts) as client:
        compared = get(client, "CodeSystem/$subsumes", system=SNOMED, codeA="91", codeB="95")
        above = client.get("/concepts/snomedct/95/ancestors").json()["results"]
        parents = client.get("/concepts/snomedct/94/parents").json()["results"]

    assert value(compared, "outcome") == "subsumes"
    assert [each["name"] for each in above] == [
        "Zz ague",
        "Zz fever",
        "Zz shivers",
        'Zz "finding',
    ]
    assert [each["curie"] for each in parents] == ["snomedct:92", "snomedct:93"]


def test_the_command_line_searches_under_a_concept_and_shows_its_parents(tmp_path: Path) -> None:
    folder = release(tmp_path / "zz", ROWS)
    done = run(tmp_path, "ingest", str(folder), "--vocab", "SNOMED", "--model", "minilm")

    under = run(tmp_path, "query", "zz fever", "--under", "SNOMED:93", "--json")
    shown = run(tmp_path, "lookup", "SNOMED:94", "--json")
    printed = run(tmp_path, "lookup", "SNOMED:94")

    assert done.exit_code == 0, done.stderr
    found = {hit["curie"] for hit in json.loads(under.stdout)["results"]}
    assert found == {"snomedct:93", "snomedct:94", "snomedct:95"}  # and not Zz fever itself
    assert json.loads(shown.stdout)["parents"] == [
        {"curie": "snomedct:92", "name": "Zz fever"},
        {"curie": "snomedct:93", "name": "Zz shivers"},
    ]
    assert "parents      snomedct:92 Zz fever; snomedct:93 Zz shivers\n" in printed.stdout
