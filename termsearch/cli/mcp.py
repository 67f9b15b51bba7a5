"""``termsearch mcp``."""

import asyncio
from importlib.util import find_spec
from typing import Any

import click

from termsearch.cli.options import encoder_options, index_option, settings_with
from termsearch.errors import extra_missing

__all__ = ["mcp_command"]


@click.command("mcp")
@index_option
@encoder_options
def mcp_command(**given: Any) -> None:
    """Answer an agent over stdin and stdout, in the Model Context Protocol.

    An agent's program starts this; see "For LLM agents" in the README. `termsearch serve` answers
    the same over HTTP, at /mcp.
    """
    if find_spec("mcp") is None:
        raise extra_missing("mcp", "mcp")
    from termsearch.connect import connect
    from termsearch.mcp import serve_stdio

    settings = settings_with(**given)
    asyncio.run(serve_stdio(lambda: connect(settings)))
