"""The server: answers a client's requests from the index that is lent for each."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from difflib import get_close_matches
from typing import Any, Final

import mcp_types as wire
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from termsearch import __version__
from termsearch.aio import AsyncTermSearch
from termsearch.errors import TermsearchError, note_bug
from termsearch.mcp import guide
from termsearch.mcp.changes import Changes
from termsearch.mcp.schema import input_schema, output_schema
from termsearch.mcp.told import Told, fitted
from termsearch.mcp.tools import TOOLS, Tool
from termsearch.misshapen import misshapen

__all__ = ["Lend", "create_server"]

#: Lends the index that is current, for as long as a request takes.
Lend = Callable[[], AbstractAsyncContextManager[AsyncTermSearch]]

#: Told the texts of each request, for a log that somebody asked for.
Note = Callable[[Iterable[str]], None]

Context = ServerRequestContext[Any]

#: An error names what is known; a model needs no more of it.
_LONGEST_ERROR: Final = 2_000

_HINTS: Final = {
    "read_only_hint": True,
    "destructive_hint": False,
    "idempotent_hint": True,
    "open_world_hint": False,
}


def create_server(
    lend: Lend, *, note: Note = lambda _texts: None, changes: Changes | None = None
) -> Server[Any]:
    """The server, for any transport of the SDK.

    Args:
        lend: Where each request gets the index from.
        note: Told what is looked up.
        changes: Tells the one client that there is of changes; none where clients don't stay.
    """
    requests = _Requests(lend, note, changes)
    return Server(
        "termsearch",
        title="termsearch: medical vocabularies",
        version=__version__,
        instructions=guide.INSTRUCTIONS,
        on_list_tools=requests.list_tools,
        on_call_tool=requests.call_tool,
        on_list_resources=requests.list_resources,
        on_read_resource=requests.read_resource,
        on_list_prompts=requests.list_prompts,
        on_get_prompt=requests.get_prompt,
        on_subscriptions_listen=changes.listen if changes else None,
    )


class _Requests:
    """One method for each kind of request."""

    def __init__(self, lend: Lend, note: Note, changes: Changes | None) -> None:
        self._lend, self._note, self._changes = lend, note, changes

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[AsyncTermSearch]:
        """For requests that have no place for an error but the protocol's own."""
        try:
            async with self._lend() as search:
                yield search
        except TermsearchError as error:
            raise MCPError(wire.INTERNAL_ERROR, str(error)) from error

    async def list_tools(self, context: Context, _: object) -> wire.ListToolsResult:
        """With filters as the index has them now."""
        if self._changes:
            self._changes.note(context.session)
        async with self._opened() as search:
            return wire.ListToolsResult(tools=[_listed(t, search) for t in TOOLS.values()])

    async def call_tool(
        self, _: Context, params: wire.CallToolRequestParams
    ) -> wire.CallToolResult:
        """The answer; what is wrong with a question is an answer too, so that it can be mended."""
        tool = _tool(params.name)
        try:
            asked = tool.asked.model_validate(params.arguments or {})
            self._note(asked.texts)
            async with self._lend() as search:
                return _answered(fitted(await tool.answer(search, asked)))
        except ValidationError as error:
            return _failed(_said(error))
        except TermsearchError as error:
            return _failed(str(error))
        except Exception as error:  # noqa: BLE001  # the SDK would show and log what it says
            note_bug("termsearch.mcp", error, tool.name)
            return _failed("the search failed; its log says where.")

    async def list_resources(self, _: Context, __: object) -> wire.ListResourcesResult:
        """The guide."""
        return wire.ListResourcesResult(resources=[guide.RESOURCE])

    async def read_resource(
        self, _: Context, params: wire.ReadResourceRequestParams
    ) -> wire.ReadResourceResult:
        """The guide, with the vocabularies that there are."""
        if str(params.uri) != guide.RESOURCE.uri:
            raise _unknown("resource", str(params.uri), [guide.RESOURCE.uri])
        async with self._opened() as search:
            text = guide.text(search.manifest)
        contents = wire.TextResourceContents(
            uri=guide.RESOURCE.uri, mime_type=guide.RESOURCE.mime_type, text=text
        )
        return wire.ReadResourceResult(contents=[contents])

    async def list_prompts(self, _: Context, __: object) -> wire.ListPromptsResult:
        """What a user may start with."""
        return wire.ListPromptsResult(prompts=[each.prompt for each in guide.PROMPTS.values()])

    async def get_prompt(
        self, _: Context, params: wire.GetPromptRequestParams
    ) -> wire.GetPromptResult:
        """One of them, filled in."""
        if params.name not in guide.PROMPTS:
            raise _unknown("prompt", params.name, guide.PROMPTS)
        filled = guide.PROMPTS[params.name].filled(params.arguments or {})
        if filled is None:
            raise MCPError(wire.INVALID_PARAMS, f"{params.name} needs its argument 'text'.")
        content = wire.TextContent(type="text", text=filled)
        return wire.GetPromptResult(messages=[wire.PromptMessage(role="user", content=content)])


def _listed(tool: Tool, search: AsyncTermSearch) -> wire.Tool:
    return wire.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=input_schema(tool.asked, search.manifest),
        output_schema=output_schema(tool.told),
        annotations=wire.ToolAnnotations(title=tool.title, **_HINTS),
    )


def _tool(name: str) -> Tool:
    if name not in TOOLS:
        raise _unknown("tool", name, TOOLS)
    return TOOLS[name]


def _unknown(what: str, name: str, known: Iterable[str]) -> MCPError:
    near = get_close_matches(name, list(known), n=1, cutoff=0) or list(known)
    return MCPError(wire.INVALID_PARAMS, f"no {what} is called {name!r}; nearest known: {near[0]}.")


def _answered(told: Told) -> wire.CallToolResult:
    """Structured, and as text for clients that know no structure."""
    return wire.CallToolResult(
        content=[wire.TextContent(type="text", text=told.json_text())],
        structured_content=told.model_dump(mode="json", exclude_defaults=True),
    )


def _failed(said: str) -> wire.CallToolResult:
    content = wire.TextContent(type="text", text=said[:_LONGEST_ERROR])
    return wire.CallToolResult(content=[content], is_error=True)


def _said(error: ValidationError) -> str:
    """What is wrong with the arguments, without their values."""
    found = error.errors(include_url=False, include_input=False)
    problems = [
        f"{'.'.join(str(part) for part in each['loc'])}: {misshapen(each)}" for each in found
    ]
    return f"{'; '.join(problems[:5])}. The input schema of the tool says what is expected."
