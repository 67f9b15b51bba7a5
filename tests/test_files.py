"""Release files are found and read wherever a publisher puts them."""

import gzip
import os
import zipfile
from pathlib import Path

import pytest

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.loader import Report
from termsearch.release import ReleaseFiles
from termsearch_loaders import snomedct, umls
from termsearch_loaders.files import base_names, lines, members
from tests.archives import encrypted, zipped

TEXT = "one\r\ntwo\u0085still two\nthree"


def test_lines_end_only_where_a_file_ends_them(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf" + TEXT.encode())

    (member,) = members(tmp_path)

    assert list(lines(member)) == ["one", "two\u0085still two", "three"]


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A folder with a file, and links to another one, to its own folders and upwards."""
    release, other = tmp_path / "release", tmp_path / "other"
    for path in (release / "2026AA" / "a.txt", other / "deep" / "b.txt", tmp_path / "beside.txt"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("row\n")
    links = {
        release / "again": other / "deep",
        release / "all": other,
        release / "current": release / "2026AA",
        release / "itself": release,
        release / "up": tmp_path,
        other / "round": release,
        other / "up": tmp_path,
    }
    for link, target in links.items():
        link.symlink_to(target, target_is_directory=True)
    return release


@pytest.mark.skipif(os.name != "posix", reason="Windows lets few people make links")
def test_links_to_folders_are_followed_and_lead_to_each_file_once(linked: Path) -> None:
    before = ReleaseFiles.at([linked])

    found = [Path(str(member)).relative_to(linked).as_posix() for member in members(linked)]
    names = list(base_names(linked))
    (linked / "again" / "b.txt").write_text("other row\n")

    assert found == ["2026AA/a.txt", "again/b.txt"]
    assert names == ["a.txt", "b.txt"]
    assert ReleaseFiles.at([linked]).states.keys() == before.states.keys()
    assert ReleaseFiles.at([linked]).states != before.states


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_gzip_in_a_zip_in_a_zip_is_read(tmp_path: Path, method: int) -> None:
    inner = zipped({"META/a.txt.gz": gzip.compress(TEXT.encode()), "__MACOSX/a.txt": b"x"})
    (tmp_path / "r.zip").write_bytes(zipped({"x/1.nlm": inner, "empty": b""}, method))

    (member,) = members(tmp_path / "r.zip")

    assert member.name == "a.txt"
    assert str(member).endswith("r.zip!x/1.nlm!META/a.txt.gz")
    assert list(lines(member)) == ["one", "two\u0085still two", "three"]


def test_progress_counts_stored_bytes_to_the_end(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(TEXT.encode() * 1000))
    report = Report()

    (member,) = members(tmp_path / "a.txt.gz")
    report.total = member.size
    rows = list(lines(member, report))

    assert len(rows) == 2001
    assert report.share == 1.0


def test_a_cut_gzip_names_the_line_it_got_to(tmp_path: Path) -> None:
    whole = gzip.compress(b"row\n" * 5, compresslevel=0)
    (tmp_path / "a.txt.gz").write_bytes(whole[:-12])

    (member,) = members(tmp_path)

    with pytest.raises(BadRecordError, match=r"a\.txt\.gz, after line \d: .* cut or damaged"):
        list(lines(member))


def test_bytes_that_are_not_utf8_name_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"good\nb\xff\n")

    (member,) = members(tmp_path)

    with pytest.raises(BadRecordError, match=r"a\.txt, line 2: not UTF-8"):
        list(lines(member))


def test_a_zip_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no zip at all")

    with pytest.raises(BadReleaseError, match=r"a\.zip: not a readable zip"):
        members(tmp_path / "a.zip")


CONCEPTS = "sct2_Concept_Snapshot_INT_20250101.txt"


def test_names_of_a_folder_are_those_of_its_files_and_in_its_zips(tmp_path: Path) -> None:
    (tmp_path / "MRCONSO.RRF").mkdir()
    (tmp_path / "MRCONSO.RRF" / "a.txt").write_bytes(b"")
    (tmp_path / "b.zip").write_bytes(zipped({"x/c.txt": b"", "d.zip": zipped({"e.txt": b""})}))
    (tmp_path / "f.zip").write_bytes(zipped({"g.txt": b""})[:-4])

    found = list(base_names(tmp_path))

    assert found == ["a.txt", "b.zip", "c.txt", "d.zip", "f.zip"]
    assert not umls.recognises(tmp_path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (zipped({f"Snapshot/{CONCEPTS}": b""}), True),
        (encrypted(zipped({CONCEPTS: b"zz"})), True),
        (zipped({CONCEPTS: b"zz"})[:-30], False),
        (zipped({"x/SnomedCT_Zz_20250101.zip": b"no zip"}), True),
        (zipped({"other.zip": zipped({CONCEPTS: b"zz"})}), False),
        (zipped({}), False),
        (b"", False),
    ],
    ids=["plain", "encrypted", "cut", "in a package", "in any zip", "of nothing", "empty"],
)
def test_a_zip_is_known_for_snomed_ct_by_the_names_in_it_and_not_by_its_own(
    tmp_path: Path, content: bytes, expected: bool
) -> None:
    path = tmp_path / "SnomedCT_Zz.zip"
    path.write_bytes(content)

    assert snomedct.recognises(path) == expected


def test_an_encrypted_zip_is_refused_in_one_line_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(encrypted(zipped({CONCEPTS: b"zz"})))

    (member,) = members(tmp_path / "a.zip")

    with pytest.raises(BadReleaseError, match=r"a\.zip!sct2_.*: can't be opened \(.*encrypted"):
        list(lines(member))
