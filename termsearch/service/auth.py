"""Who may ask what."""

from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from termsearch.loopback import is_loopback
from termsearch.service.keys import Caller, Keys
from termsearch.service.problems import Problem, respond

__all__ = ["ADMIN", "PAGE", "PUBLIC", "Auth"]

#: Asked by probes that have no key, and by browsers that are yet to be given one; they tell
#: nothing of the content.
PUBLIC: Final = frozenset({"/health", "/ready", "/", "/docs", "/openapi.json"})
#: What the service is asked in, as far as it is the same for every index: without ``mode``, by
#: which the code systems are told.
_METADATA: Final = frozenset(f"/fhir{version}/metadata" for version in ("", "/r4", "/r5"))
#: The files of the page at ``/``.
PAGE: Final = "/web/"
#: Paths of the role ``admin``.
ADMIN: Final = "/admin"


class Auth:
    """Lets a request through if its key, or where there are none its ``Host``, allows it.

    Without keys only this machine is listened to (``ServiceConfig.require_safe``). A web page may
    still point a name of its own at 127.0.0.1 and read the answers (DNS rebinding); its requests
    carry that name as ``Host``.
    """

    def __init__(self, app: ASGIApp, keys: Keys | None) -> None:
        self._app, self._keys = app, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 401 or 403."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        caller = self._caller(headers)
        scope["termsearch.caller"] = caller.name if caller else ""
        public = _is_public(scope["path"], scope["query_string"])
        problem = self._problem(scope["path"], headers, caller, public=public)
        if problem is None:
            await self._app(scope, receive, send)
        else:
            await respond(problem, scope, receive, send)

    def _caller(self, headers: Headers) -> Caller | None:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if self._keys is None or scheme.casefold() != "bearer":
            return None
        return self._keys.caller(key.strip())

    def _problem(
        self, path: str, headers: Headers, caller: Caller | None, *, public: bool
    ) -> Problem | None:
        if self._keys is None:
            return _without_keys(path, headers)
        if public:
            return None
        if caller is None:
            said = "no API key, or one that is not known; send 'Authorization: Bearer KEY'."
            return Problem(401, said)
        if _is_admin(path) and caller.role != "admin":
            return Problem(403, f"the key {caller.name!r} has the role read; this needs admin.")
        return None


def _is_public(path: str, query: bytes) -> bool:
    if path in _METADATA:
        return all(name != "mode" for name, _ in parse_qsl(query.decode("latin-1")))
    return path in PUBLIC or path.startswith(PAGE)


def _without_keys(path: str, headers: Headers) -> Problem | None:
    host = headers.get("host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if not is_loopback(name):
        return Problem(403, "without API keys only this machine may ask: as localhost or 127.0.0.1")
    if _is_admin(path):
        return Problem(403, "there are no API keys; start the service with --keys FILE for this.")
    return None


def _is_admin(path: str) -> bool:
    return path == ADMIN or path.startswith(f"{ADMIN}/")
