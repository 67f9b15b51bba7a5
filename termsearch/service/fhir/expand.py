"""``ValueSet/$expand``: https://hl7.org/fhir/R4/valueset-operation-expand.html."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple
from uuid import uuid4

from termsearch.service.fhir.call import Call, Operation
from termsearch.service.fhir.coded import Coded, coded, languages
from termsearch.service.fhir.dialect import R5, Dialect
from termsearch.service.fhir.filtered import Row, found
from termsearch.service.fhir.listing import count, listed, page
from termsearch.service.fhir.outcome import Json, invalid, too_costly
from termsearch.service.fhir.parameters import Known, parameter
from termsearch.service.fhir.properties import designation, facts
from termsearch.service.fhir.sets import Set
from termsearch.service.fhir.systems import LOCAL
from termsearch.service.fhir.wanted import value_set_of

__all__ = ["EXPAND"]

#: Most codes of one answer.
PAGE: Final = 1_000
#: How deep a search goes: what comes later is nothing that anybody meant.
DEEPEST: Final = 1_000
#: Codes of a search that does not say how many.
_FOUND: Final = 100
#: Codes of which all names are read at once, in 0.2 s: others wait no longer than that.
_PIECE: Final = 200
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
    "designation": "string*",
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
    missing: int = 0


def _known(dialect: Dialect) -> Known:
    more = {"property": "string*", "useSupplement": "unsupported"} if dialect is R5 else {}
    return {**_KNOWN, **more, "tx-resource": "unsupported"}


async def _expand(call: Call) -> Json:
    wanted = await call.index(lambda index: value_set_of(index, call))
    live = call.given.flag("activeOnly") or not wanted.retired
    text = call.given.text("filter").removesuffix("~").strip()  # `x~` is fuzzy; so is all of it
    listing = await (_searched(call, wanted, text, live) if text else _listed(call, wanted, live))
    answer: Json = {"resourceType": "ValueSet", **wanted.head}
    if call.given.flag("includeDefinition"):
        answer["compose"] = wanted.compose
    details = await _details(call, listing.rows)
    rows = [_contains(call, _shown(row, wanted), details.get(row.curie)) for row in listing.rows]
    expansion = _head(call, wanted, listing)
    return {**answer, "expansion": {**expansion, "contains": rows} if rows else expansion}


async def _searched(call: Call, wanted: Set, text: str, live: bool) -> _Listing:
    start, many = _part(call, _FOUND)
    if len(text) > _LONGEST:
        raise invalid(f"filter has {len(text):,} characters; {_LONGEST:,} are allowed.")
    if start + many > DEEPEST:
        raise too_costly(f"a search goes {DEEPEST:,} codes deep; narrow filter or value set.")
    call.note(text)
    rows, whole = await found(call.search, text, wanted, start + many, live=live)
    ends = whole or len(rows) < start + many
    return _Listing(rows[start : start + many], len(rows) if ends else None, start, many)


async def _listed(call: Call, wanted: Set, live: bool) -> _Listing:
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
    return _Listing(rows, len(keys), start, many, _missing(wanted, keys, live))


def _part(call: Call, default: int) -> tuple[int, int]:
    """Offset and count."""
    start, many = call.given.number("offset"), call.given.number("count")
    if min(start or 0, many or 0) < 0:
        raise invalid("offset and count can't be negative.")
    return start or 0, default if many is None else min(many, PAGE)


def _missing(wanted: Set, keys: Sequence[str], live: bool) -> int:
    """How many codes that the definition lists the index does not have."""
    if live or wanted.but:
        return 0
    listed_codes = {code for part in wanted.parts for code in part.codes or ()}
    return len(listed_codes.difference(keys))


def _shown(row: Row, wanted: Set) -> Row:
    """As the definition displays it, if it does."""
    own = next(
        (part.displays[row.curie] for part in wanted.parts if row.curie in part.displays), ""
    )
    return row._replace(display=own) if own else row


async def _details(call: Call, rows: Sequence[Row]) -> dict[str, Coded]:
    """All that is known of the codes, where more is to be shown than lies in ``rows``."""
    given = call.given
    more = ("includeDesignations", "designation", "displayLanguage", "property")
    if not any(given.texts(name) for name in more):
        return {}
    known: dict[str, Coded] = {}
    for start in range(0, len(rows), _PIECE):
        piece = [row.curie for row in rows[start : start + _PIECE]]
        known |= await call.index(partial(coded, curies=piece))
    return known


def _contains(call: Call, row: Row, known: Coded | None) -> Json:
    system = call.systems.of_vocabulary(row.vocabulary)
    langs = languages(call.given.text("displayLanguage"))
    made: Json = {
        "system": system.uri if system else row.vocabulary,
        "code": row.code,
        "display": known.shown(langs) if known and langs else row.display,
    }
    if not row.live:
        made["inactive"] = True
    if known:
        made |= _more(call, known)
    if row.kind:
        made["extension"] = list(_evidence(row))
    return made


def _more(call: Call, known: Coded) -> Json:
    names = [designation(name) for name in known.names]
    tokens = call.given.texts("designation")
    if tokens:
        names = [each for each in names if _is_one(each, tokens)]
    elif not call.given.flag("includeDesignations"):
        names = []
    wanted = call.given.texts("property")
    properties = [
        {"code": fact.code, f"value{fact.kind}": fact.value}
        for fact in facts(call.search.manifest, known)
        if fact.code in wanted
    ]
    return {key: value for key, value in
            (("designation", names), ("property", properties)) if value}  # fmt: skip


def _is_one(made: Json, tokens: Sequence[str]) -> bool:
    """Whether a designation is in a language or for a use that is asked for."""
    use = f"{made['use']['system']}|{made['use']['code']}"
    return use in tokens or f"urn:ietf:bcp:47|{made['language']}" in tokens


def _evidence(row: Row) -> Iterator[Json]:
    """Why a search found it."""
    if row.score is not None:
        yield {"url": f"{LOCAL}score", "valueDecimal": row.score}
    yield {"url": f"{LOCAL}match-type", "valueCode": row.kind}
    yield {"url": f"{LOCAL}matched-name", "valueString": row.matched}


def _head(call: Call, wanted: Set, listing: _Listing) -> Json:
    head: Json = {
        "identifier": f"urn:uuid:{uuid4()}",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if listing.total is not None:
        head["total"] = listing.total
    properties = [{"code": code} for code in call.given.texts("property")]
    if properties:
        head["property"] = properties
    return {**head, "offset": listing.start, "parameter": list(_echo(call, wanted, listing))}


def _echo(call: Call, wanted: Set, listing: _Listing) -> Iterator[Json]:
    """What the expansion came from: each parameter as it was used, and the code systems."""
    known = _known(call.dialect)
    used = {"count": listing.many, "offset": listing.start}
    asked = [(name, value) for name, value in call.given.plain() if name not in used]
    for name, value in (*asked, *used.items()):
        kind = _ECHOED.get(known[name].rstrip("*"), "String")
        yield parameter(name, kind, value)
    for system in wanted.systems:
        yield parameter("used-codesystem", "Uri", system.canonical)
        if system.version:
            yield parameter("version", "Uri", system.canonical)
    if listing.missing:
        said = f"codes of the definition that are not in the index: {listing.missing}"
        yield parameter("warning", "String", said)


EXPAND: Final = Operation(
    "ValueSet", "expand", _known, _expand, ("url", lambda system: system.value_set)
)
