"""Names, one a line, to a file of vectors: the model card's own script, for any encoder."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, Final

import numpy as np

from termsearch.encoder import Encoder, Vectors
from termsearch.errors import TermsearchError, UsageError
from termsearch.pipeline import batches

__all__ = ["embed"]

_FLOAT: Final = 4  # bytes


def embed(
    names: Iterable[str],
    count: int,
    encoder: Encoder,
    out: Path,
    *,
    unit: bool = True,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a ``.npy`` file, float32, shape ``(count, dimension)``; row ``i`` is name ``i``.

    Memory does not grow with ``count``. The file appears under its name when it is whole.

    Args:
        names: ``count`` names.
        count: How many there are.
        encoder: What embeds them.
        out: The file to write.
        unit: Rows of length 1; else as long as the model makes them, as the card's script does.
        progress: Called with the number of names done.

    Raises:
        UsageError: ``out`` is there and no regular file.
        TermsearchError: ``out`` can't be written, or there are not ``count`` names.
    """
    try:
        _require_place(out, count * encoder.card.dimension * _FLOAT)
        with _becoming(out) as file:
            _write(file, names, count, encoder, unit=unit, progress=progress)
    except OSError as error:
        raise TermsearchError(
            f"{out} can't be written ({error.strerror or error}); choose another place."
        ) from error


def _require_place(out: Path, needed: int) -> None:
    """Stop before hours of work: a device is not to be replaced by a file, nor a disk filled."""
    if out.exists() and not out.is_file():
        raise UsageError(f"{out} is there and no regular file; name a file that may be replaced.")
    free = shutil.disk_usage(out.parent).free
    if free < needed:
        raise TermsearchError(
            f"{out} can't be written: it takes {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB "
            "are free; make room, or choose another place."
        )


@contextmanager
def _becoming(out: Path) -> Iterator[IO[bytes]]:
    """A file that nobody else has, which becomes ``out`` at the end, with the mode it would have.

    Not by ``tempfile``, whose files are their maker's alone.
    """
    beside = out.with_name(f"{out.name}.{token_hex(4)}.part")
    beside.touch(exist_ok=False)
    try:
        with beside.open("wb") as file:
            yield file
        if out.exists():
            shutil.copymode(out, beside)
        beside.replace(out)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _write(
    file: IO[bytes],
    names: Iterable[str],
    count: int,
    encoder: Encoder,
    *,
    unit: bool,
    progress: Callable[[int], None],
) -> None:
    """Header and rows, one block behind the other.

    Not into a file mapped into memory: where the disk has no block for a page of that, the process
    ends by SIGBUS.
    """
    kind = np.lib.format.dtype_to_descr(np.dtype(np.float32))
    shape = count, encoder.card.dimension
    header = {"descr": kind, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    done = 0
    for block in batches(names, encoder.chunk):
        file.write(np.ascontiguousarray(_distinct(block, encoder, unit=unit), np.float32).data)
        done += len(block)
        progress(done)
    if done != count:
        raise TermsearchError(
            f"{done:,} names where {count:,} were counted: the file was changed while it was read. "
            "Repeat the command."
        )


def _distinct(names: list[str], encoder: Encoder, *, unit: bool) -> Vectors:
    """Equal names are embedded once."""
    rows = {name: row for row, name in enumerate(dict.fromkeys(names))}
    return encoder.encode(list(rows), unit=unit)[[rows[name] for name in names]]
