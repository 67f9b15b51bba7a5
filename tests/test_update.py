"""One command's update: what it refuses before any work, and what it gives up."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from termsearch.cli import main

OBO = "format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:9000001\nname: fever\n"


def run(*command: str) -> Result:
    return CliRunner().invoke(main, command)


def ingest(path: Path, *options: str) -> Result:
    return run("ingest", str(path), "--model", "minilm", *options)


def unfinished() -> object:
    return json.loads(run("status", "--json").stdout)["unfinished"]


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
    assert "Error: the ingest of ward (table/ward) was cut" in told.output
    assert "concepts" not in told.output
    assert unfinished() == held
    assert ingest(other, "--discard").exit_code == 0
    assert unfinished() is None


def test_what_a_cut_ingest_left_can_be_given_up_where_no_file_has_changed(ward: Path) -> None:
    assert unfinished() is not None

    told = ingest(ward, "--discard")

    assert told.exit_code == 0, told.output
    assert "nothing was read" in told.output
    assert unfinished() is None
    assert json.loads(run("status", "--json").stdout)["names"] == 10
