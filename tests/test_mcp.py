"""An agent looks things up, as the official SDK's client does it."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as wire
import pytest
import uvicorn
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from termsearch.aio import AsyncTermSearch
from termsearch.cli import main
from termsearch.concept import Name, Source
from termsearch.errors import IndexUnreadableError
from termsearch.mcp import create_server
from termsearch.mcp.told import MOST_CHARACTERS, Brief, Descended, Mapped, MappedTerms, fitted
from tests.concepts import concept
from tests.serving import Shelf, get, run

Use = Callable[[Client], Awaitable[Any]]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Asked only, so that one does for all."""
    made = Shelf(tmp_path_factory.mktemp("mcp"))
    crossed = concept("local", "W1", "Hot patient", "Roasting", xrefs=("mesh:D990002",))
    made.publish([crossed], "more")
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


def test_the_tools_are_read_only_and_have_schemas_both_ways(shelf: Shelf) -> None:
    listed = tools(shelf)

    assert set(listed) == {
        "search_concepts", "get_concept", "map_terms", "descendants", "translate_code",
        "validate_codes", "list_vocabularies",
    }  # fmt: skip
    for tool in listed.values():
        assert tool.annotations
        assert tool.annotations.read_only_hint
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator.check_schema(tool.output_schema or {})


def test_filters_offer_what_the_index_holds(shelf: Shelf) -> None:
    properties = tools(shelf)["search_concepts"].input_schema["properties"]

    assert properties["vocabularies"]["items"]["enum"] == ["local", "mesh", "snomedct", "umls"]
    assert "Sign or Symptom" in properties["types"]["items"]["enum"]
    assert properties["langs"]["items"]["enum"] == ["en", "es"]


def test_all_tools_together_are_short_enough_to_be_read_with_each_request(shelf: Shelf) -> None:
    listed = [tool.model_dump_json(exclude_none=True) for tool in tools(shelf).values()]

    assert sum(map(len, listed)) < 16_000


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_search_tells_the_concepts_as_structure_and_as_text(shelf: Shelf, mode: str) -> None:
    result = call(shelf, "search_concepts", mode, query="Pyrexia", limit=1)

    assert result.structured_content == {
        "resolution": "unique",
        "results": [
            {
                "curie": "mesh:D990002", "name": "Fever", "matched_name": "Pyrexia",
                "match_type": "exact", "score": 1.0, "types": ["Signs and Conditions"],
            }
        ],
    }  # fmt: skip
    (content,) = result.content
    assert isinstance(content, wire.TextContent)
    assert json.loads(content.text) == result.structured_content


def test_filters_act_and_take_one_value_for_a_list(shelf: Shelf) -> None:
    answer = told(shelf, "search_concepts", query="fever", vocabularies="SNOMEDCT_US",
                  types=None, inactive=True)  # fmt: skip

    best = answer["results"][0]
    assert (best["curie"], best["active"]) == ("snomedct:39999993", False)
    assert best["replaced_by"] == ["snomedct:29999992"]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search_concepts", {"query": "fever", "vocabularies": ["mash"]}, "mesh"),
        ("search_concepts", {"query": "fever", "types": ["Sign or Symtom"]}, "Sign or Symptom"),
        ("search_concepts", {"query": "fever", "under": "mesh:d990001"}, "mesh:D990001"),
        ("search_concepts", {"query": ""}, "query"),
        ("search_concepts", {"query": "fever", "limit": 500}, "limit"),
        ("search_concepts", {"query": "fever", "vocabulary": "mesh"}, "vocabulary"),
        ("get_concept", {"codes": ["mesh:D1"]}, "mesh:D1"),
        ("get_concept", {"codes": ["fever"]}, "a CURIE such as"),
        ("descendants", {"code": "mash:D990001"}, "mesh"),
        ("translate_code", {"code": "mesh:D990002", "target": "snowmed"}, "snomedct"),
        ("map_terms", {"terms": ["x"] * 101}, "100"),
        ("validate_codes", {"codes": ["mesh:D1"] * 101}, "100"),
    ],
)
def test_what_is_wrong_is_flagged_and_said(
    shelf: Shelf, tool: str, arguments: dict[str, Any], said: str
) -> None:
    assert said in wrong(shelf, tool, **arguments)


def test_an_unknown_tool_is_an_error_of_the_protocol(shelf: Shelf) -> None:
    said = refused(shelf, lambda client: client.call_tool("search_concept", {}))

    assert "nearest known: search_concepts" in said


def test_terms_are_mapped_in_order_with_the_runner_up(shelf: Shelf) -> None:
    first, second, third = told(
        shelf, "map_terms", terms=["Pyrexia", "left ankle", "zzz qqq"]
    )["results"]  # fmt: skip

    assert (first["term"], first["curie"], first["resolution"]) == (
        "Pyrexia", "mesh:D990002", "unique",
    )  # fmt: skip
    assert first["runner_up"]["curie"] != "mesh:D990002"
    assert second["curie"] == "snomedct:29999992"
    assert third["term"] == "zzz qqq"


def test_the_same_code_in_a_compendium_is_no_second_meaning(tmp_path: Path) -> None:
    """A UMLS concept has the exact words too, as the name of this code."""
    shelf = Shelf(tmp_path)
    lung = concept("icd10cm", "Q98", "Lung trouble", release="2027")
    same = Name(text="lung trouble", sources=(Source("icd10cm", "Q98", "PT"),))
    shelf.publish([lung, concept("umls", "C9900009", same, release="2026XX")], "lungs")

    (mapped,) = told(shelf, "map_terms", terms="lung trouble", vocabularies="icd10cm")["results"]

    assert (mapped["curie"], mapped["resolution"]) == ("icd10cm:Q98", "unique")
    assert "runner_up" not in mapped


