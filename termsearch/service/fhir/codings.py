"""The code that a request is about: said by itself, as a coding, or as several.

Clients that send a coding often say its system, its code or its display beside it once more.
"""

from collections.abc import Sequence
from typing import Final

from termsearch.normalize import search_form
from termsearch.service.fhir.call import Call
from termsearch.service.fhir.datatypes import Coding
from termsearch.service.fhir.outcome import invalid
from termsearch.service.fhir.systems import System, Systems, dated, split_canonical, vocabulary_of

__all__ = ["agreed", "agreeing", "coding_of", "meant", "same_system"]

_FIELDS: Final = ("system", "version", "code", "display")


def coding_of(call: Call, code: str = "code", coding: str = "coding") -> Coding:
    """The one that is asked for, by ``code`` and ``system``, by ``coding`` or by both.

    Raises:
        Problem: 400, the two contradict each other.
    """
    given = call.given
    said = Coding(system=given.text("system"), version=given.text("version"), code=given.text(code))
    return agreed(given.one(coding, Coding), said)


def agreed(coding: Coding | None, beside: Coding) -> Coding:
    """``coding``, and what it lacks of what is said ``beside`` it.

    Raises:
        Problem: 400, the two contradict each other.
    """
    if coding is None:
        return beside
    if wrong := _contradiction(coding, beside):
        raise invalid(wrong)
    return _filled(coding, beside)


def agreeing(codings: Sequence[Coding], beside: Coding) -> list[Coding]:
    """Those of ``codings``, which are said to mean the same, that agree with ``beside``.

    Each with what it lacks of that; ``beside`` alone where there are none.

    Raises:
        Problem: 400, all contradict it.
    """
    found = [_filled(each, beside) for each in codings if not _contradiction(each, beside)]
    if codings and not found:
        raise invalid(_contradiction(codings[0], beside))
    return found or [beside]


def meant(systems: Systems, coding: Coding) -> System:
    """The code system of a coding.

    Raises:
        Problem: It is not in the index, or no code is given.
    """
    if not coding.code:
        raise invalid("no code is given; expected code and system, or coding.")
    return systems.system(coding.system, coding.version)


def _filled(coding: Coding, beside: Coding) -> Coding:
    lacking = {name: getattr(beside, name) for name in _FIELDS if not getattr(coding, name)}
    return coding.model_copy(update=lacking)


def _contradiction(coding: Coding, beside: Coding) -> str:
    """What is said twice and not alike; nothing if all is."""
    for name in _FIELDS:
        own, said = getattr(coding, name), getattr(beside, name)
        if own and said and not _is_same(name, own, said):
            return f"{name} is {said[:200]}, and that of the coding {own[:200]}."
    return ""


def same_system(one: str, other: str) -> bool:
    """Whether two addresses, each maybe with ``|version``, are of one code system."""
    first, second = (vocabulary_of(split_canonical(each)[0]) for each in (one, other))
    return first == second


def _is_same(name: str, one: str, other: str) -> bool:
    match name:
        case "system":
            return same_system(one, other)
        case "version":
            return one == other or dated(one) == dated(other)
        case "display":
            return search_form(one) == search_form(other)
        case _:
            return one == other
