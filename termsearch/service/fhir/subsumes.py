"""``CodeSystem/$subsumes``: https://hl7.org/fhir/R4/codesystem-operation-subsumes.html."""

from typing import Final

from termsearch.index import Index
from termsearch.service.fhir.call import Call, Operation
from termsearch.service.fhir.coded import Coded, known_code
from termsearch.service.fhir.codings import coding_of, meant
from termsearch.service.fhir.dialect import Dialect
from termsearch.service.fhir.outcome import Json, invalid, not_supported
from termsearch.service.fhir.parameters import Known, parameter, parameters
from termsearch.service.fhir.systems import System

__all__ = ["SUBSUMES"]

_KNOWN: Final = {
    "codeA": "code",
    "codeB": "code",
    "system": "uri",
    "version": "string",
    "codingA": "Coding",
    "codingB": "Coding",
}


def _known(_dialect: Dialect) -> Known:
    return _KNOWN


async def _subsumes(call: Call) -> Json:
    first, second = coding_of(call, "codeA", "codingA"), coding_of(call, "codeB", "codingB")
    system = meant(call.systems, first)
    if meant(call.systems, second) != system:
        raise invalid("codingA and codingB are of two code systems; neither can subsume the other.")
    if not system.owned:
        raise not_supported(f"the index has no hierarchy of {system.uri}.")
    said = await call.index(lambda index: _compared(index, system, first.code, second.code))
    return parameters([parameter("outcome", "Code", said)])


def _compared(index: Index, system: System, first: str, second: str) -> str:
    a, b = known_code(index, system, first), known_code(index, system, second)
    if a.curie == b.curie:
        return "equivalent"
    if _below(b, a):
        return "subsumes"
    return "subsumed-by" if _below(a, b) else "not-subsumed"


def _below(one: Coded, other: Coded) -> bool:
    return any(other.curie in card.ancestors for card in one.cards)


SUBSUMES: Final = Operation(
    "CodeSystem", "subsumes", _known, _subsumes, ("system", lambda system: system.uri)
)
