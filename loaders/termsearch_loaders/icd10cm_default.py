"""Which billable code a header leads to when nothing more is said.

The alphabetic index of ICD-10-CM has such a code for most headers: asthma is J45.909, "Unspecified
asthma, uncomplicated". Titles and inclusion terms say it too: it is the one below that is called
so without more (NOS), that is unspecified, that is without what the others add, or that is for the
first encounter, where a fracture that nobody calls open counts as closed (Official Guidelines,
section I.C.19.c).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from termsearch_loaders.icd10cm_rows import Row
from termsearch_loaders.icd10cm_titles import plain

__all__ = ["leading_to"]

#: Not "with unspecified complications", which says that there are some.
_UNSPECIFIED = re.compile(r",? ?\b(?:other and )?(?<!with )unspecified\b")
_WITHOUT = re.compile(
    r",? ?\b(?:without|uncomplicated|not (?:intractable|having achieved remission))\b"
)
#: A header's words that say nothing of what its codes must have.
_BESIDE = frozenset(re.findall(r"\w+", "a and or of in the to by due with other as at"))
_INCLUDING = re.compile(r", including .*")
#: Of several that leave something open, the one that leaves all.
_ALL_OPEN = "9"
_INITIAL = re.compile(r".{3}\..{3}A")


class _Code(NamedTuple):
    """What there is to compare."""

    code: str
    title: str  #: without brackets, folded
    unmodified: frozenset[str]  #: inclusion terms with NOS, without it, folded

    @property
    def unspecified(self) -> str:
        """The title without saying so."""
        return _UNSPECIFIED.sub("", self.title).strip()

    @property
    def words(self) -> frozenset[str]:
        """In the singular, without those of grammar."""
        split = re.findall(r"\w+", _INCLUDING.sub("", self.title))
        return frozenset(word.removesuffix("s") for word in split) - _BESIDE

    @property
    def until_without(self) -> str:
        """The title up to what is not there."""
        return _WITHOUT.split(self.title, maxsplit=1)[0]


def leading_to(
    rows: Mapping[str, Row], notes: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[str]]:
    """By billable code, the headers that lead to it, the nearest first.

    Args:
        rows: All of a release, by code, headers before what is below them.
        notes: Inclusion terms by code.
    """
    below: dict[str, list[_Code]] = {}
    codes = {row.code: _code(row, notes.get(row.code, ())) for row in rows.values()}
    for row in rows.values():
        if above := next((code for code in row.above if code in rows), ""):
            below.setdefault(above, []).append(codes[row.code])
    chosen = {header: _default(codes[header], under) for header, under in below.items()}
    found: dict[str, list[str]] = {}
    for header in reversed(below):
        end = chosen[header]
        while end in chosen:
            end = chosen[end]
        if end and rows[end].billable:
            found.setdefault(end, []).append(header)
    return found


def _code(row: Row, notes: Iterable[str]) -> _Code:
    folded = (note.casefold() for note in notes)
    unmodified = frozenset(
        _UNSPECIFIED.sub("", note.removesuffix(" nos")).strip()
        for note in folded
        if note.endswith(" nos")
    )
    return _Code(row.code, plain(row.title).casefold(), unmodified)


def _default(header: _Code, below: Sequence[_Code]) -> str:
    """The code that the titles agree on; empty if they do not."""
    for choose in (_the_same, _unmodified, _unspecified, _open_in_part, _without_more, _initial):
        if len(chosen := choose(header, below)) == 1:
            return chosen[0].code
    return ""


def _the_same(header: _Code, below: Sequence[_Code]) -> Sequence[_Code]:
    """Of "Concussion", "Concussion" at S06.0X."""
    return [one for one in below if one.title == header.title]


def _unmodified(header: _Code, below: Sequence[_Code]) -> Sequence[_Code]:
    """Of "Concussion", the one that takes in "Concussion NOS"."""
    return [one for one in below if header.unspecified in one.unmodified]


def _unspecified(header: _Code, below: Sequence[_Code]) -> Sequence[_Code]:
    """Of "Late syphilis", "Late syphilis, unspecified"."""
    return [one for one in below if one.title != one.unspecified == header.unspecified]


def _without_more(header: _Code, below: Sequence[_Code]) -> Sequence[_Code]:
    """Of "Type 2 diabetes mellitus", "Type 2 diabetes mellitus without complications"."""
    more = _saying_more(_WITHOUT, header, below)
    return [one for one in more if one.until_without == header.until_without]


def _open_in_part(header: _Code, below: Sequence[_Code]) -> Sequence[_Code]:
    """Of "Chondromalacia patellae", the one of an unspecified knee.

    It is about all that the header is: "Urethral syndrome, unspecified" is not of "Urethritis and
    urethral syndrome".
    """
    more = _saying_more(_UNSPECIFIED, header, below)
    whole = [one for one in more if header.words <= one.words]
    return whole if len(whole) == 1 else [one for one in whole if one.code.endswith(_ALL_OPEN)]


def _initial(_: _Code, below: Sequence[_Code]) -> Sequence[_Code]:
    return [one for one in below if _INITIAL.fullmatch(one.code)]


def _saying_more(words: re.Pattern[str], header: _Code, below: Sequence[_Code]) -> Sequence[_Code]:
    """Those that have such words most often, and more often than the header."""
    counts = [len(words.findall(one.title)) for one in below]
    most = max(counts)
    if most <= len(words.findall(header.title)):
        return []
    return [one for one, count in zip(below, counts, strict=True) if count == most]
