"""``termsearch export`` and ``termsearch import``."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from termsearch.cli.failed import warn_of_other_rules
from termsearch.cli.options import index_option, json_option, settings_with
from termsearch.cli.status import tell_of_deleted
from termsearch.settings import Settings

if TYPE_CHECKING:
    from termsearch.bundle import BundleCard

__all__ = ["export_command", "import_command"]


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@index_option
@json_option
def export_command(file: Path, as_json: bool, **given: Any) -> None:
    """Write the index, its manifest and the encoder for queries to FILE, one archive.

    The machine that imports it needs no GPU, no internet and no torch. FILE is a copy of what was
    ingested: pass it on only as the licences it names allow.

    \b
        termsearch export terms-2026.tar
    """
    from termsearch.portable import export_index

    with _bar("packing") as progress:
        card = export_index(settings_with(**given), file, progress)
    _show(card, file, as_json=as_json)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--replace",
    is_flag=True,
    help="Replace an index of this name; rollback undoes it. What an interrupted ingest left there "
    "is deleted.",
)
@click.option(
    "--index",
    metavar="NAME",
    help="Name of the index.  [default: TERMSEARCH_INDEX, else the name it was exported under]",
)
@json_option
def import_command(file: Path, replace: bool, index: str | None, as_json: bool) -> None:
    """Make an index of the bundle FILE, after checking every file in it.

    \b
        termsearch import terms-2026.tar
    """
    from termsearch.bundle import card_of
    from termsearch.portable import import_bundle

    environment = Settings.from_env()
    if index is None:
        named = "index" in environment.model_fields_set
        index = environment.index if named else card_of(file).name
    with _bar("unpacking") as progress:
        card, deleted = import_bundle(
            settings_with(index=index), file, replace=replace, progress=progress
        )
    warn_of_other_rules(card.manifest)
    tell_of_deleted(deleted, "what answered until now is kept in its place")
    _show(card.model_copy(update={"name": index}), file, as_json=as_json)


def _show(card: "BundleCard", file: Path, *, as_json: bool) -> None:
    licences = [licence._asdict() for licence in card.licences]
    if as_json:
        said = card.model_dump(include={"name", "termsearch", "engine", "encoder", "bytes"})
        releases = card.manifest.releases()
        click.echo(json.dumps({**said, "releases": releases, "licences": licences}))
        return
    held = ", ".join(
        f"{name} {release}".strip() for name, release in card.manifest.releases().items()
    )
    click.echo(f"{file}: index {card.name} ({held}), {card.bytes / 1e6:,.0f} MB")
    if not card.encoder:
        click.echo(
            "  contains no encoder: the importing machine needs the model's weights and torch"
        )
    for licence in card.licences:
        rule = "only to licence holders" if licence.restricted else "may be passed on"
        page = f", {licence.url}" if licence.url else ""
        click.echo(f"  {licence.vocabulary}: {licence.name}; {rule}{page}")


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Bytes done, on stderr where that is a terminal."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(title)
        yield lambda done, total: bar.update(task, completed=done, total=total)
