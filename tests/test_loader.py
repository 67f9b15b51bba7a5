"""Loaders are found by entry point, from any package, and recognise what they can read."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from termsearch.demo import releases
from termsearch.errors import BrokenLoaderError, UnknownLoaderError, UnknownReleaseError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.loader import Options, Report, find_loader, grouped, installed_loaders, recognise
from tests.conftest import WordHash

MODULE = '''
"""A hospital's own list, one name a line."""

from termsearch.concept import Concept, Name


OPTIONS = frozenset()


def recognises(path):
    return path.suffix == ".hospital"


def load(paths, options, report):
    for path in paths:
        for number, line in enumerate(path.read_text().splitlines()):
            report.read += 1
            report.kept += 1
            yield Concept(vocabulary="hospital", code=str(number), names=(Name(text=line),))
'''


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What ``pip install`` leaves of another package: a module and its entry points."""
    (tmp_path / "hospital_loader.py").write_text(MODULE)
    info = tmp_path / "hospital_loader-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hospital-loader\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[termsearch.loaders]\nhospital = hospital_loader\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield info / "entry_points.txt"
    sys.modules.pop("hospital_loader", None)


@pytest.mark.usefixtures("other_package")
def test_a_loader_of_another_package_is_found_and_ingested(
    tmp_path: Path, index: Index, encoder: WordHash
) -> None:
    (tmp_path / "a.hospital").write_text("zz fever\nzz ankle\n")

    ((name, paths),) = grouped([tmp_path / "a.hospital"]).items()
    report = Report()
    concepts = find_loader(name).load(paths, Options(), report)
    summary = ingest(concepts, name, encoder, index, report=report)

    assert (name, summary.names, report.kept) == ("hospital", 2, 2)
    assert "hospital" in installed_loaders()
    assert (find_loader(name).__doc__ or "").strip() == "A hospital's own list, one name a line."


def test_a_loader_that_does_not_import_is_named(other_package: Path) -> None:
    other_package.write_text("[termsearch.loaders]\nhospital = no_such_module\n")

    with pytest.raises(BrokenLoaderError, match=r"'hospital' \(no_such_module\) can't be imported"):
        find_loader("hospital")


def test_what_is_registered_and_is_no_loader_is_named(other_package: Path) -> None:
    other_package.write_text("[termsearch.loaders]\nhospital = json\n")

    with pytest.raises(BrokenLoaderError, match=r"\(json\) has no OPTIONS and no recognises"):
        find_loader("hospital")


def test_an_unknown_loader_names_the_installed_ones() -> None:
    with pytest.raises(UnknownLoaderError, match=r"no loader is called 'icd'; installed: .*umls"):
        find_loader("icd")


@pytest.mark.parametrize(
    ("release", "loader"), list(zip(releases(), ("umls", "mesh", "snomedct"), strict=True))
)
def test_every_demo_release_is_recognised_by_its_loader_alone(release: Path, loader: str) -> None:
    assert recognise(release) == loader


def test_a_file_that_is_no_release_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"\xff\xfe no release")

    with pytest.raises(UnknownReleaseError, match="is no release that a loader knows"):
        recognise(tmp_path / "notes.txt")


def test_what_no_loader_knows_goes_to_the_one_that_is_named_for_it(tmp_path: Path) -> None:
    (tmp_path / "ward.csv").write_text("LocalCode,Description\nW1,Fever\n")
    mesh = releases()[1]

    plan = grouped([tmp_path / "ward.csv", mesh], otherwise="table")

    assert plan == {"table": [tmp_path / "ward.csv"], "mesh": [mesh]}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (
            "ward.csv",
            "LocalCode,Name\nW1,Zz\n".encode("utf-16"),
            "line 1: not UTF-8 .*save the tab",
        ),
        ("ward.csv", b"LocalCode,Name\nW1,Zz\n", "no column 'code'; its columns: LocalCode, Name"),
        ("ward.csv", b"code,name\rW1,Zz\r", "line 1: lines end in CR alone"),
        ("ward.tsv", b"LocalCode\tName\n", "no column 'code'; its columns: LocalCode, Name"),
        ("ward.csv.gz", b"no gzip", "Not a gzipped file"),
        ("ward.txt", b"", "no table with a row in it"),
    ],
)
def test_a_table_that_is_not_recognised_says_why(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnknownReleaseError, match=rf"{reason}.* \(not read by table\)"):
        recognise(tmp_path / name)


def test_paths_of_one_format_are_read_together() -> None:
    umls, mesh, _ = releases()

    assert grouped([umls, mesh, umls]) == {"umls": [umls, umls], "mesh": [mesh]}
    assert grouped([umls, mesh], "table") == {"table": [umls, mesh]}


@pytest.mark.parametrize(
    ("asked", "kept", "left_out"),
    [
        ((), ["en", "de-AT", ""], []),
        (("en",), ["en", "en-GB", "en_GB"], ["enm", "de"]),
        (("pt_BR", "de"), ["pt-br", "pt", "de-CH"], ["pt-PT", "pt_PT", "en"]),
    ],
)
def test_a_language_asks_for_what_is_more_or_less_exact(
    asked: tuple[str, ...], kept: list[str], left_out: list[str]
) -> None:
    options = Options(langs=asked)

    assert all(map(options.wants_lang, kept))
    assert not any(map(options.wants_lang, left_out))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (Options(), ""),
        (Options(vocabularies=("hp", "mesh"), langs=("fr", "en-GB")), ""),
        (Options(vocabularies=("hp",), langs=("fr",)), "vocabulary mesh"),
        (Options(langs=("fr",)), "language en"),
    ],
)
def test_what_options_leave_out_has_its_reason(options: Options, reason: str) -> None:
    assert options.unwanted("mesh", "en") == reason
