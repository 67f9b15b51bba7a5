"""Words in one normal spelling: number, British and American, Greek, numerals, synonyms."""

import re
from functools import lru_cache
from typing import Final

import Stemmer

__all__ = ["inflected", "words"]

#: Snowball in C. The one in Python (snowballstemmer) has the same stems, but mixes up the words of
#: two threads that ask at once ("abuse" became "abandon"), and takes 23 us a word for 1.
_STEMMER: Final = Stemmer.Stemmer("english", 0)  # no cache: ``_normal`` remembers

#: Shorter words are abbreviations as often as not, and lose their meaning with an ending.
_SHORTEST_STEMMED: Final = 3

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

#: "t.b.", "p.d."
_DOTTED: Final = re.compile(r"\b(?:[a-z]\.){2,}")

_GREEK: Final = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "  # noqa: SIM905  # 25 names in a list would be 25 lines
        "sigma sigma tau upsilon phi chi psi omega".split(),
        strict=True,
    )
)

_ROMAN: Final = {
    numeral: str(number)
    for number, numeral in enumerate(
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"), start=1
    )
}
_COUNTED: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINAL: Final = ("first", "second", "third", "fourth", "fifth")

#: Numerals of one letter are read as such only behind a word that calls for one: "vitamin i",
#: "x-linked" and "factor v" are told apart by it.
_NUMBERS: Final = (
    {numeral: number for numeral, number in _ROMAN.items() if len(numeral) > 1}
    | {word: str(number) for number, word in enumerate(_COUNTED, start=1)}
    | {word: str(number) for number, word in enumerate(_ORDINAL, start=1)}
)
_LEVEL: Final = re.compile(
    r"\b(types?|stages?|grades?|class|group|phase|factor|degree|level|form|nerve) (i|v|x)\b"
)

#: British to American, on both sides, so that it does not matter whether a word really has an
#: American spelling ("aerobic" becomes "erobic" in names and in queries alike).
_AMERICAN: Final = tuple(
    (re.compile(pattern), american)
    for pattern, american in (
        ("ae|oe", "e"),
        ("sulph", "sulf"),
        (r"our(s|ed|al|ous)?$", r"or\1"),
        (r"is(e|ed|ing|ation|ations)$", r"iz\1"),
        (r"ys(e|ed|ing)$", r"yz\1"),
        ("(cent|lit|met|fib|tit)re(s?)$", r"\1er\2"),
    )
)

#: Words that tell no two names apart.
_EMPTY: Final = frozenset({"of", "the", "a", "an", "in", "on", "at", "to", "for", "and", "or",
                           "by", "nos", "due", "as", "is"})  # fmt: skip

#: Stems that stand for one another in names of diseases and findings: the noun and the
#: adjective of an organ, and words that clinicians use alike. Chosen from the misses on the
#: training split and from medical usage; few, since a wrong pair makes a wrong match exact.
_SAME: Final = {
    "neoplasm": "tumor", "neoplasia": "tumor",
    "disord": "diseas", "ailment": "diseas",
    "anomali": "abnorm", "malform": "abnorm", "abnormal": "abnorm",
    "renal": "kidney", "cardiac": "heart", "hepat": "liver", "pulmonari": "lung",
    "cutan": "skin", "dermal": "skin", "ocular": "eye", "gastric": "stomach",
    "inherit": "hereditari", "famili": "hereditari", "heredit": "hereditari",
}  # fmt: skip


_SAME_WORDS: Final = frozenset(_SAME.values())


def words(form: str) -> list[str]:
    """The words of a search form, each in its normal spelling, in order."""
    found = [_normal(word) for word in _split(form)]
    return [word for word in found if word not in _EMPTY] or found


def _split(form: str) -> list[str]:
    """As written but for Greek letters, dots between initials, and Roman numerals of one letter."""
    if not form.isascii():
        for letter, name in _GREEK.items():
            form = form.replace(letter, f" {name} ")
    if "." in form:
        form = _DOTTED.sub(lambda initials: initials[0].replace(".", ""), form)
    if " i" in form or " v" in form or " x" in form:
        form = _LEVEL.sub(lambda level: f"{level[1]} {_ROMAN[level[2]]}", form)
    return _WORD.findall(form)


def inflected(one: str, other: str) -> bool:
    """Whether two search forms of one word each are that word in the singular or plural.

    Words of one stem can be further apart: "diabetes" and "Diabetal", a drug.
    """
    ours, theirs = (set(map(_singular, _split(form))) - _EMPTY for form in (one, other))
    return ours == theirs or any(word in _SAME_WORDS for word in words(one))


def _singular(word: str) -> str:
    word = _american(word)
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word.removesuffix("s")


def _american(word: str) -> str:
    word = word.removesuffix("'s").replace("'", "")
    for pattern, american in _AMERICAN:
        word = pattern.sub(american, word)
    return word


@lru_cache(100_000)
def _normal(word: str) -> str:
    """One word: American spelling, Arabic numerals, stem, one word for each pair of synonyms."""
    bare = word.removesuffix("'s").replace("'", "")
    if bare in _NUMBERS:
        return _NUMBERS[bare]
    word = _american(word)
    if word.isalpha() and len(word) > _SHORTEST_STEMMED:
        word = _STEMMER.stemWord(word)
    return _SAME.get(word, word)
