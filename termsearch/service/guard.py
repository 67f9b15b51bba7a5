"""Round about every request: its line in the log, its figures, its headers, and the last resort.

What is logged names no text and no key: a query may be patient data. Routes are logged as their
templates (``/concepts/{vocabulary}/{code}``), which keeps codes out of figures and log too.
"""

import logging
from time import perf_counter
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from termsearch.errors import note_bug
from termsearch.service.metrics import Metrics
from termsearch.service.problems import Problem, respond

__all__ = ["Guard"]

_log = logging.getLogger("termsearch.access")

#: For answers that no browser shows. A route that serves a page sets its own policy.
#: https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

#: What nginx logs for a client that did not wait; nothing is sent.
_GONE: Final = 499
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Guard:
    """The outermost of our own middleware."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and note what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        started = perf_counter()
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:
            note_bug("termsearch.service", error)
            if answer.status:
                raise  # too late to say it: the server cuts the connection
            await respond(Problem(500, "the service failed; its log says where."),
                          scope, receive, answer.send)  # fmt: skip
        finally:
            status = answer.status or _GONE
            seconds = perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = _route(scope)
            self._metrics.request(method, route, status, seconds)
            caller = scope.get("termsearch.caller") or "-"
            problem = scope.get("termsearch.problem") or "-"
            _log.info(
                "%s %s %d %.1fms caller=%s problem=%s",
                method, route, status, seconds * 1000, caller, problem,
            )  # fmt: skip


class _Answer:
    """What is sent, with our headers where its route has not set them."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(raw=message["headers"])
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            message["headers"] = headers.raw
        await self._send(message)


def _route(scope: Scope) -> str:
    """The route's template; ``unknown`` if there is none, so that figures stay few."""
    path = getattr(scope.get("route"), "path", "")
    return f"{scope.get('root_path', '')}{path}" if path else "unknown"
