"""Rows and headers of RF2 files that are not as they should be are refused."""

import sqlite3
from pathlib import Path

import pytest

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch_loaders.snomedct_tables import tables
from tests.rf2 import (
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
    fevers,
    read,
    sctid,
    write,
)

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
