"""Names, one a line, to a file of vectors: the model card's own script, for any encoder."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.lib.format import MAGIC_PREFIX

from termsearch.encoder import Encoder, Vectors
from termsearch.errors import TermsearchError, UsageError
from termsearch.pipeline import batches

__all__ = ["embed", "part_of"]

_FLOAT: Final = 4  # bytes

#: Windows has no `flock`, nor can a file be renamed there while it is open.
_POSIX: Final = os.name != "nt"


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

    Memory does not grow with ``count``. The file appears under its name when it is whole; until
    then it is ``out`` with ``.embed.part`` behind its name. What a process that was killed has left
    of that is begun anew by the next that writes ``out``.

    Args:
        names: ``count`` names.
        count: How many there are.
        encoder: What embeds them.
        out: The file to write.
        unit: Rows of length 1; else as long as the model makes them, as the card's script does.
        progress: Called with the number of names done.

    Raises:
        UsageError: ``out`` is there and no regular file, or what is called as its part is none.
        TermsearchError: ``out`` can't be written, another process is writing it, or there are not
            ``count`` names.
    """
    try:
        if out.exists() and not out.is_file():  # a device is not to be replaced
            raise UsageError(
                f"{out} is there and no regular file; name a file that may be replaced."
            )
        with _becoming(out) as file:
            _require_room(out, count * encoder.card.dimension * _FLOAT)
            _write(file, names, count, encoder, unit=unit, progress=progress)
    except OSError as error:
        raise TermsearchError(
            f"{out} can't be written ({error.strerror or error}); choose another place."
        ) from error


def part_of(out: Path) -> Path:
    """Where a file is written that becomes ``out``."""
    own = "" if _POSIX else f".{os.getpid()}"
    return out.with_name(f"{out.name}{own}.embed.part")


def _require_room(out: Path, needed: int) -> None:
    """Stop before hours of work that would fill the disk."""
    free = shutil.disk_usage(out.parent).free
    if free < needed:
        raise TermsearchError(
            f"{out} can't be written: it takes {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB "
            "are free; make room, or choose another place."
        )


@contextmanager
def _becoming(out: Path) -> Iterator[IO[bytes]]:
    """An empty file of this process alone, which becomes ``out``, with the mode it would have."""
    part = part_of(out)
    with _held(part, out):
        try:
            with part.open("wb") as file:
                yield file
            if out.exists():
                shutil.copymode(out, part)
            part.replace(out)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


@contextmanager
def _held(part: Path, out: Path) -> Iterator[None]:
    """``part`` is there, and no other process that writes ``out`` has it.

    The lock ends with the process, however that ends, and then what it has left may be taken.
    """
    if not _POSIX:
        yield
        return
    try:
        descriptor = _locked(part)
    except BlockingIOError as error:
        raise TermsearchError(
            f"another 'termsearch embed' is writing {out}; wait for it, or name another file."
        ) from error
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(part: Path) -> int:
    """A descriptor of ``part`` that holds its lock; no link is followed, nothing is changed."""
    import fcntl

    while True:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(part, descriptor):
                _require_left(part, descriptor)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_still(part: Path, descriptor: int) -> bool:
    """Whether it was not renamed or removed, by who had the lock, while it was being opened."""
    try:
        return os.path.samestat(part.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _require_left(part: Path, descriptor: int) -> None:
    """Refuse what an earlier process can't have left there: that is somebody's own."""
    begins = os.pread(descriptor, len(MAGIC_PREFIX), 0)
    if begins not in {b"", MAGIC_PREFIX}:
        raise UsageError(
            f"{part} is there, and no part of a file of vectors, which would be written there; "
            "move it, or name another file."
        )


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
