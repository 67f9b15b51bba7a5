"""What a command does where its output can't be written, or not in its letters."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest

from termsearch.cli import main

TERMSEARCH = [sys.executable, "-m", "termsearch"]
FULL = Path("/dev/full")
COMMANDS = [
    ["--help"],
    ["--version"],
    ["query", "--help"],
    ["query", "zz fever"],
    ["query", "zz fever", "--json"],
    ["lookup", "ward:007"],
    ["loaders"],
    ["status"],
]


def done(
    home: Path, *arguments: str, to: int | IO[Any] = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """The program, in a process of its own."""
    return subprocess.run(
        [*TERMSEARCH, *arguments],
        stdout=to,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERMSEARCH_HOME": str(home), **environment},
        check=False,
    )


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_one_line_and_a_failure(
    home: Path, arguments: list[str], unbuffered: str
) -> None:
    with FULL.open("wb") as full:
        told = done(home, *arguments, to=full, PYTHONUNBUFFERED=unbuffered)

    assert told.returncode == 1
    assert told.stderr == b"Error: the output can't be written (No space left on device).\n"


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is full")
def test_where_nothing_can_be_said_the_exit_code_says_it(home: Path) -> None:
    with FULL.open("wb") as full:
        told = subprocess.run(
            [*TERMSEARCH, "loaders"], stdout=full, stderr=full, check=False,
            env={**os.environ, "TERMSEARCH_HOME": str(home)},
        )  # fmt: skip

    assert told.returncode == 1


@pytest.mark.parametrize("arguments", [["query", "-", "--json"], ["query", "-"]], ids=" ".join)
def test_a_reader_that_has_enough_is_no_fault(home: Path, arguments: list[str]) -> None:
    environment = {**os.environ, "TERMSEARCH_HOME": str(home)}
    with subprocess.Popen(
        [*TERMSEARCH, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.close()

        _, said = process.communicate(b"zz fever\n" * 300)

    assert said == b""


@pytest.mark.parametrize("locale", [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C"}], ids=str)
def test_letters_that_the_locale_lacks_are_printed_in_utf_8(
    home: Path, locale: dict[str, str]
) -> None:
    (home / "greek.txt").write_text("zz βλάβη\n", encoding="utf-8")
    with (home / "greek.txt").open("rb") as lines:
        told = subprocess.run(
            [*TERMSEARCH, "query", "-", "--mode", "exact"], stdin=lines, capture_output=True,
            env={**os.environ, "TERMSEARCH_HOME": str(home), "PYTHONCOERCECLOCALE": "0",
                 "PYTHONUTF8": "0", **locale}, check=False,
        )  # fmt: skip

    assert (told.returncode, told.stderr) == (0, b"")
    assert "zz βλάβη  (none" in told.stdout.decode()


def test_json_and_errors_are_utf_8_too(home: Path) -> None:
    asked = done(home, "query", "zz βλάβη", "--mode", "exact", "--json", PYTHONIOENCODING="cp1252")
    wrong = done(home, "query", "x", "--vocab", "βλάβη", PYTHONIOENCODING="cp1252")

    assert json.loads(asked.stdout.decode())["query"] == "zz βλάβη"
    assert "unknown vocabulary 'βλάβη'" in wrong.stderr.decode()


@pytest.mark.skipif(sys.platform != "linux", reason="others have no such names")
def test_a_file_whose_name_is_no_text_can_be_told_of(home: Path) -> None:
    file = os.fsencode(home) + b"/mentions\xff.tsv"
    Path(os.fsdecode(file)).write_text("mention\tgold\nzz fever\tward:007\n", encoding="utf-8")

    told = done(home, "eval", os.fsdecode(file), "--mode", "exact", "--json")

    assert json.loads(told.stdout)["file"].endswith("mentions\ufffd.tsv"), told.stderr


def test_a_fault_that_is_not_of_the_output_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_self: object, _ctx: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(main), "invoke", fail)

    with pytest.raises(OSError, match="No space left"):
        main(["loaders"])

    assert "output" not in capsys.readouterr().err
