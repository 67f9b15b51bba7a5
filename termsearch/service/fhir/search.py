"""Searches for code systems and value sets: https://hl7.org/fhir/R4/search.html."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final
from unicodedata import combining, normalize
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from termsearch.index import Index
from termsearch.service.fhir.outcome import Json, invalid
from termsearch.service.fhir.parameters import Given, Known
from termsearch.service.fhir.resources import code_system, value_set
from termsearch.service.fhir.sets import by_url
from termsearch.service.fhir.systems import System, Systems, split_canonical
from termsearch.service.problems import Problem

__all__ = ["SEARCHED", "found", "known"]

#: Search parameters, and their types.
SEARCHED: Final = {
    "_id": "token",
    "url": "uri",
    "version": "token",
    "name": "string",
    "title": "string",
    "status": "token",
}

#: Modifiers of a text, and when it meets one: https://hl7.org/fhir/R4/search.html#string.
_WAYS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "": lambda held, text: _folded(held).startswith(_folded(text)),
    ":contains": lambda held, text: _folded(text) in _folded(held),
    ":exact": lambda held, text: held == text,
}
#: Parameter to the element that it is about, and when a value of it is met.
_TEXTS: Final = {
    f"{name}{way}": (name, met) for name in ("name", "title") for way, met in _WAYS.items()
}

#: How much of what is found comes. ``_offset`` is ours: it stands in the links to further pages.
_RESULTS: Final = {"_count": "integer", "_offset": "integer", "_summary": "code", "_total": "code",
                   "_elements": "string"}  # fmt: skip

#: What FHIR R4 and R5 know besides, for the three types that can be searched and for all:
#: https://hl7.org/fhir/R5/search.html, codesystem.html#search, valueset.html#search and
#: conceptmap.html#search. An answer that passed them by would say that everything meets them.
_UNSUPPORTED: Final = (
    "_contained", "_containedType", "_content", "_filter", "_graph", "_has", "_in", "_include",
    "_language", "_lastUpdated", "_list", "_maxresults", "_profile", "_query", "_revinclude",
    "_score", "_security", "_sort", "_source", "_tag", "_text", "_type",
    "code", "content-mode", "context", "context-quantity", "context-type", "context-type-quantity",
    "context-type-value", "date", "dependson", "derived-from", "description", "effective",
    "expansion", "identifier", "jurisdiction", "language", "mapping-property",
    "other", "predecessor", "product", "publisher", "reference", "source", "source-code",
    "source-group-system", "source-scope", "source-scope-uri", "source-system", "source-uri",
    "supplements", "system", "target", "target-code", "target-group-system", "target-scope",
    "target-scope-uri", "target-system", "target-uri", "topic",
)  # fmt: skip

_KNOWN: Final = {
    **dict.fromkeys((*SEARCHED, *_TEXTS), "string"),
    **_RESULTS,
    **dict.fromkeys(_UNSUPPORTED, "unsupported"),
}

_STATUS: Final = "http://hl7.org/fhir/publication-status|"
#: A comma parts alternatives unless it is escaped: https://hl7.org/fhir/R4/search.html#escaping.
_COMMA: Final = re.compile(r"(?<!\\),")
_ESCAPED: Final = re.compile(r"\\([\\,|$])")


def known(query: Iterable[tuple[str, str]]) -> Known:
    """Parameters of a search; refused are those of ``query`` with another modifier."""
    modified = [name for name, _ in query if name.partition(":")[0] in _KNOWN]
    return {**dict.fromkeys(modified, "unsupported"), **_KNOWN}


def found(index: Index, kind: str, asked: Given, base: str) -> Json:
    """The ``Bundle`` that answers a search; ``base`` is the address of the service.

    Raises:
        Problem: 400, a number is negative.
    """
    systems = Systems(index.manifest)
    resources: list[Json] = []
    if kind == "CodeSystem":
        resources = [code_system(each) for each in _matching(systems, asked)]
    elif kind == "ValueSet":
        resources = _value_sets(index, systems, asked)
    resources = [each for each in resources if _fits(each, asked)]
    start, many = asked.number("_offset") or 0, asked.number("_count")
    if min(start, many or 0) < 0:
        raise invalid("_count and _offset can't be negative.")
    if asked.text("_summary") == "count":
        many = 0  # which says the same: https://hl7.org/fhir/R4/search.html#count
    end = len(resources) if many is None else start + many
    links = [_link("self", f"{base}/{kind}", asked)]
    if many and end < len(resources):
        links.append(_link("next", f"{base}/{kind}", asked, _offset=end))
    made: Json = {"resourceType": "Bundle", "type": "searchset", "total": len(resources)}
    entries = [_entry(each, base) for each in resources[start:end]]
    # An empty list is no FHIR.
    return {**made, "link": links, **({"entry": entries} if entries else {})}


def _link(relation: str, address: str, asked: Given, **other: int) -> Json:
    query = urlencode({**dict(asked.plain()), **other})
    return {"relation": relation, "url": f"{address}?{query}" if query else address}


def _entry(resource: Json, base: str) -> Json:
    """With its address; one that has none, since it is only meant by a url, has a name."""
    address = f"{base}/{resource['resourceType']}/{resource.get('id')}"
    full = address if "id" in resource else uuid5(NAMESPACE_URL, resource["url"]).urn
    return {"fullUrl": full, "resource": resource, "search": {"mode": "match"}}


def _matching(systems: Systems, asked: Given) -> list[System]:
    """Code systems that have the addresses, ids and versions."""
    uris, ids = _alternatives(asked, "url"), _alternatives(asked, "_id")
    chosen = [_named(systems, uri) for uri in uris] if uris else list(systems.all)
    return [
        system
        for system in dict.fromkeys(chosen)
        if system
        and (not ids or system.id in ids)
        and any(_is(system, version) for version in _versions(asked))
    ]


def _named(systems: Systems, url: str) -> System | None:
    """The code system of ``url`` or ``url|version``; none if it is not here in that version."""
    address, version = split_canonical(url)
    system = systems.find(address)
    return system if system and _is(system, version) else None


def _is(system: System, version: str) -> bool:
    try:
        system.require(version)
    except Problem:
        return False
    return True


def _value_sets(index: Index, systems: Systems, asked: Given) -> list[Json]:
    """Those that have the addresses; without one, those of all codes of each code system."""
    urls, ids = _alternatives(asked, "url"), _alternatives(asked, "_id")
    if not urls:
        return [_value_set(index, systems, each.value_set) for each in _matching(systems, asked)]
    named: dict[str, Json] = {}
    for url in urls:
        for version in _versions(asked):
            try:
                made = _value_set(index, systems, url, version)
            except Problem:
                continue
            if not ids or made.get("id") in ids:
                named.setdefault(url, made)
    return list(named.values())


def _value_set(index: Index, systems: Systems, url: str, version: str = "") -> Json:
    """The id is of the set of all codes alone."""
    wanted = by_url(index, systems, url, version)
    system = wanted.systems[0]
    return value_set(wanted, system if wanted.head["url"] == system.value_set else None)


def _fits(resource: Json, asked: Given) -> bool:
    """Whether its name, title and status are among those that are asked for."""
    statuses = {each.removeprefix(_STATUS) for each in _alternatives(asked, "status")}
    return (not statuses or resource["status"] in statuses) and all(
        any(met(resource.get(name, ""), text) for text in _alternatives(asked, said))
        for said, (name, met) in _TEXTS.items()
        if asked.text(said)
    )


def _versions(asked: Given) -> Sequence[str]:
    return _alternatives(asked, "version") or ("",)


def _alternatives(asked: Given, name: str) -> list[str]:
    """Values of which one is enough."""
    parts = _COMMA.split(asked.text(name))
    return [_ESCAPED.sub(r"\1", part) for part in parts if part]


def _folded(text: str) -> str:
    """Without case and accents."""
    return "".join(c for c in normalize("NFKD", text.casefold()) if not combining(c))
