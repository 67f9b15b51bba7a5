"""What only the embedded index does: bytes beside its vectors, and files left mapped."""

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from termsearch.elsewhere import elsewhere
from termsearch.encoder import EncoderCard, Vectors
from termsearch.errors import IndexBusyError, IndexUnreadableError
from termsearch.index import Ask, Nearest
from termsearch.index.edge import EdgeIndex
from termsearch.index.edge.translate import engine
from termsearch.index.folder import copy, lock, unlock
from termsearch.index.manifest import Manifest
from termsearch.index.packed import packed
from termsearch.index.point import points_of
from termsearch.ingest import ingest
from termsearch.leaving import leave_the_last
from tests.concepts import ALL, concept
from tests.conftest import WordHash

LARGE = 9_000  #: names of 768 numbers: more than the engine compares one by one


class Random:
    """An encoder for which every name is a direction of its own."""

    chunk = LARGE

    def __init__(self) -> None:
        self.card = EncoderCard(
            model="random", weights="1", pooling="cls", dimension=768, max_tokens=25
        )

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        rows = np.random.default_rng(7).standard_normal((len(names), 768), np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True) if unit else rows


def made(folder: Path, encoder: WordHash | Random) -> EdgeIndex:
    return EdgeIndex.open_or_create(folder, Manifest(encoder=encoder.card))


def published(folder: Path, encoder: WordHash) -> None:
    index = made(folder, encoder)
    ingest(ALL, "test", encoder, index)
    index.publish()


def test_a_graph_walked_by_bytes_scores_by_vectors(tmp_path: Path) -> None:
    encoder = Random()
    names = [concept("here", f"{n}", f"name {n}") for n in range(LARGE)]
    points = [packed(point) for each in names for point in points_of(each, "test")[0]]
    vectors = encoder.encode([point.form for point in points])
    index = made(tmp_path / "index", encoder)
    index.put(points, vectors)
    index.optimize()

    hits = index.search([Ask(Nearest(vectors[n]), 5) for n in range(20)])

    of = dict(zip([point.form for point in points], vectors, strict=True))
    for n, found in enumerate(hits):
        cosines = [float(of[hit.point.form] @ vectors[n]) for hit in found]
        assert found[0].point.form == f"name {n}"
        assert [hit.score for hit in found] == pytest.approx(cosines, abs=1e-5)
    assert list((tmp_path / "index").rglob("quantized*")), "no bytes: the test shows nothing"
    index.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_closed_shard_is_mapped_no_longer(tmp_path: Path, encoder: WordHash) -> None:
    published(tmp_path / "one", encoder)

    EdgeIndex.open(tmp_path / "one").close()

    assert not mapped(tmp_path / "one")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_command_leaves_the_last_shard_mapped_and_none_that_is_out_of_date(
    tmp_path: Path, encoder: WordHash
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        published(folder, encoder)

    read, updated = elsewhere(command, folders)

    assert read == folders[1:]
    assert updated == folders[:1]


def command(folders: list[Path]) -> Iterator[list[Path]]:
    """Which of two it has mapped when it has read both, and when it has updated the second.

    In a process of its own: what is left, is left until the process ends.
    """
    leave_the_last()
    for folder in folders:
        for _ in range(3):
            EdgeIndex.open(folder).close()
    yield [folder for folder in folders if mapped(folder)]
    reader = EdgeIndex.open(folders[1])
    published(folders[1], WordHash())
    reader.close()
    EdgeIndex.open(folders[0]).close()
    yield [folder for folder in folders if mapped(folder)]


def mapped(folder: Path) -> bool:
    return str(folder) in Path("/proc/self/maps").read_text(encoding="utf-8")


def test_what_the_engine_writes_for_a_moment_is_not_copied(tmp_path: Path) -> None:
    passing = tmp_path / "1" / "shard" / ".atomicwriteX"
    passing.mkdir(parents=True)
    (passing / "tmpfile").write_text("x")
    (passing.parent / "edge_config.json").write_text("{}")

    copy(tmp_path / "1", tmp_path / "2")

    assert [path.name for path in (tmp_path / "2").rglob("*")] == ["shard", "edge_config.json"]


def test_a_writer_waits_for_who_holds_the_lock_for_a_moment(tmp_path: Path) -> None:
    taken, asked, released = Event(), Event(), Event()

    def hold() -> None:  # and release, which only the thread can that has taken it
        held = lock(tmp_path)
        taken.set()
        assert asked.wait(30)
        time.sleep(0.3)  # so that the writer asks in vain at first
        released.set()
        held.release()

    with ThreadPoolExecutor() as pool:
        holding = pool.submit(hold)
        assert taken.wait(30)
        asked.set()
        mine = lock(tmp_path, 60)
        had_to_wait = released.is_set()
        holding.result()

    assert had_to_wait
    mine.release()


def test_a_folder_that_its_first_writer_takes_away_is_made_again_by_who_waits(
    tmp_path: Path,
) -> None:
    folder, taken = tmp_path / "terms", Event()

    def fail() -> None:
        held = lock(folder)
        taken.set()
        time.sleep(0.3)  # so that the next asks in vain at first
        unlock(held)

    with ThreadPoolExecutor() as pool:
        failing = pool.submit(fail)
        assert taken.wait(30)
        mine = lock(folder, 60)
        failing.result()

    with pytest.raises(IndexBusyError):
        lock(folder, 0)
    unlock(mine)
    assert not folder.exists()


def test_a_first_ingest_that_stored_nothing_leaves_no_folder(
    tmp_path: Path, encoder: WordHash
) -> None:
    made(tmp_path / "terms", encoder).close()

    assert not (tmp_path / "terms").exists()


def test_a_writer_without_patience_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    held = lock(tmp_path)

    with pytest.raises(IndexBusyError, match="another ingest writes to the index"):
        lock(tmp_path, 0)

    held.release()
    lock(tmp_path, 0).release()


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("Failed to open mmap payload storage: Read-only file system (os error 30)",
         "make that writable, or choose a copy"),
        ("Failed to save structure on disk with error: No space left on device", "make room"),
        ("checksum mismatch", "may be damaged or the disk full"),
    ],
)  # fmt: skip
def test_what_the_engine_says_of_a_disk_comes_with_what_to_do(said: str, advice: str) -> None:
    with pytest.raises(IndexUnreadableError, match=advice) as caught, engine(Path("here")):
        raise Exception(said)  # noqa: TRY002  # as the engine does

    assert said in str(caught.value)
