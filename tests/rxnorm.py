"""An RxNorm release of invented rows: some of its sources may not be redistributed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from termsearch.concept import Concept
from termsearch.loader import Report
from termsearch_loaders.rxnorm import load
from tests.reading import by_code
from tests.umls import CONSO, row

__all__ = ["DRUGS", "FREE_SOURCES", "RELATIONS", "atom", "changed", "read", "relation", "release",
           "source"]  # fmt: skip


def atom(rxcui: str, tty: str, text: str, **columns: str) -> str:
    """A RXNCONSO row of RxNorm's own: TS, LUI, STT, SUI and ISPREF are empty in all of them."""
    given = {"LAT": "ENG", "AUI": f"9{rxcui}", "SAB": "RXNORM", "CODE": rxcui, "SUPPRESS": "N"}
    given |= {"CUI": rxcui, "TTY": tty, "STR": text} | columns
    return row(given.get(column, "") for column in CONSO)


def relation(first: str, relation: str, second: str, **columns: str) -> str:
    """``second`` is related so to ``first``: RXNREL is read right to left."""
    given = {"STYPE1": "CUI", "STYPE2": "CUI", "SAB": "RXNORM", "SUPPRESS": ""} | columns
    return row([first, "", given["STYPE1"], "RO", second, "", given["STYPE2"], relation, "91", "",
                given["SAB"], "", "", "", given["SUPPRESS"], ""])  # fmt: skip


def source(sab: str, level: str, version: str = "") -> str:
    columns = [""] * 25
    columns[3], columns[6], columns[13] = sab, version, level
    return row(columns)


def changed(old: str, new: str, sab: str = "RXNORM", atom: str = "") -> str:
    return row([atom, "", sab, "", "", old, new])


def release(folder: Path, **tables: str) -> Path:
    """An rrf folder with these tables."""
    rrf = folder / "rrf"
    rrf.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (rrf / f"{name}.RRF").write_text(text, encoding="utf-8", newline="\n")
    return rrf


def read(
    paths: Path | Sequence[Path], report: Report | None = None, **options: Any
) -> dict[str, Concept]:
    """Concepts by RXCUI."""
    return by_code(load, paths, report, **options)


FREE_SOURCES = source("RXNORM", "0", "31AA_310303F") + source("MTHSPL", "0") + source("MMSL", "1")

#: An ingredient, its salt, a component, a form, a drug and what is sold of it.
DRUGS = (
    atom("9001", "IN", "zzolol")
    + atom("9002", "PIN", "zzolol tartrate")
    + atom("9003", "BN", "Zzoprex")
    + atom("9010", "SCDC", "zzolol 50 MG")
    + atom("9011", "SCDF", "zzolol Oral Tablet")
    + atom("9012", "SCD", "zzolol 50 MG Oral Tablet")
    + atom("9013", "SBD", "zzolol 50 MG Oral Tablet [Zzoprex]")
    + atom("9014", "BPCK", "{30 (zzolol 50 MG Oral Tablet [Zzoprex]) } Pack [Zzoprex]")
    + atom("9015", "DF", "Oral Tablet")
)

#: Some of them from one end, some from the other.
RELATIONS = (
    relation("9001", "form_of", "9002")
    + relation("9003", "has_tradename", "9001")
    + relation("9010", "ingredient_of", "9001")
    + relation("9002", "has_precise_ingredient", "9010")
    + relation("9001", "has_ingredient", "9011")
    + relation("9010", "consists_of", "9012")
    + relation("9011", "isa", "9012")
    + relation("9012", "tradename_of", "9013")
    + relation("9003", "has_ingredient", "9013")
    + relation("9014", "contained_in", "9013")
    + relation("9015", "has_dose_form", "9012")
)
