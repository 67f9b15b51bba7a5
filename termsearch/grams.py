"""Three-letter pieces of a name: what still agrees when the spelling does not.

Three letters in a row of every word, its edges being blanks: " fe", "fev", "eve", "ver", "er ".
They are compared as numbers of 32 bits, their CRC-32.
"""

from functools import lru_cache
from math import sqrt
from zlib import crc32

__all__ = ["BEGUN", "hashes", "likeness", "sparse"]

#: Behind a word that may go on: it has no right edge. No search form has this character (NFKC).
BEGUN = "…"


def likeness(one: str, other: str) -> float:
    """How much the pieces of two search forms agree: cosine of their sets, 0 to 1."""
    ours, theirs = _numbers(one), _numbers(other)
    if not ours or not theirs:
        return 0.0
    return len(ours & theirs) / sqrt(len(ours) * len(theirs))


def hashes(form: str) -> list[int]:
    """The pieces as numbers, ascending."""
    return sorted(_numbers(form))


def sparse(pieces: list[int]) -> tuple[list[int], list[float]]:
    """What :func:`hashes` gave as a sparse vector of length 1: as many equal values.

    The engine weighs each piece by its rarity in the index (IDF) when it compares.
    """
    return pieces, [1 / sqrt(len(pieces))] * len(pieces)


@lru_cache(8_192)
def _numbers(form: str) -> frozenset[int]:
    """Of all words. Remembered: 20 MB for 8,192 names of five."""
    return frozenset().union(*map(_hashes, form.split()))


@lru_cache(100_000)
def _hashes(word: str) -> frozenset[int]:
    """Of one word's pieces. Names share words: 4 us a name where each piece anew takes 20.

    Remembered: 110 MB for 100,000 words, when they have been met.
    """
    return frozenset([crc32(piece.encode()) for piece in _pieces(word)])


def _pieces(word: str) -> list[str]:
    edged = f" {word[:-1]}" if word.endswith(BEGUN) else f" {word} "
    return [edged[at : at + 3] for at in range(max(1, len(edged) - 2))]
