"""The tables of an RxNorm release, and what says which one it is.

https://www.nlm.nih.gov/research/umls/rxnorm/docs/techdoc.html
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from termsearch.loader import Report
from termsearch_loaders.files import Member
from termsearch_loaders.rrf import Format, Table, Tables

__all__ = ["FREE", "OWN", "RXNORM", "Edition", "edition", "is_rxcui", "levels", "tables"]

#: SAB of RxNorm's own rows.
OWN = "RXNORM"

#: Sources that asked nothing of users (SRL 0) in the releases of 2017 and 2025, for one without
#: RXNSAB: the prescribable subset, which holds nothing else.
FREE = ("ATC", "CVX", "DRUGBANK", "MTHCMSFRF", "MTHSPL", "USP", "VANDF")

#: RXCUI and RXAUI of RXNCONSO and RXNSTY go by their names in UMLS, so that what reads MRCONSO and
#: MRSTY reads these.
RXNORM = Format(
    title="RxNorm",
    folder="rrf",
    table=re.compile(r"(RXN[A-Z]+)\.RRF()"),
    columns={
        table: tuple(columns.split())
        for table, columns in {
            "RXNCONSO": "CUI LAT TS LUI STT SUI ISPREF AUI SAUI SCUI SDUI SAB TTY CODE STR SRL "
            "SUPPRESS CVF",
            "RXNREL": "RXCUI1 RXAUI1 STYPE1 REL RXCUI2 RXAUI2 STYPE2 RELA RUI SRUI SAB SL DIR RG "
            "SUPPRESS CVF",
            "RXNSTY": "CUI TUI STN STY ATUI CVF",
            "RXNSAB": "VCUI RCUI VSAB RSAB SON SF SVER VSTART VEND IMETA RMETA SLC SCC SRL TFR CFR "
            "CXTY TTYL ATNL LAT CENC CURVER SABIN SSN SCIT",
            "RXNCUI": "CUI1 VER_START VER_END CARDINALITY CUI2",
            "RXNCUICHANGES": "RXAUI CODE SAB TTY STR OLD_RXCUI NEW_RXCUI",
            "RXNATOMARCHIVE": "RXAUI AUI STR ARCHIVE_TIMESTAMP CREATED_TIMESTAMP "
            "UPDATED_TIMESTAMP CODE IS_BRAND LAT LAST_RELEASED SAUI VSAB RXCUI SAB TTY "
            "MERGED_TO_RXCUI",
        }.items()
    },
)

#: ``RxNorm_full_prescribe_03022026``, and the ``Readme_Weekly_03112026.txt`` inside.
_NAMED = re.compile(
    r"(?:rxnorm|readme)_(full|weekly)(?:_prescribe)?_(\d\d)(\d\d)(\d{4})(?!\d)", re.IGNORECASE
)

#: SVER of RXNORM: ``25AA_250303F``.
_VERSION = re.compile(r"_(\d{6})[A-Z]?")


#: Digits of an RXCUI: seven so far.
_LONGEST = 9


class Edition(NamedTuple):
    """Which release it is."""

    release: str  #: ``20260302``; empty where nothing says it
    weekly: bool  #: it only adds to a monthly one


def is_rxcui(text: str) -> bool:
    """Whether ``text`` is digits, and no more than a number below 2**32 has."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST


def tables(paths: Sequence[Path]) -> Tables:
    """The tables in ``paths``, without the subset that the full release has besides.

    ``prescribe/rrf`` repeats a part of ``rrf``; alone it is a release.
    """
    found = Tables.within(paths)
    conso = [_subsets(member) for member in found if RXNORM.named(member.name) == "RXNCONSO"]
    least = min(conso, default=0)
    return Tables(RXNORM, paths, [member for member in found if _subsets(member) <= least])


def edition(found: Tables) -> Edition:
    """By the name of the folder or zip, else of the readme in it, else by RXNSAB."""
    names = found.need("RXNCONSO", "").parts[0]
    where = "!".join([str(names.root.resolve()), *names.inside])
    for name in (where, *(member.name for member in found.members)):
        if said := list(_NAMED.finditer(name)):
            kind, month, day, year = said[-1].groups()
            return Edition(f"{year}{month}{day}", kind.casefold() == "weekly")
    sources = found.get("RXNSAB")
    for _, (sab, version) in sources.records(Report(), "RSAB", "SVER") if sources else ():
        if sab == OWN and (date := _VERSION.search(version)):
            return Edition(f"20{date[1]}", weekly=False)
    return Edition("", weekly=False)


def levels(table: Table | None) -> dict[str, str]:
    """SRL of each source, which says what it asks of users, as RXNSAB has it; 0 is nothing."""
    if not table:
        return dict.fromkeys(FREE, "0")
    return {sab: level for _, (sab, level) in table.records(Report(), "RSAB", "SRL")}


def _subsets(member: Member) -> int:
    """How many folders called ``prescribe`` a file is in."""
    return "/".join([member.root.as_posix(), *member.inside]).lower().split("/").count("prescribe")
