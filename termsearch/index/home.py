"""The indexes that a folder holds, and how one of them goes."""

import shutil
from pathlib import Path

from termsearch.errors import IndexMissingError, IndexUnreadableError
from termsearch.index.folder import MANIFEST, lock

__all__ = ["delete_index", "indexes_in"]


def indexes_in(home: Path) -> list[str]:
    """Names of those that answer, sorted."""
    return sorted(
        path.parent.name for path in home.glob("*/current.json") if path.parent.name[0] != "."
    )


def delete_index(folder: Path) -> None:
    """Delete an index with all its generations, damaged or not; readers find it gone at once.

    Raises:
        IndexMissingError: There is none.
        IndexBusyError: Somebody is writing to it.
        IndexUnreadableError: The folder can't be deleted.
    """
    if not _is_index(folder):
        raise IndexMissingError(str(folder), others=indexes_in(folder.parent))
    held = lock(folder)
    gone = folder.with_name(f".{folder.name}.deleting")  # no index can be called so
    try:
        shutil.rmtree(gone, ignore_errors=True)
        folder.rename(gone)
    except OSError as error:
        raise IndexUnreadableError(f"{folder} can't be deleted ({error.strerror}).") from error
    finally:
        held.release()
    shutil.rmtree(gone, ignore_errors=True)


def _is_index(folder: Path) -> bool:
    """Not any folder: the name is a user's, and what is in it would be lost."""
    known = ("current.json", MANIFEST, f"*/{MANIFEST}")
    return folder.is_dir() and any(True for name in known for _ in folder.glob(name))
