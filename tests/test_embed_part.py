"""The file that vectors are written to before they have their name: whose it is, what is left."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from termsearch.cli import main
from termsearch.embed import embed
from termsearch.errors import TermsearchError, UsageError
from tests.conftest import WordHash

fcntl = pytest.importorskip("fcntl", reason="Windows has no locks of this kind")

NAMES = [f"zz {number}" for number in range(200)]
PART = "out.npy.embed.part"

#: Ends itself as abruptly as anything can, when half of the names are written.
DIES = f"""
import os, signal, sys
from pathlib import Path
from termsearch.embed import embed
from tests.conftest import WordHash

def die(done):
    if done >= 100:
        os.kill(os.getpid(), signal.SIG{{}})

embed({NAMES!r}, 200, WordHash(), Path(sys.argv[1]), progress=die)
"""


def whole(out: Path, names: list[str], encoder: WordHash) -> bool:
    """Whether ``out`` is there, with the vectors of ``names``, and nothing beside it."""
    assert list(out.parent.iterdir()) == [out]
    np.testing.assert_allclose(np.load(out), encoder.encode(names), atol=1e-6)
    return True


@pytest.mark.parametrize("kind", ["KILL", "TERM"])
def test_what_a_killed_one_leaves_is_begun_anew_by_the_next(
    tmp_path: Path, encoder: WordHash, kind: str
) -> None:
    for _ in range(2):
        killed = subprocess.run(
            [sys.executable, "-c", DIES.format(kind), str(tmp_path / "out.npy")],
            capture_output=True,
            check=False,
            cwd=Path(__file__).parent.parent,
        )
        assert killed.returncode == -signal.Signals[f"SIG{kind}"], killed.stderr
        assert [path.name for path in tmp_path.iterdir()] == [PART]

    embed(NAMES[:90], 90, encoder, tmp_path / "out.npy")

    assert whole(tmp_path / "out.npy", NAMES[:90], encoder)


def test_the_room_that_a_left_part_takes_counts_as_free(
    tmp_path: Path, encoder: WordHash, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / PART).write_bytes(b"\x93NUMPY" + bytes(1_000_000))
    usage = shutil.disk_usage(tmp_path)

    def free(_: Path) -> object:
        return usage._replace(free=1_000_000 - (tmp_path / PART).stat().st_size)

    monkeypatch.setattr(shutil, "disk_usage", free)

    embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy")

    assert whole(tmp_path / "out.npy", NAMES, encoder)


def test_a_second_one_that_would_write_the_file_is_refused_and_the_first_goes_on(
    tmp_path: Path, encoder: WordHash
) -> None:
    others = [f"other {name}" for name in NAMES]
    said: list[str] = []

    def another(_: int) -> None:
        with pytest.raises(TermsearchError) as error:
            embed(others, len(others), encoder, tmp_path / "out.npy")
        said.append(str(error.value))

    embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy", progress=another)

    out = tmp_path / "out.npy"
    expected = f"another 'termsearch embed' is writing {out}; wait for it, or name another file."
    assert set(said) == {expected}
    assert whole(out, NAMES, encoder)
    embed(others, len(others), encoder, out)
    assert whole(out, others, encoder)


def test_a_part_that_becomes_the_file_while_it_is_opened_is_not_written_again(
    tmp_path: Path, encoder: WordHash, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process ends between our opening of its part and our lock on it."""
    flock = fcntl.flock
    calls: list[int] = []
    (tmp_path / PART).write_bytes(b"\x93NUMPY the other's")

    def late(descriptor: int, operation: int) -> None:
        if not calls:
            (tmp_path / PART).rename(tmp_path / "theirs.npy")
        calls.append(operation)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)

    embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy")

    assert (tmp_path / "theirs.npy").read_bytes() == b"\x93NUMPY the other's"
    assert len(calls) == 2
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), encoder.encode(NAMES), atol=1e-6)


def test_a_file_of_the_user_that_is_called_as_the_part_is_not_overwritten(
    tmp_path: Path, encoder: WordHash
) -> None:
    (tmp_path / PART).write_text("mine")

    with pytest.raises(UsageError, match=r"embed\.part is there, and no part of a file of vectors"):
        embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy")

    assert (tmp_path / PART).read_text() == "mine"
    assert encoder.embedded == []


def test_a_link_that_is_called_as_the_part_is_not_followed(
    tmp_path: Path, encoder: WordHash
) -> None:
    (tmp_path / "mine").write_bytes(b"\x93NUMPY mine")
    (tmp_path / PART).symlink_to(tmp_path / "mine")

    with pytest.raises(TermsearchError, match=r"out\.npy can't be written \(.*links"):
        embed(NAMES, len(NAMES), encoder, tmp_path / "out.npy")

    assert (tmp_path / "mine").read_bytes() == b"\x93NUMPY mine"


@pytest.mark.parametrize("link", [os.symlink, os.link], ids=["symlink", "link"])
def test_names_that_are_read_from_the_part_are_not_overwritten(
    tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    (tmp_path / PART).touch()  # empty: what begins otherwise is refused as it is
    link(tmp_path / PART, tmp_path / "names.txt")

    done = CliRunner().invoke(
        main, ["embed", str(tmp_path / "names.txt"), "-o", str(tmp_path / "out.npy")]
    )

    assert done.exit_code == 2
    assert f"{PART} is the file that the names are read from; name another" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["names.txt", PART]
