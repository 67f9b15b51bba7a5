"""``termsearch demo``."""

import click

__all__ = ["demo_command"]


@click.command("demo")
def demo_command() -> None:
    """Ingest and query a small release that comes with termsearch."""
