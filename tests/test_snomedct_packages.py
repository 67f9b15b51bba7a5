"""RF2 packages of every shape that publishers ship are read, and incomplete ones refused."""

import zipfile
from pathlib import Path

import pytest

from termsearch.errors import BadReleaseError
from termsearch_loaders.snomedct import recognises
from tests.rf2 import (
    ACCEPTABLE,
    HEADERS,
    MODULE,
    PREFERRED,
    SAME_AS,
    US,
    A,
    B,
    C,
    Package,
    fevers,
    one,
    read,
    sctid,
    texts,
    write,
    zipped,
)


def test_full_files_count_by_the_latest_row_of_an_id_before_any_filter(tmp_path: Path) -> None:
    package = one("Zz old spelling", time="20190101", sctid=sctid(7001, "01"))
    package.name(A, "Zz new spelling", time="20210101", sctid=sctid(7001, "01"))
    package.name(A, "Zz withdrawn", time="20220101", active="0", sctid=sctid(7002, "01"))
    package.name(A, "Zz withdrawn", time="20190101", sctid=sctid(7002, "01"))
    package.concept(B, time="20200101")
    package.concept(B, time="20230101", active="0")
    package.name(B, "Zz retired later")
    release = package.write(tmp_path, "Full")

    concepts, report = read(release)

    assert texts(concepts[A]) == ["Zz new spelling", "Zz first (finding)"]
    assert list(concepts) == [A]
    assert report.dropped == {
        "replaced by a newer row of the same id": 2,
        "retired description (active=0)": 1,
        "retired concept (active=0)": 1,
    }


def test_language_rows_count_by_their_latest_version_too(tmp_path: Path) -> None:
    package = Package()
    package.concept(A)
    demoted = package.name(A, "Zz demoted", us=PREFERRED)
    promoted = package.name(A, "Zz promoted", us=ACCEPTABLE)
    for description, acceptability in ((demoted, ACCEPTABLE), (promoted, PREFERRED)):
        cells = (MODULE, US, description, acceptability)
        package.row("Language", f"{US}-{description}", "20240101", "1", *cells)
    release = package.write(tmp_path, "Full")

    concepts, _ = read(release)

    assert texts(concepts[A]) == ["Zz promoted", "Zz demoted"]


def test_a_snapshot_is_read_and_its_full_and_delta_files_are_left(tmp_path: Path) -> None:
    release = one("Zz snapshot").write(tmp_path)
    one("Zz full").write(tmp_path, "Full")
    one("Zz delta").write(tmp_path, "Delta")

    concepts, report = read(release)

    assert texts(concepts[A]) == ["Zz snapshot", "Zz first (finding)"]
    assert report.read == 2
    assert report.warnings == []


@pytest.mark.parametrize(("country", "date"), [("INT", "20250201"), ("ZZ1000", "20250101")])
def test_changes_that_only_a_delta_has_are_not_left_in_silence(
    tmp_path: Path, country: str, date: str
) -> None:
    files = {f"INT/{name}": text for name, text in fevers().files().items()}
    delta = Package(country=country, date=date)
    files |= {f"Zz/{name}": text for name, text in delta.files("Delta").items()}

    concepts, report = read(zipped(tmp_path / "zz.zip", files))

    (warning,) = report.warnings
    assert f"the Delta files of {country} {date} are not read" in warning
    assert concepts[A].release == "20240601"


def test_a_full_file_without_its_snapshot_is_read_beside_other_snapshots(tmp_path: Path) -> None:
    package = fevers()
    files = package.files()
    full = {name: text for name, text in package.files("Full").items() if "Relationship" in name}
    write(tmp_path, {n: t for n, t in files.items() if "Relationship" not in n} | full)

    concepts, _ = read(tmp_path)

    assert concepts[B].parents == (A,)


def test_a_delta_alone_is_refused_with_the_way_on(tmp_path: Path) -> None:
    release = one().write(tmp_path, "Delta")

    assert recognises(release)
    with pytest.raises(BadReleaseError, match=r"only Delta files; .* Give the Snapshot or Full"):
        read(release)


def test_one_zip_may_hold_several_packages_and_rubbish(tmp_path: Path) -> None:
    base, extension = fevers(), Package(country="ZZ1000", date="20250301", first=8000)
    extension.concept(C, time="20250301")
    extension.name(C, "Zz extension", us=PREFERRED)
    extension.is_a(C, B)
    files = {f"SnomedCT_Base/{name}": text for name, text in base.files().items()}
    files |= {f"SnomedCT_Zz/{name}": text for name, text in extension.files().items()}
    files["__MACOSX/SnomedCT_Base/Snapshot/._sct2_Concept_Snapshot_INT_20250101.txt"] = "rubbish"
    files["SnomedCT_Zz/Snapshot/sct2_Identifier_Snapshot_ZZ1000_20250301.txt"] = ""
    files["SnomedCT_Zz/Snapshot/sct2_TextDefinition_Snapshot-en_ZZ1000_20250301.txt"] = ""
    files["SnomedCT_Zz/Snapshot/sct2_Description_Snapshot-cy_ZZ1000_20250301.txt"] = "no data\r\n"
    release = zipped(tmp_path / "uk.zip", files)

    concepts, report = read(release)

    assert list(concepts) == [A, B, C]
    assert concepts[C].ancestors == (B, A)
    assert concepts[A].release == "20250301"
    assert len(report.warnings) == 1
    assert "sct2_Description_Snapshot-cy_ZZ1000_20250301.txt" in report.warnings[0]


