"""``/mcp``: the tools of :mod:`termsearch.mcp` over streamable HTTP, where its extra is installed.

Keys, limits and logs are those of every other route.
"""

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from termsearch.errors import extra_missing
from termsearch.service.config import ServiceConfig
from termsearch.service.problems import Problem

__all__ = ["router"]

_log = logging.getLogger("termsearch.queries")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    if find_spec("mcp") is None:
        app.state.mcp = None
        yield
        return
    from termsearch.mcp import create_server, http_endpoint

    def note(texts: Iterable[str]) -> None:
        for text in texts if app.state.log_queries else ():
            _log.info("%r", text)

    async with http_endpoint(create_server(app.state.holder.lend, note=note)) as endpoint:
        app.state.mcp = endpoint
        yield


router = APIRouter(tags=["agents"], lifespan=_lifespan)


class _Handled(Response):
    """Whatever the SDK answers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; nothing of it was read."""
        await scope["app"].state.mcp(scope, receive, send)


@router.post("/mcp", include_in_schema=False)  # its contract is JSON-RPC, and said by itself
async def mcp(request: Request) -> Response:
    """One JSON-RPC message; https://modelcontextprotocol.io has the methods."""
    _require_origin(request)
    if request.app.state.mcp is None:
        raise Problem(404, str(extra_missing("mcp", "mcp")))
    return _Handled()


def _require_origin(request: Request) -> None:
    """The protocol wants this against pages that reach a server by another name.

    https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning
    """
    config: ServiceConfig = request.app.state.config
    origin = request.headers.get("origin", "")
    same = urlsplit(origin).netloc == request.headers.get("host", "")
    if origin and not same and not {"*", origin} & set(config.cors):
        raise Problem(403, f"pages of {origin} may not ask; start the service with --cors {origin}")
