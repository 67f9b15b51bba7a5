"""Files of an embedded index: its lock, its manifests, and copies of its folders.

What is written here is there after a crash as a whole or not at all: files are moved over the old
ones, folders are renamed when they are complete.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import Final, TypeVar

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from termsearch.errors import IndexBusyError, IndexUnreadableError, first_line
from termsearch.index.manifest import Manifest

__all__ = [
    "MANIFEST",
    "PASSING",
    "copy",
    "delete",
    "disk_use",
    "lock",
    "read_file",
    "read_manifest",
    "require_room",
    "sync",
    "unlock",
    "write_file",
    "write_manifest",
]

M = TypeVar("M", bound=BaseModel)

MANIFEST = "termsearch.json"

_PAGE = 1 << 22  # bytes read at a time

#: Start of names that the engine makes and removes again whenever somebody opens a generation: of a
#: folder, and of the file in it that it moves out over the old one (0.9.0).
PASSING: Final = ".atomicwrite"

#: Seconds to wait for the lock: ``status`` takes it for a moment, to count.
_PATIENCE = 2.0

_LOCK = ".lock"


def lock(folder: Path, patience: float = _PATIENCE) -> FileLock:
    """The right to write to the index in ``folder``: until released, or the process ends.

    Args:
        folder: Of the index; made if it is not there.
        patience: Seconds to wait while somebody else holds it.

    Raises:
        IndexBusyError: Somebody else holds it.
        IndexUnreadableError: The folder can't be written.
    """
    held = FileLock(folder / _LOCK)
    try:
        while True:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                held.acquire(timeout=patience)
            except FileNotFoundError:
                if folder.is_dir():  # else who held it has just taken the folder away
                    raise
            else:
                return held
    except Timeout as error:
        raise IndexBusyError(str(folder)) from error
    except OSError as error:
        raise _unwritable(folder, error) from error


def unlock(held: FileLock) -> None:
    """Give up what :func:`lock` gave, and a folder in which nothing else is.

    So that a first ingest or import which failed leaves none.
    """
    folder = Path(held.lock_file).parent
    try:
        with suppress(OSError):
            if [path.name for path in folder.iterdir()] == [_LOCK]:
                # First, so that who waits for it makes another. Windows deletes nothing that is
                # open, and keeps the folder.
                (folder / _LOCK).unlink()
                folder.rmdir()
    finally:
        held.release()


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in ``folder``; None if there is none.

    Raises:
        IndexUnreadableError: It is damaged, or of another version.
    """
    manifest = read_file(folder / MANIFEST, Manifest)
    if manifest:
        manifest.require_schema(str(folder / MANIFEST))
    return manifest


def read_file(path: Path, model: type[M]) -> M | None:
    """What the file ``path`` of an index says; None if it is not there.

    Raises:
        IndexUnreadableError: It is damaged.
    """
    try:
        return model.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValidationError) as error:
        raise IndexUnreadableError(
            f"{path} can't be read ({first_line(error)}); restore it from a copy, or "
            "delete the folder and ingest again."
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in ``folder``.

    Raises:
        IndexUnreadableError: The folder can't be written.
    """
    write_file(folder / MANIFEST, manifest.model_dump_json(indent=1))


def write_file(path: Path, text: str) -> None:
    """Written beside and moved over the old one, which a crash or a power cut leaves whole.

    Raises:
        IndexUnreadableError: The folder can't be written.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path.parent, error) from error


def copy(source: Path, target: Path) -> None:
    """A copy of a folder that appears under its name when it is complete.

    Pages of zeros become holes, as they are in the engine's files: a plain copy took 659 MB for
    an index of 419 MB.

    Raises:
        IndexUnreadableError: The disk is full, or a file can't be read.
    """
    part = target.with_name(f"{target.name}.copying")
    try:
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(
            source, part, ignore=shutil.ignore_patterns(f"{PASSING}*"), copy_function=_copy_file
        )
        part.rename(target)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        # shutil.Error lists (source, target, why) of every file that failed.
        why = error.args[0][0][2] if isinstance(error, shutil.Error) else error.strerror
        raise IndexUnreadableError(
            f"{source} can't be copied for the next generation ({why}); an update needs "
            f"{disk_use(source) / 1e6:,.0f} MB more disk. Nothing was changed."
        ) from error


def require_room(folder: Path, needed: int) -> None:
    """Stop while there is time: an engine that maps its files into memory can't.

    Its write to a page for which the full disk has no block ends the process by SIGBUS, at 48 MB
    of tmpfs for 800 names.

    Args:
        folder: On the disk that is written to.
        needed: Bytes that the next step takes at most.

    Raises:
        IndexUnreadableError: There are fewer.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise IndexUnreadableError(
            f"the disk of {folder} is full: {free / 1e6:,.0f} MB are free and the next step of the "
            f"ingest needs {needed / 1e6:,.0f} MB. Nothing was published and what was stored is "
            "kept; make room, or choose another disk with TERMSEARCH_HOME, and repeat the command."
        )


def delete(folder: Path) -> None:
    """Remove a folder at once, and its files as far as they can be.

    What a reader has open can't be removed on Windows; it stays for the next time.
    """
    gone = folder.with_name(f"{folder.name.partition('.')[0]}.deleting")
    try:
        folder.rename(gone)  # so that none opens it half gone
    except OSError:
        return
    shutil.rmtree(gone, ignore_errors=True)


def sync(folder: Path) -> None:
    """Wait until all files of ``folder`` are on disk.

    Raises:
        IndexUnreadableError: The disk is full, or fails.
    """
    try:
        for path in sorted(folder.rglob("*")):
            if path.is_dir():
                _sync_folder(path)
            else:
                with path.open("rb+") as file:
                    os.fsync(file.fileno())
        _sync_folder(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error


def disk_use(folder: Path) -> int:
    """Bytes in use by the folder's files (not their nominal length: some have holes)."""
    total = 0
    for within, _, names in os.walk(folder):  # which passes over what an ingest deletes meanwhile
        for name in names:
            with suppress(FileNotFoundError):
                stat = Path(within, name).stat()
                if S_ISREG(stat.st_mode):
                    total += 512 * stat.st_blocks if os.name == "posix" else stat.st_size
    return total


def _copy_file(source: str, target: str) -> str:
    zeros = bytes(_PAGE)
    with Path(source).open("rb") as old, Path(target).open("wb") as new:
        while page := old.read(_PAGE):
            if page == zeros[: len(page)]:
                new.seek(len(page), os.SEEK_CUR)
            else:
                new.write(page)
        new.truncate(old.tell())
    return target


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows opens no folders
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(folder: Path, error: OSError) -> IndexUnreadableError:
    return IndexUnreadableError(
        f"{folder} can't be written ({error.strerror}); choose another with TERMSEARCH_HOME."
    )
