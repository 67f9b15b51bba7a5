"""Release files wherever a publisher puts them: folders, zips, zips in zips, gzip.

Everything is read as a stream. A zip inside a zip is read in place where it is stored as it
is, and unpacked to an unnamed temporary file where it is compressed again (a zip is read from
its end, which a compressed stream can't be).
"""

import gzip
import io
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from termsearch.errors import BadRecordError, BadReleaseError
from termsearch.loader import Report, files_in

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["BROKEN", "Member", "base_names", "damaged", "lines", "members"]

#: What the standard library raises for compressed data that end early or are damaged.
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)

_ZIPS = (".zip", ".nlm")  # NLM's .nlm files are zips
_BUFFER = 1 << 20


@dataclass(frozen=True)
class Member:
    """One file of a release, possibly inside archives."""

    root: Path  #: the file on disk
    inside: tuple[str, ...]  #: path in the archive, and in the archive inside it
    size: int  #: bytes as stored in the innermost archive, before gunzip

    @property
    def path(self) -> str:
        """Path inside the innermost archive; path on disk for a plain file. ``/`` separated."""
        return self.inside[-1] if self.inside else self.root.as_posix()

    @property
    def name(self) -> str:
        """Base name, without a last ``.gz``."""
        return self.path.rpartition("/")[2].removesuffix(".gz")

    def __str__(self) -> str:
        """Where a person finds it: ``umls.zip!2024AB/META/MRCONSO.RRF``."""
        return "!".join([str(self.root), *self.inside])

    @contextmanager
    def open(self, report: Report | None = None) -> Iterator[BinaryIO]:
        """The content, gunzipped; bytes read are added to ``report.done`` as stored.

        Raises:
            BadReleaseError: The archive can't be opened, or is encrypted.
        """
        with ExitStack() as stack:
            try:
                raw = _raw(self.root, self.inside, stack)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
                raise BadReleaseError(str(self), f"can't be opened ({error})") from error
            # Small reads: a large release compressed is small, and its progress would jump.
            stream: BinaryIO = io.BufferedReader(_Counted(raw, report), 1 << 16)
            if self.path.endswith(".gz"):
                unzipped = stack.enter_context(gzip.GzipFile(fileobj=stream))
                stream = io.BufferedReader(cast("io.RawIOBase", unzipped), _BUFFER)
            yield stream


def members(path: Path) -> list[Member]:
    """Every file of ``path`` (a folder, an archive or a file), archives opened, sorted.

    Left out: empty files, hidden files and the ``__MACOSX`` folders that macOS adds.

    Raises:
        BadReleaseError: ``path`` or an archive in it can't be read.
    """
    if path.is_dir():
        files = [p for p in files_in(path) if not _hidden(p.relative_to(path).parts)]
        found = [member for file in files for member in _listed(file)]
    elif path.is_file():
        found = _listed(path)
    else:
        raise BadReleaseError(path, "no such file or folder")
    return [member for member in found if member.size]


def base_names(path: Path) -> Iterator[str]:
    """Base names of a file, or of those in a folder, and in zips. Opens no zip in a zip.

    Never raises: for recognising a release, where :func:`members` may have to unpack gigabytes.
    """
    files = files_in(path) if path.is_dir() else [path]
    for file in files:
        try:
            if file.is_file():
                yield file.name
                yield from _zipped_names(file)
        except Exception:  # noqa: BLE001, S112  # recognising never fails, whatever the file is
            continue


def _zipped_names(file: Path) -> Iterator[str]:
    if file.suffix.lower() in _ZIPS:
        with zipfile.ZipFile(file) as archive:
            yield from (name.rpartition("/")[2] for name in archive.namelist())


def damaged(member: Member, where: str, error: Exception) -> BadRecordError:
    """The error for compressed data that can't be read to their end, where one of BROKEN came."""
    return BadRecordError(str(member), where, f"the compressed data are cut or damaged ({error})")


