"""An index in one file: to be built where the GPU is and served where the patients are.

A bundle is a plain tar archive. ``bundle.json`` comes first and says what is inside, the licences
of the content too; ``SHA256SUMS`` comes last, in the format of ``sha256sum``. Nothing is
compressed: vectors do not shrink, and an archive that can be copied at the speed of the disk can be
checked at that speed too.
"""

import hashlib
import io
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO, Final

from pydantic import BaseModel, Field, ValidationError

from termsearch import __version__
from termsearch.errors import BadBundleError
from termsearch.index.manifest import Manifest
from termsearch.licences import Licence, licences_of

__all__ = ["ENCODER", "INDEX", "BundleCard", "card_of", "unpacked", "write_bundle"]

#: Raised when bundles of an older termsearch can't be read any more.
FORMAT: Final = 1

#: The folders in a bundle.
INDEX: Final = "index"
ENCODER: Final = "encoder"

_CARD: Final = "bundle.json"
_SUMS: Final = "SHA256SUMS"
_CHUNK: Final = 1 << 20
_ENGINE: Final = "qdrant-edge-py"


class BundleCard(BaseModel):
    """What a bundle says of itself."""

    format: int = FORMAT
    termsearch: str = Field(default=__version__, description="Version that wrote it.")
    engine: str = Field(description="Version of qdrant-edge-py whose files these are.")
    name: str = Field(description="Of the index it was made from.")
    manifest: Manifest
    encoder: bool = Field(description="Whether an encoder for queries is inside.")
    licences: list[Licence] = Field(
        description="Of the vocabularies inside, restricted ones first."
    )
    bytes: int = Field(description="Of all files together.")

    def require_readable(self, path: Path) -> None:
        """Refuse what this termsearch, or this version of the engine, can't open.

        Raises:
            BadBundleError: Says which version is needed.
        """
        if self.format != FORMAT:
            raise BadBundleError(
                path, f"format {self.format}, this termsearch reads {FORMAT}", _other(self)
            )
        ours = version(_ENGINE)
        if _minor(self.engine) != _minor(ours):  # a beta: its files may change with every minor
            raise BadBundleError(path, f"files of {_ENGINE} {self.engine}, here is {ours}",
                                 f"Install {_ENGINE}=={self.engine}.")  # fmt: skip
        self.manifest.require_schema(str(path))


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
        folders: Name in the bundle (:data:`INDEX`, :data:`ENCODER`) to folder.
        out: A file that is not there yet.
        progress: Called with the bytes packed and their total.

    Raises:
        BadBundleError: ``out`` is there already or can't be written.
    """
    files = [
        (f"{part}/{path.relative_to(folder).as_posix()}", path)
        for part, folder in folders.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    ]
    vocabularies = manifest.searchable_vocabularies()
    card = BundleCard(
        engine=version(_ENGINE),
        name=name,
        manifest=manifest,
        encoder=ENCODER in folders,
        licences=licences_of(vocabularies),
        bytes=sum(path.stat().st_size for _, path in files),
    )
    try:
        with out.open("xb") as file:
            _pack(file, card, files, progress)
    except FileExistsError as error:
        raise BadBundleError(out, "is there already", "Choose another name.") from error
    except BaseException as error:
        out.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise BadBundleError(out, f"can't be written ({error.strerror})",
                                 "Choose another place.") from error  # fmt: skip
        raise
    return card


def card_of(path: Path) -> BundleCard:
    """What the bundle at ``path`` says of itself; its files are not looked at.

    Raises:
        BadBundleError: It is no bundle, or none that can be opened here.
    """
    with _opened(path) as archive:
        return _card(path, archive)


def unpacked(
    path: Path, into: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> BundleCard:
    """Unpack the bundle at ``path`` into the folder ``into``, every file checked.

    ``into`` is made, and removed again if anything is wrong: nothing is half there.

    Raises:
        BadBundleError: A file is missing, added or not what was packed; or as :func:`card_of`.
    """
    with _opened(path) as archive:
        card = _card(path, archive)
        into.mkdir(parents=True)
        try:
            found = dict(_extracted(path, archive, into, card, progress))
            _check(path, found, into)
        except BaseException as error:
            shutil.rmtree(into, ignore_errors=True)
            if isinstance(error, (OSError, tarfile.TarError)):
                raise BadBundleError(path, f"can't be unpacked ({error})",
                                     "Copy it again, or make room.") from error  # fmt: skip
            raise
    for name in (_CARD, _SUMS):
        (into / name).unlink()
    return card


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
        _add_text(archive, _CARD, text)
        sums.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {_CARD}\n")
        for name, path in files:
            with path.open("rb") as content:
                hashed = _Hashed(content)
                info = archive.gettarinfo(str(path), name)
                archive.addfile(_anonymous(info), hashed)
            sums.append(f"{hashed.digest()}  {name}\n")
            done += info.size
            progress(done, card.bytes)
        _add_text(archive, _SUMS, "".join(sums))


def _extracted(
    path: Path,
    archive: tarfile.TarFile,
    into: Path,
    card: BundleCard,
    progress: Callable[[int, int], None],
) -> Iterator[tuple[str, str]]:
    """Each file written and its digest."""
    done = 0
    for member in archive:
        content = archive.extractfile(member) if member.isfile() else None
        if content is None or not _is_ours(member.name):
            raise BadBundleError(path, f"holds {member.name!r}, which no bundle has", _AGAIN)
        target = into / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        hashed = _Hashed(content)
        with target.open("xb") as file:
            shutil.copyfileobj(hashed, file, _CHUNK)
        if member.name != _SUMS:
            yield member.name, hashed.digest()
        done += member.size
        progress(min(done, card.bytes), card.bytes)


def _check(path: Path, found: Mapping[str, str], into: Path) -> None:
    """Every file that was packed is there, whole, and no other."""
    if not (into / _SUMS).is_file():
        raise BadBundleError(path, f"ends before {_SUMS}", _AGAIN)
    lines = (into / _SUMS).read_text(encoding="utf-8").splitlines()
    packed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    wrong = sorted(
        name for name in packed.keys() | found.keys() if packed.get(name) != found.get(name)
    )
    if wrong:
        raise BadBundleError(
            path, f"{len(wrong)} files are not as packed, {wrong[0]} first", _AGAIN
        )


_AGAIN: Final = "Copy it again."


def _opened(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, mode="r:")
    except (OSError, tarfile.TarError) as error:
        raise BadBundleError(path, f"is no bundle ({error})",
                             "Make one with 'termsearch export'.") from error  # fmt: skip


def _card(path: Path, archive: tarfile.TarFile) -> BundleCard:
    """Reads the first member."""
    first = archive.next()
    content = archive.extractfile(first) if first and first.name == _CARD else None
    if content is None:
        raise BadBundleError(path, f"is no bundle: {_CARD} does not come first",
                             "Make one with 'termsearch export'.")  # fmt: skip
    try:
        card = BundleCard.model_validate_json(content.read())
    except (ValidationError, tarfile.TarError, OSError) as error:
        problem = str(error).splitlines()[0]
        raise BadBundleError(path, f"{_CARD} can't be read ({problem})", _AGAIN) from error
    card.require_readable(path)
    return card


class _Hashed(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self._hash = content, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
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


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without who packed it and when: the same index gives the same bundle."""
    info.uid = info.gid = info.mtime = 0
    info.uname = info.gname = ""
    info.mode = 0o644
    return info


def _is_ours(name: str) -> bool:
    """Whether ``name`` stays inside the folder that it is unpacked into."""
    parts = PurePosixPath(name).parts
    inside = ".." not in parts and not name.startswith("/") and "\\" not in name
    return name in {_CARD, _SUMS} or (inside and len(parts) > 1 and parts[0] in {INDEX, ENCODER})


def _minor(of: str) -> str:
    return ".".join(of.split(".")[:2])


def _other(card: BundleCard) -> str:
    return f"Use the termsearch that wrote it ({card.termsearch}), or export it again."
