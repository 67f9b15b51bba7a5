"""``termsearch remove``."""

import json
from typing import Any

import click

from termsearch.cli.options import index_option, json_option, settings_with
from termsearch.cli.status import tell_of_deleted

__all__ = ["remove_command"]


@click.command("remove")
@click.argument("origins", metavar="ORIGIN...", nargs=-1)
@click.option("--keep", is_flag=True, help="Keep what answers now for termsearch rollback.")
@click.option("--discard", is_flag=True, help="Discard what an interrupted ingest left behind.")
@click.option(
    "--all", "whole", is_flag=True, help="Delete the index that --index names, and all in it."
)
@index_option
@json_option
def remove_command(
    origins: tuple[str, ...], keep: bool, discard: bool, whole: bool, as_json: bool, **given: Any
) -> None:
    """Remove all names of ORIGINs from the index: what one loader, or a part of it, put there.

    termsearch status lists origins. Queries see the index as it was until all are removed.

    \b
        termsearch remove table/ward obo/doid
        termsearch remove --all --index demo
    """
    from termsearch.removal import remove

    if whole:
        _remove_all(more=bool(origins) or keep or discard or as_json, **given)
        return
    if not origins:
        raise click.UsageError("expected an ORIGIN (termsearch status lists them), or --all.")
    removed = remove(origins, settings_with(**given), keep=keep, discard=discard)
    tell_of_deleted(removed.kept)
    if as_json:
        click.echo(json.dumps(removed.names, ensure_ascii=False))
        return
    for origin, names in removed.names.items():
        click.echo(f"{origin}: {names:,} names removed")


def _remove_all(index: str | None, *, more: bool) -> None:
    from termsearch.connect import delete_index

    if more:
        raise click.UsageError("--all takes --index and nothing else.")
    if index is None:  # the default, or a variable that was set long ago, may be another one
        raise click.UsageError("--all deletes an index whole: say which one with --index.")
    settings = settings_with(index=index)
    delete_index(settings)
    click.echo(f"index {settings.index} deleted")
