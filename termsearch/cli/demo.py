"""``termsearch demo``."""

from typing import Any

import click

from termsearch.cli.ingest import ingest_paths
from termsearch.cli.options import encoder_options, settings_with
from termsearch.cli.query import print_answer

__all__ = ["demo_command"]


@click.command("demo")
@encoder_options
def demo_command(**given: Any) -> None:
    """Ingest and query a small release that comes with termsearch.

    About 370 everyday concepts with invented codes, in the formats of UMLS, MeSH and SNOMED CT,
    in an index of their own: continue with termsearch query --index demo "water pill".
    """
    from termsearch.connect import connect, demo_model
    from termsearch.demo import INDEX, QUERIES, releases
    from termsearch.loader import Options

    settings = settings_with(**given, index=INDEX)
    if not settings.model:
        settings = settings.model_copy(update={"model": demo_model(settings)})
    click.echo(f"encoder: {settings.model}")
    ingest_paths(releases(), "", Options(langs=("en", "es")), settings)
    click.echo()
    with connect(settings) as search:
        for answer in search.query_many(QUERIES, limit=3):
            print_answer(answer)
    click.echo('Continue: termsearch query --index demo "water pill"')
