"""Folders into a bundle."""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final

from termsearch.bundle.card import CARD, ENCODER, ENGINE, SUMS, BundleCard
from termsearch.errors import BadBundleError, IndexUnreadableError
from termsearch.index.folder import PASSING
from termsearch.index.manifest import Manifest
from termsearch.licences import licences_of

__all__ = ["write_bundle"]

#: Starts of names that are not packed: the lock, and what readers make and remove again.
_LEFT_OUT: Final = (".lock", PASSING)


def write_bundle(
    name: str,
    manifest: Manifest,
    folders: Mapping[str, Path],
    out: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> BundleCard:
    """Pack ``folders`` into ``out``; an archive that was not finished is removed.

    Args:
        name: Of the index.
        manifest: Of the index, which nobody may write to meanwhile.
        folders: Name in the bundle (``index``, ``encoder``) to folder.
        out: A file that is not there yet.
        progress: Called with the bytes packed and their total.

    Raises:
        BadBundleError: ``out`` is there already or can't be written.
        IndexUnreadableError: A file can't be read; an ingest may have removed it.
    """
    files = [
        (f"{part}/{path.relative_to(folder).as_posix()}", path)
        for part, folder in folders.items()
        for path in sorted(_files(folder))
    ]
    size = sum(_size(path) for _, path in files)
    for folder in folders.values():
        _size(folder)  # of one that went meanwhile there may be no more than half in the list
    card = BundleCard(
        engine=version(ENGINE),
        name=name,
        manifest=manifest,
        encoder=ENCODER in folders,
        licences=licences_of(manifest.searchable_vocabularies()),
        bytes=size,
    )
    try:
        file = out.open("xb")
    except FileExistsError as error:
        raise BadBundleError(out, "is there already", "Choose another name.") from error
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        with file:
            _pack(file, card, files, progress)
    except BaseException as error:
        with suppress(OSError):
            out.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _unwritable(out, error) from error
        raise
    return card


def _files(folder: Path) -> Iterator[Path]:
    """All that is packed of ``folder``, in which others may make and remove passing folders."""
    for within, folders, names in os.walk(folder):  # which passes over what goes meanwhile
        folders[:] = [name for name in folders if not name.startswith(_LEFT_OUT)]
        for name in names:
            path = Path(within, name)
            if not name.startswith(_LEFT_OUT) and path.is_file():
                yield path


def _size(path: Path) -> int:
    with _reading(path):
        return path.stat().st_size


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Says of what is packed that it can't be read; all else that fails is the archive's fault."""
    try:
        yield
    except OSError as error:
        raise IndexUnreadableError(
            f"{path} can't be read ({error.strerror or error}), and so not be packed; repeat the "
            "command when no ingest is running."
        ) from error


def _unwritable(out: Path, error: OSError) -> BadBundleError:
    problem = f"can't be written ({error.strerror or error})"
    return BadBundleError(out, problem, "Choose another place.")


def _pack(
    file: IO[bytes],
    card: BundleCard,
    files: list[tuple[str, Path]],
    progress: Callable[[int, int], None],
) -> None:
    sums: list[str] = []
    done = 0
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        text = card.model_dump_json(indent=1)
        _add_text(archive, CARD, text)
        sums.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {CARD}\n")
        for name, path in files:
            with _reading(path):
                content = path.open("rb")
            with content:
                # Without who packed it and when: the same index gives the same bundle.
                info = tarfile.TarInfo(name)
                info.size = os.fstat(content.fileno()).st_size
                hashed = _Hashed(content, path)
                archive.addfile(info, hashed)
            sums.append(f"{hashed.digest()}  {name}\n")
            done += info.size
            progress(done, card.bytes)
        _add_text(archive, SUMS, "".join(sums))


class _Hashed(io.RawIOBase):
    """The file at ``path``, hashed while it is read."""

    def __init__(self, content: IO[bytes], path: Path) -> None:
        self._content, self._path, self._hash = content, path, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        with _reading(self._path):
            block = self._content.read(size)
        self._hash.update(block)
        return block

    def digest(self) -> str:
        return self._hash.hexdigest()


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
