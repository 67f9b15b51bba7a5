"""The application: routes, what stands in front of them, and what runs beside them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.middleware.cors import CORSMiddleware

from termsearch import __version__
from termsearch.complaint import Complaint
from termsearch.search import TermSearch
from termsearch.service import docs, fhir
from termsearch.service.auth import PUBLIC, Auth
from termsearch.service.config import ServiceConfig
from termsearch.service.guard import Guard
from termsearch.service.heads import Heads
from termsearch.service.holder import Holder
from termsearch.service.keys import Keys
from termsearch.service.limits import Limits
from termsearch.service.metrics import Metrics
from termsearch.service.problems import ERRORS, handle_problems
from termsearch.service.routes import (
    about,
    agents,
    concepts,
    neighbourhood,
    pages,
    search,
    tables,
)
from termsearch.service.routes.once import require_once

__all__ = ["create_app", "look"]

_log = logging.getLogger("termsearch.service")
_STILL: Final = "What was served before still is."

#: Every part of the service. A router's own responses and prefix are its own business.
_ROUTERS = (
    search.router,
    neighbourhood.router,
    concepts.router,
    tables.router,
    agents.router,
    fhir.router,
    about.router,
    docs.router,
    pages.router,
)

#: Headers that a page of another origin may send (the keys', FHIR's, and those of MCP over HTTP:
#: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http, and of
#: the revisions before it), and may read.
_ASKED = ["Authorization", "Content-Type", "Prefer", "Mcp-Protocol-Version", "Mcp-Method",
          "Mcp-Name", "Mcp-Session-Id", "Last-Event-ID"]  # fmt: skip
_TOLD = ["Retry-After", "Warning", "WWW-Authenticate", "Mcp-Session-Id"]


def create_app(
    open_search: Callable[[], TermSearch],
    config: ServiceConfig | None = None,
) -> FastAPI:
    """The service as an ASGI application; its lifespan opens and closes the index.

    Args:
        open_search: Opens the generation that is current: at the start, and when there is another.
        config: How it is run.

    Raises:
        ConfigError: The keys can't be read, or others could ask without one.
    """
    config = config or ServiceConfig()
    config.require_safe()
    app = _application(config)
    _give(app, config, open_search)
    for router in _ROUTERS:
        app.include_router(router)
    handle_problems(app, fhir.SPEAKERS)
    _open_schema_of(app)
    _stand_in_front(app, config)
    return app


def _application(config: ServiceConfig) -> FastAPI:
    return FastAPI(
        title="termsearch",
        version=__version__,
        description="Finds the concepts that a user's words mean.",
        lifespan=_lifespan,
        docs_url=None,  # both would load scripts from elsewhere; see `docs`
        redoc_url=None,
        redirect_slashes=False,  # to what the caller says is our host; a wrong path is a 404
        responses=ERRORS,
        # For OpenAPI; `Auth` is who checks, and without keys nobody does.
        dependencies=[
            Depends(require_once),
            *([Depends(HTTPBearer(auto_error=False))] if config.keys_file else []),
        ],
    )


def _give(app: FastAPI, config: ServiceConfig, open_search: Callable[[], TermSearch]) -> None:
    """What requests find in the application's state."""
    state = app.state
    state.config, state.log_queries = config, config.log_queries
    state.metrics = Metrics()
    state.holder = _holder(open_search, state.metrics)
    state.keys = Keys(config.keys_file) if config.keys_file else None
    state.complaints = {of: Complaint(_log, _STILL) for of in ("keys", "release")}


def _open_schema_of(app: FastAPI) -> None:
    """Have OpenAPI say which routes need no key: it puts the application's dependency on all."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        schema = described()
        for path in PUBLIC & schema["paths"].keys():
            for operation in schema["paths"][path].values():
                operation.pop("security", None)
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to change it


def _holder(open_search: Callable[[], TermSearch], metrics: Metrics) -> Holder:
    holder = Holder(
        open_search,
        observe=metrics.batch,
        switched=lambda search: metrics.serves(search.name, search.manifest),
    )
    metrics.watch("queue_depth", "Queries that wait to be embedded.", lambda: holder.depth)
    metrics.watch("ready", "1 if /ready says so.", lambda: float(holder.state.ready))
    return holder


def _stand_in_front(app: FastAPI, config: ServiceConfig) -> None:
    """The last one added is the first that a request meets."""
    app.add_middleware(Limits, config=config)
    app.add_middleware(Auth, keys=app.state.keys)
    if config.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=config.cors,
            allow_methods=["GET", "POST"],
            allow_headers=_ASKED,
            expose_headers=_TOLD,
        )
    app.add_middleware(Heads)
    app.add_middleware(Guard, metrics=app.state.metrics)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    holder: Holder = app.state.holder
    await holder.start()
    looking = asyncio.create_task(_look(app))
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        await holder.stop()


async def _look(app: FastAPI) -> None:
    """Now and then: for a newer release, and for other keys."""
    config: ServiceConfig = app.state.config
    while True:
        await asyncio.sleep(config.poll_seconds)
        await look(app)


async def look(app: FastAPI) -> None:
    """Take what is new; what is broken is logged, and what was served goes on."""
    keys: Keys | None = app.state.keys
    holder: Holder = app.state.holder
    with app.state.complaints["keys"].once():
        if keys and keys.refresh():
            _log.info("the API keys were read again")
    with app.state.complaints["release"].once():  # whatever the keys are: they change on their own
        if await holder.refresh():
            _log.info("a newer release is served")
