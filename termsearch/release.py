"""The files a release is read from: what tells two readings apart, and whether it held still."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from errno import ENOSPC
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

from termsearch import __version__
from termsearch.concept import Concept
from termsearch.errors import BadReleaseError, TermsearchError
from termsearch.files import files_in
from termsearch.index.manifest import SCHEMA
from termsearch.loader import GROUP, Options

__all__ = ["ReleaseFiles"]


@dataclass(frozen=True)
class ReleaseFiles:
    """The files of a release, as they were when they were first looked at."""

    paths: tuple[Path, ...]
    states: "dict[Path, _State]"

    @classmethod
    def at(cls, paths: Sequence[Path]) -> "ReleaseFiles":
        """The files in ``paths``, which are files and folders."""
        return cls(tuple(paths), _states(paths))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(state.size for state in self.states.values())

    def fingerprint(self, loader: str, options: Options) -> str:
        """Digest of all that decides what is stored: content and names of files, and how read.

        Equal ones make equal points, unless ``loader`` has changed under the same version. Reads
        every file once (1 to 2 GB/s), also those of a folder that the loader has no use for.

        Raises:
            BadReleaseError: A file can't be read.
        """
        whole = hashlib.sha256(
            repr((__version__, SCHEMA, loader, _version(loader), options)).encode()
        )
        for root in self.paths:
            for path in _files(root):
                whole.update(repr((root.name, path.relative_to(root).as_posix())).encode())
                whole.update(_digest(path))
        return whole.hexdigest()[:32]

    def steadily(self, concepts: Iterable[Concept]) -> Iterator[Concept]:
        """``concepts``, if the files they are read from hold still meanwhile.

        Raises:
            BadReleaseError: One was replaced, written to or removed: what was read is of no
                release; or the disk failed, or had no room for what is sorted on the way.
        """
        try:
            yield from concepts
        except TermsearchError:
            self._require_same()  # the likelier reason for a broken row
            raise
        except OSError as error:
            self._require_same()
            full = "Make room in the folder for temporary files (TMPDIR),"
            what = full if error.errno == ENOSPC else "Check the disk and the permissions,"
            raise BadReleaseError(
                error.filename or self.paths[0],
                f"reading it failed ({error.strerror or error}); nothing was published. "
                f"{what} and repeat the command.",
            ) from error
        self._require_same()

    def _require_same(self) -> None:
        after = _states(self.paths)
        changed = [p for p in self.states | after if self.states.get(p) != after.get(p)]
        if changed:
            raise BadReleaseError(
                changed[0],
                "changed while it was read; nothing was published. Wait until it is written, and "
                "repeat the command.",
            )


class _State(NamedTuple):
    size: int  # bytes
    modified: int  # nanoseconds


def _states(paths: Sequence[Path]) -> dict[Path, _State]:
    found = {}
    for path in (file for root in paths for file in _files(root)):
        try:
            stat = path.stat()
        except OSError:
            continue  # gone since it was listed: then it is missing in what is compared
        found[path] = _State(stat.st_size, stat.st_mtime_ns)
    return found


def _files(root: Path) -> list[Path]:
    """``root`` if it is a file, else the files in it, sorted."""
    return files_in(root) if root.is_dir() else [root]


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise BadReleaseError(path, f"can't be read ({error.strerror}).") from error


def _version(loader: str) -> str:
    """Of the package that a loader comes with."""
    found = [entry.dist for entry in entry_points(group=GROUP, name=loader)]
    return found[0].version if found and found[0] else ""