def lines(member: Member, report: Report | None = None, *, ended: bool = False) -> Iterator[str]:
    r"""Lines of a UTF-8 text, without line end (``\n`` or ``\r\n``) and byte order mark.

    Not ``str.splitlines``: names may hold U+0085 and U+2028, which it takes for line ends.

    Args:
        member: The text.
        report: Is told of the bytes read.
        ended: The last line has an end too, in a file that is whole.

    Raises:
        BadRecordError: Not UTF-8, or the text or the compressed data end early; says the line.
    """
    number, line = 0, b"\n"
    try:
        with member.open(report) as stream:
            for number, line in enumerate(stream, start=1):
                text = line.decode()
                yield (text if number > 1 else text.removeprefix("\ufeff")).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BadRecordError(str(member), f"line {number}", f"not UTF-8 ({error})") from error
    except BROKEN as error:
        raise damaged(member, f"after line {number}", error) from error
    if ended and not line.endswith(b"\n"):
        raise BadRecordError(
            str(member),
            f"line {number}",
            "the file ends within this line, which has no end: it is cut",
        )


def _listed(path: Path) -> list[Member]:
    if path.suffix.lower() not in _ZIPS:
        return [Member(path, (), path.stat().st_size)]
    with ExitStack() as stack:
        try:
            return _archived(path, (), stack)
        except (zipfile.BadZipFile, RuntimeError) as error:
            raise BadReleaseError(path, f"not a readable zip ({error})") from error


def _archived(root: Path, inside: tuple[str, ...], stack: ExitStack) -> list[Member]:
    archive = stack.enter_context(zipfile.ZipFile(_raw(root, inside, stack)))
    found: list[Member] = []
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        if info.is_dir() or _hidden(info.filename.split("/")):
            continue
        if info.filename.lower().endswith(_ZIPS):
            found += _archived(root, (*inside, info.filename), stack)
        else:
            found.append(Member(root, (*inside, info.filename), info.file_size))
    return found


def _hidden(parts: Sequence[str]) -> bool:
    return any(part == "__MACOSX" or part.startswith(".") for part in parts)


def _raw(root: Path, inside: Sequence[str], stack: ExitStack) -> BinaryIO:
    """The stored bytes of a file, seekable where it is an archive itself."""
    raw: BinaryIO = stack.enter_context(root.open("rb"))
    for depth, name in enumerate(inside, start=1):
        archive = stack.enter_context(zipfile.ZipFile(raw))
        info = archive.getinfo(name)
        if depth == len(inside) and not name.lower().endswith(_ZIPS):
            return cast("BinaryIO", stack.enter_context(archive.open(info)))
        raw = _seekable(archive, info, raw, stack)
    return raw


def _seekable(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, raw: BinaryIO, stack: ExitStack
) -> BinaryIO:
    if info.compress_type == zipfile.ZIP_STORED:
        # Local header: 30 bytes, then the name and an extra field of their own lengths
        # (APPNOTE.TXT 4.3.7); the directory's extra field may have another length.
        raw.seek(info.header_offset + 26)
        name, extra = (int.from_bytes(raw.read(2), "little") for _ in range(2))
        window = _Window(raw, info.header_offset + 30 + name + extra, info.file_size)
        return io.BufferedReader(window, _BUFFER)
    unpacked = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  # the stack closes it
    with archive.open(info) as packed:
        shutil.copyfileobj(packed, unpacked, _BUFFER)
    unpacked.seek(0)
    return cast("BinaryIO", unpacked)


class _Window(io.RawIOBase):
    """A stretch of a file as a file."""

    def __init__(self, raw: BinaryIO, start: int, size: int) -> None:
        self._raw, self._start, self._size, self._at = raw, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        target = memoryview(buffer).cast("B")
        self._raw.seek(self._start + self._at)
        chunk = self._raw.read(max(0, min(len(target), self._size - self._at)))
        target[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)


class _Counted(io.RawIOBase):
    """Adds the bytes that are read to a report's progress."""

    def __init__(self, raw: BinaryIO, report: Report | None) -> None:
        self._raw, self._report = raw, report

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        target = memoryview(buffer).cast("B")
        chunk = self._raw.read(len(target))
        target[: len(chunk)] = chunk
        if self._report:
            self._report.done += len(chunk)
        return len(chunk)
