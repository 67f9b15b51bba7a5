"""``termsearch lookup``."""

from typing import TYPE_CHECKING, Any

import click

from termsearch.cli.failed import show_error, warn_of_other_rules
from termsearch.cli.options import index_option, json_option, settings_with, text_lines

if TYPE_CHECKING:
    from termsearch.lookup import Entry, Related

__all__ = ["lookup_command"]

_MOST_SHOWN = 20


@click.command("lookup")
@click.argument("curies", metavar="CURIE...", nargs=-1, required=True)
@click.option("--inactive", is_flag=True, help="Show a retired concept itself, not its successor.")
@index_option
@json_option
def lookup_command(curies: tuple[str, ...], inactive: bool, as_json: bool, **given: Any) -> None:
    """Show all that is known about a code; - reads lines of stdin.

    A retired or merged code answers with its successor.

    \b
        termsearch lookup mesh:D005334
    """
    from termsearch.connect import open_index
    from termsearch.errors import UnknownCodeError, UnknownValueError
    from termsearch.lookup import lookup

    index = open_index(settings_with(**given))
    failed = 0
    try:
        warn_of_other_rules(index.manifest)
        for text in filter(str.strip, text_lines(curies)):
            try:
                entries = lookup(index, text, inactive=inactive)
            except (UnknownCodeError, UnknownValueError) as error:  # the others are still wanted
                failed = max(failed, error.exit_code)
                show_error(error)
                continue
            for entry in entries:
                click.echo(entry.model_dump_json()) if as_json else _print(entry)
    finally:
        index.close()
    if failed:
        raise SystemExit(failed)


def _print(entry: "Entry") -> None:
    retired = "" if entry.active else "  [retired]"
    release = f"{entry.vocabulary} {entry.release}".strip()
    click.echo(f"{entry.curie}  {entry.name}{retired}  ({release})")
    if entry.redirect:
        click.echo(f"  asked        {entry.redirect.asked} ({entry.redirect.reason})")
    _line("types", [f"{kind.code} {kind.name}" for kind in entry.types])
    _line("definition", [entry.definition])
    for name in entry.names:
        used = ", ".join(dict.fromkeys(source.curie for source in name.sources if source.curie))
        facts = ", ".join(
            filter(None, [name.lang, name.kind, "" if name.active else "retired", used])
        )
        click.echo(f"  name         {name.name}  [{facts}]")
    _line("parents", _related(entry.parents))
    _line("children", _related(entry.children))
    _line("replaced by", _related(entry.replaced_by))
    _line("replaces", entry.replaces)
    _line("same as", entry.xrefs)
    click.echo()


def _line(title: str, values: list[str]) -> None:
    shown = [value for value in values if value]
    more = f"; and {len(shown) - _MOST_SHOWN:,} more" if len(shown) > _MOST_SHOWN else ""
    if shown:
        click.echo(f"  {title:<12} {'; '.join(shown[:_MOST_SHOWN])}{more}")


def _related(concepts: "list[Related]") -> list[str]:
    return [f"{concept.curie} {concept.name}".strip() for concept in concepts]
