"""How a command says what went wrong, or is not as it should be."""

from typing import TYPE_CHECKING

import click

from termsearch.errors import TermsearchError

if TYPE_CHECKING:
    from termsearch.index.manifest import Manifest

__all__ = ["show_error", "warn_of_other_rules"]


def show_error(error: TermsearchError) -> None:
    """One line on stderr, whatever line breaks the message has."""
    click.echo(f"Error: {' '.join(str(error).split())}", err=True)


def warn_of_other_rules(manifest: "Manifest") -> None:
    """One line on stderr, where another version has made search keys of the index."""
    from termsearch.index.check import other_rules

    if told := other_rules(manifest):
        click.echo(f"warning: {told}", err=True)
