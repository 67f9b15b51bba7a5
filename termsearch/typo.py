"""Misspelt words, put right by the words of names that are spelt alike."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

__all__ = ["corrected"]

#: Letters in one run, whatever stands beside it ("alzhiemer's", "pnuemonia,"), but for digits: they
#: are no slips, and BRCA1 is not BRCA2.
_WORD = re.compile(r"(?<!\w)[^\W\d_]++(?!\w)")

#: Shorter words are abbreviations, or one letter away from too many others.
_SHORTEST = 5

#: From this length on, two slips are allowed if they only move letters about ("hemodyalisis"):
#: two other letters make another word, hypercalcaemia of hyperkalaemia.
_LONG = 9

#: Letters that sound alike, or not at all: in "schizofrenia" and "hemoroids" nobody hears a slip.
#: Of the words of MeSH, HPO and ICD-10-CM 143 pairs sound the same and are two edits apart or more:
#: 132 of them name one concept, and of the rest four are one word ("ovary" and "ovarii").
_SOUNDS = (
    (re.compile("ph"), "f"),
    (re.compile("rrh|rh"), "r"),
    (re.compile("ae|oe"), "e"),
    (re.compile("y"), "i"),
    (re.compile(r"(.)\1"), r"\1"),
)


def corrected(
    form: str, names: Sequence[str], in_use: Callable[[str], bool] = lambda _: False
) -> str:
    """``form`` with words that no name has put right by the nearest word that names have.

    Args:
        form: Search form of the query.
        names: Search forms of names that are spelt alike, best first: the earlier name wins a tie.
        in_use: Whether any other name has a word, which is then no slip: the ilium is not the
            ileum, and dysphasia no dysphagia. Asked of words that would be another.

    Returns:
        ``form`` itself where every word is known or none is near.
    """
    singular = [word for name in names for word in _WORD.findall(name)]
    known = dict.fromkeys([*singular, *(f"{word}s" for word in singular)])

    def right(typed: re.Match[str]) -> str:
        word = typed[0]
        other = word if word in known else _nearest(word, known)
        return other if _in_number(word, other) or not in_use(word) else word

    return _WORD.sub(right, form)


def _in_number(word: str, other: str) -> bool:
    """Whether the two are one word, in the singular and the plural at the most."""
    return word.removesuffix("s") == other.removesuffix("s")


def _nearest(word: str, known: Iterable[str]) -> str:
    """The known word with the fewest edits, if few enough; swapped letters are one (OSA).

    Else the first that sounds the same.
    """
    if len(word) < _SHORTEST:
        return word
    best, fewest = word, 3
    for other in known:
        edits = OSA.distance(word, other, score_cutoff=fewest - 1)
        moved = len(word) >= _LONG and sorted(word) == sorted(other)
        if edits < fewest and edits <= 1 + moved:
            best, fewest = other, edits
    return best if best != word else _sounds_alike(word, known)


def _sounds_alike(word: str, known: Iterable[str]) -> str:
    sound = _sound(word)
    return next((other for other in known if _sound(other) == sound), word)


@lru_cache(10_000)
def _sound(word: str) -> str:
    for pattern, letters in _SOUNDS:
        word = pattern.sub(letters, word)
    return word
