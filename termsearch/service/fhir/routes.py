"""``/fhir``: what HTTP says, to what is asked, and back.

Not in ``/openapi.json``: FHIR describes itself, at ``/fhir/metadata``.
"""

import json
from collections.abc import Container, Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

import pydantic_core
from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from termsearch.service.fhir.dialect import DIALECTS, Dialect, dialect_of, languages_of
from termsearch.service.fhir.dispatch import Asked, Said, answer
from termsearch.service.fhir.operations import KINDS, OPERATIONS
from termsearch.service.fhir.outcome import MEDIA_TYPE, invalid, say
from termsearch.service.lent import Lent, note_queries
from termsearch.service.problems import Problem, Speaker

__all__ = ["SPEAKERS", "router"]

_BASE: Final = "/fhir"
#: Who says what went wrong under our paths.
SPEAKERS: Final[dict[str, Speaker]] = {_BASE: Speaker(say, f"{_BASE}/metadata")}
_JSON: Final = frozenset({MEDIA_TYPE, "application/json", "json", "text/json"})
_ACCEPTED: Final = frozenset({*_JSON, "*/*", "application/*", "text/html", ""})
_FORM: Final = "application/x-www-form-urlencoded"
_PRETTY: Final[dict[str, Any]] = {"indent": 2}
_COMPACT: Final[dict[str, Any]] = {"separators": (",", ":")}
_ALL: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]

router = APIRouter(prefix=_BASE, include_in_schema=False)


async def _serve(request: Request, lent: Lent) -> Response:
    """Everything that is under ``/fhir`` and has an answer."""
    behind = request.scope["path"].removeprefix(_BASE).strip("/")
    searched = behind.endswith("/_search")
    query = [*parse_qsl(request.url.query), *(await _form(request) if searched else ())]
    asked = _format(request, query)
    dialect, path = dialect_of(behind, asked, request.headers.get("content-type", ""))
    base = f"{_BASE}/{behind.removesuffix(path)}".rstrip("/")
    said = await answer(
        lent,
        Asked(
            method=request.method,
            path=path,
            query=query,
            body=None if searched else await _body(request),
            dialect=dialect,
            base=str(request.url.replace(path=base, query="")),
            strict="handling=strict" in request.headers.get("prefer", "").replace(" ", ""),
            languages=languages_of(request.headers.get("accept-language", "")),
            note=lambda text: note_queries(request, [text]),
        ),
    )
    return _response(said, dialect, pretty=("_pretty", "true") in query)


async def _nothing(request: Request) -> Response:
    """What no route answers."""
    path: str = request.scope["path"]
    there = [each for each in router.routes[:-1] if isinstance(each, APIRoute)]
    methods = {m for each in there if each.path_regex.match(path) for m in each.methods or ()}
    if methods and "$" not in path:
        allow = {"Allow": ", ".join(sorted(methods))}
        raise Problem(405, f"{request.method} is not for {path[:200]}.", headers=allow)
    raise Problem(404, f"there is no {path[:200]}; {_BASE}/metadata says what there is.")


def _format(request: Request, query: Iterable[tuple[str, str]]) -> str:
    """The format that is asked for; ``_format`` decides before ``Accept``.

    Raises:
        Problem: 406, it is not JSON.
    """
    # The plus of application/fhir+json is a blank where a client has not encoded it.
    formats = [value.strip().replace(" ", "+") for name, value in query if name == "_format"]
    asked = formats[-1] if formats else request.headers.get("accept", "")
    kinds = [part.partition(";")[0].strip().casefold() for part in asked.split(",")]
    if _ACCEPTED.isdisjoint(kinds):
        raise Problem(406, f"{asked[:100]} is not spoken here; {MEDIA_TYPE} is.")
    return asked


async def _form(request: Request) -> list[tuple[str, str]]:
    """Parameters of a search that were sent: https://hl7.org/fhir/R4/http.html#search.

    Raises:
        Problem: 415 or 400, they are no form.
    """
    try:
        return parse_qsl((await _sent(request, _FORM, {_FORM})).decode())
    except UnicodeDecodeError as error:
        raise invalid("the body is no UTF-8.") from error


async def _body(request: Request) -> object:
    """The resource that was sent.

    Raises:
        Problem: 415 or 400, it is no JSON.
    """
    sent = await _sent(request, MEDIA_TYPE, _JSON)
    if not sent:
        return None
    try:
        # Refuses a lone surrogate, which no answer could carry, and depth without end.
        return pydantic_core.from_json(sent)
    except ValueError as error:
        raise invalid("the body is no JSON.") from error


async def _sent(request: Request, expected: str, kinds: Container[str]) -> bytes:
    """The body, if there is one; it says that it is of one of ``kinds``, or nothing."""
    sent = await request.body()
    kind = request.headers.get("content-type", expected).partition(";")[0].strip().casefold()
    if sent and kind not in kinds:
        raise Problem(415, f"a body of type {kind[:100]} is not read here; {expected} is.")
    return sent


def _response(said: Said, dialect: Dialect, *, pretty: bool) -> Response:
    headers = {"Vary": "Accept, Accept-Language"}
    if said.ignored:
        headers["Warning"] = f'299 - "ignored: {", ".join(said.names())}"'
    return Response(
        json.dumps(said.resource, ensure_ascii=False, **(_PRETTY if pretty else _COMPACT)),
        headers=headers,
        media_type=f"{MEDIA_TYPE}; fhirVersion={dialect.mime}; charset=utf-8",
    )


def _routes() -> list[tuple[str, list[str]]]:
    """Each on its own, so that figures and log tell one operation from another."""
    found = [("", ["POST"]), ("/", ["POST"]), ("/metadata", ["GET"])]
    for kind in KINDS:
        operations = [each.name for each in OPERATIONS if each.kind == kind]
        found += [(f"/{kind}/${name}", ["GET", "POST"]) for name in operations]
        found += [(f"/{kind}/{{id}}/${name}", ["GET", "POST"]) for name in operations]
        found += [(f"/{kind}/_search", ["GET", "POST"])]
        found += [(f"/{kind}", ["GET"]), (f"/{kind}/{{id}}", ["GET"])]
    return found


for _version in ("", *(f"/{each}" for each in DIALECTS)):
    for _path, _methods in _routes():
        router.add_api_route(f"{_version}{_path}", _serve, methods=_methods)
router.add_api_route("/{rest:path}", _nothing, methods=_ALL)
