"""``termsearch embed``."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from termsearch.cli.options import decoded_lines, encoder_options, settings_with, text_lines

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

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
    from termsearch.connect import asked_encoder
    from termsearch.embed import embed

    encoder = asked_encoder(settings_with(**given))
    with _source(file) as (count, names), _bar(count) as bar:
        embed(
            names,
            count,
            encoder,
            out,
            unit=not raw,
            progress=lambda done: bar.update(done - bar.pos),
        )
    precision: str = getattr(encoder, "precision", "fp32")
    says = precision.replace("auto", "fp32")  # too few names to decide on
    click.echo(f"{count:,} names, {encoder.card.dimension} dimensions, {says}: {out}", err=True)


@contextmanager
def _source(file: str) -> Iterator[tuple[int, Iterable[str]]]:
    """How many lines and the lines; a file is read twice rather than held, a pipe is held."""
    if file == "-":
        names = list(text_lines(["-"]))
        yield len(names), names
        return
    with Path(file).open("rb") as stream:
        if not stream.seekable():
            names = list(decoded_lines(stream, file))
            yield len(names), names
            return
        count = sum(1 for _ in stream)
        stream.seek(0)
        yield count, decoded_lines(stream, file)


def _bar(count: int) -> "ProgressBar[int]":
    return click.progressbar(length=count, label="embedding", file=sys.stderr, show_pos=True)
