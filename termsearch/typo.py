"""Misspelt words, put right by the words of names that are spelt alike."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from rapidfuzz.distance import OSA

__all__ = ["corrected", "in_use"]

#: Letters in one run, whatever stands beside it ("alzhiemer's", "pnuemonia,"), but for digits: they
#: are no slips, and BRCA1 is not BRCA2.
_WORD = re.compile(r"(?<!\w)[^\W\d_]++(?!\w)")
#: In names that show that a word is in use, also those beside digits.
_LETTERS = re.compile(r"[^\W\d_]+")

#: Shorter words are abbreviations, or one letter away from too many others.
_SHORTEST = 5
#: One of four letters is put right where others stand beside it, by a word that begins alike and so
#: many of the names spelt like it have: "hart atack", where 24 of 100 have "heart".
_SHORT = 4
_COMMON = 10

#: From this length on, two slips are allowed if they only move letters about ("hemodyalisis"):
#: two other letters make another word, hypercalcaemia of hyperkalaemia.
_LONG = 9
#: From this length on, one slip beside what nobody hears: "rumatoid", "hemroids".
_LONG_BY_SOUND = 7

#: Words that are looked up: a text with more that no name near it has is no slip of the pen.
_MOST_UNKNOWN = 6

#: Ways to put right, beside the likeliest, in which one word is another one: each is a search.
_MOST_ELSE = 2

#: Letters that sound alike, or not at all: in "schizofrenia" and "hemoroids" nobody hears a slip.
#: Of the words of MeSH, HPO and ICD-10-CM 143 pairs sound the same and are two edits apart or more:
#: 132 of them name one concept, and of the rest four are one word ("ovary" and "ovarii").
_SOUNDS = (
    (re.compile("ph"), "f"),
    (re.compile("rrh|rh"), "r"),
    (re.compile("ae|oe"), "e"),
    (re.compile("y"), "i"),
    (re.compile("cz"), "x"),
    (re.compile(r"(.)\1"), r"\1"),
)

#: For each of several words, the search forms of names that are spelt like it.
SpeltLike = Callable[[Sequence[str]], Iterable[Sequence[str]]]


def corrected(
    form: str, names: Sequence[str], spelt_like: SpeltLike, *, far: bool = True
) -> list[str]:
    """``form`` with words that no name has put right by the nearest word that names have.

    A word that a name has is no slip: the ilium is not the ileum, and dysphasia no dysphagia. Of
    words that are equally near ("diabetis": diabetic, diabetes), the two that most names have.

    Args:
        form: Search form of the query.
        names: Search forms of names that are spelt like all of it, best first.
        spelt_like: Asked of words that none of these has.
        far: Whether these are no help: else only words that one of them may have otherwise are put
            right.

    Returns:
        Ways to put it right, the likeliest first; none where every word is known or none is near.
    """
    typed = dict.fromkeys(_WORD.findall(form))
    known = _counted(names)
    unknown = (word for word in typed if len(word) >= _SHORT and not _has(known, word))
    doubtful = (word for word in unknown if far or _ways(word, known, alone=len(typed) == 1))
    looked_up = [*islice(doubtful, _MOST_UNKNOWN)]
    right = {
        word: _right(word, known, others, alone=len(typed) == 1)
        for word, others in zip(looked_up, spelt_like(looked_up) if looked_up else (), strict=True)
    }
    first = {word: others[0] for word, others in right.items() if others}
    second = ({**first, word: others[1]} for word, others in right.items() if len(others) > 1)
    ways = [first, *islice(second, _MOST_ELSE)] if first else []
    return [_put(form, way) for way in ways]


def _put(form: str, words: Mapping[str, str]) -> str:
    return _WORD.sub(lambda word: words.get(word[0], word[0]), form)


def _counted(names: Iterable[str]) -> Counter[str]:
    """How many of ``names`` have each word, in their order."""
    return Counter(word for name in names for word in dict.fromkeys(_WORD.findall(name)))


def _has(known: Container[str], word: str) -> bool:
    """In the singular or the plural."""
    return word in known or word.removesuffix("s") in known


def in_use(word: str, names: Iterable[str]) -> bool:
    """Whether one of ``names``, which are search forms, has ``word`` or its singular."""
    return any(_has(_LETTERS.findall(name), word) for name in names)


def _right(word: str, near: Counter[str], names: Sequence[str], *, alone: bool) -> list[str]:
    """One or two words for ``word``, the likeliest first; none if it is right or none is near.

    Args:
        word: Which no name near the query has.
        near: Words of these.
        names: Those that are spelt like the word.
        alone: Whether it is all that is asked for.
    """
    if len(word) >= _SHORTEST and f"{word}s" in near:  # and no name near it has the singular
        return [f"{word}s"]
    if in_use(word, names):
        return []
    ways = _ways(word, near + _counted(names), alone=alone)
    return [way.word for way in ways[:2] if way[:2] == ways[0][:2]]


class _Way(NamedTuple):
    """What a word may be, and how it has become that; the least is the likeliest."""

    unheard: bool  #: False: it sounds the same
    edits: int
    rare: int  #: less the names that have it
    word: str


def _ways(word: str, counts: Counter[str], *, alone: bool) -> list[_Way]:
    """What ``word`` may be, the likeliest first; of equals, those that are first in ``counts``."""
    plurals = (f"{other}s" for other in counts if word.endswith("s") > other.endswith("s"))
    known = [*counts, *plurals]
    if len(word) < _SHORTEST:
        common = [other for other in known if counts[other] >= _COMMON and other[0] == word[0]]
        known = [] if alone else common
    ways = [way for other in known if (way := _way(word, other, -counts[other]))]
    return sorted(ways, key=lambda way: way[:3])


def _way(word: str, other: str, rare: int) -> _Way | None:
    """How ``other`` may have become ``word``; None if it hardly has.

    What sounds the same goes first ("exema": eczema, not edema), then what takes fewer edits;
    swapped letters are one (OSA).
    """
    heard = OSA.distance(_sound(word), _sound(other), score_cutoff=1)
    edits = OSA.distance(word, other, score_cutoff=2)
    moved = len(word) >= _LONG and sorted(word) == sorted(other)
    by_sound = heard == 1 and len(word) >= _LONG_BY_SOUND and word[0] == other[0]
    may = not heard or by_sound or edits <= 1 + moved
    return _Way(heard > 0, edits, rare, other) if may else None


@lru_cache(10_000)
def _sound(word: str) -> str:
    for pattern, letters in _SOUNDS:
        word = pattern.sub(letters, word)
    return word
