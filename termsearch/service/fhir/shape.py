"""How much of a resource is wanted: ``_elements`` and ``_summary``.

https://hl7.org/fhir/R4/search.html#elements and #summary. What is read or found may be cut short;
the answer of an operation may not, and both are refused there.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from termsearch.service.fhir.outcome import Json, invalid
from termsearch.service.fhir.parameters import Known

__all__ = ["WHOLE", "shaped"]

#: For operations: parameters that are refused unless they ask for nothing.
WHOLE: Final[Known] = {"_elements": "unsupported", "_summary": "unsupported"}

_SUMMARIES: Final = frozenset({"", "false", "true", "text", "data", "count"})

#: What a resource can't be without, by its definition or by an invariant of it.
_MANDATORY: Final = {
    "CapabilityStatement": (
        "status", "date", "kind", "fhirVersion", "format", "implementation", "rest",
    ),
    "TerminologyCapabilities": ("status", "date", "kind", "implementation"),
    "CodeSystem": ("status", "content"),
    "ValueSet": ("status",),
}  # fmt: skip
_ALWAYS: Final = ("resourceType", "id", "meta")

#: What is no part of a summary, of all that our resources have.
_LONG: Final = frozenset({"compose", "codeSystem", "codeSearch", "expansion", "validateCode",
                          "translation"})  # fmt: skip

#: Says that a resource is not whole: https://hl7.org/fhir/R4/resource.html#simple-tags.
_SUBSETTED: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}


def shaped(resource: Json, query: Iterable[tuple[str, str]]) -> Json:
    """What the parameters of ``query`` leave of a resource, or of each that a search found.

    Raises:
        Problem: 400, they contradict each other, or there is no such summary.
    """
    asked = list(query)
    elements = [each.strip() for name, value in asked if name == "_elements"
                for each in value.split(",") if each.strip()]  # fmt: skip
    summary = _summary([value for name, value in asked if name == "_summary"])
    if not elements and summary in {"", "false", "data"}:  # of our resources none has a text
        return resource
    if resource["resourceType"] != "Bundle":
        if summary == "count":
            raise invalid("_summary=count is for searches.")
        return _cut(resource, elements, summary)
    entries = [{**each, "resource": _cut(each["resource"], elements, summary)}
               for each in resource.get("entry", ())]  # fmt: skip
    return {**resource, **({"entry": entries} if entries else {})}


def _summary(values: Sequence[str]) -> str:
    if len(set(values)) > 1:
        raise invalid("_summary is given several times.")
    found = values[0] if values else ""
    if found not in _SUMMARIES:
        raise invalid("_summary is none of true, text, data, count and false.")
    return found


def _cut(resource: Json, elements: Sequence[str], summary: str) -> Json:
    kind = resource["resourceType"]
    keep = set(resource)
    if summary == "true":
        keep -= _LONG
    elif summary == "text":
        keep = set()
    if elements:
        keep &= {each.removeprefix(f"{kind}.") for each in elements}
    keep |= {*_ALWAYS, *_MANDATORY.get(kind, ())}
    if keep >= resource.keys():
        return resource
    made = {name: value for name, value in resource.items() if name in keep}
    return {"resourceType": kind, "meta": {"tag": [_SUBSETTED]}, **made}
