"""Names, one a line, to a file of vectors: the model card's own script, for any encoder."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import numpy as np

from termsearch.encoder import Encoder, Vectors
from termsearch.errors import TermsearchError

__all__ = ["embed"]


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
        TermsearchError: ``out`` can't be written.
    """
    beside = out.with_name(f"{out.name}.part")
    try:
        shape = (count, encoder.card.dimension)
        rows = np.lib.format.open_memmap(beside, mode="w+", dtype=np.float32, shape=shape)
        done = 0
        for block in _blocks(names, encoder.chunk):
            rows[done : done + len(block)] = _distinct(block, encoder, unit=unit)
            done += len(block)
            progress(done)
        rows.flush()
        del rows  # Windows can't rename a file that is mapped
        beside.replace(out)
    except OSError as error:
        raise TermsearchError(f"{out} can't be written ({error.strerror or error}).") from error
    finally:
        with suppress(OSError):  # the folder itself may be none
            beside.unlink(missing_ok=True)


def _distinct(names: list[str], encoder: Encoder, *, unit: bool) -> Vectors:
    """Equal names are embedded once."""
    rows = {name: row for row, name in enumerate(dict.fromkeys(names))}
    return encoder.encode(list(rows), unit=unit)[[rows[name] for name in names]]


def _blocks(names: Iterable[str], size: int) -> Iterator[list[str]]:
    iterator = iter(names)
    while block := list(islice(iterator, size)):
        yield block
