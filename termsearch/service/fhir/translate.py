"""``ConceptMap/$translate``: https://hl7.org/fhir/R4/conceptmap-operation-translate.html.

There are no concept maps to name: the answer comes from what the vocabularies say of each other.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from termsearch.index import Index
from termsearch.mappings import Mapping, mappings
from termsearch.service.fhir.call import Call, Operation
from termsearch.service.fhir.coded import coded
from termsearch.service.fhir.datatypes import CodeableConcept, Coding
from termsearch.service.fhir.dialect import R5, Dialect
from termsearch.service.fhir.lookup import known_code, meant
from termsearch.service.fhir.outcome import Json, invalid, not_found
from termsearch.service.fhir.parameters import Given, Known, parameter, parameters
from termsearch.service.fhir.sets import Set, by_url
from termsearch.service.fhir.systems import LOCAL, System, Systems, address_of
from termsearch.service.problems import Problem

__all__ = ["TRANSLATE"]

_SHARED: Final = {
    "url": "unsupported",
    "conceptMap": "unsupported",
    "conceptMapVersion": "unsupported",
    "dependency": "unsupported",
    "system": "uri",
    "version": "string",
}
_R4: Final = {
    **_SHARED,
    "code": "code",
    "source": "uri",
    "coding": "Coding",
    "codeableConcept": "CodeableConcept",
    "target": "uri",
    "targetsystem": "uri",
    "reverse": "boolean",
}
_R5: Final = {
    **_SHARED,
    "sourceCode": "code",
    "sourceScope": "uri",
    "sourceCoding": "Coding",
    "sourceCodeableConcept": "CodeableConcept",
    "sourceSystem": "uri",  # `system` in R5 itself; what is to follow it, and clients, say this
    "targetCode": "code",
    "targetCoding": "Coding",
    "targetCodeableConcept": "CodeableConcept",
    "targetScope": "uri",
    "targetSystem": "uri",
}

#: Relations that lead from a code to what stands for it elsewhere, and those that lead back. A
#: cross-reference is known on the side that makes it only.
_FORTH: Final = frozenset({"xref", "source", "used by", "shared", "replaced by"})
_BACK: Final = frozenset({"source", "used by", "shared", "replaces"})

#: UMLS puts names into one concept because they mean the same. What a vocabulary calls a
#: cross-reference or a replacement may be wider, narrower or only near, and it does not say which.
_SAME: Final = frozenset({"source", "used by", "shared"})


_MISSING: Final = 404


def _known(dialect: Dialect) -> Known:
    return _R5 if dialect is R5 else _R4


class _Asked(NamedTuple):
    """What is to be translated."""

    codings: Sequence[Coding]
    back: bool  #: from a target to what it is a translation of


class _Terms(NamedTuple):
    """Which translations are wanted."""

    target: System | None
    source_set: Set | None
    target_set: Set | None
    back: bool


async def _translate(call: Call) -> Json:
    asked = _asked(call)
    systems = call.systems
    found: list[Mapping] = []
    problems: list[str] = []

    def translate(index: Index) -> None:
        terms = _terms(index, systems, call, back=asked.back)
        for coding in asked.codings:
            try:
                found.extend(_matches(index, meant(systems, coding), coding, terms))
            except Problem as problem:
                if problem.info.status != _MISSING:
                    raise
                problems.append(str(problem))

    await call.index(translate)
    distinct = {match.curie: match for match in reversed(found)}
    return parameters(_said(call, list(distinct.values())[::-1], problems))


def _asked(call: Call) -> _Asked:
    given = call.given
    kinds = ("source", "target") if call.dialect is R5 else ("",)
    found = []
    for kind in kinds:
        back = given.flag("reverse") or kind == "target"
        for codings in _codings(given, kind):
            found.append(_Asked(codings, back))
    if len(found) != 1:
        which = "sourceCode, sourceCoding" if call.dialect is R5 else "code, coding"
        raise invalid(f"{len(found)} are given; expected one of {which}, ... to translate.")
    return found[0]


def _codings(given: Given, kind: str) -> Iterator[Sequence[Coding]]:
    """Each way in which a code is given: ``code``, ``sourceCoding``, ..."""
    code = given.text(f"{kind}Code" if kind else "code")
    if code:
        system = given.text("system") or given.text("sourceSystem")
        yield [Coding(system=system, version=given.text("version"), code=code)]
    coding = given.one(f"{kind}Coding" if kind else "coding", Coding)
    if coding:
        yield [coding]
    several = given.one(f"{kind}CodeableConcept" if kind else "codeableConcept", CodeableConcept)
    if several:
        yield several.coding


def _terms(index: Index, systems: Systems, call: Call, *, back: bool) -> _Terms:
    given = call.given
    uri = given.text("targetsystem") or given.text("targetSystem")
    sets = [given.text(f"{name}Scope") or given.text(name) for name in ("source", "target")]
    source, target = (by_url(index, systems, url) if url else None for url in sets)
    return _Terms(systems.system(uri) if uri else None, source, target, back)


def _matches(index: Index, system: System, coding: Coding, terms: _Terms) -> Iterator[Mapping]:
    one = known_code(index, system, coding.code)
    if terms.source_set and not terms.source_set.holds(one):
        raise not_found(f"{coding.code} is not in {terms.source_set.head['url']}.")
    relations = _BACK if terms.back else _FORTH
    found = [each for each in mappings(index, one.curie) if each.relation in relations]
    inside = coded(index, [each.curie for each in found]) if terms.target_set else {}
    for each in found:
        of_target = terms.target is None or each.vocabulary == terms.target.vocabulary
        held = terms.target_set is None or (
            each.curie in inside and terms.target_set.holds(inside[each.curie])
        )
        if of_target and held:
            yield each


def _said(call: Call, found: Sequence[Mapping], problems: Sequence[str]) -> Iterator[Json]:
    yield parameter("result", "Boolean", bool(found))
    if not found:
        said = " ".join(problems) or "the vocabularies in the index say of no code that it matches."
        yield parameter("message", "String", said)
    for match in found:
        yield {"name": "match", "part": list(_match(call, match))}


def _match(call: Call, match: Mapping) -> Iterator[Json]:
    same = match.relation in _SAME
    if call.dialect is R5:
        yield parameter("relationship", "Code", "equivalent" if same else "related-to")
    else:
        yield parameter("equivalence", "Code", "equivalent" if same else "relatedto")
    system = call.systems.of_vocabulary(match.vocabulary)
    coding: Json = {"system": system.uri if system else address_of(match.vocabulary)}
    if system and system.version:
        coding["version"] = system.version
    coding["code"] = match.code
    if match.name:
        coding["display"] = match.name
    yield parameter("concept", "Coding", coding)
    if call.dialect is R5:  # R4 has no place for it
        how = [
            parameter("uri", "Uri", f"{LOCAL}relation"),
            parameter("value", "String", _how(match)),
        ]
        yield {"name": "property", "part": how}


def _how(match: Mapping) -> str:
    return f"{match.relation} {match.via}".rstrip()


TRANSLATE: Final = Operation("ConceptMap", "translate", _known, _translate)
