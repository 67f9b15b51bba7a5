"""Files that were ingested are known without reading; those that change meanwhile are refused."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from termsearch.concept import Concept
from termsearch.errors import BadReleaseError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.loader import Options
from termsearch.release import ReleaseFiles
from termsearch.summary import unchanged
from tests.concepts import ALL, concept
from tests.conftest import WordHash
from tests.generations import NEW, OLD, cut


def test_an_ingest_of_the_same_files_is_known_without_reading(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index, fingerprint="a")

    same, other = unchanged(index.manifest, "a"), unchanged(index.manifest, "b")

    assert same is not None
    assert (same.concepts, same.names, same.reused, same.embedded) == (5, 11, 11, 0)
    assert other is None


def test_files_of_which_a_part_was_read_anew_are_not_known_any_more(
    index: Index, encoder: WordHash
) -> None:
    parts = [
        concept("mesh", f"{part}{n}", f"{part} {n}", part=part) for part in "ab" for n in (1, 2)
    ]
    ingest(parts, "test", encoder, index, fingerprint="both")

    ingest(parts[:2], "test", encoder, index, fingerprint="one")

    assert unchanged(index.manifest, "both") is None
    assert unchanged(index.manifest, "one") is not None


def test_an_ingest_that_was_cut_is_not_taken_for_done(index: Index, encoder: WordHash) -> None:
    ingest(OLD, "test", encoder, index, fingerprint="a")

    with pytest.raises(RuntimeError, match="cut"):
        ingest(cut(NEW, 130), "test", encoder, index, fingerprint="b")

    assert unchanged(index.manifest, "a") is None
    assert unchanged(index.manifest, "b") is None


def test_a_fingerprint_tells_contents_names_loaders_and_options_apart(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("code,name\n1,fever\n", encoding="utf-8")
    (tmp_path / "two.csv").write_text("code,name\n1,cough\n", encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "one.csv").write_text("code,name\n1,fever\n", encoding="utf-8")

    def of(*names: str, loader: str = "table", inactive: bool = False) -> str:
        files = ReleaseFiles.at([tmp_path / name for name in names])
        return files.fingerprint(loader, Options(inactive=inactive))

    assert of("one.csv") == of("sub/one.csv")
    assert len({of("one.csv"), of("two.csv"), of("sub"), of("one.csv", "two.csv")}) == 4
    assert of("one.csv") != of("one.csv", inactive=True)
    assert of("one.csv") != of("one.csv", loader="umls")


def test_a_file_that_changes_while_it_is_read_is_no_release(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("code,name\n1,fever\n", encoding="utf-8")
    files = ReleaseFiles.at([path])

    def growing() -> Iterator[Concept]:
        yield from OLD[:3]
        path.write_text("code,name\n1,fever\n2,cough\n", encoding="utf-8")

    with pytest.raises(BadReleaseError, match=r"one\.csv: changed while it was read; nothing was"):
        list(files.steadily(growing()))


def test_a_broken_row_of_a_file_that_changed_is_put_down_to_that(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("code,name\n1,fever\n", encoding="utf-8")
    files = ReleaseFiles.at([path])

    def ending() -> Iterator[Concept]:
        yield OLD[0]
        path.unlink()
        raise BadReleaseError(path, "ends in mid-row")

    with pytest.raises(BadReleaseError, match="changed while it was read"):
        list(files.steadily(ending()))


def test_a_disk_that_fails_while_it_is_read_says_so_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("code,name\n1,fever\n", encoding="utf-8")
    files = ReleaseFiles.at([path])

    def failing(number: int) -> Iterator[Concept]:
        yield OLD[0]
        raise OSError(number, os.strerror(number))

    with pytest.raises(BadReleaseError, match=r"No space left.* nothing was .* Make room in .*TMP"):
        list(files.steadily(failing(errno.ENOSPC)))
    with pytest.raises(BadReleaseError, match=r"one\.csv: reading it failed \(.*\); .* Check the"):
        list(files.steadily(failing(errno.EIO)))
