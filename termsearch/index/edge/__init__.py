"""The embedded index: Qdrant Edge in a folder; one process writes, any number read.

Layout of a generation (see ``generations``): ``termsearch.json`` (the manifest) beside ``shard/``
(the engine's). The manifest is written first: one without a shard is of an index in which nothing
was stored.

The engine works without its write-ahead log: with it, it lets one process open a shard, and none
a second time. What was written is safe after a flush, which comes at least every few seconds of
work: a child process that put 60,000 points was killed 40 times, twelve of them while the graph
was built, and every point that had been flushed was there and whole.
"""

import logging
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Self

import qdrant_edge as edge
from filelock import FileLock

from termsearch.errors import IndexBusyError, IndexMissingError, IndexUnreadableError
from termsearch.index.check import require_sound, stranded
from termsearch.index.edge.translate import config, engine, words
from termsearch.index.edge.writing import EMPTY_BYTES, EdgeWriter
from termsearch.index.folder import (
    disk_use,
    lock,
    read_manifest,
    require_room,
    unlock,
    write_manifest,
)
from termsearch.index.generations import (
    forget_untouched,
    kept,
    next_generation,
    publish,
    require_readable,
    served,
    swapped,
    unfinished,
)
from termsearch.index.home import indexes_in
from termsearch.index.manifest import Generation, Manifest
from termsearch.index.packed import FACTS
from termsearch.leaving import leave

__all__ = ["EdgeIndex"]

_log = logging.getLogger("termsearch.index")


