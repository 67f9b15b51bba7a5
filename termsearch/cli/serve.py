"""``termsearch serve``."""

import asyncio
import logging
from importlib.util import find_spec
from typing import Any

import click

from termsearch.cli.options import encoder_options, index_option, settings_with
from termsearch.errors import ConfigError

__all__ = ["serve_command"]

_NEEDS = ("fastapi", "prometheus_client", "uvicorn")


@click.command("serve")
@click.option("--host", metavar="H", help="Where to listen.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="[default: 8000]")
@click.option(
    "--keys",
    "keys_file",
    metavar="FILE",
    help="API keys, one 'name:role:key' a line; roles: read, admin.",
)
@click.option("--cors", multiple=True, metavar="ORIGIN", help="Pages that may ask; repeatable.")
@click.option("--log-queries", is_flag=True, default=None, help="Log texts: maybe patient data.")
@index_option
@encoder_options
def serve_command(cors: tuple[str, ...], **given: Any) -> None:
    """Answer over HTTP: search, autocomplete, concepts. One process; Ctrl-C ends it.

    \b
        termsearch serve
        termsearch serve --host 0.0.0.0 --keys keys.txt --cors https://forms.example.org
    """
    missing = [name for name in _NEEDS if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"'termsearch serve' needs {', '.join(missing)}, not installed here; "
            "pip install 'termsearch[serve]'."
        )
    from termsearch.connect import connect
    from termsearch.service import ServiceConfig, serve

    settings = settings_with(cors=cors or None, **given)
    config = ServiceConfig(
        host=settings.host,
        port=settings.port,
        keys_file=settings.keys_file,
        cors=settings.cors,
        log_queries=settings.log_queries,
        concurrent=settings.concurrent,
        request_seconds=settings.request_seconds,
    )
    logging.basicConfig(
        format="%(asctime)s %(name)s %(message)s",
        level=logging.INFO,
        force=True,  # the package abbreviations has set up a log of its own
    )
    for noisy in ("httpx", "uvicorn.error"):  # every request to a server; starts and stops
        logging.getLogger(noisy).setLevel(logging.WARNING)
    asyncio.run(serve(lambda: connect(settings), config, settings))
