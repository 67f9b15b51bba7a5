"""The generations of an embedded index: which one answers, which one is kept, which one is next.

A generation is a folder with a number that holds a manifest and the engine's files. Once published
its points never change, so any number of readers may have it open while the next one is made (the
engine writes its settings anew as it opens one, into a file of another name that it then moves);
``current.json`` says which one they open. No number is used twice in a folder as long as anything
of its first bearer is left.
"""

import logging
import re
import shutil
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, Field

from termsearch.errors import IndexUnreadableError, NothingKeptError
from termsearch.index.folder import (
    MANIFEST,
    copy,
    delete,
    read_file,
    read_manifest,
    sync,
    write_file,
    write_manifest,
)
from termsearch.index.manifest import Generation, Manifest

__all__ = [
    "Served",
    "forget_untouched",
    "importing",
    "kept",
    "new_generation",
    "next_generation",
    "publish",
    "require_readable",
    "served",
    "swapped",
    "unfinished",
]

_log = logging.getLogger("termsearch.index")

_POINTER = "current.json"
_GENERATION = re.compile(r"(\d+)(\.copying|\.deleting|\.importing)?")


class Served(BaseModel):
    """What ``current.json`` says: numbers of generations."""

    current: int
    kept: int | None = None
    id: str = Field(
        default="",
        description="Random, another each time this is written: numbers begin at 1 again in a "
        "folder that somebody has deleted. Empty: an older termsearch wrote it.",
    )


def served(folder: Path) -> Served | None:
    """Which generation answers; None before the first was published.

    Raises:
        IndexUnreadableError: The file is damaged, or the folder is of an older termsearch.
    """
    said = read_file(folder / _POINTER, Served)
    if said is None:
        _refuse_orphans(folder)
    return said


def kept(folder: Path) -> Generation | None:
    """What a rollback returns to; None if there is nothing.

    None too, with a warning, where that can't be read: it may be of an older termsearch, which an
    import has replaced, and is no reason to refuse what does without it.
    """
    now = served(folder)
    if now is None or now.kept is None:
        return None
    generation = folder / str(now.kept)
    try:
        manifest = read_manifest(generation)
    except IndexUnreadableError as error:
        _log.warning("%s", _no_return(generation, error))
        return None
    return manifest.as_generation() if manifest else None


def require_readable(generation: Path) -> None:
    """Refuse to return to what is kept if its manifest can't be read.

    Raises:
        IndexUnreadableError: So it is.
    """
    try:
        read_manifest(generation)
    except IndexUnreadableError as error:
        raise IndexUnreadableError(_no_return(generation, error)) from error


def unfinished(folder: Path) -> Path | None:
    """The generation that an ingest writes to or left; None if there is none to go on with.

    One that was copied from another generation than the current one is out of date.
    """
    now = served(folder)
    for number in sorted(_numbers(folder), reverse=True):
        manifest = None if number in _in_use(now) else _begun(folder / str(number))
        if manifest and manifest.base == _base(now):
            return folder / str(number)
    return None


def next_generation(folder: Path, *, discard: bool = False) -> Path:
    """The generation to write to: the unfinished one, or a new copy of the current one.

    The first of all is a folder that is not there yet. What is neither that nor in use is
    deleted. For who holds the lock.

    Args:
        folder: Of the index.
        discard: Do not go on with the unfinished one.
    """
    now = served(folder)
    found = None if discard else unfinished(folder)
    _clear(folder, {*_in_use(now), *([int(found.name)] if found else [])})
    if found:
        return found
    new = new_generation(folder)
    if now:
        _begin_copy(folder / str(now.current), new, now.current)
    return new


def new_generation(folder: Path) -> Path:
    """One that is not there yet, with a number that none has."""
    return folder / str(max(_numbers(folder), default=0) + 1)


def importing(folder: Path) -> Path:
    """Where a generation is unpacked before it is checked, and no one of a killed import is left.

    For who holds the lock.
    """
    new = new_generation(folder)
    part = new.with_name(f"{new.name}.importing")
    shutil.rmtree(part, ignore_errors=True)
    return part


