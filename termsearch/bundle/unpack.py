"""A bundle into folders again, every file checked."""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Final

from termsearch.bundle.card import CARD, ENCODER, INDEX, SUMS, BundleCard
from termsearch.errors import BadBundleError, first_line

__all__ = ["card_of", "unpacked"]

_PAGE: Final = 1 << 16  # bytes read at a time
_AGAIN: Final = "Copy it again."

#: What the standard library raises for an archive that is damaged, and for a disk that is full.
_DAMAGED: Final = (OSError, ValueError, OverflowError, tarfile.TarError)


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
            if isinstance(error, _DAMAGED):
                raise BadBundleError(path, f"can't be unpacked ({error})",
                                     "Copy it again, or make room.") from error  # fmt: skip
            raise
    for name in (CARD, SUMS):
        (into / name).unlink()
    return card


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
        digest = _written(content, target)
        if member.name != SUMS:
            yield member.name, digest
        done += member.size
        progress(min(done, card.bytes), card.bytes)


def _written(content: IO[bytes], target: Path) -> str:
    """The digest of ``content``, whose pages of zeros become holes, as in the engine's files."""
    digest, zeros = hashlib.sha256(), bytes(_PAGE)
    with target.open("xb") as file:
        while page := content.read(_PAGE):
            digest.update(page)
            if page == zeros[: len(page)]:
                file.seek(len(page), os.SEEK_CUR)
            else:
                file.write(page)
        file.truncate(file.tell())
    return digest.hexdigest()


def _check(path: Path, found: Mapping[str, str], into: Path) -> None:
    """Every file that was packed is there, whole, and no other."""
    if not (into / SUMS).is_file():
        raise BadBundleError(path, f"ends before {SUMS}", _AGAIN)
    lines = (into / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    packed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    wrong = sorted(
        name for name in packed.keys() | found.keys() if packed.get(name) != found.get(name)
    )
    if wrong:
        name = next(filter(None, wrong), SUMS)  # the list may be what is damaged
        first = name.encode("unicode_escape").decode()
        raise BadBundleError(path, f"{len(wrong)} files are not as packed, {first} first", _AGAIN)


def _opened(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, mode="r:")
    except _DAMAGED as error:
        raise BadBundleError(path, f"is no bundle ({error})",
                             "Make one with 'termsearch export'.") from error  # fmt: skip


def _card(path: Path, archive: tarfile.TarFile) -> BundleCard:
    """Reads the first member."""
    try:
        first = archive.next()
        held = first and first.name == CARD and first.isfile() and archive.extractfile(first)
        card = BundleCard.model_validate_json(held.read()) if held else None
    except _DAMAGED as error:
        raise BadBundleError(path, f"{CARD} can't be read ({first_line(error)})", _AGAIN) from error
    if card is None:
        raise BadBundleError(path, f"is no bundle: {CARD} does not come first",
                             "Make one with 'termsearch export'.")  # fmt: skip
    card.require_readable(path)
    return card


def _is_ours(name: str) -> bool:
    """Whether ``name`` stays inside the folder that it is unpacked into, and is text."""
    parts = PurePosixPath(name).parts
    inside = ".." not in parts and not name.startswith("/") and "\\" not in name
    inside = inside and name.isprintable()  # no NUL, and no byte that is no UTF-8
    return name in {CARD, SUMS} or (inside and len(parts) > 1 and parts[0] in {INDEX, ENCODER})
