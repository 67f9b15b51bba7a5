"""The roles of numbers, and of words that numbers belong to: type II, SCA1, 5th nerve, 500 mg.

A role takes a text and the position of its word, and returns the position to go on from.
"""

import re
from collections.abc import Iterator

from termsearch.conflict.numbers import AXES, Quantity, amount, numeral, unit
from termsearch.conflict.stated import Role
from termsearch.conflict.text import ENDS, Text
from termsearch.conflict.words import STOPS, listed, stem
from termsearch.numerals import GREEK, ORDINALS

__all__ = [
    "axis",
    "greek",
    "lettered",
    "letters_number",
    "lone_letter",
    "number",
    "ordinal",
    "roman",
]

_NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)([^\W\d_]*)(-?)")
_LETTERS_NUMBER = re.compile(r"([^\W\d_]+)(\d{1,4}[a-z]?)")
_ORDINAL_DIGITS = frozenset({"st", "nd", "rd", "th"})
_TO = frozenset({"to", "through", "thru"})
_SEPARATORS = frozenset({"and", "or", "/", ",", *_TO})
_BESIDE = frozenset({"and", "or", "/"})
_ONES = frozenset("123456789")
_INTRAVENOUS = "iv"
_PHRASE_ENDS = frozenset({"", ",", ";", "(", ")"})
_LAST_OF_RANGE = 30  # "grades 1-9999" are no grades

#: Their number counts among things of one kind: growth factor 1, splicing factor 3.
_COUNTED_WITHIN = frozenset({"factor", "complex", "group", "level"})

#: A number after these is that of a classification, not of what is classified: AJCC v7.
_EDITIONS = frozenset(listed("v version edition ajcc icd"))


def axis(text: Text, at: int) -> int:
    """Type II, stages 1 and 2, grade 1-3: the noun and every value that follows it."""
    noun = AXES[text.at(at)]
    if noun == "type" and "hepatitis" in text.first:
        noun = "hepatitis"  # hepatitis type C is hepatitis C
    values, end = _values(text, at + 1, noun)
    if not values:
        return text.add(at)
    of = text.at(at - 1) if noun in _COUNTED_WITHIN else ""
    for value in values:
        text.say(noun, value, f"{noun} {value}", "axis", of)
    return end


def _values(text: Text, at: int, noun: str) -> tuple[list[str], int]:
    """Every value of ``noun`` from ``at`` on, and the position after the last."""
    values: list[str] = []
    end = at
    while True:
        value, after = _value(text, at, noun)
        if not value:
            return values, end
        end, hyphen = after, text.at(after - 1).endswith("-")
        if hyphen or text.at(end) in _TO:
            until, after = _value(text, end + (not hyphen), noun)
            if until.isdigit() and value.isdigit():
                between = range(int(value), min(int(until), _LAST_OF_RANGE) + 1)
                return values + (list(map(str, between)) or [value]), after
        values.append(value)
        if hyphen and until[:1].isdigit():  # 3a-3b; not factor 4-alpha
            return [*values, until], after
        if text.at(end) not in _SEPARATORS or not _goes_on(text.at(end + 1), value):
            return values, end
        at = end + 1


def _goes_on(token: str, value: str) -> bool:
    """Whether ``token`` can be the next in a list: 1 and 2, II or III; not "1, X-linked"."""
    return token[:1].isdigit() or len(token) > 1 or not value[0].isdigit()


def _value(text: Text, at: int, noun: str) -> tuple[str, int]:
    """The value of ``noun`` at ``at`` and the position after it; empty if it is none."""
    value, end = numeral(text.at(at).rstrip("-"), noun), at + 1
    if value in {"20", "30"} and (ones := numeral(text.at(end), noun)) in _ONES:
        value, end = f"{value[0]}{ones}", end + 1  # twenty-one
    return ("", at) if unit(text.at(end)) else (value, end)


def ordinal(text: Text, at: int) -> int:
    """Second degree, third nerve."""
    return _ordinal(text, at, ORDINALS[text.at(at)])


def _ordinal(text: Text, at: int, number: str) -> int:
    noun = text.at(at + 1)
    if noun.isalpha() and noun not in STOPS:
        kind = AXES.get(noun)
        text.say(kind or stem(noun), number, f"{noun} {number}", "axis" if kind else "said")
    return at + 1


def greek(text: Text, at: int) -> int:
    """Beta blocker, interferon γ."""
    letter = GREEK.get(text.at(at), text.at(at))
    following = text.at(at + 1)
    before = text.at(at - 2) if text.at(at - 1) == "," else text.at(at - 1)  # receptors, sigma
    of = following if following.isalpha() and following not in STOPS else before
    text.say("letter", letter, letter, of=stem(of))
    return at + 1