def forget_untouched(generation: Path) -> None:
    """Delete a generation to which nothing was written: an ingest announces itself before it puts.

    So that a release that can't be read costs no disk.
    """
    now, manifest = served(generation.parent), read_manifest(generation)
    base = read_manifest(generation.parent / str(now.current)) if now else None
    if (
        manifest
        and manifest.loaded == (base.loaded if base else ())
        and int(generation.name) not in _in_use(now)
    ):
        delete(generation)


def publish(generation: Path, *, keep: bool) -> None:
    """Let readers open ``generation`` from now on, all or nothing.

    Args:
        generation: Written and closed.
        keep: Retain the one that answered so far; else all others are deleted.
    """
    folder, number = generation.parent, int(generation.name)
    before = served(folder)
    sync(generation)
    now = _written(folder, number, before.current if before and keep else None)
    _clear(folder, _in_use(now))


def swapped(folder: Path) -> Served:
    """Current and kept change places.

    Raises:
        NothingKeptError: None is kept.
    """
    now = served(folder)
    if now is None or now.kept is None:
        raise NothingKeptError(str(folder))
    return _written(folder, now.kept, now.current)


def _written(folder: Path, current: int, kept: int | None) -> Served:
    """What readers find from now on, all or nothing."""
    now = Served(current=current, kept=kept, id=uuid4().hex)
    write_file(folder / _POINTER, now.model_dump_json())
    return now


def _begin_copy(source: Path, new: Path, base: int) -> None:
    manifest = read_manifest(source)
    if manifest is None:
        raise _incomplete(source)
    copy(source, new)  # a cut before the next line leaves one with an older base: out of date
    write_manifest(new, manifest.model_copy(update={"base": base}))


def _clear(folder: Path, stay: set[int]) -> None:
    """Delete every generation but those in ``stay``, and what is left of cut copies and imports."""
    for path in folder.iterdir():
        match = _GENERATION.fullmatch(path.name)
        if match and (match[2] or int(match[1]) not in stay):
            delete(path)


def _numbers(folder: Path) -> list[int]:
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return [int(name) for name in names if name.isascii() and name.isdigit()]


def _in_use(now: Served | None) -> set[int]:
    return {number for number in (now.current, now.kept) if number is not None} if now else set()


def _base(now: Served | None) -> int:
    return now.current if now else 0


def _begun(generation: Path) -> Manifest | None:
    """The manifest of one that does not answer: where it is damaged, that one alone is lost."""
    try:
        return read_manifest(generation)
    except IndexUnreadableError as error:
        raise IndexUnreadableError(
            f"what an ingest that was cut left in {generation} is damaged or of another version "
            f"({str(error).partition('; ')[0]}). Repeat the ingest with --discard to begin again."
        ) from error


def _no_return(generation: Path, error: IndexUnreadableError) -> str:
    why = str(error).partition("; ")[0]
    return f"no rollback can return to {generation} ({why}); what answers is another and stays."


def _refuse_orphans(folder: Path) -> None:
    """Without ``current.json`` there is no more than an unfinished first generation."""
    if (folder / MANIFEST).exists() or (folder / "shard").exists():
        raise IndexUnreadableError(
            f"{folder} was made by an older termsearch, which kept no generations; delete it and "
            "ingest again."
        )
    manifests = [read_manifest(folder / str(number)) for number in _numbers(folder)]
    if any(manifest and manifest.base for manifest in manifests):
        raise IndexUnreadableError(
            f"{folder} has lost {_POINTER}, which says what generation answers; restore it "
            "('{\"current\": NUMBER}'), or delete the folder and ingest again."
        )


def _incomplete(generation: Path) -> IndexUnreadableError:
    return IndexUnreadableError(
        f"{generation} has no {MANIFEST}: files are missing. Restore it from a copy, or delete "
        f"{generation.parent} and ingest again."
    )
