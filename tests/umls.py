"""A UMLS release of invented rows: UMLS content may not be redistributed."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from termsearch.concept import Concept
from termsearch.loader import Options, Report
from termsearch_loaders.umls import load
from tests.archives import zipped

__all__ = ["CONSO", "COUGH", "FEVER", "GRAPH", "THREE", "atom", "definition",
           "merged", "preferred", "read", "relation", "release", "row", "source",
           "texts", "zipped"]  # fmt: skip

CONSO = ["CUI", "LAT", "TS", "LUI", "STT", "SUI", "ISPREF", "AUI", "SAUI", "SCUI", "SDUI", "SAB",
         "TTY", "CODE", "STR", "SRL", "SUPPRESS", "CVF"]  # fmt: skip


def row(values: Iterable[str]) -> str:
    return "|".join(values) + "|\n"


def atom(cui: str, text: str, **columns: str) -> str:
    """A MRCONSO row: English, current, not preferred, where ``columns`` don't say otherwise."""
    given = {"LAT": "ENG", "TS": "S", "STT": "VO", "ISPREF": "N", "AUI": "A1", "SAB": "MSH",
             "TTY": "SY", "CODE": "D900001", "SRL": "0", "SUPPRESS": "N"}  # fmt: skip
    given |= {"CUI": cui, "STR": text} | columns
    return row(given.get(column, "") for column in CONSO)


def preferred(cui: str, text: str, **columns: str) -> str:
    return atom(cui, text, **({"TS": "P", "STT": "PF", "ISPREF": "Y", "TTY": "PT"} | columns))


def relation(low: str, rel: str, high: str, sab: str = "MSH", suppress: str = "N") -> str:
    return row([low, "A1", "AUI", rel, high, "A2", "AUI", "", "R1", "", sab, sab, "", "",
                suppress, ""])  # fmt: skip


def definition(cui: str, sab: str, text: str, suppress: str = "N") -> str:
    return row([cui, "A1", "AT1", "", sab, text, suppress, ""])


def merged(old: str, rel: str, new: str) -> str:
    return row([old, "2001AA", rel, "", "", new, "Y"])


def source(sab: str, lat: str, version: str = "") -> str:
    columns = [""] * 25
    columns[3], columns[6], columns[19], columns[21] = sab, version, lat, "Y"
    return row(columns)


def release(folder: Path, **tables: str) -> Path:
    """A META folder with these tables."""
    meta = folder / "META"
    meta.mkdir(exist_ok=True)
    for name, text in tables.items():
        (meta / f"{name}.RRF").write_text(text, encoding="utf-8", newline="\n")
    return meta


def read(
    paths: Path | Sequence[Path], report: Report | None = None, **options: Any
) -> list[Concept]:
    paths = [paths] if isinstance(paths, Path) else paths
    return list(load(paths, Options(**options), report or Report()))


def texts(concept: Concept) -> list[str]:
    return [name.text for name in concept.names]


FEVER = preferred("C9000001", "Zz fever", AUI="A1") + atom("C9000001", "zz high temp", AUI="A2")
COUGH = preferred("C9000002", "Zz cough", AUI="A3", CODE="D900002")

GRAPH = (
    relation("C9000001", "PAR", "C9000002")
    + relation("C9000002", "CHD", "C9000001")
    + relation("C9000002", "PAR", "C9000003")
    + relation("C9000003", "PAR", "C9000002")
    + relation("C9000003", "PAR", "C9000003")
    + relation("C9000001", "SIB", "C9000009")
    + relation("C9000001", "RB", "C9000009")
    + relation("C9000001", "PAR", "C9000004", sab="NCI")
    + relation("C9000001", "PAR", "C9000005", suppress="O")
    + relation("C9000006", "CHD", "C9000001")
)
THREE = FEVER + COUGH + preferred("C9000003", "Zz third")
