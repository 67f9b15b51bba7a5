"""Whether two values of one attribute exclude each other: 3 and 3b do not, 2 and 3 do."""

from termsearch.conflict.stated import Stated

__all__ = ["compatible"]

#: What may be a number by itself elsewhere: SCA1 and "ataxia type 1", "CKD 5" and "stage 5".
_NUMBERED = ("axis", "loose", "last")


def compatible(one: Stated, other: Stated) -> bool:
    """Whether no value of the one excludes every value of the other.

    Stage 3 holds 3b, and a letter says nothing of a number: schemes differ (type B, type 2).
    """
    if not one.values.isdisjoint(other.values):
        return True
    if one.of and other.of and one.of != other.of:
        return True  # protein kinase 6, regulated kinase 3: each counts its own
    numbers = one.role in _NUMBERED or other.role in _NUMBERED
    return numbers and any(_within(a, b) for a in one.values for b in other.values)


def _within(a: str, b: str) -> bool:
    if _scheme(a) != _scheme(b):
        return True
    short, long = sorted((a, b), key=len)
    if len(short) == len(long) or not long.startswith(short):
        return False
    return long[len(short)].isdigit() != short[-1].isdigit()


def _scheme(value: str) -> str:
    """1 and 2a count one way, a and b12 another, alpha and beta a third."""
    if value[0].isdigit():
        return "digit"
    return "name" if len(value) > 1 and value.isalpha() else "letter"
