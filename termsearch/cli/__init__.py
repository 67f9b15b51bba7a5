"""The command line: parse, call the library, print. No logic lives here.

Each command is imported when it is named and imports what it needs when it runs: ``termsearch
--help`` must not wait for torch, and ``termsearch query`` not for what others need.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

import click

from termsearch.cli.failed import show_error
from termsearch.cli.interrupted import INTERRUPTED, lose_no_interrupt
from termsearch.cli.output import OutputError, give_up_output, write_utf8
from termsearch.errors import TermsearchError
from termsearch.garbage import collect_less_often
from termsearch.leaving import leave_the_last

__all__ = ["main"]

#: Command to the module that has it, as ``<command>_command``, and what the list of commands says
#: of it: click would cut the first sentence of its help.
_COMMANDS: Final = {
    "demo": ("demo", "Ingest and query a small release that comes along."),
    "diff": ("diff", "Show what an ingest would change."),
    "embed": ("embed", "Embed names, one a line."),
    "eval": ("eval", "Measure how often the right concept is on top."),
    "export": ("bundle", "Pack an index for another machine."),
    "import": ("bundle", "Take in an index that was packed."),
    "indexes": ("indexes", "List the indexes there are."),
    "ingest": ("ingest", "Read releases, embed every name and store it."),
    "loaders": ("loaders", "List what can be ingested."),
    "lookup": ("lookup", "Show all that is known about a code."),
    "map": ("map", "Map the rows of a CSV or TSV to concepts."),
    "mcp": ("mcp", "Answer an LLM agent (Model Context Protocol)."),
    "query": ("query", "Find the concepts that words mean."),
    "remove": ("remove", "Remove what an ingest stored, or a whole index."),
    "rollback": ("rollback", "Go back to the releases before the last ingest."),
    "serve": ("serve", "Answer over HTTP: REST, FHIR, web page, widgets."),
    "status": ("status", "Show what is in an index."),
    "verify": ("verify", "Check that searches of an index lose nothing."),
}


#: Commands that go on where they were cut.
_GO_ON: Final = frozenset({"demo", "ingest", "remove"})
_KEPT: Final = "Interrupted. Everything stored so far is kept; run the same command to continue."


class _Commands(Mapping[str, click.Command]):
    """Imports a command when it is looked up."""

    def __getitem__(self, name: str) -> click.Command:
        file, told = _COMMANDS[name]
        module = import_module(f"termsearch.cli.{file}")
        command: click.Command = getattr(module, f"{name}_command")
        command.short_help = told
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Group(click.Group):
    """Prints a ``TermsearchError`` as one line; anything else is a bug and keeps its traceback."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **named: Any) -> Any:
        if args is None:  # the words of the process itself: it ends with the command
            leave_the_last()
            lose_no_interrupt()
            write_utf8()
        try:
            return super().main(args, *more, **named)
        except OutputError as error:
            give_up_output(error)
            sys.exit(TermsearchError.exit_code)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TermsearchError as error:
            show_error(error)
            ctx.exit(error.exit_code)
        except BaseException as error:
            if not _is_interrupt(error):
                raise
            goes_on = ctx.invoked_subcommand in _GO_ON
            click.echo(_KEPT if goes_on else "Interrupted. Run it again to begin.", err=True)
            ctx.exit(INTERRUPTED)


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind it; a C module that is being imported makes it an ImportError."""
    while error and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


@click.group(
    cls=_Group,
    commands=_Commands(),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="termsearch")
def main() -> None:
    """Search medical terminologies by meaning.

    \b
        termsearch demo
        termsearch ingest desc2026.xml
        termsearch query "high fever"
    """
    collect_less_often()
