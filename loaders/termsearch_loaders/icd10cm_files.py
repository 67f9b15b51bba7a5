"""Files of ICD-10-CM and ICD-10-PCS: what each one is, told from its first bytes and its name.

Where they are published: https://www.cms.gov/medicare/coding-billing/icd-10-codes and
https://ftp.cdc.gov/pub/Health_Statistics/NCHS/Publications/ICD10CM/
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from termsearch.errors import BadReleaseError, TermsearchError
from termsearch_loaders.files import BROKEN, Member, damaged, members

__all__ = ["ROOT", "OrderFile", "Release", "holds_icd10cm", "release_of", "releases"]

#: Root element of the tabular list.
ROOT = "ICD10CM.tabular"

#: How much of a file is looked at, in bytes.
_HEAD = 4096
#: A row's order number, code and flag, behind a byte order mark and blank lines.
_ORDER = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*\d{5} ([0-9A-Z]{3})[0-9A-Z ]{4} [01] ")
_TABULAR = re.compile(rb"<" + re.escape(ROOT.encode()) + rb"[\s>]")

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
#: Updates within a year: icd10cm-order-April-1-2026.txt, icd10cm-order-Jan-2021.txt.
_UPDATES = {
    "-01": re.compile(r"(?<![a-z])jan(?:uary)?(?![a-z])", re.IGNORECASE),
    "-04": re.compile(r"(?<![a-z])apr(?:il)?(?![a-z])", re.IGNORECASE),
}


class OrderFile(NamedTuple):
    """A list of all codes of a vocabulary."""

    member: Member
    vocabulary: str  #: ``icd10cm`` or ``icd10pcs``

    @property
    def release(self) -> str:
        """See :func:`release_of`."""
        return release_of(self.member)


class Release(NamedTuple):
    """What is read together."""

    orders: list[OrderFile]  #: at most one of each vocabulary
    tabular: Member | None  #: of ICD-10-CM


def holds_icd10cm(path: Path) -> bool:
    """Whether any file of ``path`` is an order file or the tabular list; never raises."""
    try:
        return any(_vocabulary(member) or _is_tabular(member) for member in members(path))
    except (TermsearchError, OSError, *BROKEN):
        return False


def releases(paths: Sequence[Path]) -> Release:
    """The files of ``paths`` that are read; codes files, addenda and indexes are passed over.

    Raises:
        BadReleaseError: No order file, none beside a tabular list, or two of a kind.
        BadRecordError: The compressed data of one are damaged from the start.
    """
    orders: dict[str, OrderFile] = {}
    tabular: Member | None = None
    for member in _all(paths):
        try:
            vocabulary, is_tabular = _vocabulary(member), _is_tabular(member)
        except BROKEN as error:
            raise damaged(member, "at its start", error) from error
        if vocabulary in orders:
            raise _second(member, f"{vocabulary} order file", orders[vocabulary].member)
        if vocabulary:
            orders[vocabulary] = OrderFile(member, vocabulary)
        if is_tabular and tabular:
            raise _second(member, "tabular list", tabular)
        tabular = member if is_tabular else tabular
    if not orders or (tabular and "icd10cm" not in orders):
        raise _no_order_file(paths, tabular)
    return Release(list(orders.values()), tabular)


def release_of(member: Member) -> str:
    """The year, ``2026``, for which a file was published; of an update also the month: ``2026-04``.

    From the file's name, or else that of the archive around it: CMS names the files of April as
    those of October. Nothing where no name has a year.
    """
    names = [member.name, *reversed(member.inside), member.root.name]
    year = next((found[0] for name in names if (found := _YEAR.search(name))), "")
    of_month = (month for month, sign in _UPDATES.items() if any(map(sign.search, names)))
    return year + next(of_month, "") if year else ""


def _all(paths: Sequence[Path]) -> Iterator[Member]:
    return (member for path in paths for member in members(path))


def _head(member: Member) -> bytes:
    with member.open() as stream:
        return stream.read(_HEAD)


def _vocabulary(member: Member) -> str:
    """Of which vocabulary it is the order file; nothing where it is none.

    Both have the same columns. Codes of ICD-10-CM never begin with a digit; ICD-10-PCS begins with
    those that do.
    """
    if not _may_be(member, ".txt"):
        return ""
    row = _ORDER.match(_head(member))
    if not row:
        return ""
    return "icd10pcs" if "pcs" in member.name.lower() or row[1][:1].isdigit() else "icd10cm"


def _is_tabular(member: Member) -> bool:
    return _may_be(member, ".xml") and bool(_TABULAR.search(_head(member)))


def _may_be(member: Member, end: str) -> bool:
    """By its name, which must be as published in a zip in a zip.

    To look at any other file there may unpack the inner zip, for SNOMED CT sixty times.
    """
    name, nested = member.name.lower(), len(member.inside) > 1
    return name.endswith(end) and (not nested or "icd10" in name)


def _second(member: Member, what: str, first: Member) -> BadReleaseError:
    return BadReleaseError(
        str(member), f"a second {what} beside {first}; expected one. Name the one to load"
    )


def _no_order_file(paths: Sequence[Path], tabular: Member | None) -> BadReleaseError:
    found = (
        "the tabular list, which lacks the codes of seven characters; expected, in the same "
        "command, the order file"
        if tabular
        else "no order file in it; expected one"
    )
    return BadReleaseError(
        str(tabular or paths[0]),
        f"{found} (icd10cm_order_2026.txt, say, in the zip of the code descriptions)",
    )
