"""The command line: parse, call the library, print. No logic lives here.

Each command imports what it needs when it runs: ``termsearch --help`` must not wait for torch.
"""

import click

from termsearch.cli.demo import demo_command
from termsearch.cli.embed import embed_command
from termsearch.cli.eval import eval_command
from termsearch.cli.ingest import ingest_command
from termsearch.cli.loaders import loaders_command
from termsearch.cli.lookup import lookup_command
from termsearch.cli.query import query_command
from termsearch.cli.status import status_command
from termsearch.cli.verify import verify_command
from termsearch.errors import TermsearchError

__all__ = ["main"]

_INTERRUPTED = 130  # 128 + SIGINT, what a shell expects


class _Group(click.Group):
    """Prints a ``TermsearchError`` as one line; anything else is a bug and keeps its traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TermsearchError as error:
            click.echo(f"Error: {' '.join(str(error).split())}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo(
                "Interrupted. Nothing that was stored is lost; run it again to go on.", err=True
            )
            ctx.exit(_INTERRUPTED)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="termsearch")
def main() -> None:
    """Search medical terminologies by meaning.

    \b
        termsearch demo
        termsearch ingest desc2026.xml
        termsearch query "high fever"
    """


for _command in (
    demo_command,
    embed_command,
    eval_command,
    ingest_command,
    loaders_command,
    lookup_command,
    query_command,
    status_command,
    verify_command,
):
    main.add_command(_command)
