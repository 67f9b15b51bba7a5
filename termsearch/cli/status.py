"""``termsearch status``."""

from typing import TYPE_CHECKING, Any

import click

from termsearch.cli.failed import warn_of_other_rules
from termsearch.cli.options import index_option, json_option, settings_with
from termsearch.cli.tables import print_table

if TYPE_CHECKING:
    from termsearch.index.manifest import Generation
    from termsearch.status import Status, TypeStatus

__all__ = ["described", "status_command", "tell_of_deleted"]

_MB = 1_000_000

#: To tell them apart takes what a comparison takes: 3 to 4 s for the 30,800 headings of MeSH.
_TWICE = "a concept counts once for each origin that has it"


@click.command("status")
@click.option("--types", is_flag=True, help="List semantic types and groups; --json always does.")
@index_option
@json_option
def status_command(types: bool, as_json: bool, **given: Any) -> None:
    """Show the encoder, vocabularies, releases, counts and size of an index."""
    from termsearch.connect import open_index
    from termsearch.status import status

    index = open_index(settings_with(**given))
    try:
        warn_of_other_rules(index.manifest)
        found = status(index, types=types or as_json)
    finally:
        index.close()
    if as_json:
        click.echo(found.model_dump_json())
        return
    click.echo(f"index    {found.location}")
    click.echo(f"encoder  {found.encoder}")
    click.echo(f"size     {found.bytes / _MB:,.0f} MB" if found.bytes else "size     unknown")
    _print_contents(found)
    if types:
        print_table(
            ["type", "name", "group", "vocabulary", "concepts"],
            [_type(kind) for kind in found.types],
        )
    _print_generations(found)


def _print_contents(found: "Status") -> None:
    print_table(
        ["vocabulary", "release", "concepts", "names", ""],
        [
            [
                name,
                v.release,
                f"{v.concepts:,}",
                f"{v.names:,}",
                _TWICE if _origins(found, name) > 1 else "",
            ]
            for name, v in found.vocabularies.items()
        ]
        + [["all", "", f"{found.concepts:,}", f"{found.names:,}", ""]],
    )
    print_table(
        ["origin", "vocabularies", "names", "read with", ""],
        [
            [
                name,
                ", ".join(o.vocabularies),
                f"{o.names:,}",
                o.options or "",
                "" if o.current else "search keys of another version: ingest it again",
            ]
            for name, o in found.origins.items()
        ],
    )
    if found.used_by:
        click.echo(f"can also be filtered by: {', '.join(found.used_by)}")


def _origins(found: "Status", vocabulary: str) -> int:
    return sum(vocabulary in origin.vocabularies for origin in found.origins.values())


def _print_generations(found: "Status") -> None:
    """Those beside the one that answers."""
    if found.kept:
        click.echo(f"kept: {described(found.kept)}; termsearch rollback returns to it")
    if found.unfinished:
        what = described(found.unfinished)
        click.echo(
            f"not published: {what}; an ingest is running, or was interrupted: run it again; or "
            "was refused: run it again with --replace, or another one with --discard"
        )


def _type(kind: "TypeStatus") -> list[str]:
    group = kind.group if kind.group_name in {"", kind.group} else f"{kind.group} {kind.group_name}"
    return [kind.code, kind.name, group, kind.vocabulary, f"{kind.concepts:,}"]


def described(generation: "Generation") -> str:
    """Releases and size of a generation."""
    releases = ", ".join(
        f"{name} {release}".strip() for name, release in generation.releases.items()
    )
    names = "being written" if generation.names is None else f"{generation.names:,} names"
    return f"{releases or 'nothing'} ({names})"


def tell_of_deleted(generation: "Generation | None", now: str = "--keep retains one") -> None:
    """That what a rollback would have returned to is gone, if there was such a thing.

    ``now``: what there is or could be in its place.
    """
    if generation:
        click.echo(f"The kept generation, {described(generation)}, was deleted; {now}.", err=True)
