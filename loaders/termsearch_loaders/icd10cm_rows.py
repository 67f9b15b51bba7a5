"""Rows of an order file: fixed columns, of ICD-10-CM and ICD-10-PCS alike.

CMS describes them in icd10OrderFiles.pdf, which comes in the same zip: 1 to 5 order number, 7 to
13 code without dot, 15 whether it is valid for billing (1) or a header (0), 17 to 76 short title,
from 78 long title.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from termsearch.errors import BadRecordError
from termsearch.vocabulary import full_code
from termsearch_loaders.files import Member, lines
from termsearch_loaders.icd10cm_files import OrderFile

__all__ = ["Row", "rows"]

#: Bare codes by vocabulary: https://www.cdc.gov/nchs/icd/icd-10-cm and CMS's reference manual.
_CODES = {
    "icd10cm": re.compile(r"[A-Z]\d[0-9A-Z]{1,5}"),
    "icd10pcs": re.compile(r"[0-9A-HJ-NP-Z]{3,7}"),
}
_BLANKS = (5, 13, 15, 76)


class Row(NamedTuple):
    """A code and what the order file says of it."""

    code: str  #: with its dot, where its vocabulary writes one
    above: tuple[str, ...]  #: codes that it may be below, the nearest first
    billable: bool
    title: str


def rows(order: OrderFile) -> Iterator[Row]:
    """Every row in order; blank lines are passed over.

    Raises:
        BadRecordError: A row without these columns, or the file ends early; says the line.
    """
    for number, line in enumerate(lines(order.member, ended=True), start=1):
        if line.strip():
            yield _row(order, number, line)


def _row(order: OrderFile, number: int, line: str) -> Row:
    bare, flag, title = line[6:13].rstrip(), line[14:15], line[77:].strip()
    if any(line[at : at + 1] != " " for at in _BLANKS) or flag not in {"0", "1"} or not title:
        raise _broken(order.member, number, line, "an order number, a code, 0 or 1 and two titles")
    if not _CODES[order.vocabulary].fullmatch(bare):
        raise _broken(order.member, number, line, f"a code of {order.vocabulary} without dot")
    above = (full_code(order.vocabulary, bare[:end]) for end in range(len(bare) - 1, 2, -1))
    return Row(full_code(order.vocabulary, bare), tuple(above), flag == "1", title)


def _broken(member: Member, number: int, line: str, expected: str) -> BadRecordError:
    return BadRecordError(
        str(member), f"line {number}", f"found {line[:40]!r}, expected {expected} in their columns"
    )
