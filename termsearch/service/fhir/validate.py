"""``$validate-code`` of code systems and value sets.

https://hl7.org/fhir/R4/valueset-operation-validate-code.html and
https://hl7.org/fhir/R4/codesystem-operation-validate-code.html. A code that is not valid is an
answer, with ``result`` false and why; what is an error is a value set that is not here.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from termsearch.index import Index
from termsearch.service.fhir.call import Call, Operation
from termsearch.service.fhir.coded import Coded, gone, known_code, languages, one_coded
from termsearch.service.fhir.codings import agreed, agreeing
from termsearch.service.fhir.datatypes import CodeableConcept, Coding
from termsearch.service.fhir.dialect import Dialect
from termsearch.service.fhir.outcome import Json, invalid, issue, outcome
from termsearch.service.fhir.parameters import Known, parameter, parameters
from termsearch.service.fhir.sets import Set
from termsearch.service.fhir.systems import System, Systems
from termsearch.service.fhir.wanted import value_set_of
from termsearch.service.problems import Problem

__all__ = ["VALIDATE_CODE_SYSTEM", "VALIDATE_VALUE_SET"]

_SHARED: Final = {
    "url": "uri",
    "code": "code",
    "display": "string",
    "coding": "Coding",
    "codeableConcept": "CodeableConcept",
    "date": "dateTime",
    "abstract": "boolean",
    "displayLanguage": "code",
    "system": "uri",  # with a code system the specification has only `url`; clients send both
    # https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig
    "lenient-display-validation": "boolean",
    "useSupplement": "unsupported",
    "tx-resource": "unsupported",
}
_CODE_SYSTEM: Final = {**_SHARED, "version": "string", "codeSystem": "unsupported"}
_VALUE_SET: Final = {
    **_SHARED,
    "context": "unsupported",
    "valueSet": "ValueSet",
    "valueSetVersion": "string",
    "systemVersion": "string",
    "inferSystem": "boolean",
    "activeOnly": "boolean",
    "exclude-system": "canonical*",
    "system-version": "canonical*",
    "check-system-version": "canonical*",
    "force-system-version": "canonical*",
}


class _Verdict(NamedTuple):
    """What is said of one coding."""

    coding: Coding
    issues: Sequence[Json]
    system: System | None = None
    one: Coded | None = None

    @property
    def valid(self) -> bool:
        return not any(each["severity"] == "error" for each in self.issues)


class _Rules(NamedTuple):
    """What a code has to meet."""

    systems: Systems
    langs: Sequence[str]
    lenient: bool
    live: bool
    only: System | None = None
    within: Set | None = None


def _code_system(_dialect: Dialect) -> Known:
    return _CODE_SYSTEM


def _value_set(_dialect: Dialect) -> Known:
    return _VALUE_SET


async def _in_code_system(call: Call) -> Json:
    given, systems = call.given, call.systems
    beside = _beside(call).model_copy(update={"version": given.text("version")})
    uris = [uri for uri in (given.text("url"), given.text("system")) if uri]
    uri, version = uris[0] if uris else "", given.text("version")
    only = systems.system(uri, version) if uri else None
    if any(systems.system(each) != only for each in uris):
        raise invalid("url and system are two code systems; expected one of them.")
    # A coding of another code system is not valid in this one, which is an answer.
    codings = [
        each
        if each.system
        else each.model_copy(update={"system": uri, "version": each.version or version})
        for each in _codings(call, beside)
    ]
    named = {systems.find(each.system) for each in codings}
    call.require_held([only] if only else filter(None, named))
    rules = _rules(call, systems)._replace(only=only)
    return await call.index(lambda index: _answer(call, _verdicts(index, codings, rules)))


async def _in_value_set(call: Call) -> Json:
    given = call.given
    said = {"system": given.text("system"), "version": given.text("systemVersion")}
    codings = _codings(call, _beside(call).model_copy(update=said))

    def judge(index: Index) -> Json:
        within = value_set_of(index, call)
        asked = [
            each
            for coding in codings
            for each in (_inferred(index, call, within, coding) if _bare(coding) else [coding])
        ]
        rules = _rules(call, call.systems)._replace(within=within)
        return _answer(call, _verdicts(index, asked, rules))

    return await call.index(judge)


def _beside(call: Call) -> Coding:
    """What is said of a code by itself, or of a coding once more."""
    return Coding(code=call.given.text("code"), display=call.given.text("display"))


def _codings(call: Call, beside: Coding) -> Sequence[Coding]:
    """What is to be validated; several mean the same, and a text alone is an empty one.

    Raises:
        Problem: 400, there is nothing, or two that are not the same.
    """
    coding = call.given.one("coding", Coding)
    several = call.given.one("codeableConcept", CodeableConcept)
    if several is None:
        if coding is None and not beside.code:
            raise invalid("nothing is given; expected one of code, coding and codeableConcept.")
        return [agreed(coding, beside)]
    if coding is not None:
        raise invalid("2 are given; expected one of code, coding and codeableConcept.")
    return agreeing(several.coding, beside)


def _bare(coding: Coding) -> bool:
    """Whether its code system is to be found out."""
    return bool(coding.code) and not coding.system


def _inferred(index: Index, call: Call, within: Set, coding: Coding) -> list[Coding]:
    """The coding with the system of the value set that has its code; as it is if there is none."""
    if not call.given.flag("inferSystem") and len(within.systems) > 1:
        raise invalid("no system is given; give system, or inferSystem with a code.")
    held = [each for each in within.systems if one_coded(index, each, coding.code)]
    held = held or [each for each in within.systems if gone(index, each, coding.code)]
    systems = held or within.systems[:1]
    return [coding.model_copy(update={"system": each.uri}) for each in systems] or [coding]


def _rules(call: Call, systems: Systems) -> _Rules:
    given = call.given
    return _Rules(
        systems,
        languages(given.text("displayLanguage")),
        given.flag("lenient-display-validation"),
        given.flag("activeOnly"),
    )


def _verdicts(index: Index, codings: Sequence[Coding], rules: _Rules) -> list[_Verdict]:
    return [_verdict(index, coding, rules) for coding in codings]


def _verdict(index: Index, coding: Coding, rules: _Rules) -> _Verdict:
    try:
        if not coding.code:
            said = "there is no code; a text alone can't be validated."
            return _Verdict(coding, [issue("error", "invalid", said)])
        if rules.within and not coding.system:
            return _Verdict(coding, [_not_in(coding, rules.within)])
        system = rules.systems.system(coding.system, coding.version)
    except Problem as problem:
        return _Verdict(coding, [_not_found(problem, "not-found", "Coding.system")])
    if rules.only and system != rules.only:
        said = f"{system.uri} is not {rules.only.uri}, in which the code is to be."
        wrong = issue("error", "code-invalid", said, kind="invalid-code", where="Coding.system")
        return _Verdict(coding, [wrong], system)
    sought = index, system, coding.code
    try:  # the last says why there is none
        one = one_coded(*sought) or gone(*sought) or known_code(*sought)
    except Problem as problem:
        return _Verdict(coding, [_not_found(problem, "invalid-code", "Coding.code")], system)
    return _Verdict(coding, list(_objections(coding, one, rules)), system, one)


def _not_found(problem: Problem, kind: str, where: str) -> Json:
    code = "not-found" if kind == "not-found" else "code-invalid"
    return issue("error", code, str(problem), kind=kind, where=where)


def _not_in(coding: Coding, within: Set) -> Json:
    said = f"{coding.code} is not in {within.head.get('url', 'the value set')}."
    return issue("error", "code-invalid", said, kind="not-in-vs", where="Coding.code")


def _objections(coding: Coding, one: Coded, rules: _Rules) -> Iterator[Json]:
    within = rules.within
    if within and not within.holds(one):
        yield _not_in(coding, within)
    if not one.live:
        severity = "error" if rules.live else "warning"
        said = f"{coding.code} is retired{_lacking(one)}.{_instead(one)}"
        yield issue(severity, "business-rule", said, kind="status-check", where="Coding.code")
    names = [one.display, *(name.text for name in one.names)]
    if within and (listed := within.listed(one.curie)):
        names += listed.texts
    if one.names and coding.display and _folded(coding.display) not in map(_folded, names):
        said = (
            f"{coding.display!r} is no name of {coding.code}; expected {one.shown(rules.langs)!r}."
        )
        severity = "warning" if rules.lenient else "error"
        yield issue(severity, "invalid", said, kind="invalid-display", where="Coding.display")


def _instead(one: Coded) -> str:
    return f" Use {', '.join(one.successors)}." if one.successors else ""


def _lacking(one: Coded) -> str:
    """Why nothing more is said of a code: no display can be right or wrong."""
    return "" if one.names else " and not in this index"


def _folded(text: str) -> str:
    """Case and blanks do not make another display."""
    return " ".join(text.casefold().split())


def _answer(call: Call, verdicts: Sequence[_Verdict]) -> Json:
    """Valid if one of the codings is: they mean the same."""
    best = next((each for each in verdicts if each.valid), None)
    shown = best or next((each for each in verdicts if each.one), verdicts[0])
    issues = shown.issues if best else [each for verdict in verdicts for each in verdict.issues]
    langs = languages(call.given.text("displayLanguage"))
    return parameters(_said(shown, issues, langs))


def _said(shown: _Verdict, issues: Sequence[Json], langs: Sequence[str]) -> Iterator[Json]:
    yield parameter("result", "Boolean", shown.valid)
    if issues:
        yield parameter("message", "String", " ".join(each["details"]["text"] for each in issues))
    if shown.one and shown.one.names:
        yield parameter("display", "String", shown.one.shown(langs))
    if shown.coding.code:
        yield parameter("code", "Code", shown.coding.code)
    if shown.system:
        yield parameter("system", "Uri", shown.system.uri)
        if shown.system.version:
            yield parameter("version", "String", shown.system.version)
    if issues:
        yield {"name": "issues", "resource": outcome(issues)}


VALIDATE_CODE_SYSTEM: Final = Operation(
    "CodeSystem", "validate-code", _code_system, _in_code_system, ("url", lambda system: system.uri)
)
VALIDATE_VALUE_SET: Final = Operation(
    "ValueSet", "validate-code", _value_set, _in_value_set,
    ("url", lambda system: system.value_set),
)  # fmt: skip
