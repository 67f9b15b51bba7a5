"""What another process makes arrives whole, in order, with its errors."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from errno import ENOSPC
from pathlib import Path

import pytest
from click.testing import CliRunner

from termsearch.cli import main
from termsearch.elsewhere import elsewhere
from termsearch.errors import BadRecordError, ProcessEndedError
from termsearch.index.edge import EdgeIndex


def count_to(number: int) -> Iterator[int]:
    sys.stdout.write("not an answer")
    yield from range(number)


def break_at(line: int) -> Iterator[int]:
    yield line
    raise BadRecordError("MRCONSO.RRF", f"line {line}", "3 columns, expected 18")


def run_out_of_disk() -> Iterator[int]:
    yield 1
    raise OSError(ENOSPC, "No space left on device", "runs.tmp")


def fail_to_decode() -> Iterator[str]:
    yield b"\xff".decode()


def end_at_once() -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)


def test_another_process_makes_the_elements_in_order() -> None:
    assert list(elsewhere(count_to, 1000)) == list(range(1000))


def test_an_error_of_another_process_arrives_as_it_was_raised() -> None:
    elements = elsewhere(break_at, 7)

    assert next(elements) == 7
    with pytest.raises(BadRecordError) as caught:
        next(elements)
    assert "break_at" in caught.value.__notes__[0]
    assert str(caught.value) == str(
        BadRecordError("MRCONSO.RRF", "line 7", "3 columns, expected 18")
    )


def test_an_error_of_python_itself_arrives_as_it_was_raised() -> None:
    with pytest.raises(OSError, match=r"No space left on device: 'runs\.tmp'") as full:
        list(elsewhere(run_out_of_disk))
    with pytest.raises(UnicodeDecodeError, match="can't decode byte 0xff in position 0"):
        list(elsewhere(fail_to_decode))
    assert full.value.errno == ENOSPC


def test_modules_of_the_folder_one_works_in_are_not_taken_for_pythons_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "struct.py").write_text("raise SystemExit('mine')")
    monkeypatch.chdir(tmp_path)

    assert list(elsewhere(count_to, 3)) == [0, 1, 2]


def test_a_consumer_that_stops_early_ends_the_process() -> None:
    elements = elsewhere(count_to, 10**9)

    assert next(elements) == 0
    elements.close()  # waits for the process


def test_a_process_that_is_killed_is_no_end_of_the_elements() -> None:
    elements = elsewhere(end_at_once)

    assert next(elements) == 1
    with pytest.raises(ProcessEndedError, match="killed by signal 9"):
        next(elements)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = "".join(f"{number},name {number}\n" for number in range(500))
    path = tmp_path / "local.csv"
    path.write_text(f"code,name\n{rows}99,name 99\n", encoding="utf-8")
    return path


def ingest(table: Path, index: str) -> dict[str, object]:
    told = CliRunner().invoke(
        main, ["ingest", str(table), "--model", "minilm", "--index", index, "--json"]
    )
    assert told.exit_code == 0, told.output
    said = json.loads(told.stdout)
    return {name: value for name, value in said.items() if name != "seconds"}


def test_a_release_read_by_another_process_is_stored_and_reported_alike(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERMSEARCH_HOME", str(tmp_path))
    here = ingest(table, "here")
    monkeypatch.setattr("termsearch.update._ELSEWHERE_FROM", 0)

    there = ingest(table, "there")

    assert there == here
    one, other = (EdgeIndex.open(tmp_path / name) for name in ("here", "there"))
    digests = [found.digests(list(found.ids([]))) for found in (one, other)]
    assert digests[0] == digests[1]
    assert one.manifest.loaded == other.manifest.loaded
    one.close()
    other.close()


def test_what_is_wrong_with_a_release_is_said_alike(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.write_bytes(b'code,name\n1,Fever\n"2,Pain\n')
    command = ["ingest", str(table), "--model", "minilm"]
    here = CliRunner().invoke(main, command)
    monkeypatch.setattr("termsearch.update._ELSEWHERE_FROM", 0)

    there = CliRunner().invoke(main, command)

    assert here.exit_code == there.exit_code != 0
    assert there.stderr.splitlines()[-1] == here.stderr.splitlines()[-1]
