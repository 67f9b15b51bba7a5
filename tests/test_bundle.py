"""An index in one file."""

import os
import shutil
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from termsearch.bundle import card_of, unpacked, write_bundle
from termsearch.errors import BadBundleError, IndexUnreadableError
from termsearch.index.manifest import Loaded, Manifest
from tests.conftest import WordHash


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """What is packed: bytes are enough here, whole indexes are packed in test_cli_bundle."""
    index, encoder = tmp_path / "index", tmp_path / "encoder"
    (index / "shard").mkdir(parents=True)
    encoder.mkdir()
    (index / "shard" / "a.dat").write_bytes(bytes(range(256)) * 5_000)
    (index / "termsearch.json").write_text("{}")
    (index / ".lock").touch()
    (encoder / "model.onnx").write_bytes(b"weights")
    return {"index": index, "encoder": encoder}


@pytest.fixture
def manifest(encoder: WordHash) -> Manifest:
    loaded = (
        Loaded(vocabulary="umls", origin="umls", complete=True, used_by=("mesh",)),
        Loaded(vocabulary="ward", origin="table", complete=True),
    )
    return Manifest(encoder=encoder.card, loaded=loaded)


@pytest.fixture
def bundle(tmp_path: Path, folders: dict[str, Path], manifest: Manifest) -> Path:
    path = tmp_path / "terms.tar"
    write_bundle("terms", manifest, folders, path)
    return path


def repacked(bundle: Path, change: str, content: bytes | None) -> Path:
    """A copy in which one member has other content, is added, or (None) left out."""
    other = bundle.with_name("other.tar")
    with tarfile.open(bundle) as old, tarfile.open(other, "w") as new:
        members = {m.name: (old.extractfile(m) or bundle.open("rb")).read() for m in old}
        *first, last = members
        members = {name: members[name] for name in first} | (
            {change: content} if content is not None else {}
        ) | {last: members[last]}  # fmt: skip
        for name, held in members.items():
            if name == change and content is None:
                continue
            path = bundle.with_name("one")
            path.write_bytes(content if name == change and content is not None else held)
            new.add(path, name)
    return other


def test_what_was_packed_is_unpacked(
    bundle: Path, folders: dict[str, Path], tmp_path: Path
) -> None:
    card = unpacked(bundle, tmp_path / "there")

    found = {
        str(path.relative_to(tmp_path / "there")): path.read_bytes()
        for path in (tmp_path / "there").rglob("*")
        if path.is_file()
    }
    assert found == {
        "index/shard/a.dat": (folders["index"] / "shard" / "a.dat").read_bytes(),
        "index/termsearch.json": b"{}",
        "encoder/model.onnx": b"weights",
    }
    assert (card.name, card.encoder) == ("terms", True)


def test_the_licences_are_named_restricted_ones_first(bundle: Path) -> None:
    found = [(licence.vocabulary, licence.restricted) for licence in card_of(bundle).licences]

    assert found == [("umls", True), ("ward", True), ("mesh", False)]


def test_the_same_index_gives_the_same_bundle(
    bundle: Path, folders: dict[str, Path], manifest: Manifest, tmp_path: Path
) -> None:
    again = tmp_path / "again.tar"

    write_bundle("terms", manifest, folders, again)

    assert again.read_bytes() == bundle.read_bytes()


def test_a_bundle_that_is_there_is_not_overwritten(
    bundle: Path, folders: dict[str, Path], manifest: Manifest
) -> None:
    before = bundle.read_bytes()

    with pytest.raises(BadBundleError, match="is there already"):
        write_bundle("terms", manifest, folders, bundle)

    assert bundle.read_bytes() == before


