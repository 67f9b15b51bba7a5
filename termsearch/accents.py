"""Letters with accents and without, for those who type "meniere" and mean "Ménière"."""

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["spellings", "unaccented"]

#: Of Latin, Greek and Cyrillic. The marks of other scripts tell words apart: Thai and Devanagari
#: write vowels with them, kana voiced consonants.
_ACCENTS = re.compile("[\u0300-\u036f]")

#: What a letter may be in names, by what is typed for it: the accents of West European languages
#: and of eponyms.
_ACCENTED = {
    "a": "áàâäãå", "c": "çćč", "e": "éèêë", "i": "íìîï", "n": "ñń", "o": "óòôöõ", "s": "śš",
    "u": "úùûü", "y": "ýÿ", "z": "źżž",
}  # fmt: skip
#: Letters of a word that are tried with an accent: of a longer one, enough else agrees.
_TRIED = 6


def unaccented(form: str) -> str:
    """A search form without the accents of Latin, Greek and Cyrillic letters.

    "ø", "ł" and "æ" stay: they are letters of their own, without an accent that could be taken off.
    """
    if form.isascii():
        return form
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", form))
    return unicodedata.normalize("NFC", bare)


def spellings(word: str) -> Iterator[str]:
    """A word with an accent on one of its first letters, in every way; or without any it has.

    A name is found by its three-letter pieces, and "meniere" shares none with "ménière". One accent
    at a time is enough: each spelling shares the pieces that have that letter only.
    """
    if not word.isascii():
        yield unaccented(word)
        return
    for at, letter in enumerate(word[:_TRIED]):
        for accented in _ACCENTED.get(letter, ""):
            yield word[:at] + accented + word[at + 1 :]
