"""What breaks under an ingest is one clear line; readers keep the old release; the next works."""

import gzip
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from termsearch.cli import main
from termsearch.encoder import Vectors
from termsearch.errors import IndexUnreadableError
from termsearch.index.edge import EdgeIndex
from termsearch.index.folder import copy
from termsearch.index.manifest import SCHEMA
from tests.conftest import WordHash
from tests.ward import Ward

Ingest = Callable[..., Result]


class Meddling(WordHash):
    """While it embeds, somebody else does something, once."""

    def __init__(self, meddle: Callable[[], object]) -> None:
        super().__init__()
        self._meddle = meddle

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        self._meddle()
        self._meddle = lambda: None
        return super().encode(names, unit=unit)


@pytest.fixture
def ingest(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    """The command, in this process, with the encoder of the tests."""

    def run(*options: str, encoder: WordHash | None = None, path: Path | None = None) -> Result:
        monkeypatch.setattr("termsearch.update.ingest_encoder", lambda _: encoder or WordHash())
        monkeypatch.setattr("termsearch.update.export_encoder", lambda *_: "")
        return CliRunner().invoke(
            main,
            ["ingest", str(path or ward.path), *options],
            env={"TERMSEARCH_HOME": str(ward.home)},
            catch_exceptions=False,
        )

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of release 1, made once."""
    ward = Ward(tmp_path_factory.mktemp("made"))
    ward.write(1)
    assert ward.ingest().returncode == 0
    return ward.home


@pytest.fixture
def ward(tmp_path: Path, made: Path) -> Ward:
    """Release 1 answers, release 2 is in the file."""
    shutil.copytree(made, tmp_path / "home")
    ward = Ward(tmp_path)
    ward.write(2)
    return ward


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mounts at a folder of the test's own, for who may."""
    point = tmp_path / "disk"
    point.mkdir()

    def mounted(*arguments: str) -> Path:
        done = subprocess.run(["mount", *arguments, str(point)], capture_output=True, check=False)  # noqa: S607
        if done.returncode:
            pytest.skip("this user may not mount")
        return point

    if shutil.which("mount") is None:
        pytest.skip("there is no mount")
    yield mounted
    subprocess.run(["umount", str(point)], capture_output=True, check=False)  # noqa: S607


def one_line(result: Result) -> str:
    assert result.exit_code == 1, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1, result.stderr
    assert "Traceback" not in result.stderr
    return lines[0]


@pytest.mark.parametrize("megabytes", [140, 180])  # nothing can begin; the copy still fits
def test_a_full_disk_is_one_line_and_more_room_is_all_it_takes(
    ward: Ward, mount: Callable[..., Path], megabytes: int
) -> None:
    disk = mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs")
    copy(ward.home, disk / "home")
    ward.home = disk / "home"
    before = ward.content()

    full = ward.ingest()
    seen = ward.content()
    mount("-o", "remount,size=600m", "tmpfs")
    done = ward.ingest()

    assert full.returncode == 1, full.stderr
    assert "MB are free and the next step of the ingest needs" in full.stderr
    assert "Traceback" not in full.stderr
    assert seen == before
    assert done.returncode == 0, done.stderr
    assert ward.content() != before


def test_a_disk_that_can_not_be_written_is_one_line(
    ward: Ward, ingest: Ingest, mount: Callable[..., Path]
) -> None:
    real = ward.home
    ward.home = mount("--bind", str(real))
    mount("-o", "remount,ro,bind")

    said = one_line(ingest("--index", "new"))
    of_a_made_one = one_line(ingest())

    assert "can't be written (Read-only file system); choose another" in said
    assert "Read-only file system" in of_a_made_one  # the engine reads no files it may not write
    ward.home = real
    assert ingest().exit_code == 0


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_belongs_to_another_is_one_line(ward: Ward, ingest: Ingest) -> None:
    (ward.home / "terms").chmod(0o500)

    said = one_line(ingest())

    assert "can't be written (Permission denied); choose another" in said
    (ward.home / "terms").chmod(0o700)
    assert ingest().exit_code == 0


def damaged(path: Path, how: str) -> bytes:
    """What was there before."""
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes({"cut": whole[:half], "empty": b"", "altered": _altered(whole)}[how])
    return whole


def _altered(whole: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in whole[:4_096]) + whole[4_096:]


def find(generation: Path, name: str) -> Path:
    return min(path for path in generation.rglob(name) if path.stat().st_size)


def test_an_index_of_an_older_schema_is_refused_with_a_way_out(ward: Ward, ingest: Ingest) -> None:
    path = find(ward.home / "terms", "termsearch.json")
    now = f'"schema_version":{SCHEMA}'
    text = path.read_text(encoding="utf-8").replace(" ", "")
    assert now in text
    path.write_text(text.replace(now, f'"schema_version":{SCHEMA - 1}'), encoding="utf-8")

    told = one_line(ingest())

    assert f"has schema {SCHEMA - 1}, this termsearch reads {SCHEMA}" in told
    assert "delete the index and ingest again" in told


@pytest.mark.parametrize("how", ["cut", "empty", "altered"])
@pytest.mark.parametrize("name", ["termsearch.json", "status.dat", "chunk_0.mmap", "current.json"])
def test_a_damaged_index_is_never_an_answer_and_never_replaced(
    ward: Ward, ingest: Ingest, name: str, how: str
) -> None:
    before = ward.content()
    path = find(ward.home / "terms", name)
    whole = damaged(path, how)

    try:
        seen = ward.content()
    except IndexUnreadableError as error:
        said = str(error)
    else:
        # The engine takes a vector for what its file says; ``termsearch verify`` does not.
        assert name in {"chunk_0.mmap", "status.dat"}
        assert seen[1].keys() == before[1].keys()
        return
    told = one_line(ingest())
    path.write_bytes(whole)

    assert "restore" in said.lower()
    assert "restore" in told.lower()
    assert ward.content() == before
    assert ingest("--discard").exit_code == 0


@pytest.mark.parametrize("name", ["status.dat", "termsearch.json"])
def test_what_a_cut_ingest_left_damaged_is_begun_again_with_discard(
    ward: Ward, ingest: Ingest, name: str
) -> None:
    before = ward.content()
    with pytest.raises(RuntimeError, match="cut"):
        ingest(encoder=Meddling(_cut))
    damaged(find(ward.home / "terms" / "2", name), "cut")

    said = one_line(ingest())
    seen = ward.content()
    done = ingest("--discard")

    assert "--discard" in said
    assert seen == before
    assert done.exit_code == 0, done.output
    assert ward.content() != before


def _cut() -> None:
    raise RuntimeError("cut")


def test_the_engine_s_panic_is_an_error_of_ours(ward: Ward) -> None:
    damaged(find(ward.home / "terms", "status.dat"), "empty")

    with pytest.raises(IndexUnreadableError, match=r"the engine failed \(.*restore the folder"):
        EdgeIndex.open(ward.home / "terms")


def _as_gzip(path: Path) -> Path:
    packed = path.with_name("ward.csv.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return packed


def _as_zip(path: Path) -> Path:
    packed = path.with_name("ward.zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, "ward.csv")
    return packed


def _gzip_cut(packed: Path) -> None:
    packed.write_bytes(packed.read_bytes()[:-2_000])


def _zip_altered(packed: Path) -> None:
    """In the middle of the member; its directory, at the end, is whole."""
    whole = bytearray(packed.read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 500] = bytes(500)
    packed.write_bytes(whole)


@pytest.mark.parametrize(
    ("pack", "spoil"), [(_as_gzip, _gzip_cut), (_as_zip, _zip_altered), (_as_zip, _gzip_cut)]
)
def test_a_release_that_ends_in_mid_read_is_one_line(
    ward: Ward, ingest: Ingest, pack: Callable[[Path], Path], spoil: Callable[[Path], None]
) -> None:
    before, packed = ward.content(), pack(ward.path)
    spoil(packed)

    said = one_line(ingest("--loader", "table", path=packed))
    seen = ward.content()
    done = ingest("--loader", "table", path=pack(ward.path))

    assert str(packed) in said
    assert seen == before
    assert done.exit_code == 0, done.output
    assert ward.content() != before


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text(path.read_text() + "9999,one more,\n"),
        lambda path: path.write_bytes(path.read_bytes()[:-200]),
        lambda path: path.unlink(),
    ],
    ids=["grows", "shrinks", "goes"],
)
def test_a_release_that_changes_while_it_is_read_is_one_line(
    ward: Ward, ingest: Ingest, change: Callable[[Path], object]
) -> None:
    before = ward.content()
    ward.write(9)  # nothing of release 1: the first batch is embedded, with most to be read yet

    said = one_line(ingest("--replace", encoder=Meddling(lambda: change(ward.path))))
    seen = ward.content()
    ward.write(9)
    done = ingest("--replace")

    assert "changed while it was read; nothing was published" in said
    assert seen == before
    assert done.exit_code == 0, done.output
    assert ward.content() != before
