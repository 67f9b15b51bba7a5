"""All codes of a value set in an order that does not change, for paging.

The first page reads the whole set once, in pieces between which others are answered; the further
pages have its order in memory.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from sys import getsizeof
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from termsearch.aio import AsyncTermSearch
from termsearch.codes import Richness, richness
from termsearch.index import Index
from termsearch.index.point import Point
from termsearch.index.where import CARD, LIVE, Condition
from termsearch.service.fhir.coded import Coded, coded
from termsearch.service.fhir.filtered import Row
from termsearch.service.fhir.outcome import not_supported, too_costly
from termsearch.service.fhir.sets import Part, Set

__all__ = ["absent", "count", "listed", "page"]

T = TypeVar("T")

#: Up to so many concepts are sorted by name, and cost three seconds once. More come in the order of
#: the index (by point id), which is the same as long as the release is.
_SORTED: Final = 50_000
#: Ids of so many points are 43 MB; a set of more can be searched and counted, not listed.
_LISTED: Final = 500_000
#: Bytes of orders that are kept of one index: those of 500,000 ids.
_KEPT: Final = 50_000_000
#: A client's own list of more codes is read anew for each page: a few of these would else put out
#: the sets of all others.
_ENUMERATED: Final = 4_096
#: What the engine reads at once, in 0.2 s: others wait no longer than that.
_PIECE: Final = 4_096


#: CURIEs, or ids of points, which have no colon.
_Keys = tuple[str, ...]
_Wanted = tuple[tuple[Condition, ...], _Keys | None, frozenset[str]]


class _Lists:
    """The orders of one opened index; the least used go when they take too much memory."""

    def __init__(self) -> None:
        self.reading = asyncio.Lock()  # one at a time: two clients often want the same
        self._kept: OrderedDict[_Wanted, _Keys] = OrderedDict()
        self._bytes = 0

    def get(self, wanted: _Wanted) -> _Keys | None:
        if wanted in self._kept:
            self._kept.move_to_end(wanted)
        return self._kept.get(wanted)

    def keep(self, wanted: _Wanted, keys: _Keys) -> None:
        """Of what is not kept yet."""
        self._kept[wanted] = keys
        self._bytes += _size(wanted, keys)
        while self._bytes > _KEPT and len(self._kept) > 1:
            self._bytes -= _size(*self._kept.popitem(last=False))


def _size(wanted: _Wanted, keys: _Keys) -> int:
    """Bytes of an order and of what it is found by; a place in a tuple has 8 (CPython)."""
    _, codes, without = wanted
    return 1_000 + sum(8 + getsizeof(each) for each in chain(keys, codes or (), without))


_LISTS: WeakKeyDictionary[AsyncTermSearch, _Lists] = WeakKeyDictionary()


async def count(search: AsyncTermSearch, of: Set, *, live: bool) -> int | None:
    """How many codes ``of`` has; None if that is not known without reading all of it."""
    if of.but or len(of.parts) != 1 or of.parts[0].codes is not None:
        return None
    part = of.parts[0]
    if not part.system.owned:
        return None
    where = _where(part, live=live)
    roots = Condition("curies", tuple(part.without))
    return await search.call(
        lambda s: s.index.count(where) - (s.index.count([*where, roots]) if part.without else 0)
    )


async def listed(search: AsyncTermSearch, of: Set, *, live: bool) -> Sequence[str]:
    """Keys of all codes of ``of``, each once: part by part, as defined or else by name.

    Raises:
        Problem: 422, there are too many; 400, the index can't list them.
    """
    every = [key for part in of.parts for key in await _keys(search, part, live=live)]
    keys = list(dict.fromkeys(every))
    but = {key for part in of.but for key in await _keys(search, part, live=live)}
    if but and any(":" not in key for key in chain(keys, but)):
        raise too_costly(f"the value set leaves codes out of more than {_SORTED:,}; narrow it.")
    return [key for key in keys if key not in but]


async def absent(search: AsyncTermSearch, of: Set) -> Sequence[str]:
    """CURIEs that the definition of ``of`` lists and the index does not have, in order."""
    codes = of.enumerated
    if not codes:
        return ()
    lists = _LISTS.setdefault(search, _Lists())
    wanted: _Wanted = (), codes, frozenset()  # nothing that is listed is without conditions
    missing = lists.get(wanted)
    if missing is None:  # not one at a time: a search would wait until another's list is read
        held = await _having(search, codes, lambda _: True)
        missing = tuple(code for code in codes if code not in held)
        if len(codes) <= _ENUMERATED and lists.get(wanted) is None:
            lists.keep(wanted, missing)
    return missing


def page(index: Index, keys: Sequence[str]) -> list[Row]:
    """The codes that ``keys`` stand for, in their order, each once."""
    ids = [key for key in keys if ":" not in key]
    found = {key: stored.point for key, stored in index.stored(ids).items()} if ids else {}
    curies = [found[key].curie if key in found else key for key in keys]
    cards = [*found.values(), *_cards(index, [key for key in keys if ":" in key])]
    rows = {row.curie: row for row in map(_row, sorted(cards, key=richness))}
    used = coded(index, [each for each in curies if each not in rows])
    rows |= {key: Row(one.vocabulary, one.code, one.display, one.live) for key, one in used.items()}
    return [rows[each] for each in dict.fromkeys(curies) if each in rows]


def _cards(index: Index, curies: Sequence[str]) -> list[Point]:
    """Cards of these concepts, without the names they have besides: three times as fast."""
    wanted = set(curies)
    found = index.points([Condition("curies", tuple(curies)), CARD]) if curies else iter(())
    return [card for card in found if card.curie in wanted]


def _row(card: Point) -> Row:
    return Row(card.vocabulary, card.code, card.concept_name, card.live)


async def _keys(search: AsyncTermSearch, part: Part, *, live: bool) -> _Keys:
    conditions = (*part.conditions, *((LIVE,) if live else ()))
    wanted = conditions, part.codes, part.without
    lists = _LISTS.setdefault(search, _Lists())
    keys = lists.get(wanted)
    if keys is not None:
        return keys
    async with lists.reading:
        keys = lists.get(wanted)
        if keys is None:
            keys = await _read(search, part, live=live)
            if len(part.codes or ()) <= _ENUMERATED:
                lists.keep(wanted, keys)
    return keys


async def _read(search: AsyncTermSearch, part: Part, *, live: bool) -> _Keys:
    if part.codes is not None:
        return await _enumerated(search, part, live=live)
    if not part.system.owned:
        raise not_supported(
            f"the index has no concepts of {part.system.uri}, only codes that others use; "
            "it can be searched with filter, not listed."
        )
    where = _where(part, live=live)
    many = await search.call(lambda s: s.index.count(where))
    if many > _LISTED:
        raise too_costly(f"{many:,} codes; {_LISTED:,} can be listed. Give a filter, or narrow it.")
    return await (_by_name if many <= _SORTED else _by_id)(search, part, where)


async def _by_name(search: AsyncTermSearch, part: Part, where: tuple[Condition, ...]) -> _Keys:
    names: dict[str, tuple[Richness, str]] = {}  # by the richest card, as they are displayed

    def note(cards: Iterator[Point]) -> int:
        read = list(islice(cards, _PIECE))
        for card in read:
            said = richness(card), card.concept_name.casefold()
            names[card.curie] = max(names.get(card.curie, said), said)
        return len(read)

    cards = await search.call(lambda s: s.index.points(where))
    await _pieces(search, lambda: note(cards))
    return tuple(sorted(names.keys() - part.without, key=lambda each: (names[each][1], each)))


async def _by_id(search: AsyncTermSearch, part: Part, where: tuple[Condition, ...]) -> _Keys:
    ids: list[str] = []

    def note(some: Iterator[str]) -> int:
        read = list(islice(some, _PIECE))
        ids.extend(read)
        return len(read)

    some = await search.call(lambda s: s.index.ids(where))
    await _pieces(search, lambda: note(some))
    roots = (Condition("curies", tuple(part.without)), CARD)
    without = await search.call(lambda s: set(s.index.ids(roots)) if part.without else set())
    return tuple(each for each in ids if each not in without)


async def _enumerated(search: AsyncTermSearch, part: Part, *, live: bool) -> _Keys:
    """Those of the codes that the index has, in the order of the definition."""
    codes = part.codes or ()
    held = await _having(search, codes, lambda one: part.holds(one) and (one.live or not live))
    return tuple(code for code in codes if code in held)


async def _having(
    search: AsyncTermSearch, codes: _Keys, wanted: Callable[[Coded], bool]
) -> set[str]:
    """Those of ``codes`` that the index has and that are ``wanted``."""
    index = await search.call(lambda s: s.index)
    left = iter(codes)
    held: set[str] = set()

    def note() -> int:
        block = list(islice(left, _PIECE // 8))
        held.update(key for key, one in coded(index, block).items() if wanted(one))
        return len(block)

    await _pieces(search, note)
    return held


async def _pieces(search: AsyncTermSearch, read: Callable[[], int]) -> None:
    """Call ``read`` on the engine's thread until it reads nothing more."""
    while await search.call(lambda _: read()):
        pass


def _where(part: Part, *, live: bool) -> tuple[Condition, ...]:
    return (*part.conditions, CARD, *((LIVE,) if live else ()))
