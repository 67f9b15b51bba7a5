"""The head of a noun phrase: what is asked for, and not where it is or of which kind.

Who writes "ankle contractures" means contractures, and "Ankle" is no answer, near as its vector is.
In English the head is the last word before what begins with a preposition, or before a comma.
"""

import re
from functools import lru_cache
from typing import Final

from termsearch.lexicon import words

__all__ = ["headword", "names_a_modifier"]

#: Begins what only says more of the head: "weakness of the arm", "pain due to cancer".
_BEGINS: Final = re.compile(
    r"(?<![\w-])(?:of|in|with|without|due|from|to|by|for|at|on|during|after|following|between|within|"
    r"under|via|per|associated|related|caused|causing|induced|secondary|resulting|involving|"
    r"affecting|characterized)\b|[;:]"
)
#: With one of these a comma parts what is counted up, not a head from what inverts it.
_COUNTS: Final = re.compile(r"\b(?:and|or)\b|/")
_ASIDE: Final = re.compile(r"\([^()]*\)|\[[^][]*\]")


def _normal(plain: str) -> frozenset[str]:
    return frozenset(word for each in plain.split() for word in words(each))


#: Without them the phrase names the same: "asthma patients", "symptoms of asthma"; a drug without
#: what it is a salt of.
_LIGHT: Final = _normal(
    "patient case episode attack sign symptom finding problem condition history presence evidence "
    "diagnosis onset presentation phenotype nos "
    "salt hydrochloride dihydrochloride hydrobromide chloride bromide sulfate phosphate nitrate "
    "acetate citrate fumarate maleate tartrate mesylate besylate tosylate hydrate monohydrate "
    "dihydrate sodium potassium calcium magnesium"
)

#: What follows one of these, at the end, says which of them: "kidney disease stage 3", "type b".
_LEVELS: Final = _normal("type subtype stage grade class group category phase level degree nyha")
_LONGEST_LEVEL: Final = 3


@lru_cache(1_024)
def headword(form: str) -> str:
    """The head of a search form, in its normal spelling; empty if it is nothing but light words."""
    bare = _ASIDE.sub(" ", form)
    for part in _BEGINS.split(bare):
        phrase = part if _COUNTS.search(part) else part.partition(",")[0]
        if telling := _telling(phrase):
            return telling[-1]
    return ""


def names_a_modifier(asked: str, found: str) -> bool:
    """Whether ``found`` has not the head of ``asked`` and its own head is but a part of that."""
    head = headword(asked)
    return bool(head) and head not in words(found) and headword(found) in words(asked)


def _telling(phrase: str) -> list[str]:
    """Its words without light ones, and without which type or stage it is of."""
    telling = [word for word in words(phrase) if word not in _LIGHT] if phrase.strip() else []
    while telling[-2:-1] and telling[-2] in _LEVELS and len(telling[-1]) <= _LONGEST_LEVEL:
        del telling[-2:]
    return telling
