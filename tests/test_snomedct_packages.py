"""RF2 packages of every shape that publishers ship are read, and broken ones refused."""

import sqlite3
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch_loaders.snomedct import recognises
from termsearch_loaders.snomedct_ids import DIALECTS, is_sctid
from termsearch_loaders.snomedct_tables import tables
from tests.rf2 import (
    ACCEPTABLE,
    HEADERS,
    INFERRED,
    IS_A,
    MODULE,
    PREFERRED,
    SAME_AS,
    SYNONYM,
    US,
    A,
    B,
    C,
    D,
    E,
    Package,
    check_digit,
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


def extension() -> Package:
    package = Package(country="ZZ1000", date="20250301", first=8000)
    package.concept(C, time="20250301")
    package.name(C, "Zz of the extension", us=PREFERRED)
    package.name(B, "Zz local word for the base")
    package.is_a(C, B)
    return package


def test_an_extension_alone_is_refused_and_told_to_bring_its_base(tmp_path: Path) -> None:
    release = extension().write(tmp_path)

    with pytest.raises(
        BadReleaseError,
        match=r"1 of 2 descriptions .* no package holds, more than 5%.*ingest INT\.zip EXT\.zip",
    ):
        read(release)


def test_an_extension_whose_parents_are_elsewhere_is_refused(tmp_path: Path) -> None:
    package = Package()
    package.concept(C)
    package.name(C, "Zz of the extension")
    package.is_a(C, B)
    release = package.write(tmp_path)

    with pytest.raises(BadReleaseError, match="1 of 1 IS-A rows point to concepts that no package"):
        read(release)


def test_an_extension_comes_with_its_base_in_any_order(tmp_path: Path) -> None:
    base = zipped(tmp_path / "base.zip", fevers().files())
    added = extension().write(tmp_path / "extension")

    concepts, _ = read(base, added)
    reverse, _ = read(added, base)

    assert concepts == reverse
    assert texts(concepts[B])[-1] == "Zz local word for the base"
    assert concepts[C].ancestors == (B, A)


def test_a_few_unresolved_rows_are_counted_and_warned_of(tmp_path: Path) -> None:
    package = one()
    package.concept(B)
    for number in range(40):
        package.name(B, f"Zz {number}")
        package.is_a(B, A)
    package.is_a(B, D)
    package.name(D, "Zz homeless")
    package.accept(sctid(9999, "01"), US)
    package.history(SAME_AS, A, E)
    release = package.write(tmp_path)

    concepts, report = read(release)

    assert concepts[B].parents == (A,)
    assert report.dropped == {"concept in no package": 1}
    assert report.warnings == [
        "1 of 43 descriptions belong to concepts that no package holds",
        "1 of 41 IS-A rows point to concepts that no package holds",
        "1 of 3 rows of preferred terms point to descriptions that no package holds",
        "1 of 1 rows of history point to concepts that no package holds",
    ]


def test_of_one_component_in_two_packages_the_newest_row_counts(tmp_path: Path) -> None:
    newer, older = one("Zz newer", time="20240101"), one("Zz older", time="20230101")
    first = newer.write(tmp_path / "1")
    second = older.write(tmp_path / "2")

    concepts, report = read(first, second)
    reverse, _ = read(second, first)

    assert texts(concepts[A]) == ["Zz newer", "Zz first (finding)"]
    assert concepts == reverse
    assert report.dropped == {"replaced by a newer row of the same id": 2}


def test_a_row_without_a_time_is_unpublished_and_so_the_newest(tmp_path: Path) -> None:
    published = one("Zz published", time="20240101").write(tmp_path / "1")
    unpublished = one("Zz unpublished", time="").write(tmp_path / "2")

    concepts, _ = read(unpublished, published)

    assert texts(concepts[A])[0] == "Zz unpublished"


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


CONCEPT = [sctid(1009), "20200101", "1", MODULE, "900000000000074008"]
DESCRIPTION = [sctid(9001, "01"), "20200101", "1", MODULE, A, "en", SYNONYM, "Zz", MODULE]
RELATIONSHIP = [sctid(9001, "02"), "20200101", "1", MODULE, B, A, "0", IS_A, INFERRED, MODULE]
LANGUAGE = ["uuid", "20200101", "1", MODULE, US, DESCRIPTION[0], PREFERRED]
ASSOCIATION = ["uuid", "20200101", "1", MODULE, SAME_AS, C, A]


@pytest.mark.parametrize(
    ("content", "cells", "at", "cell", "problem"),
    [
        ("Concept", CONCEPT, 0, CONCEPT[0][:-1] + "x", "is no SCTID"),
        ("Concept", CONCEPT, 0, "", "id '' is no SCTID"),
        ("Concept", CONCEPT, 1, "2020-01-01", "effectiveTime '2020-01-01', expected YYYYMMDD"),
        ("Concept", CONCEPT, 1, "2020٠١٠١", "effectiveTime '2020٠١٠١', expected YYYYMMDD"),
        ("Concept", CONCEPT, 2, "true", "active 'true', expected 0 or 1"),
        ("Description", DESCRIPTION, 4, "", "conceptId '', expected an SCTID"),
        ("Description", DESCRIPTION, 4, "9" * 30, "conceptId '9+', expected an SCTID"),
        ("Description", DESCRIPTION, 5, "", "no languageCode"),
        ("Description", DESCRIPTION, 6, "synonym", "typeId 'synonym', expected an SCTID"),
        ("Description", DESCRIPTION, 7, "Zz\ttab", "10 columns, expected 9"),
        ("TextDefinition", DESCRIPTION, 0, "900", "id '900' is no SCTID"),
        ("Relationship", RELATIONSHIP, 5, "root", "destinationId 'root', expected an SCTID"),
        ("Language", LANGUAGE, 4, "en-US", "refsetId 'en-US', expected an SCTID"),
        ("Association", ASSOCIATION, 6, "", "targetComponentId '', expected an SCTID"),
    ],
)
def test_a_broken_row_is_refused_with_file_and_line(
    tmp_path: Path, content: str, cells: list[str], at: int, cell: str, problem: str
) -> None:
    package = fevers()
    line = len(package.rows[content]) + 2
    package.row(content, *cells[:at], cell, *cells[at + 1 :])
    release = package.write(tmp_path)

    with pytest.raises(BadRecordError, match=rf"{content}.*\.txt, line {line}: .*{problem}"):
        read(release)


@pytest.mark.parametrize(
    ("content", "cells"),
    [("Concept", CONCEPT), ("Description", DESCRIPTION), ("Relationship", RELATIONSHIP)],
)
def test_an_id_with_a_wrong_check_digit_is_refused(
    tmp_path: Path, content: str, cells: list[str]
) -> None:
    package = fevers()
    wrong = cells[0][:-1] + str((int(cells[0][-1]) + 1) % 10)
    package.row(content, wrong, *cells[1:])
    release = package.write(tmp_path)

    with pytest.raises(BadRecordError, match=f"line .*: id '{wrong}' is no SCTID .* Verhoeff"):
        read(release)


def test_a_file_cut_in_the_middle_of_a_row_is_refused(tmp_path: Path) -> None:
    package = fevers()
    line = len(package.rows["Language"]) + 2
    package.row("Language", *LANGUAGE[:5])
    release = package.write(tmp_path)

    with pytest.raises(BadRecordError, match=f"line {line}: 5 columns, expected 7"):
        read(release)


@pytest.mark.parametrize(
    ("content", "column"), [("Concept", "definitionStatusId"), ("Language", "acceptabilityId")]
)
def test_a_header_that_belies_the_name_is_refused(
    tmp_path: Path, content: str, column: str
) -> None:
    files = {n: t.replace(column, "somethingElse") for n, t in fevers().files().items()}
    write(tmp_path, files)

    with pytest.raises(BadRecordError, match=rf"{content}.*line 1: header .* has no {column}"):
        read(tmp_path)


def test_bytes_that_are_not_utf8_are_refused_with_the_line(tmp_path: Path) -> None:
    release = fevers().write(tmp_path)
    with (release / "Snapshot/sct2_Description_Snapshot-en_INT_20250101.txt").open("ab") as file:
        file.write(b"\xff\r\n")

    with pytest.raises(BadRecordError, match="line 8: not UTF-8"):
        read(release)


def test_a_full_temporary_folder_is_an_error_with_a_way_on() -> None:
    with pytest.raises(BadReleaseError, match=r"disk is full; .* SQLITE_TMPDIR"), tables([]):
        raise sqlite3.OperationalError("database or disk is full")


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


def test_every_reference_set_of_a_known_dialect_is_an_sctid() -> None:
    refsets = [refset for refsets in DIALECTS.values() for refset in refsets]

    assert [refset for refset in refsets if not is_sctid(str(refset))] == []
    assert len(refsets) == len(set(refsets))


@given(st.integers(min_value=10_000, max_value=99_999_999_999_999_999))
def test_the_check_digit_is_verhoeffs_and_no_other_digit_will_do(number: int) -> None:
    right = f"{number}{check_digit(str(number))}"

    accepted = [digit for digit in "0123456789" if is_sctid(f"{number}{digit}")]

    assert accepted == [right[-1]]


@pytest.mark.parametrize("digits", ["1234", "012345", "100000000000000000"])
def test_a_right_check_digit_makes_no_sctid_of_too_few_or_many_digits(digits: str) -> None:
    assert not is_sctid(f"{digits}{check_digit(digits)}")


@pytest.mark.parametrize("text", ["", f"{A} ", f"-{A}", "x" * 9, A.replace("1", "¹")])
def test_what_is_not_digits_is_no_sctid(text: str) -> None:
    assert not is_sctid(text)
