"""A LOINC release of invented rows, in the published columns."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from termsearch.concept import Concept
from termsearch.loader import Report
from termsearch_loaders.loinc import load
from tests.reading import by_code

__all__ = ["COLUMNS", "CORE", "HIERARCHY", "TERMS", "VARIANT", "loinc", "read", "release", "table",
           "term"]  # fmt: skip

#: https://loinc.org/kb/users-guide/loinc-database-structure
COLUMNS = [
    "LOINC_NUM", "COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP",
    "CLASS", "VersionLastChanged", "CHNG_TYPE", "DefinitionDescription", "STATUS", "CONSUMER_NAME",
    "CLASSTYPE", "RELATEDNAMES2", "SHORTNAME", "ORDER_OBS", "LONG_COMMON_NAME",
    "VersionFirstReleased", "DisplayName",
]  # fmt: skip

CORE = [
    "LOINC_NUM", "COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP",
    "CLASS", "CLASSTYPE", "LONG_COMMON_NAME", "SHORTNAME", "EXTERNAL_COPYRIGHT_NOTICE", "STATUS",
    "VersionFirstReleased", "VersionLastChanged",
]  # fmt: skip

VARIANT = [
    "LOINC_NUM", "COMPONENT", "PROPERTY", "TIME_ASPCT", "SYSTEM", "SCALE_TYP", "METHOD_TYP",
    "CLASS", "SHORTNAME", "LONG_COMMON_NAME", "RELATEDNAMES2", "LinguisticVariantDisplayName",
]  # fmt: skip


def table(columns: Sequence[str], rows: Sequence[Mapping[str, str] | Sequence[str]]) -> str:
    """A CSV file: everything in quotation marks, lines that end in CRLF."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for row in rows:
        cells = [row.get(each, "") for each in columns] if isinstance(row, Mapping) else row
        writer.writerow(cells)
    return out.getvalue()


def term(code: str, name: str, **cells: str) -> dict[str, str]:
    """A row of Loinc.csv: a laboratory test in use, where ``cells`` don't say otherwise."""
    given = {
        "COMPONENT": "Zzase", "PROPERTY": "CCnc", "TIME_ASPCT": "Pt", "SYSTEM": "Ser/Plas",
        "SCALE_TYP": "Qn", "CLASS": "CHEM", "CLASSTYPE": "1", "STATUS": "ACTIVE",
        "VersionLastChanged": "2.9", "RELATEDNAMES2": "Point in time; Random; Chemistry",
    }  # fmt: skip
    return given | {"LOINC_NUM": code, "LONG_COMMON_NAME": name} | cells


TERMS = [
    term("90001-1", "Zzase [Catalytic activity/volume] in Serum or Plasma"),
    term("90002-9", "Zzase panel", STATUS="TRIAL", VersionLastChanged="2.80"),
    term("90003-7", "Zzase old", STATUS="DEPRECATED", VersionLastChanged="2.10"),
    term("90004-5", "Zzase discouraged", STATUS="DISCOURAGED"),
]

HIERARCHY = table(
    ["PATH_TO_ROOT", "SEQUENCE", "IMMEDIATE_PARENT", "CODE", "CODE_TEXT"],
    [
        ["", "1", "", "LP90001-1", "Zz laboratory"],
        ["LP90001-1", "1", "LP90001-1", "LP90002-2", "Zz chemistry"],
        ["LP90001-1.LP90002-2", "1", "LP90002-2", "90001-1", "Zzase"],
        ["LP90001-1.LP90003-3", "1", "LP90003-3", "90001-1", "Zzase"],
        ["LP90001-1.LP90002-2", "2", "LP90002-2", "90001-1", "Zzase again"],
        ["LP90001-1.90002-9", "3", "LP90001-1", "90002-9", "Zzase panel"],
        ["", "4", "", "90004-5", "Zzase discouraged"],
    ],
)


def loinc(rows: Sequence[Mapping[str, str]] = TERMS, columns: Sequence[str] = COLUMNS) -> str:
    return table(columns, rows)


def release(folder: Path, files: Mapping[str, str]) -> Path:
    """A folder with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def read(
    paths: Path | Sequence[Path], report: Report | None = None, **options: Any
) -> dict[str, Concept]:
    """Terms by code."""
    return by_code(load, paths, report, **options)