@pytest.mark.parametrize("name", ["file/terms.tar", "none/terms.tar", "x" * 300])
def test_a_place_that_can_not_be_written_is_one_line(
    folders: dict[str, Path], manifest: Manifest, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(BadBundleError, match=r"can't be written \(.*\)\. Choose another place"):
        write_bundle("terms", manifest, folders, tmp_path / name)


def test_a_file_that_goes_while_it_is_packed_is_not_laid_to_the_place(
    folders: dict[str, Path], manifest: Manifest, tmp_path: Path
) -> None:
    def remove(done: int, total: int) -> None:
        (folders["index"] / "termsearch.json").unlink(missing_ok=True)

    with pytest.raises(IndexUnreadableError, match=r"termsearch\.json can't be read"):
        write_bundle("terms", manifest, folders, tmp_path / "cut.tar", remove)

    assert not (tmp_path / "cut.tar").exists()


def test_what_readers_leave_for_a_moment_is_not_packed(
    folders: dict[str, Path], manifest: Manifest, tmp_path: Path
) -> None:
    passing = folders["index"] / "shard" / ".atomicwrite3fK2"
    passing.mkdir()
    (passing / "tmpfile.tmp").write_bytes(b"half")

    write_bundle("terms", manifest, folders, tmp_path / "terms.tar")

    with tarfile.open(tmp_path / "terms.tar") as archive:
        assert not [name for name in archive.getnames() if ".atomicwrite" in name]


@pytest.mark.skipif(os.name != "posix", reason="how much of a file is on disk is told otherwise")
def test_pages_of_zeros_take_no_disk(
    folders: dict[str, Path], manifest: Manifest, tmp_path: Path
) -> None:
    with (folders["index"] / "shard" / "holes.dat").open("wb") as file:
        file.seek(10_000_000)
        file.write(b"end")
        file.truncate(20_000_000)
    write_bundle("terms", manifest, folders, tmp_path / "terms.tar")

    unpacked(tmp_path / "terms.tar", tmp_path / "there")

    placed = tmp_path / "there" / "index" / "shard" / "holes.dat"
    assert placed.read_bytes() == (folders["index"] / "shard" / "holes.dat").read_bytes()
    assert placed.stat().st_blocks * 512 < 1_000_000


def test_an_export_that_is_interrupted_leaves_no_file(
    folders: dict[str, Path], manifest: Manifest, tmp_path: Path
) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_bundle("terms", manifest, folders, tmp_path / "cut.tar", interrupt)

    assert not (tmp_path / "cut.tar").exists()


@pytest.mark.parametrize(
    ("change", "content", "problem"),
    [
        ("index/shard/a.dat", b"another", "1 files are not as packed, index/shard/a.dat first"),
        ("index/shard/a.dat", None, "1 files are not as packed"),
        ("index/added", b"more", "1 files are not as packed, index/added first"),
        ("../outside", b"more", "holds '../outside', which no bundle has"),
        ("elsewhere/file", b"more", "holds 'elsewhere/file'"),
        ("SHA256SUMS", None, "ends before SHA256SUMS"),
        ("SHA256SUMS", b"\xff", r"5 files are not as packed, bundle\.json first"),
        ("SHA256SUMS", b"0  \x1b[1m\xff", r"5 files are not as packed, \\x1b\[1m\\ufffd first"),
        ("index/a\udce9", b"more", r"holds 'index/a\\udce9', which no bundle has"),
    ],
)
def test_a_bundle_that_was_changed_leaves_nothing(
    bundle: Path, tmp_path: Path, change: str, content: bytes | None, problem: str
) -> None:
    changed = repacked(bundle, change, content)

    with pytest.raises(BadBundleError, match=problem):
        unpacked(changed, tmp_path / "there")

    assert not (tmp_path / "there").exists()
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.99])
def test_a_bundle_that_was_cut_leaves_nothing(bundle: Path, tmp_path: Path, share: float) -> None:
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(BadBundleError):
        unpacked(bundle, tmp_path / "there")

    assert not (tmp_path / "there").exists()


def test_a_link_is_not_followed(bundle: Path, tmp_path: Path) -> None:
    with tarfile.open(bundle, "a") as archive:
        link = tarfile.TarInfo("index/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)

    with pytest.raises(BadBundleError, match="index/link"):
        unpacked(bundle, tmp_path / "there")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1, exclude_max=True), to=st.integers(0, 255))
def test_a_bundle_with_any_byte_changed_is_refused_in_one_line_or_whole(
    folders: dict[str, Path], manifest: Manifest, tmp_path: Path, at: float, to: int
) -> None:
    path, into = tmp_path / "terms.tar", tmp_path / "there"
    (folders["index"] / "shard" / "a.dat").unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    write_bundle("terms", manifest, folders, path)
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] = to
    path.write_bytes(content)

    try:
        unpacked(path, into)
    except BadBundleError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  # anything else fails the test
        assert not into.exists()
    else:
        assert (into / "encoder" / "model.onnx").read_bytes() == b"weights"
        shutil.rmtree(into)


def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no tar")

    with pytest.raises(BadBundleError, match="is no bundle"):
        card_of(tmp_path / "notes.txt")


def test_files_of_another_engine_are_refused(bundle: Path, tmp_path: Path) -> None:
    text = card_of(bundle).model_copy(update={"engine": "0.8.3"}).model_dump_json().encode()
    other = tmp_path / "old.tar"
    with tarfile.open(other, "w") as archive:
        (tmp_path / "card").write_bytes(text)
        archive.add(tmp_path / "card", "bundle.json")

    with pytest.raises(BadBundleError, match=r"files of qdrant-edge-py 0\.8\.3.*Install"):
        card_of(other)
