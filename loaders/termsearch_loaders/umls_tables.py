"""The tables of a UMLS release, and what its MRFILES says of them."""

import re
from collections.abc import Sequence
from pathlib import Path

from termsearch.errors import BadRecordError
from termsearch.loader import Report
from termsearch_loaders import rrf

__all__ = ["UMLS", "Tables"]

UMLS = rrf.Format(
    title="UMLS",
    folder="META",
    # Whole, or a part: ``MRCONSO.RRF.aa``. NLM cuts a large table at a byte, not at a row, and
    # spreads the parts over several .nlm archives.
    table=re.compile(r"(MR[A-Z]+|MERGEDCUI)\.RRF(?:\.([a-z]{2}))?"),
    columns={
        table: tuple(columns.split())
        for table, columns in {
            "MRCONSO": "CUI LAT TS LUI STT SUI ISPREF AUI SAUI SCUI SDUI SAB TTY CODE STR SRL "
            "SUPPRESS CVF",
            "MRSTY": "CUI TUI STN STY ATUI CVF",
            "MRDEF": "CUI AUI ATUI SATUI SAB DEF SUPPRESS CVF",
            "MRREL": "CUI1 AUI1 STYPE1 REL CUI2 AUI2 STYPE2 RELA RUI SRUI SAB SL RG DIR SUPPRESS "
            "CVF",
            "MRSAB": "VCUI RCUI VSAB RSAB SON SF SVER VSTART VEND IMETA RMETA SLC SCC SRL TFR CFR "
            "CXTY TTYL ATNL LAT CENC CURVER SABIN SSN SCIT",
            "MRRANK": "RANK SAB TTY SUPPRESS",
            "MRCUI": "CUI1 VER REL RELA MAPREASON CUI2 MAPIN",
            "MERGEDCUI": "PCUI CUI",
            "MRFILES": "FIL DES FMT CLS RWS BTS",
        }.items()
    },
)


class Tables(rrf.Tables):
    """The tables that some paths hold together, with the columns that MRFILES gives them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Look through ``paths``; MRFILES, where there is one, is read at once."""
        super().__init__(UMLS, paths, self.within(paths))
        self._announced: dict[str, tuple[tuple[str, ...], int]] = {}
        self._announced = self._mrfiles()

    def announced(self, name: str) -> tuple[tuple[str, ...], int | None]:
        """Columns of a table, the release's own before ours, and how many rows it is to have."""
        return self._announced.get(name) or super().announced(name)

    def _mrfiles(self) -> dict[str, tuple[tuple[str, ...], int]]:
        """Columns and number of rows of each table, as the release itself gives them."""
        announced: dict[str, tuple[tuple[str, ...], int]] = {}
        table = self.get("MRFILES")
        for number, (file, columns, rows) in (
            table.records(Report(), "FIL", "FMT", "RWS") if table else ()
        ):
            if not (rows.isascii() and rows.isdigit()):
                raise BadRecordError(
                    str(table), f"line {number}", f"RWS is {rows!r}, expected a number of rows"
                )
            name = file.rpartition("/")[2].removesuffix(".RRF")
            announced[name] = (tuple(columns.split(",")), int(rows))
        return announced
