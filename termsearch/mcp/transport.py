"""How clients come to the server: through stdin and stdout, or over HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from mcp.server import NotificationOptions, Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from termsearch.errors import TermsearchError
from termsearch.mcp.changes import Changes
from termsearch.mcp.current import Current
from termsearch.mcp.server import Lend, create_server
from termsearch.search import TermSearch

__all__ = ["Endpoint", "http_endpoint", "serve_stdio"]

#: An ASGI application of one path.
Endpoint = Callable[..., Any]

#: For the SDK's own check of bodies: the service that mounts the endpoint has a stricter one.
_BODY_BYTES: Final = 4 * 1024 * 1024


async def serve_stdio(open_search: Callable[[], TermSearch]) -> None:
    """Serve one client until it closes stdin, from the release that is current at each request.

    A client that has the list of tools is told when a request finds another release, whose
    vocabularies and types the filters then name. Nothing else is written to stdout.

    Raises:
        TermsearchError: The index can't be opened.
    """
    changes = Changes()
    current = Current(open_search, changes.tell)
    await current.start()
    try:
        server = create_server(current.lend, changes=changes)
        offered = server.create_initialization_options(NotificationOptions(tools_changed=True))
        warming = asyncio.create_task(_warm(current.lend))
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, offered)
        await warming
    finally:
        await current.stop()


@asynccontextmanager
async def http_endpoint(server: Server[Any]) -> AsyncIterator[Endpoint]:
    """Streamable HTTP, without sessions and streams.

    Each POST is answered by one JSON body, so that a client holds nothing between two requests
    and any process may answer the next one. Nobody is there to be told that the tools have changed,
    and that is not offered: a client has to list them anew.
    """
    # The SDK logs each session and request; who mounts this has a log of requests.
    logging.getLogger("mcp").setLevel(logging.WARNING)
    manager = StreamableHTTPSessionManager(
        server, json_response=True, stateless=True, max_request_body_size=_BODY_BYTES
    )
    async with manager.run():
        yield manager.handle_request


async def _warm(lend: Lend) -> None:
    """Load the encoder while the client introduces itself; what is wrong the first search says."""
    with suppress(TermsearchError):
        async with lend() as search:
            await search.warm()
