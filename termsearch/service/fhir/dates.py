"""Dates as far as they are known: a year, a month or a day."""

import re
from datetime import datetime, timedelta, timezone
from typing import Final

__all__ = ["is_before", "is_past", "released"]

#: In a version: ``20260101``, ``releases/2024-01-16``, ``2026AA``.
_DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:-?(\d\d)(?:-?(\d\d))?)?(?!\d)")
_YEAR: Final = re.compile(r"\d{4}")
#: Where it is today for the longest: no client's today has passed.
_LAST_ZONE: Final = timezone(timedelta(hours=-12))


def released(version: str) -> str:
    """When a release is from, ``2026-01-31`` or the beginning of it; empty if it does not say.

    Of several, the last. A bare year begins in November: MeSH 2026 came out in November 2025
    (https://www.nlm.nih.gov/mesh/filelist.html).
    """
    found = [_of(each) for each in version.split(", ")]
    return max(found, default="")


def is_before(date: str, other: str) -> bool:
    """Whether all of ``date`` lies before ``other``, as far as both are known."""
    length = min(len(date), len(other), len("2026-01-31"))
    return date[:length] < other[:length]


def is_past(date: str) -> bool:
    """Whether all of ``date`` lies before today, wherever that is."""
    return is_before(date, datetime.now(_LAST_ZONE).date().isoformat())


def _of(version: str) -> str:
    if _YEAR.fullmatch(version):
        return f"{int(version) - 1}-11"
    match = _DATE.search(version)
    return "-".join(filter(None, match.groups())) if match else ""
