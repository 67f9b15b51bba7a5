"""Code systems and value sets as resources: read by id, found by address and version."""

from typing import Final
from urllib.parse import urlencode

from termsearch.index import Index
from termsearch.service.fhir.outcome import Json
from termsearch.service.fhir.parameters import Given
from termsearch.service.fhir.properties import PROPERTIES
from termsearch.service.fhir.sets import Set, by_url
from termsearch.service.fhir.systems import System, Systems
from termsearch.service.problems import Problem

__all__ = ["FILTERS", "SEARCHED", "code_system", "found", "value_set"]

#: Search parameters, and their types.
SEARCHED: Final = {"_id": "token", "url": "uri", "version": "token"}

#: Filters of a value set, as TerminologyCapabilities names them.
FILTERS: Final = [
    {"code": "concept", "op": ["is-a", "descendent-of", "in"]},
    {"code": "parent", "op": ["="]},
    {"code": "semanticType", "op": ["="]},
    {"code": "inactive", "op": ["="]},
]

_CONCEPT_PROPERTIES: Final = "http://hl7.org/fhir/concept-properties"
_DEFINED: Final = {"inactive", "parent", "child"}


def code_system(system: System) -> Json:
    """``CodeSystem`` without its concepts."""
    made: Json = {
        "resourceType": "CodeSystem",
        "id": system.id,
        "url": system.uri,
        "version": system.version,
        "name": system.id.replace("-", "_").replace(".", "_").capitalize(),
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


def value_set(wanted: Set, resource_id: str = "") -> Json:
    """``ValueSet`` by its definition."""
    named = {"id": resource_id} if resource_id else {}
    return {"resourceType": "ValueSet", **named, **wanted.head, "compose": wanted.compose}


def found(index: Index, kind: str, asked: Given) -> Json:
    """The ``Bundle`` that answers a search by :data:`SEARCHED`."""
    systems = Systems(index.manifest)
    resources: list[Json] = []
    if kind == "CodeSystem":
        resources = [code_system(each) for each in _matching(systems, asked)]
    elif kind == "ValueSet":
        resources = _value_sets(index, systems, asked)
    query = urlencode(list(asked.plain()))
    made: Json = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "link": [{"relation": "self", "url": f"{kind}?{query}" if query else kind}],
    }
    entries = [{"resource": each, "search": {"mode": "match"}} for each in resources]
    return {**made, "entry": entries} if entries else made  # an empty list is no FHIR


def _matching(systems: Systems, asked: Given) -> list[System]:
    uri = asked.text("url")
    chosen = [systems.find(uri)] if uri else list(systems.all)
    wanted = asked.text("_id")
    return [
        system
        for system in chosen
        if system and wanted in {"", system.id} and _is(system, asked.text("version"))
    ]


def _is(system: System, version: str) -> bool:
    try:
        system.require(version)
    except Problem:
        return False
    return True


def _value_sets(index: Index, systems: Systems, asked: Given) -> list[Json]:
    """The one that has the address; without one, those of all codes of each code system."""
    url = asked.text("url")
    if not url:
        return [
            value_set(by_url(index, systems, system.value_set), system.id)
            for system in _matching(systems, asked)
        ]
    try:
        wanted = by_url(index, systems, url, asked.text("version"))
    except Problem:
        return []
    system = wanted.systems[0]
    whole = url == system.value_set
    if asked.text("_id") not in {"", system.id if whole else ""}:
        return []
    return [value_set(wanted, system.id if whole else "")]


def _filters() -> list[Json]:
    return [{"code": each["code"], "operator": each["op"], "value": "code"} for each in FILTERS]


def _property(code: str, kind: str, said: str) -> Json:
    made: Json = {"code": code, "description": said, "type": kind}
    return {**made, "uri": f"{_CONCEPT_PROPERTIES}#{code}"} if code in _DEFINED else made
