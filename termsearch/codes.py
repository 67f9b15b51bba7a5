"""What a code that a user writes means in an index: a concept, its successor, its users."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

from termsearch.errors import RetiredCodeError, UnknownValueError
from termsearch.index import Index
from termsearch.index.point import Point
from termsearch.index.where import ACTIVE, Condition, Where
from termsearch.text import require_text
from termsearch.vocabulary import curie, full_code, lang_includes, split_curie

__all__ = [
    "Richness",
    "conditions_of",
    "may_be_code",
    "of_typed",
    "owners",
    "points_of_concept",
    "richness",
    "similar_codes",
    "successor",
]

#: One word with a digit, or with its vocabulary before it.
_CODE: Final = re.compile(r"(?=\S*\d|[^\s:|]+[:|])\S{3,64}")
#: Codes that are suggested for one that is not there.
_SIMILAR: Final = 3
#: No vocabulary pads its codes to more characters.
_LONGEST_ID: Final = 10
#: Longer codes are sentences, or post-coordinated: too many spellings.
_LONGEST_CODE: Final = 24
#: What is shorter says nothing of what was meant.
_SHORTEST_STEM: Final = 3

#: How much a point says of its concept, and last its origin, so that there is always one winner.
Richness = tuple[bool, int, bool, tuple[bool, str, tuple[int, ...]]]


def conditions_of(index: Index, where: Where) -> tuple[Condition, ...]:
    """What the engine filters by for ``where``; its code is read as :func:`owners` says.

    Raises:
        UnknownValueError: ``where`` names something that the index does not hold.
        RetiredCodeError: Only retired names are under its code, and it leaves them out.
        UsageError: Its code is no text.
    """
    require_text([where.under])
    return tuple(
        Condition("ancestors", owners(index, condition.values[0], inactive=where.inactive))
        if condition.field == "ancestors"
        else condition
        for condition in where.conditions(index.manifest)
    )


def owners(index: Index, code: str, *, inactive: bool = False) -> tuple[str, ...]:
    """CURIEs of the concepts that ``code`` means in ``--under``.

    Itself, or else, for a merged code or one of a source, the concepts that took it over or use
    it; and the successors of those that are retired.

    Raises:
        UnknownValueError: None; an empty answer would hide a slip of the pen.
        RetiredCodeError: Without ``inactive``, where nothing in use is under any of them.
    """
    named = index.points([Condition("curies", (code,))])
    owning = {point.curie: point for point in named}
    if code in owning:
        owning = {code: owning[code]}
    if owning:
        following = (each for point in owning.values() for each in _followers(index, point))
        found = tuple(dict.fromkeys((*owning, *following)))
        live = any(point.live for point in owning.values())
        if live or inactive or index.count([Condition("ancestors", found), ACTIVE]):
            return found
        raise RetiredCodeError(code)
    if index.count([Condition("ancestors", (code,))]):  # named as an ancestor, not loaded itself
        return (code,)
    raise UnknownValueError("code", code, similar_codes(index, code))


def _followers(index: Index, point: Point) -> Iterator[str]:
    """CURIEs of all that a retired concept was replaced by, over several steps if need be."""
    met, waiting = {point.curie}, [point]
    for each in waiting:  # which grows
        for other in () if each.live else each.replaced_by:
            following = [] if other in met else points_of_concept(index, other)
            if following:
                met.add(other)
                waiting.append(following[0])
                yield other


def may_be_code(text: str) -> bool:
    """Whether ``text`` looks like one."""
    return bool(_CODE.fullmatch(text.strip()))


def of_typed(
    index: Index, texts: Iterable[str], where: Sequence[Condition]
) -> dict[str, list[Point]]:
    """Of texts that are codes, their concepts, each by its fullest point.

    A code is understood with its vocabulary or without, in small letters, and without the dot that
    its vocabulary writes: ``e119``, ``icd10cm:E11.9``. Codes of sources and merged codes count too.
    """
    vocabularies = index.manifest.vocabularies()
    codes = (text for text in texts if may_be_code(text))
    asked = {text: _curies_of(text.strip(), vocabularies) for text in codes}
    every = tuple(dict.fromkeys(each for wanted in asked.values() for each in wanted))
    if not every:
        return {}
    points = sorted(index.points([Condition("curies", every), *where]), key=richness, reverse=True)
    found: dict[str, list[Point]] = {}
    for text, wanted in asked.items():
        mine = [point for point in points if not set(wanted).isdisjoint(point.curies)]
        if fullest := {point.curie: point for point in reversed(mine)}:
            found[text] = [*fullest.values()]
    return found


def _curies_of(text: str, vocabularies: Iterable[str]) -> list[str]:
    """What ``text`` may stand for in an index of ``vocabularies``."""
    before = ("", *(f"{vocabulary}:" for vocabulary in vocabularies))
    parts = [split_curie(each + code) for code in (text, text.upper()) for each in before]
    return [curie(*each) for each in parts if each]


def points_of_concept(index: Index, concept: str) -> list[Point]:
    """Every name of the concept with this CURIE, from all origins."""
    found = index.points([Condition("curies", (concept,))])
    return [point for point in found if point.curie == concept]


def richness(point: Point) -> Richness:
    """Greatest for the card of the origin that says most of a concept; no two cards are equal.

    A user's table may add names to a concept of a large vocabulary, and has a card of its own. Of
    those that say as much, as tables do which are read in one command, an English one leads, then
    the first part of a loader: ``table/local`` before its ``table/local_more``.
    """
    said = len(point.parents) + len(point.types)
    return point.card, said, bool(point.definition), _lead(point.lang, point.origin)


@cache  # there are few, and a list of a vocabulary has a card for each of its concepts
def _lead(lang: str, origin: str) -> tuple[bool, str, tuple[int, ...]]:
    """Greatest for English, and the first of a loader's parts: one before what begins with it."""
    loader, _, part = origin.partition("/")
    return lang_includes("en", lang), loader, (*(-ord(letter) for letter in part), 1)


