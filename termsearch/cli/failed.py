"""How a command says what went wrong."""

import click

from termsearch.errors import TermsearchError

__all__ = ["show_error"]


def show_error(error: TermsearchError) -> None:
    """One line on stderr, whatever line breaks the message has."""
    click.echo(f"Error: {' '.join(str(error).split())}", err=True)
