"""Taking out what an ingest put in: a table that nobody keeps, an ontology that nobody asks for."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple
from unicodedata import normalize

from termsearch.connect import open_index, open_or_create_index
from termsearch.errors import UnknownValueError
from termsearch.index import Index
from termsearch.index.check import require_only, require_others
from termsearch.index.manifest import Generation
from termsearch.index.where import Condition
from termsearch.pipeline import batches
from termsearch.settings import Settings

__all__ = ["Removed", "remove"]

_PAGE = 4_096


class Removed(NamedTuple):
    """What a removal has taken away."""

    names: dict[str, int]  #: how many, by origin
    kept: Generation | None  #: the generation that had been kept, if it was deleted


def remove(
    origins: Sequence[str], settings: Settings, *, keep: bool = False, discard: bool = False
) -> Removed:
    """Publish a generation without ``origins``. No encoder is loaded.

    A run that was cut goes on if it is repeated.

    Args:
        origins: As ``status`` names them: a loader, or a part of what it reads.
        settings: Say which index.
        keep: Retain the generation that answers now.
        discard: Throw away what an ingest that was cut has left.

    Returns:
        What is gone.

    Raises:
        UnknownValueError: The index has nothing of an origin.
        UsageError: It has nothing else.
        UnfinishedIngestError: What another run has left would be published too.
    """
    now = open_index(settings)
    try:
        there = {each: _count(now, each) for each in now.manifest.origins()}
        origins = [_known(origin, there) for origin in origins]
        require_others(origins, there)
        index = open_or_create_index(settings, now.manifest.encoder, discard=discard)
        try:
            require_only(index, now.manifest, origins.__contains__)
            _remove(index, origins)
            kept = None if keep else index.kept()
            index.publish(keep=keep)
        finally:
            index.close()
    finally:
        now.close()
    return Removed({origin: there[origin] for origin in dict.fromkeys(origins)}, kept)


def _count(index: Index, origin: str) -> int:
    return index.count([Condition("origin", (origin,))])


def _known(origin: str, there: Collection[str]) -> str:
    """As it is given or, as loaders name parts after files, in Unicode's composed form."""
    for each in (origin, normalize("NFC", origin)):
        if each in there:
            return each
    raise UnknownValueError("origin", origin, there)


def _remove(index: Index, origins: Sequence[str]) -> None:
    """The manifest says first that something is under way, and last that it is done."""
    going = [
        entry.model_copy(update={"complete": False})
        for entry in index.manifest.loaded
        if entry.origin in origins
    ]
    index.write_manifest(index.manifest.with_loaded(going))
    for page in _ids(index, origins):
        index.remove(page)
    index.optimize()
    index.write_manifest(index.manifest.without_origins(origins))


def _ids(index: Index, origins: Sequence[str]) -> Iterator[list[str]]:
    for origin in origins:
        yield from batches(index.ids([Condition("origin", (origin,))]), _PAGE)