class EdgeIndex(EdgeWriter):
    """One generation of an index in a folder. Use :meth:`open` or :meth:`open_or_create`.

    The engine (0.9.0) never releases Python's lock, so other threads wait while it works, and a
    process must not be forked while an index is open: the first query of the child would hang.
    """

    #: What the pointer that led here was called; None: no pointer did.
    _published: str | None = None

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The current generation of the index in ``folder``, to read.

        It stays as it is while others publish newer ones, and after they deleted it: on POSIX
        what is open is readable until it is closed.

        Raises:
            IndexMissingError: There is none.
            IndexUnreadableError: Its files are damaged, or of another version.
        """
        while True:
            now = served(folder)
            if now is None:
                raise _missing(folder)
            try:
                index = cls._loaded(folder / str(now.current))
            except IndexUnreadableError:
                if served(folder) == now:  # else an ingest has just replaced it
                    raise
            else:
                index._published = now.id
                return index

    @classmethod
    def open_or_create(cls, folder: Path, manifest: Manifest, *, discard: bool = False) -> Self:
        """The next generation of the index in ``folder``, to write: readers see it once published.

        The unfinished one of a run that was cut, else a copy of the current one, else an empty
        one made with ``manifest``.

        Args:
            folder: Made if it is not there.
            manifest: Says what encoder a new index is for.
            discard: Throw away what a run that was cut has left.

        Raises:
            IndexBusyError: Somebody else is writing to it.
            IndexUnreadableError: As :meth:`open`.
        """
        held = lock(folder)
        try:
            require_room(folder, EMPTY_BYTES)
            generation = next_generation(folder, discard=discard)
            found = read_manifest(generation)
            if not found or not found.loaded:
                return cls._made(generation, manifest, held)
            return cls._resumed(generation, held)
        except BaseException:
            unlock(held)
            raise

    @classmethod
    def check(cls, generation: Path) -> None:
        """See that a generation which came from elsewhere can be opened and is whole.

        Raises:
            IndexUnreadableError: It can't, or is not.
        """
        cls._loaded(generation).close()

    @classmethod
    def rollback(cls, folder: Path) -> Self:
        """Let the kept generation answer, keep the one that did, and open it. Undone by another.

        Raises:
            IndexMissingError: There is no such index.
            NothingKeptError: No generation is kept.
            IndexBusyError, IndexUnreadableError: As above; nothing is changed.
        """
        if served(folder) is None:  # a folder that is locked is made
            raise _missing(folder)
        held, begun = lock(folder), None
        try:
            now = served(folder)
            if now and now.kept:
                require_readable(folder / str(now.kept))
                cls.check(folder / str(now.kept))  # whole, or all stays as it is
            with suppress(IndexUnreadableError):  # damaged: there is nothing to lose
                begun = unfinished(folder)
            swapped(folder)
            if begun:
                _log.warning("%s", stranded(str(begun)))
        finally:
            held.release()
        return cls.open(folder)

    @classmethod
    def _loaded(cls, generation: Path, held: FileLock | None = None) -> Self:
        manifest = read_manifest(generation)
        if manifest is None or not (generation / "shard" / "segments").is_dir():
            raise IndexUnreadableError(
                f"{generation} has no manifest or no points: files are missing. Restore it from a "
                f"copy, or delete {generation.parent} and ingest again."
            )
        with engine(generation):
            index = cls(generation, manifest, edge.EdgeShard.load(str(generation / "shard")), held)
            index._complete_fields()
        try:
            manifest.require_whole(index.count(), str(generation))
        except IndexUnreadableError:
            index.close()
            raise
        return index

    @classmethod
    def _resumed(cls, generation: Path, held: FileLock) -> Self:
        try:
            return cls._loaded(generation, held)
        except IndexUnreadableError as error:
            raise IndexUnreadableError(
                f"{generation}, which was begun beside the generation that answers, is damaged "
                f"({str(error).partition('. ')[0]}). Repeat the ingest with --discard to begin "
                "again; if that fails too, restore the index from a copy."
            ) from error

    @classmethod
    def _made(cls, generation: Path, manifest: Manifest, held: FileLock) -> Self:
        shard = generation / "shard"
        with engine(generation):
            generation.mkdir(exist_ok=True)
            write_manifest(generation, manifest)  # first: a shard without one would be refused
            shutil.rmtree(shard, ignore_errors=True)  # of a run that stored nothing
            shard.mkdir()
            made = edge.EdgeShard.create(str(shard), config(manifest.encoder.dimension))
            index = cls(generation, manifest, made, held)
            index._complete_fields()
        return index

    def publish(self, *, keep: bool = False) -> None:
        """See :class:`~termsearch.index.Index`."""
        require_sound(self)
        self._require_room(0)  # the engine writes when it opens a shard, and dies where it can't
        self._shut()
        with engine(self._generation):  # what readers will get
            self._loaded(self._generation).close()
        publish(self._generation, keep=keep)
        self.close()

    def outdated(self) -> bool:
        """See :class:`~termsearch.index.Index`."""
        now = served(self._folder)
        if now is None:
            raise _missing(self._folder)
        if str(now.current) != self._generation.name:
            return True
        return self._published is not None and self._published != now.id

    def kept(self) -> Generation | None:
        """See :class:`~termsearch.index.Index`."""
        return kept(self._folder)

    def unfinished(self) -> Generation | None:
        """See :class:`~termsearch.index.Index`."""
        generation, manifest = unfinished(self._folder), self.waiting()
        if generation is None or manifest is None:
            return None
        return manifest.as_generation().model_copy(update={"names": _counted(generation)})

    def waiting(self) -> Manifest | None:
        """See :class:`~termsearch.index.Index`."""
        generation = unfinished(self._folder)
        manifest = read_manifest(generation) if generation else None
        return manifest if manifest and manifest.loaded else None

    def size(self) -> int:
        """Bytes in use by all generations."""
        return disk_use(self._folder)

    def close(self) -> None:
        """See :class:`~termsearch.index.Index`."""
        try:
            self._shut()
            if self._lock:
                forget_untouched(self._generation)
        finally:
            if self._lock:
                unlock(self._lock)
            self._lock = None

    def _complete_fields(self) -> None:
        """Make the field index, unless it is there."""
        with self._open() as shard:
            if FACTS not in shard.info().payload_schema:
                shard.update(edge.UpdateOperation.create_field_index(FACTS, words()))
                shard.flush()

    def _shut(self) -> None:
        if self._shard is None:
            return
        with engine(self._generation):
            self._flush()
            shard, self._shard = self._shard, None
            if self._lock is None and self._answers():
                leave(shard)
            else:
                shard.close()

    def _answers(self) -> bool:
        """Whether the next reader opens this generation."""
        try:
            return not self.outdated()
        except (IndexMissingError, IndexUnreadableError):  # no reason not to close
            return False


def _missing(folder: Path) -> IndexMissingError:
    return IndexMissingError(
        str(folder), begun=unfinished(folder) is not None, others=indexes_in(folder.parent)
    )


def _counted(generation: Path) -> int | None:
    """Points of a generation that nobody publishes yet; None while somebody writes to it."""
    try:
        held = lock(generation.parent, patience=0)
    except IndexBusyError:
        return None
    try:
        with engine(generation):
            shard = edge.EdgeShard.load(str(generation / "shard"))
            try:
                return shard.count(edge.CountRequest(exact=True))
            finally:
                shard.close()
    finally:
        held.release()
