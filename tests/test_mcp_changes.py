"""A client that stays connected hears that the filters of the tools are others now."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import mcp_types as wire
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.server.subscriptions import ToolsListChanged

from tests.agents import crossed
from tests.concepts import concept
from tests.serving import Shelf, run

NEW = [concept("ward", "W9", "Febrile seizure", release="2027")]
CARD = ("get_concept", {"codes": ["mesh:D990002"]})


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return crossed(tmp_path)


def program(shelf: Shelf) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "termsearch", "mcp"],
        env={**os.environ, "TERMSEARCH_HOME": str(shelf.store.folder.parent)},
    )


async def vocabularies(client: Client) -> list[str]:
    """Those that the tool's schema lets a client name."""
    listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    offered: Any = listed["search_concepts"].input_schema["properties"]["vocabularies"]
    names: list[str] = offered["items"]["enum"]
    return names


def test_a_client_that_has_the_tools_is_told_once_when_there_are_other_filters(
    shelf: Shelf,
) -> None:
    heard: list[str] = []

    async def hear(message: object) -> None:
        if isinstance(message, wire.ToolListChangedNotification):
            heard.append(message.method)

    async def used() -> tuple[Any, ...]:
        async with Client(program(shelf), mode="legacy", message_handler=hear) as client:
            offered = client.server_capabilities
            before = await vocabularies(client)
            await client.call_tool(*CARD)
            early = list(heard)
            await asyncio.to_thread(shelf.publish, NEW, "ward")
            for _ in range(3):
                await client.call_tool(*CARD)
            return offered, before, early, await vocabularies(client)

    offered, before, early, after = run(used())

    assert offered.tools.list_changed
    assert not offered.prompts.list_changed
    assert early == []
    assert heard == ["notifications/tools/list_changed"]
    assert sorted({*after} - {*before}) == ["ward"]


def test_a_client_that_listens_is_told_of_the_tools_and_can_leave(shelf: Shelf) -> None:
    async def used() -> tuple[Any, ...]:
        async with Client(program(shelf)) as client:
            await client.list_tools()
            async with client.listen(tools_list_changed=True) as changes:
                await asyncio.to_thread(shelf.publish, NEW, "ward")
                await client.call_tool(*CARD)
                event = await asyncio.wait_for(anext(aiter(changes)), 30)
                return client.server_capabilities, event, await vocabularies(client)

    offered, event, after = run(used())

    assert offered.tools.list_changed
    assert event == ToolsListChanged()
    assert "ward" in after


def test_a_client_that_has_no_tools_yet_is_told_nothing(shelf: Shelf) -> None:
    heard: list[object] = []

    async def hear(message: object) -> None:
        heard.append(message)

    async def used() -> list[str]:
        async with Client(program(shelf), mode="legacy", message_handler=hear) as client:
            await client.read_resource("termsearch://guide")
            await asyncio.to_thread(shelf.publish, NEW, "ward")
            await client.read_resource("termsearch://guide")
            return await vocabularies(client)

    assert "ward" in run(used())
    assert heard == []
