"""An index and its encoder out to one file, and in again on a machine without GPU or internet."""

import shutil
from collections.abc import Callable
from pathlib import Path

from termsearch.bundle import ENCODER, INDEX, BundleCard, card_of, unpacked, write_bundle
from termsearch.connect import export_folder
from termsearch.encoder.onnx import CARD, exported, verify
from termsearch.errors import BadBundleError, ConfigError, IndexMissingError
from termsearch.index.edge import EdgeIndex
from termsearch.index.folder import lock, read_manifest
from termsearch.index.generations import new_generation, publish, served
from termsearch.settings import Settings

__all__ = ["export_index", "import_bundle"]


def export_index(
    settings: Settings, out: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> BundleCard:
    """Pack what the index answers from now, and the encoder that was exported for it.

    Raises:
        BadBundleError: ``out`` is there already, or can't be written.
        IndexMissingError: There is no such index.
        ConfigError: The index is on a server.
    """
    folder = _folder(settings)
    now = served(folder)
    generation = folder / str(now.current) if now else folder
    manifest = read_manifest(generation) if now else None
    if manifest is None:
        raise IndexMissingError(str(folder))
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
) -> BundleCard:
    """Unpack, check and serve the bundle at ``path`` as the index that ``settings`` name.

    Readers see the index they had until all of the new one is checked.

    Args:
        settings: Say where.
        path: A bundle.
        replace: Allow that an index of this name is there; it is kept for ``rollback``.
        progress: Called with the bytes unpacked and their total.

    Raises:
        BadBundleError: Something is missing or not as it was packed; or an index is there and
            ``replace`` is off. All stays as it is.
        IndexBusyError: Somebody is writing to the index.
    """
    folder = _folder(settings)
    card_of(path)  # before anything is made: a wrong file costs nothing
    held = lock(folder)
    part = folder / "importing"
    try:
        if served(folder) and not replace:
            remedy = "Import it under another name (--index NAME), or add --replace."
            raise BadBundleError(path, f"there is an index at {folder} already", remedy)
        shutil.rmtree(part, ignore_errors=True)  # of an import that was killed
        card = unpacked(path, part, progress)
        if card.encoder:
            _place_encoder(part / ENCODER, export_folder(settings, card.manifest.encoder))
        generation = new_generation(folder)
        EdgeIndex.check(part / INDEX)
        (part / INDEX).rename(generation)
        publish(generation, keep=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        held.release()
    return card


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
