"""What an agent meets beside the tools: guide, prompts, and errors of the protocol."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import mcp_types as wire
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from termsearch.aio import AsyncTermSearch
from termsearch.errors import IndexUnreadableError
from termsearch.mcp import create_server
from tests.agents import crossed, refused, using, wrong
from tests.serving import Shelf, run


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Asked only, so that one does for all."""
    return crossed(tmp_path_factory.mktemp("mcp"))


def test_an_unknown_tool_is_an_error_of_the_protocol(shelf: Shelf) -> None:
    said = refused(shelf, lambda client: client.call_tool("search_concept", {}))

    assert "nearest known: search_concepts" in said


def test_the_guide_names_the_vocabularies(shelf: Shelf) -> None:
    async def read(client: Client) -> str:
        (resource,) = (await client.list_resources()).resources
        (contents,) = (await client.read_resource(str(resource.uri))).contents
        assert isinstance(contents, wire.TextResourceContents)
        return contents.text

    text = using(shelf, read)

    assert "`mesh` Medical Subject Headings 2026: 3 concepts" in text


def test_prompts_hold_the_users_words(shelf: Shelf) -> None:
    async def prompted(client: Client) -> list[str]:
        found = []
        for prompt in (await client.list_prompts()).prompts:
            filled = await client.get_prompt(
                prompt.name, {"text": "hot and bothered", "vocabulary": "mesh"}
            )
            content = filled.messages[0].content
            assert isinstance(content, wire.TextContent)
            found.append(content.text)
        return found

    texts = using(shelf, prompted)

    assert len(texts) == 2
    assert all("hot and bothered" in text and "mesh" in text for text in texts)
    assert "text" in refused(shelf, lambda client: client.get_prompt("code_text", {}))


def test_a_bug_is_told_and_logged_without_the_words(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(names: Sequence[str]) -> None:
        raise RuntimeError(*names)

    monkeypatch.setattr(shelf.encoder, "encode", broken)

    said = wrong(shelf, "search_concepts", query="secret words")

    assert "log" in said
    assert "a bug: RuntimeError in search_concepts" in caplog.text
    assert "secret words" not in said + caplog.text


def test_an_index_that_is_closed_is_an_error_of_the_protocol() -> None:
    @asynccontextmanager
    async def closed() -> AsyncIterator[AsyncTermSearch]:
        raise IndexUnreadableError("the index is not open; /ready says why.")
        yield

    async def used() -> tuple[str, bool]:
        async with Client(create_server(closed)) as client:
            with pytest.raises(MCPError) as error:
                await client.list_tools()
            called = await client.call_tool("list_vocabularies", {})
            return str(error.value), called.is_error

    assert run(used()) == ("the index is not open; /ready says why.", True)
