"""``CodeSystem/$lookup``: https://hl7.org/fhir/R4/codesystem-operation-lookup.html."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from termsearch.hierarchy import children, related
from termsearch.index import Index
from termsearch.service.fhir.call import Call, Operation
from termsearch.service.fhir.coded import Coded, code_of, known_code, languages
from termsearch.service.fhir.codings import coding_of, meant
from termsearch.service.fhir.dialect import R5, Dialect
from termsearch.service.fhir.outcome import Json
from termsearch.service.fhir.parameters import Known, parameter, parameters
from termsearch.service.fhir.properties import (
    Fact,
    designation,
    facts,
    property_code,
)
from termsearch.service.fhir.systems import System

__all__ = ["LOOKUP"]

#: Children that are listed; `?fhir_vs=isa/` has all of them.
_CHILDREN: Final = 1_000

_KNOWN: Final = {
    "code": "code",
    "system": "uri",
    "version": "string",
    "coding": "Coding",
    "date": "dateTime",
    "displayLanguage": "code",
    "property": "code*",
    "useSupplement": "unsupported",
}


#: Properties of R4 and R5 that are parameters of the answer and not facts of a code.
_SAID: Final = frozenset(
    {"*", "code", "designation", "display", "name", "system", "url", "version"}
)


class _Found(NamedTuple):
    system: System
    one: Coded
    facts: Sequence[Fact]


def _known(_dialect: Dialect) -> Known:
    return _KNOWN


async def _lookup(call: Call) -> Json:
    coding = coding_of(call)
    for each in call.given.texts("property"):
        if not _wanted(each):
            call.pass_over(f"property:{each}")
    system = meant(call.systems, coding)
    call.require_held([system])
    found = await call.index(lambda index: _find(index, system, coding.code))
    return parameters(_said(call, found))


def _find(index: Index, system: System, code: str) -> _Found:
    one = known_code(index, system, code)
    own = [fact for fact in facts(index.manifest, one) if fact.code != "parent"]
    above = related(index, list(one.card.parents) if one.card else [])
    below = children(index, one.curie, limit=_CHILDREN, inactive=True).results if one.cards else []
    kin = [("parent", each) for each in above] + [("child", each) for each in below]
    steps = [Fact(name, "Code", code_of(one.vocabulary, each.curie), each.name)
             for name, each in kin]  # fmt: skip
    return _Found(system, one, [*own, *steps])


def _said(call: Call, found: _Found) -> Iterator[Json]:
    system, one, known = found
    wanted = set(map(_wanted, call.given.texts("property")))
    yield parameter("name", "String", system.title)
    if system.version:
        yield parameter("version", "String", system.version)
    shown = one.shown(languages(call.given.text("displayLanguage")))
    yield parameter("display", "String", shown)
    for name in one.names:
        if not wanted or {"designation", "*", f"lang.{name.lang}"}.intersection(wanted):
            yield {"name": "designation", "part": list(_parts_of(designation(name)))}
    for fact in known:
        if wanted and not {fact.code, "*"}.intersection(wanted):
            continue
        if fact.code == "definition" and call.dialect is R5:  # R4 has no such parameter
            yield parameter("definition", "String", fact.value)
        else:
            yield {"name": "property", "part": list(_parts_of_fact(fact))}


def _wanted(asked: str) -> str:
    """What a client means by a property; empty if it is none that is answered here."""
    return property_code(asked) or (asked if asked in _SAID or asked.startswith("lang.") else "")


def _parts_of(made: Json) -> Iterator[Json]:
    yield parameter("language", "Code", made["language"])
    yield parameter("use", "Coding", made["use"])
    yield parameter("value", "String", made["value"])


def _parts_of_fact(fact: Fact) -> Iterator[Json]:
    yield parameter("code", "Code", fact.code)
    yield parameter("value", fact.kind, fact.value)
    if fact.said:
        yield parameter("description", "String", fact.said)


LOOKUP: Final = Operation(
    "CodeSystem", "lookup", _known, _lookup, ("system", lambda system: system.uri)
)
