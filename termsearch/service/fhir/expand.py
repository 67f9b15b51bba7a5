"""``ValueSet/$expand``: https://hl7.org/fhir/R4/valueset-operation-expand.html."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple
from uuid import uuid4

from termsearch.service.fhir.call import Call, Operation
from termsearch.service.fhir.contained import contained
from termsearch.service.fhir.dialect import R5, Dialect
from termsearch.service.fhir.filtered import Row, found
from termsearch.service.fhir.listing import absent, count, listed, page
from termsearch.service.fhir.outcome import Json, invalid, too_costly
from termsearch.service.fhir.parameters import Known, parameter
from termsearch.service.fhir.properties import PROPERTY_URIS, property_code
from termsearch.service.fhir.sets import Set
from termsearch.service.fhir.wanted import value_set_of

__all__ = ["EXPAND"]

#: Most codes of one answer.
PAGE: Final = 1_000
#: How deep a search goes: what comes later is nothing that anybody meant.
DEEPEST: Final = 1_000
#: Codes of a search that does not say how many.
_FOUND: Final = 100
#: Codes that a warning names.
_NAMED: Final = 5
#: Longer texts are no names.
_LONGEST: Final = 1_000

_KNOWN: Final = {
    "url": "uri",
    "valueSet": "ValueSet",
    "valueSetVersion": "string",
    "context": "unsupported",
    "contextDirection": "unsupported",
    "filter": "string",
    "date": "dateTime",
    "offset": "integer",
    "count": "integer",
    "includeDesignations": "boolean",
    "designation": "token*",
    "includeDefinition": "boolean",
    "activeOnly": "boolean",
    "excludeNested": "boolean",
    "excludeNotForUI": "boolean",
    "excludePostCoordinated": "boolean",
    "displayLanguage": "code",
    "exclude-system": "canonical*",
    "system-version": "canonical*",
    "check-system-version": "canonical*",
    "force-system-version": "canonical*",
    "useSupplement": "unsupported",
    "tx-resource": "unsupported",
    "property": "string*",  # R5's
}

#: FHIR type of a parameter that is echoed; an expansion has no canonical.
_ECHOED: Final = {
    "uri": "Uri",
    "canonical": "Uri",
    "code": "Code",
    "dateTime": "DateTime",
    "boolean": "Boolean",
    "integer": "Integer",
}


class _Listing(NamedTuple):
    """A part of an expansion."""

    rows: Sequence[Row]
    total: int | None  #: None: a search does not know
    start: int
    many: int


def _known(_dialect: Dialect) -> Known:
    return _KNOWN


async def _expand(call: Call) -> Json:
    if call.given.texts("property") and call.dialect is not R5:  # its contains has none
        call.pass_over("property")
        call = call.without("property")
    for each in call.given.texts("property"):
        if not property_code(each):
            call.pass_over(f"property:{each}")
    wanted = await call.index(lambda index: value_set_of(index, call))
    live = call.given.flag("activeOnly") or not wanted.retired
    text = call.given.text("filter").removesuffix("~").strip()  # `x~` is fuzzy; so is all of it
    listing = await (
        _searched(call, wanted, text, live=live) if text else _listed(call, wanted, live=live)
    )
    answer: Json = {"resourceType": "ValueSet", **wanted.head}
    if call.given.flag("includeDefinition"):
        answer["compose"] = wanted.compose
    rows = await contained(call, wanted, listing.rows)
    expansion = _head(call, wanted, listing, await absent(call.search, wanted))
    return {**answer, "expansion": {**expansion, "contains": rows} if rows else expansion}


async def _searched(call: Call, wanted: Set, text: str, *, live: bool) -> _Listing:
    start, many = _part(call, _FOUND)
    if len(text) > _LONGEST:
        raise invalid(f"filter has {len(text):,} characters; {_LONGEST:,} are allowed.")
    if start >= DEEPEST:
        raise too_costly(f"a search goes {DEEPEST:,} codes deep; narrow filter or value set.")
    call.note(text)
    many = min(many, DEEPEST - start)
    deep = start + many if many else DEEPEST  # a count of nothing asks how many there are
    rows, whole = await found(call.search, text, wanted, deep, live=live)
    # So deep down there are no further pages: what was found is all.
    ends = whole or len(rows) < deep or deep == DEEPEST
    total = min(len(rows), DEEPEST) if ends else None
    return _Listing(rows[start : start + many], total, start, many)


async def _listed(call: Call, wanted: Set, *, live: bool) -> _Listing:
    start, many = _part(call, -1)
    if many == 0:
        total = await count(call.search, wanted, live=live)
        if total is not None:
            return _Listing([], total, start, many)
    keys = await listed(call.search, wanted, live=live)
    if many < 0:
        if len(keys) - start > PAGE:
            raise too_costly(f"{len(keys):,} codes; ask for up to {PAGE:,} with count and offset.")
        many = PAGE
    here = keys[start : start + many]
    rows = await call.index(lambda index: page(index, here))
    return _Listing(rows, len(keys), start, many)


def _part(call: Call, default: int) -> tuple[int, int]:
    """Offset and count."""
    start, many = call.given.number("offset"), call.given.number("count")
    if min(start or 0, many or 0) < 0:
        raise invalid("offset and count can't be negative.")
    return start or 0, default if many is None else min(many, PAGE)


def _head(call: Call, wanted: Set, listing: _Listing, missing: Sequence[str]) -> Json:
    head: Json = {
        "identifier": f"urn:uuid:{uuid4()}",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if listing.total is not None:
        head["total"] = listing.total
    properties = dict.fromkeys(map(property_code, call.given.texts("property")))
    if any(properties):
        head["property"] = [_announced(code) for code in properties if code]
    said = [*_echo(call, wanted, listing), *_warnings(call, missing)]
    return {**head, "offset": listing.start, "parameter": said}


def _announced(code: str) -> Json:
    return {"code": code, **({"uri": PROPERTY_URIS[code]} if code in PROPERTY_URIS else {})}


def _echo(call: Call, wanted: Set, listing: _Listing) -> Iterator[Json]:
    """What the expansion came from: each parameter as it was used, and the code systems."""
    used = {"count": listing.many, "offset": listing.start}
    asked = [(name, value) for name, value in call.given.plain() if name not in used]
    for name, value in (*asked, *used.items()):
        kind = _ECHOED.get(_KNOWN[name].rstrip("*"), "String")
        yield parameter(name, kind, value)
    for system in wanted.systems:
        yield parameter("used-codesystem", "Uri", system.canonical)
        if system.version:
            yield parameter("version", "Uri", system.canonical)


def _warnings(call: Call, missing: Sequence[str]) -> Iterator[Json]:
    """What was asked for and is not to be had here."""
    if missing:
        named = ", ".join((*missing[:_NAMED], *(["..."] if len(missing) > _NAMED else [])))
        said = f"codes of the definition that are not in the index: {len(missing)} ({named})"
        yield parameter("warning", "String", said)
    unknown = [name for name in call.given.texts("property") if not property_code(name)]
    if unknown:
        said = f"properties that no code has here: {', '.join(unknown)[:200]}"
        yield parameter("warning", "String", said)


EXPAND: Final = Operation(
    "ValueSet", "expand", _known, _expand, ("url", lambda system: system.value_set)
)
