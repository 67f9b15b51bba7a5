"""``termsearch rollback``."""

import json
from typing import Any

import click

from termsearch.cli.failed import warn_of_other_rules
from termsearch.cli.options import index_option, json_option, settings_with
from termsearch.cli.status import described

__all__ = ["rollback_command"]


@click.command("rollback")
@index_option
@json_option
def rollback_command(as_json: bool, **given: Any) -> None:
    """Go back to the releases that the last ingest with --keep replaced.

    Nothing is lost until the next ingest: a second rollback returns to where you were. The
    next ingest continues from what is current then, and deletes the other.

    \b
        termsearch ingest desc2026.xml --keep
        termsearch rollback
    """
    from termsearch.connect import rollback

    index = rollback(settings_with(**given))
    try:
        warn_of_other_rules(index.manifest)
        now = {"current": index.manifest.as_generation(), "kept": index.kept()}
    finally:
        index.close()
    if as_json:
        generations = {what: each.model_dump() for what, each in now.items() if each}
        click.echo(json.dumps({"index": index.name, **generations}, ensure_ascii=False))
        return
    for what, each in now.items():
        if each:
            click.echo(f"{what}: {described(each)}")