def test_codes_are_explained_and_those_that_are_not_there_named(shelf: Shelf) -> None:
    answer = told(shelf, "get_concept", codes=["mesh:D990002", "mesh:D1", "umls:C9900000"])

    fever, cough = answer["results"]
    assert fever["name"] == "Fever"
    assert set(fever["synonyms"]) == {"Pyrexia", "high body temperature"}
    assert fever["parents"] == [{"curie": "mesh:D990001", "name": "Signs and Symptoms"}]
    assert fever["children"] == [{"curie": "mesh:D990003", "name": "Hyperpyrexia"}]
    assert (cough["curie"], cough["asked"], cough["redirect"]) == (
        "umls:C9900001", "umls:C9900000", "merged",
    )  # fmt: skip
    assert [missing["code"] for missing in answer["missing"]] == ["mesh:D1"]


def test_a_sources_concept_shows_its_codes_elsewhere(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.publish([concept("mesh", "D9", "Cough", release="2026")], "coughs")

    source, umls = told(shelf, "get_concept", codes=["mesh:D9", "umls:C9900001"])["results"]

    assert source["codes"] == ["umls:C9900001", "snomedct:19999991"]
    assert umls["codes"] == ["mesh:D9", "snomedct:19999991"]


def test_descendants_come_in_pages(shelf: Shelf) -> None:
    first = told(shelf, "descendants", code="mesh:D990001", limit=1)
    second = told(shelf, "descendants", code="mesh:D990001", limit=1, offset=first["next_offset"])
    children = told(shelf, "descendants", code="mesh:D990001", children_only=True)

    assert first["total"] == 2
    assert first["results"] + second["results"] == [
        {"curie": "mesh:D990002", "name": "Fever"},
        {"curie": "mesh:D990003", "name": "Hyperpyrexia"},
    ]
    assert "next_offset" not in second
    assert [each["curie"] for each in children["results"]] == ["mesh:D990002"]


def test_a_code_is_translated_with_how_that_is_known(shelf: Shelf) -> None:
    crossed = told(shelf, "translate_code", code="local:W1", target="MSH")
    shared = told(shelf, "translate_code", code="snomedct:19999991")
    retired = told(shelf, "translate_code", code="snomedct:39999993")
    merged = told(shelf, "translate_code", code="umls:C9900000", target="UMLS")
    none = told(shelf, "translate_code", code="local:W1", target="icd10cm")

    assert crossed["results"] == [{"curie": "mesh:D990002", "name": "Fever", "relation": "xref"}]
    assert {(each["curie"], each["relation"]) for each in shared["results"]} >= {
        ("umls:C9900001", "used by"), ("mesh:D9", "shared"),
    }  # fmt: skip
    assert retired["results"][0]["relation"] == "replaced by"
    assert merged["results"] == [
        {"curie": "umls:C9900001", "name": "Coughing", "relation": "replaced by"}
    ]
    assert none["results"] == []
    assert none["elsewhere"] == ["mesh"]


def test_codes_are_validated_in_order_in_one_answer(shelf: Shelf) -> None:
    asked = ["mesh:D990002", "snomedct:39999993", "mesh:d990002", "umls:C9900000",
             "snomedct:19999991", "fever", "nosuch:1", "mesh:D990002"]  # fmt: skip
    live, retired, case, merged, source, word, vocabulary, again = told(
        shelf, "validate_codes", codes=asked
    )["results"]

    assert live == again == {
        "code": "mesh:D990002", "exists": True, "active": True, "display": "Fever",
    }  # fmt: skip
    assert (retired["exists"], retired["active"]) == (True, False)
    assert retired["replaced_by"] == ["snomedct:29999992"]
    assert (case["exists"], "mesh:D990002" in case["problem"]) == (False, True)
    assert (merged["active"], merged["replaced_by"]) == (False, ["umls:C9900001"])
    assert (source["active"], source["used_by"]) == (True, ["umls:C9900001"])
    assert "CURIE" in word["problem"] or "mesh" in word["problem"]
    assert "nosuch" in vocabulary["problem"]


def test_the_vocabularies_are_listed(shelf: Shelf) -> None:
    by_id = {each["id"]: each for each in told(shelf, "list_vocabularies")["results"]}

    assert by_id["mesh"]["concepts"] == 3
    assert by_id["mesh"]["types"] == ["Signs and Conditions"]
    assert by_id["mesh"]["inside"] == ["umls"]


def test_no_answer_is_longer_than_it_may_be_and_says_what_is_left_out() -> None:
    long = MappedTerms(
        results=[Mapped(term=f"{number} {'x' * 990}", resolution="none") for number in range(100)]
    )
    page = Descended(
        curie="a:1", name="a", total=900, next_offset=300,
        results=[Brief(curie=f"a:{number}", name="y" * 500) for number in range(200)],
    )  # fmt: skip

    short, cut = fitted(long), fitted(page)

    assert isinstance(short, MappedTerms)
    assert len(short.json_text()) <= MOST_CHARACTERS
    assert len(short.results) + short.left_out == 100
    assert isinstance(cut, Descended)
    assert len(cut.json_text()) <= MOST_CHARACTERS
    assert cut.next_offset == 100 + len(cut.results)


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
    assert "termsearch[mcp]" in result.stderr


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


def test_a_service_without_the_package_has_no_such_route(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("termsearch.service.routes.agents.find_spec", lambda _: None)

    answer = get(shelf.app(), "/mcp", method="POST", json={})

    assert answer.status_code == 404
    assert "termsearch[mcp]" in answer.json()["error"]["message"]


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
