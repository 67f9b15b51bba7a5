"""Code systems and value sets as resources."""

from typing import Final

from termsearch.service.fhir.outcome import Json
from termsearch.service.fhir.properties import PROPERTIES, PROPERTY_URIS
from termsearch.service.fhir.sets import Set
from termsearch.service.fhir.systems import System

__all__ = ["FILTERS", "code_system", "value_set"]

#: Filters of a value set, as TerminologyCapabilities names them.
FILTERS: Final = [
    {"code": "concept", "op": ["is-a", "descendent-of", "in"]},
    {"code": "parent", "op": ["="]},
    {"code": "semanticType", "op": ["="]},
    {"code": "inactive", "op": ["="]},
]


def code_system(system: System) -> Json:
    """``CodeSystem`` without its concepts."""
    made: Json = {
        "resourceType": "CodeSystem",
        "id": system.id,
        "url": system.uri,
        "version": system.version,
        "name": _name(system),
        "title": system.title,
        "status": "active",
        "caseSensitive": True,
        "valueSet": system.value_set,
        "compositional": False,
        # In this resource, whatever the index has: https://hl7.org/fhir/R4/codesystem.html#status.
        "content": "not-present",
    }
    if system.oid:
        made["identifier"] = [{"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{system.oid}"}]
    if system.owned:
        made |= {"hierarchyMeaning": "is-a", "count": system.concepts, "filter": _filters()}
        made["property"] = [_property(code, kind, said) for code, kind, said in PROPERTIES]
    return {key: value for key, value in made.items() if value != ""}


def value_set(wanted: Set, whole: System | None = None) -> Json:
    """``ValueSet`` by its definition; ``whole`` is the code system of which it has all codes."""
    named = {"id": whole.id, "name": _name(whole)} if whole else {}
    return {"resourceType": "ValueSet", **named, **wanted.head, "compose": wanted.compose}


def _name(system: System) -> str:
    """For programs: https://hl7.org/fhir/R4/codesystem.html, invariant csd-0."""
    return system.id.replace("-", "_").replace(".", "_").capitalize()


def _filters() -> list[Json]:
    return [{"code": each["code"], "operator": each["op"], "value": "code"} for each in FILTERS]


def _property(code: str, kind: str, said: str) -> Json:
    made: Json = {"code": code, "description": said, "type": kind}
    return {**made, "uri": PROPERTY_URIS[code]} if code in PROPERTY_URIS else made