def lone_letter(text: Text, at: int) -> int:
    """The "I" of angiotensin I, the "S" of protein S; an article and a possessive say nothing."""
    if not roman(text, at):
        lettered(text, at)
    return at + 1


def lettered(text: Text, at: int) -> None:
    """Hemophilia A: a letter that ends a phrase is the value of the word before it."""
    before = text.at(at - 1)
    ends = text.at(at + 1) in _PHRASE_ENDS
    if ends and len(before) > 1 and before.isalpha() and before not in STOPS | ENDS:
        _loose(text, at, text.tokens[at])


def roman(text: Text, at: int) -> bool:
    """Whether it is one: angiotensin II, mucopolysaccharidosis I; not IV, intravenous."""
    word, before = text.at(at), text.at(at - 1)
    if word[0] not in "ivx" or word == _INTRAVENOUS or not before.isalpha() or before in STOPS:
        return False
    value = numeral(word, "type" if len(word) == 1 and text.last(at) else "")
    if value:
        _loose(text, at, value)
    return bool(value)


def letters_number(text: Text, at: int) -> None:
    """SCA1, HbA1c: the number belongs to the letters."""
    if found := _LETTERS_NUMBER.fullmatch(text.at(at)):
        _loose(text, at, found[2], found[1])


def _loose(text: Text, at: int, value: str, letters: str = "") -> None:
    """A number of the letters, or of the word before it: ataxia 1, IL-6."""
    noun, of = (letters, "") if letters else (text.at(at - 1), text.at(at - 2))
    if noun in _EDITIONS or noun in _BESIDE:
        return
    role: Role = "last" if text.last(at) else "loose"
    for each in (value.lstrip("0") or "0", *_beside(text, at + 1)):
        text.say(stem(noun), each, f"{noun} {each}", role, of if of.isalpha() else "")


def _beside(text: Text, at: int) -> Iterator[str]:
    """Further numbers of one word: HIV 1 and 2, BRCA1/2; not "PCR 1 and 2 mg"."""
    while text.at(at) in _BESIDE and text.at(at + 1)[:1].isdigit():
        value = numeral(text.at(at + 1))
        if not value or unit(text.at(at + 2)):
            return
        yield value
        at += 2


def number(text: Text, at: int) -> int:
    """An ordinal, a quantity, a ratio, the number of the word before, or nothing."""
    found = _NUMBER.fullmatch(text.at(at))
    digits, letters, hyphen = found.groups() if found else ("", "", "")
    if letters in _ORDINAL_DIGITS:
        return _ordinal(text, at, digits)
    if end := _quantity(text, at, digits, letters):
        return end
    if text.at(at + 1) == ":" and text.at(at + 2):
        return _ratio(text, at, digits)
    before, value = text.at(at - 1), numeral(digits + letters)
    if value and before.isalpha() and before not in STOPS and not hyphen:
        _loose(text, at, value)
    return at + 1


def _ratio(text: Text, at: int, digits: str) -> int:
    one, many = amount(digits), amount(text.at(at + 2))
    if one and many:
        shown = f"{digits}:{text.at(at + 2)}"
        text.say("ratio", f"{many / one:.9g}", shown, "quantity")
    return at + 3


def _quantity(text: Text, at: int, digits: str, letters: str) -> int:
    """Where it ends if a unit follows, else 0."""
    spelled = letters or text.at(at + 1)
    measure, many = unit(spelled), amount(digits)
    if measure is None or many is None:
        return 0
    end = at + 1 if letters else at + 2
    found, shown = Quantity(measure.dimension, many * measure.factor), f"{digits} {spelled}"
    if text.at(end) in {"/", "per"} and (below := _below(text, end + 1)):
        bottom, written, end = below
        found, shown = found.per(bottom), f"{shown}/{written}"
    text.say(found.dimension, found.canonical, shown, "quantity")
    return end


def _below(text: Text, at: int) -> tuple[Quantity, str, int] | None:
    """What stands under the stroke, as written too, and where it ends: ml, 5 ml, 24h."""
    found = _NUMBER.fullmatch(text.at(at))
    digits, spelled = (found[1], found[2]) if found else ("1", text.at(at))
    end = at + 1
    if not spelled:
        spelled, end = text.at(end), end + 1
    measure, many = unit(spelled), amount(digits)
    if measure is None or not many:
        return None
    written = f"{digits} {spelled}" if found else spelled
    return Quantity(measure.dimension, many * measure.factor), written, end
