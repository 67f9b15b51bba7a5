"""A request, to what answers it; the same for HTTP and for the entries of a batch."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from pydantic import BaseModel, Field, StrictStr, ValidationError

from termsearch.aio import AsyncTermSearch
from termsearch.errors import TermsearchError, note_bug
from termsearch.index import Index
from termsearch.service.fhir.call import Call, Operation
from termsearch.service.fhir.capabilities import capability_statement, terminology_capabilities
from termsearch.service.fhir.datatypes import ValueSet
from termsearch.service.fhir.dialect import Dialect
from termsearch.service.fhir.operations import KINDS, OPERATIONS
from termsearch.service.fhir.outcome import (
    Json,
    invalid,
    issue,
    not_found,
    not_supported,
    outcome,
    outcome_of,
)
from termsearch.service.fhir.parameters import Given, given, wrong
from termsearch.service.fhir.resources import code_system, value_set
from termsearch.service.fhir.search import found, known
from termsearch.service.fhir.sets import by_url
from termsearch.service.fhir.shape import WHOLE, shaped
from termsearch.service.fhir.systems import Systems
from termsearch.service.problems import Problem, problem_of

__all__ = ["Asked", "Said", "answer"]

#: Requests in one batch.
_BATCH: Final = 200
#: Of one batch under way together: one is embedded while the other is searched. All of 200 searches
#: at once stood before everybody else's next request for 23 s, two for 1 s (133,047 names).
_TOGETHER: Final = 2

#: Of a parameter's name, what a header can't carry.
_NO_TOKEN: Final = re.compile(r"[^\w.:-]", re.ASCII)
#: Names in one line: clients send few parameters more.
_NAMED: Final = 20
_OPERATIONS: Final = {(each.kind, each.name): each for each in OPERATIONS}


@dataclass(frozen=True)
class Said:
    """An answer."""

    resource: Json
    ignored: tuple[str, ...] = ()  #: parameters that it is given without

    def names(self) -> list[str]:
        """Of these, as a header has them; of many, how many more."""
        names = [_NO_TOKEN.sub("?", name)[:40] for name in self.ignored[:_NAMED]]
        more = len(self.ignored) - len(names)
        return [*names, f"and {more} more"] if more else names


@dataclass(frozen=True)
class Asked:
    """One request.

    Attributes:
        path: Behind ``/fhir``, without the version, with no slash at either end.
        body: A resource; None if there is none.
        base: Address of the service.
        strict: Refuse parameters that are not known.
        languages: Tags, best first, for a display that the request says nothing of; or empty.
        note: Logs the text of a search, where that is wanted.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    body: object
    dialect: Dialect
    base: str
    strict: bool
    languages: str
    note: Callable[[str], None]


class _Request(BaseModel):
    method: StrictStr
    url: StrictStr = Field(max_length=4_000)


class _Entry(BaseModel):
    request: _Request
    resource: dict[str, Any] | None = None


class _Bundle(BaseModel):
    resource_type: StrictStr = Field(alias="resourceType")
    type: StrictStr
    entry: list[_Entry] = Field(default=[], max_length=_BATCH)


async def answer(search: AsyncTermSearch, asked: Asked) -> Said:
    """What a request is answered, as much of it as is wanted.

    Raises:
        Problem: It can't be.
    """
    said = await _whole(search, asked)
    return replace(said, resource=shaped(said.resource, asked.query)) if asked.path else said


async def _whole(search: AsyncTermSearch, asked: Asked) -> Said:
    parts = asked.path.split("/") if asked.path else []
    match parts:
        case [] if asked.method == "POST":
            return Said(await _batch(search, asked))
        case ["metadata"] if asked.method == "GET":
            return Said(_metadata(search, asked))
        case [kind] | [kind, "_search"] if kind in KINDS and _may_search(asked.method, parts):
            return await _search(search, asked, kind)
        case [kind, name] if name.startswith("$"):
            return await _operation(search, asked, _operation_of(kind, name), "")
        case [kind, resource_id, name] if name.startswith("$"):
            return await _operation(search, asked, _operation_of(kind, name), resource_id)
        case [kind, resource_id] if kind in KINDS and asked.method == "GET":
            return Said(await search.call(lambda s: _resource(s.index, kind, resource_id)))
        case _:
            raise not_found(f"nothing answers {asked.method} {asked.path[:200]}; see /metadata.")


def _may_search(method: str, parts: Sequence[str]) -> bool:
    """A POST to the type itself would create a resource."""
    return method == "GET" or (method == "POST" and len(parts) > 1)


async def _search(search: AsyncTermSearch, asked: Asked, kind: str) -> Said:
    read = given(known(asked.query), asked.query, None, strict=asked.strict)
    bundle = await search.call(lambda s: found(s.index, kind, read, asked.base))
    return Said(bundle, read.ignored)


