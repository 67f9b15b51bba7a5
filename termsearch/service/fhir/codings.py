"""The code that a request is about: said by itself, as a coding, or as several.

Clients that send a coding often say its system, its code or its display beside it once more.
"""

from collections.abc import Sequence
from typing import Final

from termsearch.normalize import search_form
from termsearch.service.fhir.call import Call
from termsearch.service.fhir.datatypes import Coding
from termsearch.service.fhir.outcome import invalid
from termsearch.service.fhir.systems import System, Systems, vocabulary_of

__all__ = ["agreed", "coding_of", "meant", "require_agreement"]

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
    for name in _FIELDS:
        own, said = getattr(coding, name), getattr(beside, name)
        if own and said and not _is_same(name, own, said):
            raise invalid(f"{name} is {said[:200]}, and that of the coding {own[:200]}.")
    lacking = {name: getattr(beside, name) for name in _FIELDS if not getattr(coding, name)}
    return coding.model_copy(update=lacking)


def require_agreement(codings: Sequence[Coding], beside: Coding) -> None:
    """Refuse what none of ``codings``, which are said to mean the same, says as well.

    Raises:
        Problem: 400.
    """
    for name in _FIELDS:
        said = getattr(beside, name)
        own = [getattr(each, name) for each in codings]
        if said and codings and not any(_is_same(name, each, said) for each in own if each):
            raise invalid(f"{name} is {said[:200]}, which no coding of the codeableConcept says.")


def meant(systems: Systems, coding: Coding) -> System:
    """The code system of a coding.

    Raises:
        Problem: It is not in the index, or no code is given.
    """
    if not coding.code:
        raise invalid("no code is given; expected code and system, or coding.")
    return systems.system(coding.system, coding.version)


def _is_same(name: str, one: str, other: str) -> bool:
    if name == "system":
        return vocabulary_of(one) == vocabulary_of(other)
    return one == other or (name == "display" and search_form(one) == search_form(other))
