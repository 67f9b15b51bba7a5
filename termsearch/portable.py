"""An index and its encoder out to one file, and in again on a machine without GPU or internet."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from termsearch.bundle import ENCODER, INDEX, BundleCard, card_of, unpacked, write_bundle
from termsearch.connect import export_folder
from termsearch.encoder.onnx import CARD, exported, verify
from termsearch.errors import (
    BadBundleError,
    ConfigError,
    IndexMissingError,
    IndexUnreadableError,
)
from termsearch.index.edge import EdgeIndex
from termsearch.index.folder import lock, read_manifest, unlock, write_manifest
from termsearch.index.generations import (
    Served,
    importing,
    kept,
    new_generation,
    publish,
    served,
    unfinished,
)
from termsearch.index.home import indexes_in
from termsearch.index.manifest import Generation
from termsearch.settings import Settings

__all__ = ["Imported", "export_index", "import_bundle"]

#: How often an index is packed that is replaced meanwhile.
_TRIES: Final = 3


class Imported(NamedTuple):
    """What an import has made and taken away."""

    card: BundleCard  #: of what answers now
    deleted: Generation | None  #: that had been kept


def export_index(
    settings: Settings, out: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> BundleCard:
    """Pack what the index answers from now, and the encoder that was exported for it.

    An ingest that publishes meanwhile removes what is being packed; the new generation is packed
    then.

    Raises:
        BadBundleError: ``out`` is there already, or can't be written.
        IndexMissingError: There is no such index.
        IndexUnreadableError: A file of it can't be read, or it was replaced again and again.
        ConfigError: The index is on a server.
    """
    folder = _folder(settings)
    for _ in range(_TRIES - 1):
        now = served(folder)
        try:
            return _packed(settings, folder, now, out, progress)
        except (IndexMissingError, IndexUnreadableError):
            if served(folder) == now:
                raise
    return _packed(settings, folder, served(folder), out, progress)


def _packed(
    settings: Settings,
    folder: Path,
    now: Served | None,
    out: Path,
    progress: Callable[[int, int], None],
) -> BundleCard:
    generation = folder / str(now.current) if now else folder
    manifest = read_manifest(generation) if now else None
    if manifest is None:
        raise IndexMissingError(str(folder), others=indexes_in(folder.parent))
    folders = {INDEX: generation}
    encoder = export_folder(settings, manifest.encoder)
    if (encoder / CARD).is_file():
        verify(encoder)  # whole before it travels
        folders[ENCODER] = encoder
    return write_bundle(settings.index, manifest, folders, out, progress)


def import_bundle(
    settings: Settings,
    path: Path,
    *,
    replace: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Imported:
    """Unpack, check and serve the bundle at ``path`` as the index that ``settings`` name.

    Readers see the index they had until all of the new one is checked.

    Args:
        settings: Say where.
        path: A bundle.
        replace: Allow that an index of this name is there, which is kept for ``rollback`` in place
            of what was, or what an ingest that was cut has stored of one, which is deleted.
        progress: Called with the bytes unpacked and their total.

    Raises:
        BadBundleError: Something is missing or not as it was packed; or an index, or part of one,
            is there and ``replace`` is off. All stays as it is.
        IndexBusyError: Somebody is writing to the index.
    """
    folder = _folder(settings)
    card_of(path)  # before anything is made: a wrong file costs nothing
    held = lock(folder)
    part = importing(folder)
    try:
        if not replace:
            _require_free(path, folder)
        before = kept(folder)
        card = unpacked(path, part, progress)
        if card.encoder:
            _place_encoder(part / ENCODER, export_folder(settings, card.manifest.encoder))
        generation = new_generation(folder)
        EdgeIndex.check(part / INDEX)
        # Of no generation here: what it was copied from stayed where it was exported.
        write_manifest(part / INDEX, card.manifest.model_copy(update={"base": 0}))
        (part / INDEX).rename(generation)
        publish(generation, keep=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        unlock(held)
    return Imported(card, before)


def _require_free(path: Path, folder: Path) -> None:
    """Refuse where an index answers, or where an ingest that was cut waits to be gone on with."""
    now, cut = served(folder), unfinished(folder)
    old = read_manifest(folder / str(now.current)) if now else None
    new = read_manifest(cut) if cut else None
    known = old.loaded if old else ()
    begun = [f"{e.vocabulary} ({e.origin})" for e in (new.loaded if new else ()) if e not in known]
    if not now and not begun:
        return
    lost = f"what the ingest of {', '.join(begun)} has stored, which was cut or not published"
    if now:
        problem = f"there is an index at {folder} already"
        price = f"; that throws away {lost}" if begun else ""
    else:
        problem = f"{folder} holds {lost}"
        price = ", which throws that away. Run the ingest again to go on with it"
    raise BadBundleError(
        path, problem, f"Import it under another name (--index NAME), or add --replace{price}."
    )


def _place_encoder(unpacked_to: Path, folder: Path) -> None:
    """The encoder where queries look for it; one that is there already stays, if it is of use."""
    if exported(folder, verify(unpacked_to).encoder) is None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        unpacked_to.rename(folder)


def _folder(settings: Settings) -> Path:
    if settings.qdrant_url:
        raise ConfigError(
            "a bundle holds an index in a folder, and QDRANT_URL names a server; unset it, or use "
            "the server's snapshots."
        )
    return settings.home / settings.index
