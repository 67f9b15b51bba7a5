"""How an agent reaches the tools: over stdin and stdout, and over HTTP."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as wire
import pytest
import uvicorn
from click.testing import CliRunner
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from termsearch.cli import main
from tests.agents import crossed
from tests.concepts import concept
from tests.serving import Shelf, get, run


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Asked only, so that one does for all."""
    return crossed(tmp_path_factory.mktemp("mcp"))


def test_a_program_over_stdin_and_stdout_answers(shelf: Shelf) -> None:
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "termsearch", "mcp"],
        env={**os.environ, "TERMSEARCH_HOME": str(shelf.store.folder.parent)},
    )

    async def used() -> tuple[wire.CallToolResult, wire.CallToolResult]:
        async with Client(program) as client:
            await client.list_tools()
            return (
                await client.call_tool("get_concept", {"codes": ["mesh:D990002"]}),
                await client.call_tool("search_concepts", {"query": "fever"}),
            )

    known, searched = run(used())

    assert known.structured_content["results"][0]["name"] == "Fever"
    assert searched.is_error  # nobody has the weights of the test's encoder


def test_an_ingest_is_seen_by_an_agent_that_is_connected(tmp_path: Path) -> None:
    growing = crossed(tmp_path)
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "termsearch", "mcp"],
        env={**os.environ, "TERMSEARCH_HOME": str(growing.store.folder.parent)},
    )
    asked = ("get_concept", {"codes": ["mesh:D990100"]})

    async def used() -> tuple[wire.CallToolResult, wire.CallToolResult]:
        async with Client(program) as client:
            before = await client.call_tool(*asked)
            new = concept("mesh", "D990100", "Febrile seizure", release="2027", part="supp")
            await asyncio.to_thread(growing.publish, [new], "other")
            return before, await client.call_tool(*asked)

    before, after = run(used())

    assert before.is_error
    assert after.structured_content["results"][0]["name"] == "Febrile seizure"


def test_without_an_index_the_program_says_so_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["mcp"], env={"TERMSEARCH_HOME": str(tmp_path)})

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: no index at")
    assert result.stderr.count("\n") == 1


def test_without_the_package_the_program_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("termsearch.cli.mcp.find_spec", lambda _: None)

    result = CliRunner().invoke(main, ["mcp"])

    assert result.exit_code == 2
    assert "pip install -c constraints.txt '.[mcp]'" in result.stderr


@asynccontextmanager
async def served(shelf: Shelf, **config: Any) -> AsyncIterator[str]:
    """The address of a service on loopback."""
    server = uvicorn.Server(uvicorn.Config(shelf.app(**config), port=0, log_config=None, ws="none"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        server.should_exit = True
        await running


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_service_answers_agents_over_http(shelf: Shelf, mode: str) -> None:
    async def used() -> list[Any]:
        async with served(shelf) as url, Client(url, mode=mode) as client:
            await client.list_tools()
            found = await client.call_tool("search_concepts", {"query": "Pyrexia"})
            wrong = await client.call_tool("search_concepts", {"query": "x", "types": ["zzz"]})
            return [found, wrong]

    found, failed = run(used())

    assert found.structured_content["results"][0]["curie"] == "mesh:D990002"
    assert failed.is_error


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_http_nobody_is_promised_to_be_told_of_changes(shelf: Shelf, mode: str) -> None:
    async def offered() -> wire.ServerCapabilities:
        async with served(shelf) as url, Client(url, mode=mode) as client:
            return client.server_capabilities

    tools = run(offered()).tools

    assert tools is not None
    assert not tools.list_changed


def test_a_service_without_the_package_has_no_such_route(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("termsearch.service.routes.agents.find_spec", lambda _: None)

    answer = get(shelf.app(), "/mcp", method="POST", json={})

    assert answer.status_code == 404
    assert "pip install -c constraints.txt '.[mcp]'" in answer.json()["error"]["message"]


def test_the_service_asks_agents_for_their_key(shelf: Shelf, tmp_path: Path) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text(f"agent:read:{'k' * 40}\n")

    async def used() -> tuple[int, str]:
        async with served(shelf, keys_file=keys) as url:
            async with httpx2.AsyncClient() as client:
                refused = await client.post(url, json={})
            known = httpx2.AsyncClient(headers={"Authorization": f"Bearer {'k' * 40}"})
            async with (
                known,
                Client(streamable_http_client(url, http_client=known)) as client,
            ):
                result = await client.call_tool("get_concept", {"codes": ["mesh:D990002"]})
                return refused.status_code, result.structured_content["results"][0]["name"]

    assert run(used()) == (401, "Fever")


def test_pages_of_other_origins_are_refused_unless_they_are_allowed(shelf: Shelf) -> None:
    async def used() -> list[int]:
        statuses = []
        async with (
            served(shelf, cors=("https://agent.example.org",)) as url,
            httpx2.AsyncClient() as client,
        ):
            for origin in ("https://evil.example.org", "https://agent.example.org"):
                answer = await client.post(url, json={}, headers={"Origin": origin})
                statuses.append(answer.status_code)
        return statuses

    refused, allowed = run(used())

    assert refused == 403
    assert allowed != 403


def test_the_log_has_the_texts_only_if_that_is_wanted(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    async def used(log_queries: bool) -> None:
        async with served(shelf, log_queries=log_queries) as url, Client(url) as client:
            await client.call_tool("search_concepts", {"query": "very private words"})

    caplog.set_level(logging.INFO)
    run(used(log_queries=False))
    silent = caplog.text
    run(used(log_queries=True))

    assert "POST /mcp 200" in silent
    assert "private" not in silent
    assert "very private words" in caplog.text
