"""``termsearch remove``."""

import json
from typing import Any

import click

from termsearch.cli.options import index_option, json_option, settings_with
from termsearch.cli.status import tell_of_deleted

__all__ = ["remove_command"]


@click.command("remove")
@click.argument("origins", metavar="ORIGIN...", nargs=-1, required=True)
@click.option("--keep", is_flag=True, help="Keep what answers now for termsearch rollback.")
@click.option("--discard", is_flag=True, help="Discard what an interrupted ingest left behind.")
@index_option
@json_option
def remove_command(
    origins: tuple[str, ...], keep: bool, discard: bool, as_json: bool, **given: Any
) -> None:
    """Remove all names of ORIGINs from the index: what one loader, or a part of it, put there.

    termsearch status lists origins. Queries see the index as it was until all are removed.

    \b
        termsearch remove table/ward obo/doid
    """
    from termsearch.removal import remove

    removed = remove(origins, settings_with(**given), keep=keep, discard=discard)
    tell_of_deleted(removed.kept)
    if as_json:
        click.echo(json.dumps(removed.names, ensure_ascii=False))
        return
    for origin, names in removed.names.items():
        click.echo(f"{origin}: {names:,} names removed")
