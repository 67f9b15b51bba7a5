"""One command's update: what it refuses, what it gives up, and that it publishes nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from termsearch.cli import main

OBO = "format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:9000001\nname: fever\n"


def run(*command: str) -> Result:
    return CliRunner().invoke(main, command)


def ingest(*given: str | Path) -> Result:
    return run("ingest", *map(str, given), "--model", "minilm")


def table(folder: Path, name: str, *rows: str) -> Path:
    """A table of the columns code, name and active."""
    path = folder / f"{name}.csv"
    path.write_text("\n".join(["code,name,active", *rows, ""]), encoding="utf-8")
    return path


def served() -> dict[str, str]:
    """CURIE to name of all that answers."""
    listed = run("query", "fever", "--limit", "100", "--json")
    return {hit["curie"]: hit["name"] for hit in json.loads(listed.stdout)["results"]}


def status() -> Any:
    return json.loads(run("status", "--json").stdout)


def unfinished() -> object:
    return status()["unfinished"]


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """A table that is served, and beside it the names of a refused one that no others have."""
    path = tmp_path / "ward.csv"
    path.write_text("code,name\n" + "".join(f"{n},name {n}\n" for n in range(10)), encoding="utf-8")
    before = path.read_bytes()
    assert ingest(path).exit_code == 0
    path.write_text("code,name\n20,other\n", encoding="utf-8")
    refused = ingest(path)
    assert "repeat the command with --replace" in refused.output
    path.write_bytes(before)
    return path


def test_another_release_beside_a_cut_one_is_refused_before_it_is_embedded(
    ward: Path, tmp_path: Path
) -> None:
    held = unfinished()
    other = tmp_path / "hp.obo"
    other.write_text(OBO, encoding="utf-8")

    told = ingest(other)

    assert told.exit_code == 1
    assert "Error: an earlier ingest of ward (table/ward) was cut or failed" in told.output
    assert "concepts" not in told.output
    assert unfinished() == held
    assert ingest(other, "--discard").exit_code == 0
    assert unfinished() is None


def test_another_table_beside_a_cut_one_is_refused_likewise_and_leaves_nothing(
    ward: Path, tmp_path: Path
) -> None:
    held = status()["unfinished"]
    other = table(tmp_path, "other", *(f"{n},fever {n}," for n in range(20)))

    refused = [ingest(other), ingest(other)]

    assert [each.exit_code for each in refused] == [1, 1]
    assert "Error: an earlier ingest of ward (table/ward) was cut" in refused[0].output
    assert refused[1].output == refused[0].output
    assert "concepts" not in refused[0].output
    assert status()["unfinished"] == held


def test_parts_that_are_met_one_after_the_other_go_on_where_they_were_cut(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "first.obo", tmp_path / "second.obo"
    first.write_text(OBO, encoding="utf-8")
    second.write_text(OBO.replace("hp", "doid").replace("HP", "DOID"), encoding="utf-8")
    rows = "".join(f"\n[Term]\nid: HP:{n}\nname: rash {n}\n" for n in range(9_100_000, 9_101_100))
    first.write_text(OBO + rows, encoding="utf-8")
    assert ingest(first, second, table(tmp_path, "ward", "A1")).exit_code == 1

    left = ingest(first)
    done = ingest(first, second)

    assert "an earlier ingest of doid (obo/doid) was cut" in left.output
    assert (left.exit_code, done.exit_code) == (1, 0), done.output
    assert status()["origins"].keys() == {"obo/hp", "obo/doid"}


def test_what_a_cut_ingest_left_can_be_given_up_where_no_file_has_changed(ward: Path) -> None:
    assert unfinished() is not None
    told_of = run("status").stdout.splitlines()[-1]
    assert told_of.startswith("not published: ward (11 names); an ingest is running, or was")
    assert told_of.endswith("run it again with --replace, or another one with --discard")

    told = ingest(ward, "--discard")

    assert told.exit_code == 0, told.output
    assert "nothing was read" in told.output
    assert unfinished() is None
    assert status()["names"] == 10


@pytest.mark.parametrize("rows", [["A1,fever,no"], []], ids=["all retired", "header only"])
def test_a_table_that_gives_no_name_any_more_is_refused_or_removed_but_not_left(
    tmp_path: Path, rows: list[str]
) -> None:
    ward, drugs = table(tmp_path, "ward", "A1,fever,"), table(tmp_path, "drugs", "B1,aspirin,")
    assert ingest(ward, drugs).exit_code == 0
    table(tmp_path, "ward", *rows)

    foretold = json.loads(run("diff", str(ward), str(drugs), "--json").stdout)
    refused = ingest(ward, drugs)

    assert {each["origin"]: each["needs_replace"] for each in foretold["origins"]} == {
        "table/drugs": False,
        "table/ward": True,
    }
    assert foretold["counts"]["retired"] == 1
    assert refused.exit_code == 1
    assert "1 of the 1 names that table/ward had" in refused.output
    assert served().keys() == {"ward:A1", "drugs:B1"}

    assert ingest(ward, drugs, "--replace").exit_code == 0
    assert served().keys() == {"drugs:B1"}
    assert status()["vocabularies"].keys() == {"drugs"}


def test_what_a_failed_command_stored_is_not_published_by_another(tmp_path: Path) -> None:
    right, wrong = table(tmp_path, "right", "R1,fever,"), table(tmp_path, "wrong", "W1,ague,")
    broken = tmp_path / "hp.obo"
    broken.write_text(OBO.replace("name: fever\n", 'synonym: "cut'), encoding="utf-8")
    assert ingest(right).exit_code == 0
    failed = [ingest(wrong, broken), ingest(wrong, broken, "--json")]
    table(tmp_path, "right", "R1,fever,", "R2,high fever,")

    refused = ingest(right)

    assert refused.exit_code == 1
    assert "an earlier ingest of wrong (table/wrong) was cut or failed" in refused.output
    assert [(each.exit_code, each.stdout) for each in failed] == [(1, ""), (1, "")]
    assert served().keys() == {"right:R1"}
    assert ingest(right, wrong).exit_code == 0
    assert served().keys() == {"right:R1", "right:R2", "wrong:W1"}


def test_the_right_release_after_a_refused_one_is_measured_against_what_answers(
    ward: Path,
) -> None:
    ward.write_text(ward.read_text(encoding="utf-8") + "10,name 10\n", encoding="utf-8")

    told = ingest(ward)

    assert told.exit_code == 0, told.output
    assert "1 added" in told.output
    assert len(served()) == 11


def test_what_never_answered_is_no_loss(tmp_path: Path) -> None:
    broken = tmp_path / "hp.obo"
    broken.write_text(OBO.replace("name: fever\n", 'synonym: "cut'), encoding="utf-8")
    first = table(tmp_path, "ward", *(f"{n},name {n}," for n in range(10)))
    assert ingest(first, broken).exit_code == 1

    told = ingest(table(tmp_path, "ward", "1,name 1,"))

    assert told.exit_code == 0, told.output
    assert served().keys() == {"ward:1"}


def test_files_that_have_not_changed_put_right_what_a_refused_one_of_theirs_left(
    ward: Path, tmp_path: Path
) -> None:
    assert unfinished() is not None

    assert ingest(ward).exit_code == 0

    assert unfinished() is None
    assert ingest(table(tmp_path, "drugs", "B1,aspirin,")).exit_code == 0


def test_the_release_that_most_rows_leave_out_is_still_told(tmp_path: Path) -> None:
    path = tmp_path / "ward.csv"
    path.write_text("code,name,release\n1,fever,2027\n2,cough,\n", encoding="utf-8")

    assert ingest(path).exit_code == 0

    assert status()["vocabularies"]["ward"]["release"] == "2027"


def test_other_options_than_the_last_time_are_told_of(tmp_path: Path) -> None:
    ward = table(tmp_path, "ward", "A1,fever,", "A2,cough,", "A3,ague,no")
    assert ingest(ward, "--inactive").exit_code == 0

    foretold = run("diff", str(ward))
    told = ingest(ward)

    expected = "warning: table/ward was read with --inactive the last time, now with none"
    assert expected in foretold.stderr
    assert expected in told.output
    assert expected not in ingest(ward, "--force").output
    assert status()["origins"]["table/ward"]["options"] == ""


def test_an_option_that_means_nothing_to_a_loader_is_not_missed_the_next_time(
    tmp_path: Path,
) -> None:
    ward = table(tmp_path, "ward", "A1,fever,")
    assert ingest(ward, "--hierarchy").exit_code == 0

    foretold = run("diff", str(ward))
    told = ingest(ward)

    assert "the last time" not in foretold.stderr
    assert (told.exit_code, "the last time" in told.output) == (0, False)
    assert status()["origins"]["table/ward"]["options"] == ""
