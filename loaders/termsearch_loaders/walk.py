"""Walks over a graph: what steps lead to, each once, whatever circles there are."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain
from typing import TypeVar

__all__ = ["ends", "levels", "reached"]

T = TypeVar("T", bound=Hashable)


def levels(start: T, step: Callable[[T], Iterable[T]]) -> Iterator[list[T]]:
    """What is one step from ``start``, then what is two steps, ...; no level is empty.

    Each stands in the level of its shortest way, in the order it is come upon; ``start`` in none.
    """
    met, level = {start}, [start]
    while level:
        further: list[T] = []
        # Loops: a level as a comprehension over dict.fromkeys takes three times as long, for
        # most levels are short (7 ancestors of each of 33,000 UMLS concepts).
        for one in level:
            for to in step(one):
                if to not in met:
                    met.add(to)
                    further.append(to)
        if further:
            yield further
        level = further


def reached(start: T, step: Callable[[T], Iterable[T]]) -> list[T]:
    """All that any number of steps lead to, nearest first; never ``start``."""
    return list(chain.from_iterable(levels(start, step)))


def ends(start: T, step: Callable[[T], Iterable[T]], is_end: Callable[[T], bool]) -> list[T]:
    """The first ends on all ways from ``start``, nearest first: no step is taken from an end.

    ``start`` is left whether it is an end or not. A way that ends in none, or in a circle, adds
    nothing.
    """

    def onward(one: T) -> Iterable[T]:
        return () if one != start and is_end(one) else step(one)

    return list(filter(is_end, reached(start, onward)))
