"""Names to a file of vectors: whole or not there."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from termsearch.cli import main
from termsearch.embed import embed
from termsearch.errors import TermsearchError, UsageError
from tests.bert import save_bert
from tests.conftest import WordHash

NAMES = [f"zz {number}" for number in range(200)]


def test_the_file_is_what_numpy_would_have_written(tmp_path: Path, encoder: WordHash) -> None:
    embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy")

    np.save(tmp_path / "other.npy", np.load(tmp_path / "out.npy"))
    assert (tmp_path / "out.npy").read_bytes() == (tmp_path / "other.npy").read_bytes()
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), encoder.encode(NAMES), atol=1e-6)


def test_the_file_takes_what_is_done_and_no_more(tmp_path: Path, encoder: WordHash) -> None:
    sizes = []

    def grown(_: int) -> None:
        (beside,) = tmp_path.iterdir()
        sizes.append(beside.stat().st_size)

    embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy", progress=grown)

    assert sizes[0] < sizes[1] < (tmp_path / "out.npy").stat().st_size


def test_a_disk_without_room_is_told_before_anything_is_embedded(
    tmp_path: Path, encoder: WordHash, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=1_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)

    with pytest.raises(
        TermsearchError, match=r"out\.npy can't be written: it takes 0 MB, and 0 MB"
    ):
        embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy")

    assert encoder.embedded == []
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("count", [len(NAMES) - 1, len(NAMES) + 1])
def test_another_number_of_names_than_was_counted_leaves_no_file(
    tmp_path: Path, encoder: WordHash, count: int
) -> None:
    with pytest.raises(TermsearchError, match=f"200 names where {count} were counted"):
        embed(NAMES, count, encoder, tmp_path / "out.npy")

    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_what_is_no_regular_file_is_not_replaced(tmp_path: Path, encoder: WordHash) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UsageError, match="pipe is there and no regular file"):
        embed(NAMES, len(NAMES), encoder, tmp_path / "pipe")

    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("name", ["none/out.npy", "file/out.npy", "x" * 300])
def test_a_place_that_can_not_be_written_is_one_line(
    tmp_path: Path, encoder: WordHash, name: str
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(TermsearchError, match=r"can't be written \(.*\); choose another place"):
        embed(NAMES, len(NAMES), encoder, tmp_path / name)

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_the_file_has_the_mode_that_a_file_opened_there_would_have(
    tmp_path: Path, encoder: WordHash
) -> None:
    (tmp_path / "other").touch()
    embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy")
    anew = mode(tmp_path / "out.npy")
    (tmp_path / "out.npy").chmod(0o640)

    embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy")

    assert anew == mode(tmp_path / "other")
    assert mode(tmp_path / "out.npy") == 0o640


def test_a_file_of_the_user_beside_it_is_left_alone(tmp_path: Path, encoder: WordHash) -> None:
    (tmp_path / "out.npy.part").write_text("mine")

    embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy")

    assert (tmp_path / "out.npy.part").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"), spread=0.1)


def run(model: Path, source: object, out: object, *options: str, stdin: str = "") -> Result:
    arguments = ["embed", str(source), "-o", str(out), "--model", str(model), "--pooling", "cls"]
    return CliRunner().invoke(main, [*arguments, *options], input=stdin)


@pytest.fixture
def names(tmp_path: Path) -> Path:
    (tmp_path / "names.txt").write_text("fever\nankle\n", encoding="utf-8")
    return tmp_path / "names.txt"


@pytest.mark.parametrize(
    ("precision", "told"), [("bf16", "bf16"), ("fp32", "fp32"), ("auto", "fp32")]
)
def test_several_devices_tell_the_precision_they_compute_in(
    bert: Path, names: Path, precision: str, told: str
) -> None:
    out = names.with_name("out.npy")

    done = run(bert, names, out, "--device", "cpu,cpu", "--precision", precision)

    assert f"2 names, 48 dimensions, {told}: " in done.stderr


@pytest.mark.parametrize("link", [None, os.symlink, os.link], ids=["same", "symlink", "link"])
def test_the_names_are_not_replaced_by_their_vectors(
    bert: Path, names: Path, link: Callable[[Path, Path], None] | None
) -> None:
    out = names.with_name("out.npy") if link else names
    if link:
        link(names, out)

    done = run(bert, names, out)

    assert done.exit_code == 2
    assert "is the file that the names are read from; name another" in done.stderr
    assert names.read_text(encoding="utf-8") == "fever\nankle\n"


@pytest.mark.skipif(os.name == "nt", reason="the shell's redirection, as POSIX has it")
def test_names_from_a_redirected_file_are_not_replaced_either(bert: Path, names: Path) -> None:
    command = [sys.executable, "-m", "termsearch", "embed", "-", "-o", str(names)]

    with names.open("rb") as stdin:
        done = subprocess.run(
            [*command, "--model", str(bert)], stdin=stdin, capture_output=True, check=False
        )

    assert done.returncode == 2
    assert b"is the file that the names are read from" in done.stderr
    assert names.read_text(encoding="utf-8") == "fever\nankle\n"


def test_vectors_are_not_written_to_a_file_called_dash(
    bert: Path, names: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(names.parent)

    done = run(bert, names, "-")

    assert done.exit_code == 2
    assert "name a file, as OUT.npy" in done.stderr
    assert [path.name for path in names.parent.iterdir()] == ["names.txt"]


def test_a_byte_that_is_no_text_is_found_before_anything_is_embedded(
    names: Path,
) -> None:
    names.write_bytes(b"fever\n" * 9_000 + b"pain\xff\n")

    done = run(names.with_name("nowhere"), names, names.with_name("out.npy"))

    assert done.exit_code == 1
    assert "names.txt, line 9001: not UTF-8" in done.stderr


def test_an_interrupt_says_that_nothing_was_written(
    bert: Path, names: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    out = names.with_name("out.npy")
    out.write_text("before")
    monkeypatch.setattr("torch.nn.functional.scaled_dot_product_attention", interrupted)

    done = run(bert, names, out, "--device", "cpu", "--precision", "fp32")

    assert done.exit_code == 130
    last = done.stderr.splitlines()[-1]
    assert last == f"Interrupted. Nothing was written to {out}; run it again to begin."
    assert out.read_text() == "before"
    assert sorted(path.name for path in names.parent.iterdir()) == ["names.txt", "out.npy"]
