"""What a name is abbreviated to by its first letters.

Who writes "PWS" may mean the Prader-Willi syndrome although no name says so. Names know their
initials, and a word that is no other word is looked for among them.
"""

import re
from typing import Final

from termsearch.abbreviations import SMALL_WORDS
from termsearch.normalize import search_form

__all__ = ["LONGEST", "SHORTEST", "UNSAID", "capitals", "initials"]

#: Two letters are those of too many names, and what is longer is a word.
SHORTEST: Final = 3
LONGEST: Final = 6

#: What the letters may leave out: "syndrome of Prader and Willi" is "spw" too.
UNSAID: Final = SMALL_WORDS | {"type", "de", "du", "der", "und", "et"}
_ASIDE: Final = re.compile(r"\([^()]*\)|\[[^][]*\]")
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
#: Longer names are sentences.
_MOST_LETTERS: Final = 90
#: "Muscular dystrophy, Duchenne" is read in order; a longer list is one of things side by side.
_MOST_PARTS: Final = 3


def initials(form: str) -> tuple[str, ...]:
    """The abbreviations of a search form: of all its words, and without the small ones.

    "Deep vein thrombosis" is "dvt", "syndrome of inappropriate ADH" both "soia" and "sia". Inverted
    names are read in order, and numbers are written whole.
    """
    if len(form) > _MOST_LETTERS or (" " not in form and "-" not in form):
        return ()
    if "(" in form or "[" in form:
        form = _ASIDE.sub(" ", form)
    if ", " in form and len(parts := form.split(", ")) <= _MOST_PARTS:
        form = " ".join(reversed(parts))
    words = _WORD.findall(form)
    found = [_letters(words)]
    if not UNSAID.isdisjoint(words):
        found.append(_letters([word for word in words if word not in UNSAID]))
    return tuple(short for short in found if SHORTEST <= len(short) <= LONGEST)


def _letters(words: list[str]) -> str:
    return "".join([word if word.isdecimal() else word[0] for word in words])


def capitals(text: str) -> frozenset[str]:
    """Search forms of the words that ``text`` has in capitals.

    Of a text that is all in capitals only one that is a word says anything by them.
    """
    if text.isupper() and len(text.split()) > 1:
        return frozenset()
    return frozenset(search_form(word) for word in _WORD.findall(text) if word.isupper())
