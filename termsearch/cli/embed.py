"""``termsearch embed``."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from termsearch.cli.interrupted import INTERRUPTED
from termsearch.cli.options import decoded_lines, encoder_options, settings_with, text_lines

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from termsearch.settings import Settings

__all__ = ["embed_command"]


@click.command("embed")
@click.argument(
    "file", metavar="FILE|-", type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    metavar="OUT.npy",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the vectors go.",
)
@click.option("--raw", is_flag=True, help="As long as the model makes them; without it, length 1.")
@encoder_options
def embed_command(file: str, out: Path, raw: bool, **given: Any) -> None:
    """Embed names, one a line, as the model card's script does: row i is line i, float32.

    \b
        termsearch embed names.txt -o vectors.npy --device cuda
    """
    interrupted = False
    try:
        _embed(file, out, settings_with(**given), unit=not raw)
    except KeyboardInterrupt:
        interrupted = True
    if interrupted:  # out of the handler: what is raised there would be told as an ingest's
        click.echo(f"Interrupted. Nothing was written to {out}; run it again to begin.", err=True)
        click.get_current_context().exit(INTERRUPTED)


def _embed(file: str, out: Path, settings: "Settings", *, unit: bool) -> None:
    from termsearch.connect import asked_encoder
    from termsearch.embed import embed

    if str(out) == "-":
        raise click.UsageError("-o -: vectors are no text to be printed; name a file, as OUT.npy.")
    with _source(file, out) as (count, names):
        encoder = asked_encoder(settings)
        with _bar(count) as bar:
            embed(
                names,
                count,
                encoder,
                out,
                unit=unit,
                progress=lambda done: bar.update(done - bar.pos),
            )
    precision: str = getattr(encoder, "precision", "fp32")
    says = precision.replace("auto", "fp32")  # too few names to decide on
    click.echo(f"{count:,} names, {encoder.card.dimension} dimensions, {says}: {out}", err=True)


@contextmanager
def _source(file: str, out: Path) -> Iterator[tuple[int, Iterable[str]]]:
    """How many lines and the lines; a file is read twice rather than held, a pipe is held.

    All of them were decoded once, so that a byte that is no text is not found hours later.
    """
    if file == "-":
        _require_other(sys.stdin.buffer, out)
        names = list(text_lines(["-"]))
        yield len(names), names
        return
    with Path(file).open("rb") as stream:
        _require_other(stream, out)
        if not stream.seekable():
            names = list(decoded_lines(stream, file))
            yield len(names), names
            return
        count = sum(1 for _ in decoded_lines(stream, file))
        stream.seek(0)
        yield count, decoded_lines(stream, file)


def _require_other(stream: IO[bytes], out: Path) -> None:
    """Refuse to replace the names by their vectors, by whatever path."""
    from termsearch.embed import part_of

    for written in (out, part_of(out)):
        same = False
        with suppress(OSError):  # there is no such file yet, or the stream is none
            same = os.path.samestat(os.fstat(stream.fileno()), written.stat())
        if same:
            raise click.UsageError(
                f"-o {out}: {written} is the file that the names are read from; name another."
            )


def _bar(count: int) -> "ProgressBar[int]":
    return click.progressbar(length=count, label="embedding", file=sys.stderr, show_pos=True)
