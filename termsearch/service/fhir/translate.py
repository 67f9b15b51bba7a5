"""``ConceptMap/$translate``: https://hl7.org/fhir/R4/conceptmap-operation-translate.html.

There are no concept maps to name: the answer comes from what the vocabularies say of each other.
"""

from collections.abc import Container, Iterator, Sequence
from typing import Final, NamedTuple

from termsearch.index import Index
from termsearch.mappings import Mapping, mappings
from termsearch.service.fhir.call import Call, Operation
from termsearch.service.fhir.coded import coded, curie_of, known_code, one_coded
from termsearch.service.fhir.codings import agreed, agreeing, meant, same_system
from termsearch.service.fhir.datatypes import CodeableConcept, Coding
from termsearch.service.fhir.dialect import R5, Dialect
from termsearch.service.fhir.outcome import Json, invalid, not_found
from termsearch.service.fhir.parameters import Given, Known, parameter, parameters
from termsearch.service.fhir.sets import Set, by_url
from termsearch.service.fhir.systems import (
    LOCAL,
    System,
    Systems,
    address_of,
    split_canonical,
    vocabulary_of,
)
from termsearch.service.problems import Problem
from termsearch.vocabulary import known_vocabulary

__all__ = ["TRANSLATE"]

_SHARED: Final = {
    "url": "unsupported",
    "conceptMap": "unsupported",
    "conceptMapVersion": "unsupported",
    "dependency": "unsupported",
    "system": "uri",
    "version": "string",
    "targetsystem": "uri",  # R4's spelling
    "targetSystem": "uri",  # R5's; the same
}
_R4: Final = {
    **_SHARED,
    "code": "code",
    "source": "uri",
    "coding": "Coding",
    "codeableConcept": "CodeableConcept",
    "target": "uri",
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
}
#: Each version, and what the other one alone knows: passed by, it would change the answer.
_OF_R4: Final = {**dict.fromkeys(_R5, "R5"), **_R4}
_OF_R5: Final = {**dict.fromkeys(_R4, "R4"), **_R5}

#: Relations that lead from a code to what stands for it elsewhere, and those that lead back.
_BOTH_WAYS: Final = frozenset({"xref", "xref by", "source", "used by", "shared"})
_FORTH: Final = _BOTH_WAYS | {"replaced by"}
_BACK: Final = _BOTH_WAYS | {"replaces"}

#: UMLS puts names into one concept because they mean the same. What a vocabulary calls a
#: cross-reference or a replacement may be wider, narrower or only near, and it does not say which.
_SAME: Final = frozenset({"source", "used by", "shared"})

_NOTHING: Final = "no vocabulary in the index names a code that matches it."

_MISSING: Final = 404


def _known(dialect: Dialect) -> Known:
    return _OF_R5 if dialect is R5 else _OF_R4


class _Asked(NamedTuple):
    """What is to be translated."""

    codings: Sequence[Coding]
    back: bool  #: from a target to what it is a translation of


class _Terms(NamedTuple):
    """Which translations are wanted."""

    given: Set | None  #: the codes of which the one to be translated is to be one
    systems: Sequence[str]  #: addresses of the code system that translations are to be of
    within: Set | None  #: the codes that they may be
    back: bool


async def _translate(call: Call) -> Json:
    call = _spelt(call)
    asked = _asked(call)
    systems = call.systems
    problems: list[str] = []

    def translate(index: Index) -> list[Mapping]:
        terms = _terms(index, call, back=asked.back)
        found: dict[str, Mapping] = {}
        for coding in asked.codings:
            try:
                for each in _leads(index, meant(systems, coding), coding.code, terms):
                    found.setdefault(each.curie, each)
            except Problem as problem:
                if problem.info.status != _MISSING:
                    raise
                problems.append(str(problem))
        return _kept(index, systems, list(found.values()), terms)

    found = await call.index(translate)
    return parameters(_said(call, found, " ".join(problems) or _NOTHING))


def _spelt(call: Call) -> Call:
    """With ``targetSystem`` in the spelling of R5, whichever it came in."""
    system = _one_of(call.given, "targetsystem", "targetSystem")
    return call.told("targetSystem", system) if system else call


def _one_of(given: Given, *names: str) -> str:
    """The code system that parameters of two spellings name; empty: none does."""
    systems = [each for name in names if (each := given.text(name))]
    if len(systems) > 1 and not same_system(*systems):
        raise invalid(f"{' and '.join(names)} are two code systems; expected one.")
    return systems[0] if systems else ""


