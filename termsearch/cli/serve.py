"""``termsearch serve``."""

import asyncio
import logging
from importlib.util import find_spec
from typing import Any

import click

from termsearch.cli.options import encoder_options, index_option, settings_with
from termsearch.errors import extra_missing

__all__ = ["serve_command"]

_NEEDS = ("fastapi", "prometheus_client", "uvicorn")


@click.command("serve")
@click.option("--host", metavar="H", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.  [default: 8000]")
@click.option(
    "--keys",
    "keys_file",
    metavar="FILE",
    help="API keys, one 'name:role:key' per line; roles: read, admin.",
)
@click.option(
    "--cors",
    multiple=True,
    metavar="ORIGIN",
    help="Origins whose web pages may call the service; repeatable.",
)
@click.option(
    "--log-queries",
    is_flag=True,
    default=None,
    help="Log query texts (may contain patient data).",
)
@index_option
@encoder_options
def serve_command(cors: tuple[str, ...], **given: Any) -> None:
    """Answer over HTTP from one process, until Ctrl-C.

    \b
    /            a page to search with
    /docs        the REST API: search, bulk search, autocomplete, concepts
    /fhir        FHIR R4 and R5: $expand, $lookup, $validate-code, ...
    /api/...     autocomplete widgets, as NLM's Clinical Tables
    /mcp         LLM agents, with the extra 'mcp'

    \b
        termsearch serve
        termsearch serve --host 0.0.0.0 --keys keys.txt --cors https://forms.example.org
    """
    for package in _NEEDS:
        if find_spec(package) is None:
            raise extra_missing(package, "serve")
    from termsearch.connect import connect
    from termsearch.service import ServiceConfig, serve

    settings = settings_with(cors=cors or None, **given)
    config = ServiceConfig.from_settings(settings)
    logging.basicConfig(format="%(asctime)s %(name)s %(message)s", level=logging.INFO)
    for noisy in ("httpx", "uvicorn.error"):  # every request to a server; starts and stops
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if settings.qdrant_url:
        from termsearch.index.server import key_in_clear

        if told := key_in_clear(settings.qdrant_url, settings.api_key()):
            logging.getLogger("termsearch.service").warning("%s", told)
    asyncio.run(serve(lambda: connect(settings), config, settings))
