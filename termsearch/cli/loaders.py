"""``termsearch loaders``."""

import click

from termsearch.cli.tables import print_table

__all__ = ["loaders_command"]


@click.command("loaders")
def loaders_command() -> None:
    """List the installed loaders and what each reads."""
    from termsearch.loader import find_loader, installed_loaders

    rows = []
    for name in installed_loaders():
        summary = (find_loader(name).__doc__ or "").strip().splitlines()
        rows.append([name, summary[0] if summary else ""])
    print_table(["loader", "reads"], rows, keep=1)
