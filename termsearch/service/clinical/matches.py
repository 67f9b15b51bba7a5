"""Which concepts match what was typed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from termsearch.autocomplete import Completion, autocomplete
from termsearch.codes import conditions_of
from termsearch.index import Index
from termsearch.index.point import Point
from termsearch.index.where import CARD, Condition, Where
from termsearch.normalize import search_form
from termsearch.service.clinical.fields import Found, canonical, card_first
from termsearch.service.clinical.table import Table
from termsearch.vocabulary import curie, split_curie

__all__ = ["matches"]

#: Concepts below a code that are looked at for codes that begin like it.
_MOST_BELOW: Final = 2_000
#: How many times more names are asked for where too few of them are rows of the table.
_MORE: Final = 4


def matches(
    index: Index, table: Table, where: Where, terms: str, *, fields: Iterable[str], limit: int
) -> list[Found]:
    """Concepts of which a name has the beginnings that were typed, or whose code was typed.

    A code's concept comes first, with those below whose codes begin like it (``A15``); other words
    beside a code must begin words of its names: a widget asks again for what it displayed
    ("A15.0 Tuberculosis of lung"). Slips of the pen count only where nothing matches without:
    widgets sort what they get by the alphabet, and would mix the two.
    """
    searched = {canonical(field) for field in fields}
    found = list(_by_code(index, table, where, terms)) if "code" in searched else []
    if searched - {"code"}:
        rows = _named(index, table, where, terms, limit)
        exact = [each for each in rows if each.slips == 0]
        kept = exact or ([] if found else rows)
        found += [Found(each.curie, each.matched_name) for each in kept]
    first = {each.curie: each for each in reversed(found)}
    return [first[each] for each in dict.fromkeys(one.curie for one in found)][:limit]


def _named(index: Index, table: Table, where: Where, terms: str, limit: int) -> list[Completion]:
    """Rows of the table, as many as are wanted; fewer are the beginning of what more would be."""
    asked = limit * table.spare
    while True:
        named = autocomplete(index, terms, where, limit=asked).results
        rows = [each for each in named if table.takes(each.vocabulary)]
        if len(rows) >= limit or len(named) < asked:
            return rows
        asked *= _MORE


def _by_code(index: Index, table: Table, where: Where, terms: str) -> Iterator[Found]:
    conditions = conditions_of(index, where)
    codes = _codes_in(terms, table.vocabulary)
    every = Condition("curies", tuple(each for wanted in codes.values() for each in wanted))
    points = card_first(index.points([every, *conditions])) if codes else []
    for word, wanted in codes.items():
        named = [
            point
            for point in points
            if table.takes(point.vocabulary) and not set(wanted).isdisjoint(point.curies)
        ]
        others = search_form(terms.replace(word, " ", 1)).split()
        for point in named:
            if all(_begins_a_word(other, point, named) for other in others):
                yield Found(point.curie, point.concept_name)
        if named and not others:
            yield from _below(index, named[0].curie, _written(wanted[-1]), conditions)


def _codes_in(terms: str, vocabulary: str) -> dict[str, tuple[str, ...]]:
    """Words that may be codes, each with the CURIEs it may stand for, in upper case last."""
    found = {}
    for word in terms.split():
        parts = [split_curie(f"{vocabulary}:{code}") for code in (word, word.upper())]
        found[word] = tuple(dict.fromkeys(curie(*each) for each in parts if each))
    return found


def _written(canonical: str) -> str:
    """The code in a CURIE of the table's vocabulary: ``E11`` for what was typed as ``e11.``."""
    return (split_curie(canonical) or ("", canonical))[1]


def _begins_a_word(typed: str, point: Point, named: Iterable[Point]) -> bool:
    names = (other.form for other in named if other.curie == point.curie)
    return any(word.startswith(typed) for form in names for word in form.split())


def _below(
    index: Index, parent: str, code: str, conditions: Sequence[Condition]
) -> Iterator[Found]:
    cards = index.points([Condition("ancestors", (parent,)), CARD, *conditions])
    alike = [
        card
        for card in islice(cards, _MOST_BELOW)
        if card.curie != parent and card.code.upper().startswith(code.upper())
    ]
    ordered = sorted(card_first(alike), key=lambda card: card.code)
    yield from (Found(card.curie, card.concept_name) for card in ordered)
