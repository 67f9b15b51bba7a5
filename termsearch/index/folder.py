"""The folder of an embedded index: its lock and its manifest file."""

import os
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from termsearch.errors import IndexBusyError, IndexUnreadableError
from termsearch.index.manifest import Manifest

__all__ = ["MANIFEST", "lock", "read_manifest", "write_manifest"]

MANIFEST = "termsearch.json"


def lock(folder: Path) -> FileLock:
    """Held until released, or until the process ends.

    The engine locks too, but only what is there already: two processes that both make an index
    would destroy each other's.

    Raises:
        IndexBusyError: Somebody else holds it.
        IndexUnreadableError: The folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = FileLock(folder / ".lock")
        held.acquire(timeout=0)
    except Timeout as error:
        raise IndexBusyError(str(folder)) from error
    except OSError as error:
        raise _unwritable(folder, error) from error
    return held


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in ``folder``; None if there is none.

    Raises:
        IndexUnreadableError: It is damaged, or of another version.
    """
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValidationError) as error:
        raise IndexUnreadableError(
            f"{path} can't be read ({str(error).splitlines()[0]}); restore it from a copy, or "
            "delete the folder and ingest again."
        ) from error
    manifest.require_schema(str(path))
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Written beside and moved over the old one, which a crash leaves whole.

    Raises:
        IndexUnreadableError: The folder can't be written.
    """
    beside = folder / f"{MANIFEST}.new"
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(manifest.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(folder / MANIFEST)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> IndexUnreadableError:
    return IndexUnreadableError(
        f"{folder} can't be written ({error.strerror}); choose another with TERMSEARCH_HOME."
    )
