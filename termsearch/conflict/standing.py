"""The roles of words that say that a condition is carried, looked for or suspected, not there.

A role takes a text and the position of its word, and returns the position to go on from.
"""

from termsearch.conflict.stated import Context
from termsearch.conflict.text import ENDS, Text
from termsearch.conflict.words import listed

__all__ = ["carried", "rule_out", "screened", "suspected"]

#: What carriers carry when they are molecules or vehicles.
_CARGO = frozenset(listed("drug electron folate hydrogen ion oxygen protein solute vaccine"))

#: Carriers in general, not of a condition.
_ANY = frozenset({"", "genetic", ","})


def carried(text: Text, at: int) -> int:
    """Sickle cell trait, carrier of cystic fibrosis; not carrier proteins or drug carriers."""
    before, following = text.at(at - 1), text.at(at + 1)
    of = following == "of" or (
        following in {"", "state", "states", "status"} and before not in _ANY
    )
    return text.add(at) if before in _CARGO or not of else _stands(text, at, "carried")


def screened(text: Text, at: int) -> int:
    """Screening for breast cancer, breast cancer screening; not "screening test"."""
    if text.at(at + 1) not in ENDS | {"for", "of"}:
        return text.add(at)
    return _stands(text, at, "screened")


def suspected(text: Text, at: int) -> int:
    """Suspected pneumonia."""
    return _stands(text, at, "suspected")


def rule_out(text: Text, at: int) -> int:
    """Rule out pneumonia: it is thought of. Ruled out, it is not there."""
    if text.at(at + 1) != "out":
        return text.add(at)
    return _stands(text, at + 1, "suspected")


def _stands(text: Text, at: int, context: Context) -> int:
    """Whose it is and when says more, and was said before: "family history of suspected"."""
    if text.phrase is not None:
        return text.add(at)
    text.context = text.context or context
    return at + 1
