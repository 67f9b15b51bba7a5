"""What goes wrong, said as FHIR's ``OperationOutcome``.

Codes: https://hl7.org/fhir/R4/valueset-issue-type.html.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response

from termsearch.service.problems import Problem

__all__ = [
    "MEDIA_TYPE",
    "Json",
    "invalid",
    "issue",
    "not_found",
    "not_supported",
    "outcome",
    "outcome_of",
    "say",
    "too_costly",
]

#: A resource or a part of one.
Json = dict[str, Any]

MEDIA_TYPE: Final = "application/fhir+json"

#: Those that a problem may name itself; all others go by their status.
_OWN: Final = frozenset(
    {"invalid", "multiple-matches", "not-found", "not-supported", "too-costly", "transient"}
)
_BY_STATUS: Final = {
    300: "multiple-matches",
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    408: "timeout",
    413: "too-long",
    415: "not-supported",
    422: "invalid",
    429: "throttled",
    503: "transient",
    504: "timeout",
}

#: What is wrong with a code, for programs: https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig.
_TX_ISSUE: Final = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"


def invalid(said: str) -> Problem:
    """A parameter or a body is not what the specification says."""
    return Problem(400, said, code="invalid")


def not_found(said: str) -> Problem:
    """There is no such code, code system or value set."""
    return Problem(404, said, code="not-found")


def not_supported(said: str) -> Problem:
    """It is FHIR, and not answered here."""
    return Problem(400, said, code="not-supported")


def too_costly(said: str) -> Problem:
    """The answer would be too long."""
    return Problem(422, said, code="too-costly")


def issue(severity: str, code: str, said: str, *, kind: str = "", where: str = "") -> Json:
    """One issue.

    Args:
        severity: ``error``, ``warning`` or ``information``.
        code: FHIR's issue type.
        said: For people.
        kind: What is wrong with a code (``invalid-display``), if it is that.
        where: FHIRPath of the parameter: ``Coding.display``.
    """
    details: Json = {"text": said}
    if kind:
        details["coding"] = [{"system": _TX_ISSUE, "code": kind}]
    made: Json = {"severity": severity, "code": code, "details": details}
    return {**made, "expression": [where]} if where else made


def outcome(issues: Sequence[Json]) -> Json:
    """The resource."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def outcome_of(problem: Problem) -> Json:
    """The resource that says ``problem``."""
    info = problem.info
    code = info.code if info.code in _OWN else _BY_STATUS.get(info.status, "exception")
    return outcome([issue("error", code, info.message)])


def say(problem: Problem) -> Response:
    """The response that says ``problem``."""
    return Response(
        json.dumps(outcome_of(problem), ensure_ascii=False, separators=(",", ":")),
        status_code=problem.info.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )
