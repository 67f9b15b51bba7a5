"""Everything that can go wrong with a request, in one shape.

``{"error": {"status": 400, "code": "unknown-value", "message": "...", "details": []}}``. The
application knows which part of it speaks another language (FHIR's ``OperationOutcome``), and how
that says the same under its own paths.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from termsearch.errors import (
    IndexBusyError,
    IndexMissingError,
    IndexUnreadableError,
    ModelMismatchError,
    ModelUnavailableError,
    RetiredCodeError,
    TermsearchError,
    UnknownCodeError,
    UnknownValueError,
    UsageError,
)
from termsearch.misshapen import misshapen

__all__ = ["ERRORS", "ErrorBody", "Problem", "Speaker", "handle_problems", "problem_of", "respond"]

#: Status to what a program may branch on, where the kind of error does not say it better.
_CODES = {
    300: "ambiguous-code",
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    408: "body-too-slow",
    413: "body-too-large",
    422: "invalid-request",
    429: "too-many-requests",
    500: "internal-error",
    503: "unavailable",
    504: "timeout",
}

_KINDS: tuple[tuple[type[TermsearchError], int, str], ...] = (
    (UnknownValueError, 400, "unknown-value"),
    (RetiredCodeError, 400, "unknown-value"),
    (UsageError, 400, "bad-request"),
    (UnknownCodeError, 404, "unknown-code"),
    (IndexMissingError, 503, "index-missing"),
    (IndexBusyError, 503, "index-busy"),
    (IndexUnreadableError, 503, "index-unreadable"),
    (ModelUnavailableError, 503, "model-unavailable"),
    (ModelMismatchError, 503, "model-mismatch"),
)

_RETRY_SECONDS = "1"


class Detail(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="``query.limit``, ``body.queries.0.text``.")
    problem: str


class ErrorInfo(BaseModel):
    """What was found, what was expected, and what to do."""

    status: int = Field(description="As the response's.")
    code: str = Field(description="Stable, for programs: ``unknown-value``.")
    message: str = Field(description="For people; the command line's where it has the same.")
    details: list[Detail] = Field(default=[], description="With 422: each thing that is wrong.")
    choices: list[str] = Field(default=[], description="With 300: the CURIEs to choose from.")


class ErrorBody(BaseModel):
    """The body of every response that is no answer."""

    error: ErrorInfo


#: What OpenAPI says of every route.
ERRORS: dict[int | str, dict[str, object]] = {
    status: {"model": ErrorBody, "description": text}
    for status, text in {
        400: "A filter names a vocabulary, type, language or code that the index does not hold.",
        401: "No API key, or not one of the service's.",
        403: "The key's role does not allow it, or the Host header is another machine's.",
        413: "The body is too large.",
        422: "A parameter or the body has not the shape that is documented.",
        429: "Too many requests at once; Retry-After says when to come again.",
        503: "The index or the encoder is not to be had; /ready says why.",
        504: "It took too long.",
    }.items()
}


class Problem(Exception):  # noqa: N818  # an answer like any other, not a failure of the program
    """A request that gets no answer.

    Args:
        status: HTTP status.
        message: For people.
        code: For programs; by default the status's own.
        details: With 422.
        choices: With 300.
        headers: Beside those that HTTP wants for the status.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        details: Sequence[Detail] = (),
        choices: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self._headers = dict(headers or {})
        self.info = ErrorInfo(
            status=status,
            code=code or _CODES.get(status, "error"),
            message=message,
            details=list(details),
            choices=list(choices),
        )

    @property
    def headers(self) -> dict[str, str]:
        """What HTTP wants besides."""
        match self.info.status:
            case 401:
                return {"WWW-Authenticate": "Bearer", **self._headers}
            case 429 | 503:
                return {"Retry-After": _RETRY_SECONDS, **self._headers}
            case _:
                return self._headers


class Speaker(NamedTuple):
    """Who says the problems of a part of the application."""

    say: Callable[[Problem], Response]
    described: str  #: the path that says what there is


def response_to(scope: Scope, problem: Problem) -> Response:
    """The response that says ``problem`` in the language of the path that was asked."""
    if speaker := _speaker(scope):
        return speaker.say(problem)
    return Response(
        ErrorBody(error=problem.info).model_dump_json(exclude_defaults=True),
        status_code=problem.info.status,
        headers=problem.headers,
        media_type="application/json",
    )


def _speaker(scope: Scope) -> Speaker | None:
    speakers: Mapping[str, Speaker] = scope["app"].state.speakers
    here = (each for prefix, each in speakers.items()
            if f"{scope['path']}/".startswith(f"{prefix}/"))  # fmt: skip
    return next(here, None)


async def respond(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with ``problem``, for middleware; the connection ends, a body may be unread."""
    scope["termsearch.problem"] = problem.info.code
    response = response_to(scope, problem)
    response.headers["Connection"] = "close"
    await response(scope, receive, send)


def problem_of(error: TermsearchError) -> Problem:
    """What an error of the library is to a client."""
    for kind, status, code in _KINDS:
        if isinstance(error, kind):
            return Problem(status, str(error), code=code)
    return Problem(500, str(error))


def handle_problems(app: FastAPI, speakers: Mapping[str, Speaker]) -> None:
    """Make ``app`` answer all errors in one shape.

    Args:
        app: Whose errors.
        speakers: Prefix of paths (``/fhir``) to who says the problems under it otherwise.
    """
    app.state.speakers = speakers
    app.add_exception_handler(Problem, _handler(_own))
    app.add_exception_handler(TermsearchError, _handler(_library))
    app.add_exception_handler(RequestValidationError, _handler(_invalid))
    app.add_exception_handler(HTTPException, _http)


def _handler(
    problem: Callable[[Exception], Problem],
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        return _said(request, problem(error))

    return handle


def _said(request: Request, problem: Problem) -> Response:
    request.scope["termsearch.problem"] = problem.info.code
    return response_to(request.scope, problem)


def _own(error: Exception) -> Problem:
    return error if isinstance(error, Problem) else Problem(500, "the service failed.")


def _library(error: Exception) -> Problem:
    return problem_of(error) if isinstance(error, TermsearchError) else _own(error)


def _invalid(error: Exception) -> Problem:
    """Without the values: a text may be patient data, and the caller has it."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    details = [
        Detail(where=".".join(str(part) for part in each["loc"]), problem=misshapen(each))
        for each in found
    ]
    said = "; ".join(f"{detail.where}: {detail.problem}" for detail in details[:3])
    return Problem(422, f"{said}. See /openapi.json for what is expected.", details=details)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return _said(request, _own(error))
    speaker = _speaker(request.scope)
    described = speaker.described if speaker else "/openapi.json"
    said = f"{error.detail}. See {described} for what there is."
    return _said(request, Problem(error.status_code, said, headers=error.headers))
