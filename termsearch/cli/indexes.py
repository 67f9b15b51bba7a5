"""``termsearch indexes``."""

import json
from typing import NamedTuple

import click

from termsearch.cli.options import json_option, settings_with
from termsearch.cli.tables import print_table
from termsearch.errors import IndexMissingError, TermsearchError

__all__ = ["indexes_command"]


class _Row(NamedTuple):
    """One index."""

    name: str
    names: int | None
    model: str
    releases: dict[str, str]
    error: str  #: why it can't be opened


@click.command("indexes")
@json_option
def indexes_command(as_json: bool) -> None:
    """List the indexes there are, to choose from with --index or TERMSEARCH_INDEX."""
    from termsearch.connect import indexes, open_index

    rows: list[_Row] = []
    for name in indexes(settings_with()):
        try:
            index = open_index(settings_with(index=name))
        except IndexMissingError:  # deleted just now
            continue
        except TermsearchError as error:  # damaged, or another program's: the others are as good
            rows.append(_Row(name, None, "", {}, str(error)))
            continue
        manifest, names = index.manifest, index.count()
        index.close()
        rows.append(_Row(name, names, manifest.encoder.model, manifest.releases(), ""))
    if as_json:
        for row in rows:
            click.echo(json.dumps(row._asdict(), ensure_ascii=False))
        return
    if not rows:
        click.echo("no index yet; make one with 'termsearch ingest PATH', or 'termsearch demo'.")
        return
    print_table(
        ["index", "names", "encoder", "vocabularies"],
        [
            [
                row.name,
                "" if row.names is None else f"{row.names:,}",
                row.model,
                row.error or _told(row.releases),
            ]
            for row in rows
        ],
        keep=2,
    )


def _told(releases: dict[str, str]) -> str:
    return ", ".join(f"{name} {release}".strip() for name, release in releases.items())