def successor(index: Index, point: Point) -> list[Point] | None:
    """Points of the one concept that replaces a retired one, over several steps if need be."""
    met = {point.curie}
    found: list[Point] | None = None
    while not point.live and len(point.replaced_by) == 1 and point.replaced_by[0] not in met:
        met.add(point.replaced_by[0])
        following = points_of_concept(index, point.replaced_by[0])
        if not following:
            break
        found, point = following, following[0]
    return found


def similar_codes(index: Index, wanted: str) -> list[str]:
    """A few CURIEs in ``index`` that ``wanted`` may be a slip for, likeliest first.

    What is asked for is spellings, not neighbours: a vocabulary has too many codes to read. In
    another case; else the code without its zeros or with another vocabulary's prefix; else what
    it begins with, or is one character away from.
    """
    prefix, _, code = wanted.rpartition(":")
    for spellings in (
        _cases(prefix, code),
        _elsewhere(index, prefix, code),
        [f"{prefix}:{each}" for each in _slips(code)],
    ):
        known = _known(index, list(dict.fromkeys(spellings)))
        if known:
            return known[:_SIMILAR]
    return []


def _known(index: Index, spellings: Sequence[str]) -> list[str]:
    there = {each for point in index.points([Condition("curies", tuple(spellings))])
             for each in point.curies}  # fmt: skip
    return [each for each in spellings if each in there]


def _cases(prefix: str, code: str) -> Iterator[str]:
    for p in (prefix, prefix.upper(), prefix.lower()):
        for c in (code, code.upper(), code.lower()):
            yield f"{p}:{c}"


def _elsewhere(index: Index, prefix: str, code: str) -> Iterator[str]:
    """With the zeros that a spreadsheet took or gave, and in the other vocabularies."""
    bare = code.lstrip("0")
    yield from (f"{prefix}:{bare.zfill(length)}" for length in range(len(bare), _LONGEST_ID + 1))
    for vocabulary in index.manifest.searchable_vocabularies():
        yield from (curie(vocabulary, full_code(vocabulary, each)) for each in (code, code.upper()))


def _slips(code: str) -> Iterator[str]:
    """One character away, and what ``code`` begins with."""
    if len(code) > _LONGEST_CODE:
        return
    places = range(len(code))
    yield from (code[:at] + code[at + 1 : at + 2] + code[at] + code[at + 2 :] for at in places)
    yield from (code[:at] + code[at + 1 :] for at in places)
    yield from (code[:end] for end in range(len(code) - 1, _SHORTEST_STEM - 1, -1))
    kinds = [kind for kind in (digits, ascii_uppercase, ascii_lowercase) if set(kind) & set(code)]
    letters = "".join(kinds)
    yield from (code[:at] + one + code[at:] for at in range(len(code) + 1) for one in letters)
    yield from (code[:at] + one + code[at + 1 :] for at in places for one in letters)
