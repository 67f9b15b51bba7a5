"""Tables for people. Where output goes to a file or a pipe, lines are as long as they need."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["print_table"]

#: Wide enough that nothing is cut or wrapped for a program that reads it.
_PIPE_WIDTH = 400


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, keep: int = 0) -> None:
    """Print ``rows`` under ``header``; the first ``keep`` columns never wrap."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPE_WIDTH)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for number, title in enumerate(header):
        table.add_column(title, no_wrap=number < keep, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    with console.capture() as captured:
        console.print(table)
    # Rich fills every line up to the table's width with blanks.
    for line in captured.get().rstrip("\n").split("\n"):
        console.out(line.rstrip(), highlight=False)