def _asked(call: Call) -> _Asked:
    given = call.given
    kinds = ("source", "target") if call.dialect is R5 else ("",)
    found = []
    for kind in kinds:
        back = given.flag("reverse") or kind == "target"
        found += [_Asked(codings, back) for codings in _codings(given, kind)]
    if len(found) != 1:
        which = "sourceCode, sourceCoding" if call.dialect is R5 else "code, coding"
        raise invalid(f"{len(found)} are given; expected one of {which}, ... to translate.")
    return found[0]


def _codings(given: Given, kind: str) -> Iterator[Sequence[Coding]]:
    """Each way in which a code is given: ``code``, ``sourceCoding``, ..."""
    code = given.text(f"{kind}Code" if kind else "code")
    coding = given.one(f"{kind}Coding" if kind else "coding", Coding)
    several = given.one(f"{kind}CodeableConcept" if kind else "codeableConcept", CodeableConcept)
    if not (code or coding or several):
        return
    other = "targetSystem" if kind == "target" else "sourceSystem"
    system = _one_of(given, "system", other)
    beside = Coding(system=system, version=given.text("version"), code=code)
    if code or coding:
        yield [agreed(coding, beside)]
    if several:
        yield agreeing(several.coding, beside) if several.coding else []


def _terms(index: Index, call: Call, *, back: bool) -> _Terms:
    """What is asked of the code and of its translations; the way back turns the two around."""
    given, systems = call.given, call.systems
    scopes = [given.text(f"{name}Scope") or given.text(name) for name in ("source", "target")]
    outer, inner = reversed(scopes) if back else scopes
    # In R5 the system of the code that is given, on the way back, is targetSystem.
    named = "sourceSystem" if back and call.dialect is R5 else "targetSystem"
    system = given.text(named)
    absent = _absent(systems, inner)
    return _Terms(
        given=by_url(index, systems, outer) if outer else None,
        systems=[address for address in (system, absent) if address],
        within=by_url(index, systems, inner) if inner and not absent else None,
        back=back,
    )


def _absent(systems: Systems, url: str) -> str:
    """The code system of all whose codes ``url`` is the set, if the index does not hold it.

    Cross-references lead to codes of such a code system too, and these are in the set.
    """
    address = url.removesuffix("?fhir_vs").removesuffix("/vs")
    return address if address != url and systems.find(address) is None else ""


def _leads(index: Index, system: System, code: str, terms: _Terms) -> Iterator[Mapping]:
    """What is said of a code.

    Raises:
        Problem: 404, there is no such code; comes behind what took its place, if anything did.
    """
    said = mappings(index, curie_of(system, code))
    one = one_coded(index, system, code)
    if one is None:
        said = [each for each in said if each.relation == "replaced by"]
    if terms.given:
        # A retired code that is not loaded belongs where its successors do.
        stands_for = [one] if one else coded(index, [each.curie for each in said]).values()
        if not any(map(terms.given.holds, stands_for)):
            known_code(index, system, code)
            raise not_found(f"{code} is not in {terms.given.head['url']}.")
    relations = _BACK if terms.back else _FORTH
    yield from (each for each in said if each.relation in relations)
    known_code(index, system, code)


def _kept(index: Index, systems: Systems, found: Sequence[Mapping], terms: _Terms) -> list[Mapping]:
    """Those of ``found`` that are wanted."""
    reached = {each.vocabulary for each in found}
    wanted = {_vocabulary(systems, address, reached) for address in terms.systems}
    kept = [each for each in found if wanted <= {each.vocabulary}]
    if terms.within is None:
        return kept
    inside = coded(index, [each.curie for each in kept])
    return [m for m in kept if m.curie in inside and terms.within.holds(inside[m.curie])]


def _vocabulary(systems: Systems, address: str, reached: Container[str]) -> str:
    """That of a code system, be it in the index, elsewhere, or only in cross-references.

    Raises:
        Problem: 404, it is none of these, or not here in this version; an empty answer would hide
            a slip of the pen.
    """
    vocabulary = vocabulary_of(split_canonical(address)[0])
    known = known_vocabulary(vocabulary) or vocabulary in reached
    if systems.of_vocabulary(vocabulary) or not known:
        systems.system(address)
    return vocabulary


def _said(call: Call, found: Sequence[Mapping], nothing: str) -> Iterator[Json]:
    yield parameter("result", "Boolean", bool(found))
    if not found:
        yield parameter("message", "String", nothing)
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
        how = f"{match.relation} {match.via}".rstrip()
        told = [parameter("uri", "Uri", f"{LOCAL}relation"), parameter("value", "String", how)]
        yield {"name": "property", "part": told}


TRANSLATE: Final = Operation("ConceptMap", "translate", _known, _translate)