def _operation_of(kind: str, name: str) -> Operation:
    operation = _OPERATIONS.get((kind, name[1:]))
    if operation is None:
        there = ", ".join(f"{each.kind}/${each.name}" for each in OPERATIONS)
        raise Problem(404, f"no operation {kind}/{name}; there are: {there}.", code="not-supported")
    return operation


async def _operation(
    search: AsyncTermSearch, asked: Asked, operation: Operation, resource_id: str
) -> Said:
    if asked.method not in {"GET", "POST"}:
        raise Problem(405, f"{asked.method} is not for operations; GET and POST are.")
    known = {**operation.known(asked.dialect), **WHOLE}
    read = given(known, asked.query, asked.body, strict=asked.strict)
    if asked.languages and "displayLanguage" in known and _speaks_several(search, read):
        read = read.with_text("displayLanguage", read.text("displayLanguage") or asked.languages)
    call = Call(search, asked.dialect, read, asked.note, asked.strict)
    if resource_id:
        call = _of_instance(call, operation, resource_id)
    resource = await operation.run(call)
    return Said(resource, tuple(dict.fromkeys((*call.passed, *read.ignored))))


def _speaks_several(search: AsyncTermSearch, read: Given) -> bool:
    """Whether there is more than one language to display.

    Else nothing is to be chosen, and the other names of a code, of which reading takes 1 ms, need
    not be read: browsers send ``Accept-Language`` with every key that is typed.
    """
    langs = {lang for each in search.manifest.loaded for lang in each.langs}
    return len(langs) > 1 or read.one("valueSet", ValueSet) is not None


def _of_instance(call: Call, operation: Operation, resource_id: str) -> Call:
    if operation.instance is None:
        raise not_found(f"there is no {operation.kind}/{resource_id}; ask the type itself.")
    name, address = operation.instance
    own = address(call.systems.of_id(resource_id))
    if call.given.text(name) not in {"", own}:
        raise invalid(f"{name} is not that of {operation.kind}/{resource_id}; leave it out.")
    return call.told(name, own)


def _resource(index: Index, kind: str, resource_id: str) -> Json:
    systems = Systems(index.manifest)
    if kind == "ConceptMap":
        raise not_found("there are no concept maps to read; $translate needs none.")
    system = systems.of_id(resource_id)
    if kind == "CodeSystem":
        return code_system(system)
    return value_set(by_url(index, systems, system.value_set), system)


def _metadata(search: AsyncTermSearch, asked: Asked) -> Json:
    modes = [value for name, value in asked.query if name == "mode"]
    match modes:
        case ["terminology"]:
            return terminology_capabilities(asked.dialect, search.manifest, asked.base)
        case [] | ["full"] | ["normative"]:
            return capability_statement(asked.dialect, asked.base)
        case _:
            raise not_supported("mode is none of full, normative and terminology.")


async def _batch(search: AsyncTermSearch, asked: Asked) -> Json:
    """Answers in order; its requests go on between those of others."""
    bundle = _read(asked.body)
    places = asyncio.Semaphore(_TOGETHER)

    async def answered(entry: _Entry) -> Json:
        async with places:
            return await _entry(search, asked, entry)

    answers = await asyncio.gather(*map(answered, bundle.entry))
    made: Json = {"resourceType": "Bundle", "type": "batch-response"}
    return {**made, "entry": answers} if answers else made


def _read(body: object) -> _Bundle:
    try:
        bundle = _Bundle.model_validate(body)
    except ValidationError as error:
        raise invalid(f"the body is no Bundle of requests: {wrong(error)}.") from error
    if bundle.resource_type != "Bundle" or bundle.type != "batch":
        raise not_supported("a POST to the base needs a Bundle of type batch.")
    return bundle


async def _entry(search: AsyncTermSearch, asked: Asked, entry: _Entry) -> Json:
    path, _, query = entry.request.url.removeprefix(asked.base).partition("?")
    if not path.strip("/"):
        return _failed(not_supported("a batch can't hold another batch."))
    one = Asked(
        method=entry.request.method.upper(),
        path=unquote(path.strip("/")),
        query=parse_qsl(query),
        body=entry.resource,
        dialect=asked.dialect,
        base=asked.base,
        strict=asked.strict,
        languages=asked.languages,
        note=asked.note,
    )
    try:
        said = await answer(search, one)
    except Problem as problem:
        return _failed(problem)
    except TermsearchError as error:
        return _failed(problem_of(error))
    except Exception as error:  # noqa: BLE001  # a bug in one is no answer's but its own
        note_bug("termsearch.service", error, "an entry of a batch")
        return _failed(Problem(500, "the service failed; its log says where."))
    return {"resource": said.resource, "response": {"status": "200", **_ignored(said)}}


def _ignored(said: Said) -> Json:
    """What a header says of a request on its own."""
    if not said.ignored:
        return {}
    told = f"ignored: {', '.join(said.names())}"
    return {"outcome": outcome([issue("information", "informational", told)])}


def _failed(problem: Problem) -> Json:
    status = str(problem.info.status)
    return {"response": {"status": status, "outcome": outcome_of(problem)}}
