"""The roles of words that say that something is absent: no, without, ruled out, non-.

A role takes a text and the position of its word, and returns the position to go on from.
"""

import re

from termsearch.conflict.text import EITHER, ENDS, Text
from termsearch.conflict.words import CHOICES, NOT_TURNED, listed

__all__ = [
    "absence_before",
    "boundary",
    "free",
    "joiner",
    "lack",
    "negation",
    "non",
    "ruled",
    "turned",
]

_NOT_NEGATED = frozenset(listed("otherwise elsewhere specified classified applicable"))

#: The "a" of "avascular" stands before a consonant, the "an" of "anovulatory" before a vowel or h,
#: both before adjectives: of all words of MeSH and HPO that begin so and whose rest is a word too,
#: the eight in ``NOT_TURNED`` mean something else.
_TURNED = re.compile(
    r"(un)([a-z]{4,})|"
    r"(an(?=[aeioh])|a(?=[^aeiouh]))([a-z]{3,}(?:ic|al|ar|ile|ous|ory|oid|ed))"
)

_SEIZURES = ("epilep", "seizure", "petit")

_SEEN = frozenset(listed("detected found present seen identified evident known"))


def negation(text: Text, at: int) -> int:
    """Open a phrase of what is absent; or look back, as "fever not found" does."""
    word, following, before = text.at(at), text.at(at + 1), text.at(at - 1)
    if following in _NOT_NEGATED or following[:1].isdigit() or before in EITHER:
        return at + 2  # not otherwise specified; no. 4; with or without, which says neither
    if before == "oxide" or following.startswith("synthase"):
        return text.add(at)  # nitric oxide (NO), NO synthase
    if word == "not" and following in _SEEN:
        return absence_before(text, at) + 1
    if word == "non" and following:
        non(text, f"non-{following}")
        return at + 2
    text.close()
    text.phrase = []
    return at + 1


def turned(text: Text, token: str) -> None:
    """Unsafe, avascular: what the rest of the word says is not so."""
    if text.phrase is None and token not in NOT_TURNED and (found := _TURNED.fullmatch(token)):
        text.deny([found[2] or found[4]], found[1] or found[3])


def non(text: Text, token: str) -> None:
    """Non-malignant is benign; "non-small-cell" says that small cells are absent."""
    chosen = CHOICES.get(token.replace("-", ""))
    if chosen:
        text.say(chosen.attribute, chosen.value, token)
    elif text.phrase is None:
        text.deny(token[3:].strip("-").split("-"), "non-")


def absence_before(text: Text, at: int) -> int:
    """Turn the words since the last boundary into absent ones."""
    if words := text.words[text.segment :]:
        text.deny(words, said=text.said[text.since :])
        del text.words[text.segment :], text.said[text.since :]
    return at + 1


def lack(text: Text, at: int) -> int:
    """Absence of aura, absent aura, aura absent; "hypoplastic or absent" is either."""
    following = text.at(at + 1)
    if following in EITHER or text.at(at - 1) in EITHER:
        return at + 1
    if following in ENDS:
        if text.at(at) == "absence" and any(map(text.begun, _SEIZURES)):
            return text.add(at)  # of consciousness: epilepsy, childhood absence
        return absence_before(text, at)
    if text.at(at) == "absence" and following != "of":
        return text.add(at)  # absence seizures
    return negation(text, at)


def ruled(text: Text, at: int) -> int:
    """As in "pneumonia ruled out"."""
    return absence_before(text, at) + 1 if text.at(at + 1) == "out" else text.add(at)


def free(text: Text, at: int) -> int:
    """Free of metastases; not free fatty acids."""
    if text.at(at + 1) != "of":
        return text.add(at)
    text.phrase = []
    return at + 2


def boundary(text: Text, at: int) -> int:
    """The phrase is over, and so is what a later "ruled out" takes back."""
    text.close()
    text.segment, text.since = len(text.words), len(text.said)
    return at + 1


def joiner(text: Text, at: int) -> int:
    """No fever or cough: both are absent, each by itself; not so "no left or right hip pain"."""
    if text.phrase is not None and text.core():
        text.close()
        text.phrase = []
    return at + 1
