"""Names to a file of vectors: whole or not there."""

import os
import shutil
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
        sizes.append((tmp_path / "out.npy.part").stat().st_size)

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


def run(folder: Path, *options: str) -> Result:
    (folder / "names.txt").write_text("fever\nankle\n", encoding="utf-8")
    model = str(save_bert(folder))
    arguments = ["embed", str(folder / "names.txt"), "-o", str(folder / "out.npy")]
    return CliRunner().invoke(main, [*arguments, "--model", model, "--pooling", "cls", *options])


@pytest.mark.parametrize(
    ("precision", "told"), [("bf16", "bf16"), ("fp32", "fp32"), ("auto", "fp32")]
)
def test_several_devices_tell_the_precision_they_compute_in(
    tmp_path: Path, precision: str, told: str
) -> None:
    done = run(tmp_path, "--device", "cpu,cpu", "--precision", precision)

    assert f"2 names, 48 dimensions, {told}: " in done.stderr
