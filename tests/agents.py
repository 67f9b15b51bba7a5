"""An agent that looks things up, as the official SDK's client does it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import mcp_types as wire
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from termsearch.aio import AsyncTermSearch
from termsearch.mcp import create_server
from tests.concepts import concept
from tests.serving import Shelf, run

__all__ = ["call", "crossed", "refused", "told", "tools", "using", "wrong"]

Use = Callable[[Client], Awaitable[Any]]


def crossed(folder: Path) -> Shelf:
    """One that has a concept with a cross-reference, too."""
    made = Shelf(folder)
    hot = concept("local", "W1", "Hot patient", "Roasting", xrefs=("mesh:D990002",))
    made.publish([hot], "more")
    return made


@asynccontextmanager
async def connected(shelf: Shelf, mode: str = "auto", **more: Any) -> AsyncIterator[Client]:
    async with AsyncTermSearch(shelf.open) as search:

        @asynccontextmanager
        async def lend() -> AsyncIterator[AsyncTermSearch]:
            yield search

        async with Client(create_server(lend, **more), mode=mode) as client:
            yield client


def using(shelf: Shelf, use: Use, mode: str = "auto") -> Any:
    async def used() -> Any:
        async with connected(shelf, mode) as client:
            return await use(client)

    return run(used())


def call(shelf: Shelf, tool: str, mode: str = "auto", **arguments: Any) -> wire.CallToolResult:
    async def called(client: Client) -> wire.CallToolResult:
        await client.list_tools()  # so that the client holds the answer to the tool's schema
        return await client.call_tool(tool, arguments)

    result: wire.CallToolResult = using(shelf, called, mode)
    return result


def told(shelf: Shelf, tool: str, **arguments: Any) -> Any:
    result = call(shelf, tool, **arguments)
    assert not result.is_error, result.content
    return result.structured_content


def wrong(shelf: Shelf, tool: str, **arguments: Any) -> str:
    result = call(shelf, tool, **arguments)
    assert result.is_error
    assert result.structured_content is None
    (content,) = result.content
    assert isinstance(content, wire.TextContent)
    return content.text


def refused(shelf: Shelf, use: Use) -> str:
    """What the protocol's own error says; a task group would wrap it on its way out."""

    async def used(client: Client) -> str:
        with pytest.raises(MCPError) as error:
            await use(client)
        return str(error.value)

    said: str = using(shelf, used)
    return said


def tools(shelf: Shelf) -> dict[str, wire.Tool]:
    listed: wire.ListToolsResult = using(shelf, lambda client: client.list_tools())
    return {tool.name: tool for tool in listed.tools}
