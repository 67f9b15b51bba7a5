"""Stored points drawn by lot."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from heapq import nsmallest
from typing import TypeAlias

from termsearch.index import Index, Stored
from termsearch.pipeline import batches

__all__ = ["Pool", "drawn"]

#: Points and their vectors by id, in the order of the lot.
Pool: TypeAlias = Mapping[str, Stored]

_PAGE = 256


def drawn(index: Index, ids: Iterable[str], number: int, seed: int) -> dict[str, Stored]:
    """``number`` points of ``ids``, the same ones whatever order the engine lists them in."""

    def lot(each: str) -> bytes:
        return blake2b(each.encode(), digest_size=8, salt=seed.to_bytes(8)).digest()

    chosen = nsmallest(number, ids, key=lot)
    found = {
        each: stored
        for page in batches(chosen, _PAGE)
        for each, stored in index.stored(page).items()
    }
    return {each: found[each] for each in chosen if each in found}
