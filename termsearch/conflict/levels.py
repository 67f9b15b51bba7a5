"""The roles of words that say how much there is of something: high, low, far apart.

A role takes a text and the position of its word, and returns the position to go on from.
"""

from termsearch.conflict.text import BOUNDARIES, ENDS, JOINERS, Text
from termsearch.conflict.words import (
    DIRECTION_OWNERS,
    DIRECTIONS,
    IONS,
    MEASURED,
    SPACED,
    SPACINGS,
    STOPS,
    stem,
)

__all__ = ["direction", "direction_word", "spacing"]

_NEAR = 3  # words between "high" and what is: increased mean arterial pressure
_MARKS = BOUNDARIES | JOINERS


def direction_word(text: Text, at: int) -> int:
    """High: of what, is clear when all words are read."""
    if text.phrase is not None:
        direction(text, at)
        return text.add(at)
    text.directions.append(at)
    return at + 1


def direction(text: Text, at: int) -> None:
    """High, and of what."""
    token, noun = text.tokens[at], _ion(text, at) or _measured(text, at)
    if noun:
        what = MEASURED.get(noun) or stem(noun)
        text.say(f"level of {what}", DIRECTIONS[token], f"{token} {noun}")


def _ion(text: Text, at: int) -> str:
    """Low K, K low; not "vitamin K deficiency"."""
    before = text.at(at - 1) if text.at(at - 2) in ENDS else ""
    return IONS.get(text.at(at + 1)) or IONS.get(before, "")


def _measured(text: Text, at: int) -> str:
    """The noun that is high or low: one that has a level, else the next, else the one before."""
    after = text.tokens[at + 1 : at + 1 + _NEAR]
    if after and after[0] in DIRECTION_OWNERS:
        return after[0]
    nouns = _nouns(after) or _nouns(text.tokens[max(0, at - _NEAR) : at][::-1])
    return next((noun for noun in nouns if noun in MEASURED), nouns[0] if nouns else "")


def _nouns(tokens: list[str]) -> list[str]:
    return [t for t in tokens if t.isalpha() and t not in STOPS and t not in _MARKS]


def spacing(text: Text, at: int) -> int:
    """Far apart, close-set."""
    word, following = text.at(at), text.at(at + 1)
    if following in SPACED:
        text.say("level of telo", SPACINGS[word], f"{word} {following}", "implied")
    return text.add(at)