def test_an_edition_zipped_inside_a_zip_is_read(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", fevers().files()).read_bytes()
    release = tmp_path / "outer.zip"
    with zipfile.ZipFile(release, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("SnomedCT_Zz_PRODUCTION_20250101T120000Z.zip", inner)

    concepts, _ = read(release)

    assert recognises(release)
    assert list(concepts) == [A, B]


def test_names_and_headers_as_other_publishers_write_them(tmp_path: Path) -> None:
    package = fevers()
    package.concept(C, active="0")
    package.history(SAME_AS, C, B)
    renamed = {
        "Snapshot/sct2_Concept_Snapshot_INT_20250101.txt": "xsct2_Concept_UKCLSnapshot_GB1_1.txt",
        "Snapshot/sct2_Description_Snapshot-en_INT_20250101.txt": (
            "a/sct2_Description_Snapshot_INT_20250101.txt"
        ),
        "Snapshot/der2_cRefset_LanguageSnapshot-en_INT_20250101.txt": (
            "b/der2_cRefset_UKCLSnapshot-en-GB_GB1_20250101.txt"
        ),
        "Snapshot/der2_cRefset_AssociationSnapshot_INT_20250101.txt": (
            "der2_cRefset_AssociationReferenceSnapshot_INT_20250101.txt"
        ),
    }
    files = {renamed.get(name, name): text for name, text in package.files(end="\n").items()}
    files = {name: text.replace("refsetId", "refSetId") for name, text in files.items()}
    write(tmp_path, files)

    concepts, _ = read(tmp_path, dialect="en-GB")

    assert texts(concepts[B])[0] == "Zz oedema fever"
    assert concepts[B].replaces == (C,)


def test_other_reference_sets_are_passed_over(tmp_path: Path) -> None:
    release = fevers().write(tmp_path)
    header = HEADERS["Language"].replace("acceptabilityId", "valueId").replace(" ", "\t")
    write(tmp_path, {"der2_cRefset_AttributeValueSnapshot_INT_1.txt": f"{header}\nx\n"})

    concepts, _ = read(release)

    assert list(concepts) == [A, B]


def test_blank_lines_and_empty_columns_at_the_end_are_tolerated(tmp_path: Path) -> None:
    files = fevers().files()
    for name, text in files.items():
        header, _, rows = text.partition("\r\n")
        wider = rows.replace("\r\n", "\t\t\r\n")
        write(tmp_path, {name: f"{header}\r\n{wider}\r\n"})

    concepts, _ = read(tmp_path)

    assert list(concepts) == [A, B]


def test_where_no_concept_has_a_time_the_file_name_says_the_release(tmp_path: Path) -> None:
    package = Package(date="20250131")
    package.concept(A, time="")
    package.name(A, "Zz name", time="")
    release = package.write(tmp_path)

    concepts, _ = read(release)

    assert concepts[A].release == "20250131"


def test_what_is_lost_with_a_missing_file_is_said(tmp_path: Path) -> None:
    files = fevers().files()
    kept = ("Concept", "Description", "TextDefinition")
    write(tmp_path, {n: t for n, t in files.items() if any(f"_{k}_" in n for k in kept)})

    concepts, report = read(tmp_path)

    assert concepts[B].parents == ()
    assert report.warnings == [
        "no Relationship file: concepts have no parents",
        "no Language file: preferred names are fully specified names without their tag",
    ]


@pytest.mark.parametrize("content", ["Concept", "Description"])
def test_a_release_without_a_needed_file_is_refused(tmp_path: Path, content: str) -> None:
    files = {n: t for n, t in fevers().files().items() if f"sct2_{content}_" not in n}
    write(tmp_path, files)

    with pytest.raises(BadReleaseError, match=f"no {content} file; expected sct2_{content}_"):
        read(tmp_path)


def test_a_folder_without_rf2_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"Readme.txt": "Zz"})

    with pytest.raises(BadReleaseError, match="no RF2 file; expected names such as sct2_Concept"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["Snapshot/sct2_Concept_Snapshot_INT_20250101.txt"], True),
        (["Full/Terminology/xsct2_Concept_UKCLFull_GB1000000_20250101.txt"], True),
        (["sct2_Concept_INT_20140131.txt"], True),
        (["sct2_Description_Snapshot-en_INT_20250101.txt"], False),
        (["my_sct2_Concept_Snapshot_INT_20250101.txt.bak"], False),
        (["MRCONSO.RRF", "desc2025.xml"], False),
        ([], False),
    ],
)
def test_a_release_is_recognised_by_its_concept_file_in_a_folder_or_zip(
    tmp_path: Path, files: list[str], expected: bool
) -> None:
    contents = dict.fromkeys(files, "")
    folder = tmp_path / "downloads" / "SnomedCT"
    folder.mkdir(parents=True)
    write(folder, contents)
    archive = zipped(tmp_path / "release.zip", contents)

    found = [recognises(path) for path in (folder, folder.parent, archive)]

    assert found == [expected] * 3


def test_broken_and_absent_files_are_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 no zip")
    (tmp_path / "b.txt").write_bytes(b"\xff")

    found = [recognises(tmp_path / name) for name in ("a.zip", "b.txt", "absent", "")]

    assert found == [False] * 4


def test_one_rf2_file_is_recognised_as_part_of_a_release(tmp_path: Path) -> None:
    release = fevers().write(tmp_path)

    assert recognises(release / "Snapshot/sct2_Description_Snapshot-en_INT_20250101.txt")
