"""The tabular list of ICD-10-CM: chapters, blocks, and the notes of codes.

Its codes end at the sixth character; those of seven are only described, and come from the order
file.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from lxml import etree

from termsearch.errors import BadRecordError
from termsearch.loader import Report
from termsearch_loaders.files import Member
from termsearch_loaders.icd10cm_files import ROOT
from termsearch_loaders.xml_elements import child, children, elements, text

__all__ = ["Grouping", "Tabular", "tabular"]

#: A title and the categories under it: "Neoplasms (C00-D49)", "Blood type (Z67)".
_RANGED = re.compile(r"(.+?)\s*\((\w{3}(?:-\w{3})?)\)", re.DOTALL)


class Grouping(NamedTuple):
    """A chapter, or a block of categories; its code is their range: ``E08-E13``."""

    code: str
    title: str
    kind: str  #: ``chapter`` or ``block``
    above: tuple[str, ...]  #: codes of the groupings around it, the nearest first
    chapter: str  #: code of the chapter that it is or is in

    def holds(self, code: str) -> bool:
        """Whether a category or a range of them lies within this one."""
        first, last = _ends(self.code)
        other_first, other_last = _ends(code)
        return first <= other_first and other_last <= last


class Tabular:
    """What the list says of codes."""

    def __init__(self) -> None:
        self.year = ""
        #: Every code that the list has, as it writes them; an ordered set.
        self.codes: dict[str, None] = {}
        #: By code or range, the inclusion terms and what else stands among them.
        self.notes: dict[str, tuple[str, ...]] = {}
        #: By code, conditions that it includes: "shingles" for B02. Those of blocks and chapters
        #: are halves of phrases ("van").
        self.included: dict[str, tuple[str, ...]] = {}
        #: Chapters, each followed by its blocks, the wider ones first.
        self.groupings: dict[str, Grouping] = {}
        #: Category to the narrowest grouping that it is in.
        self.around: dict[str, Grouping] = {}

    def add(self, chapter: Grouping, blocks: dict[str, str], categories: dict[str, str]) -> None:
        """Record a chapter, the titles of its blocks and the blocks of its categories.

        A block of one category has the code of that category, and gives none of its own. The list
        sets blocks side by side; those without categories ("Accidents (V00-X58)") are around the
        others. C76-C80 is not around C7A, which would come behind it but for its letter.
        """
        inside, wider, full = {chapter.code: chapter}, [chapter], set(categories.values())
        for code in sorted(sorted(blocks, key=_last, reverse=True), key=_first):
            if "-" in code and code not in inside:
                around = _narrowest(wider, code)
                above = (around.code, *around.above)
                inside[code] = Grouping(code, blocks[code], "block", above, chapter.code)
                wider += [] if code in full else [inside[code]]
        for category, block in categories.items():
            self.around[category] = inside.get(block) or _narrowest(wider, block)
        self.groupings |= inside


def tabular(member: Member) -> Tabular:
    """The whole list, which memory holds.

    Raises:
        BadRecordError: Broken or cut XML, or an element without what it needs; says the line.
    """
    found = Tabular()
    blocks: dict[str, str] = {}
    categories: dict[str, str] = {}
    for element in elements(member, ROOT, ("version", "diag", "section", "chapter"), Report()):
        match element.tag:
            case "version":
                found.year = text(element)
            case "diag":
                code = _needed(member, element, "name")
                found.codes[code] = None
                _take(found.notes, code, element, "inclusionTerm")
                _take(found.included, code, element, "includes")
                section = element.getparent()
                if section is not None and section.tag == "section":
                    categories[code] = _range(member, section)
            case "section":
                code = _range(member, element)
                blocks[code] = _title_and_range(_needed(member, element, "desc"))[0]
                _take(found.notes, code, element, "inclusionTerm")
            case _:
                found.add(_chapter(member, element), blocks, categories)
                blocks, categories = {}, {}
        element.clear()
    return found


def _ends(code: str) -> tuple[str, str]:
    """The first and the last category of a range, or of a category itself."""
    return code.partition("-")[0], code.rpartition("-")[2]


def _first(code: str) -> str:
    return _ends(code)[0]


def _last(code: str) -> str:
    return _ends(code)[1]


def _narrowest(wider_first: Sequence[Grouping], code: str) -> Grouping:
    """The last that holds ``code``; else the chapter, which is the first."""
    return next((one for one in reversed(wider_first) if one.holds(code)), wider_first[0])


def _take(into: dict[str, tuple[str, ...]], code: str, element: etree._Element, tag: str) -> None:
    notes = (note for terms in children(element, tag) for note in children(terms, "note"))
    if said := tuple(filter(None, map(text, notes))):
        into[code] = into.get(code, ()) + said


def _needed(member: Member, element: etree._Element, tag: str) -> str:
    if not (said := text(child(element, tag))):
        raise _broken(member, element, f"a {element.tag} without {tag}")
    return said


def _range(member: Member, section: etree._Element) -> str:
    if not (code := str(section.get("id", "")).strip()):
        raise _broken(member, section, "a section without id, expected one such as A00-A09")
    return code


def _chapter(member: Member, element: etree._Element) -> Grouping:
    title, code = _title_and_range(_needed(member, element, "desc"))
    if not code:
        raise _broken(
            member, element, f"a chapter called {title!r}, expected its range, as in (A00-B99), too"
        )
    return Grouping(code, title, "chapter", (), code)


def _title_and_range(said: str) -> tuple[str, str]:
    ranged = _RANGED.fullmatch(said)
    return (ranged[1], ranged[2]) if ranged else (said, "")


def _broken(member: Member, element: etree._Element, problem: str) -> BadRecordError:
    return BadRecordError(str(member), f"line {element.sourceline}", problem)
