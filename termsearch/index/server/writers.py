"""Who writes to the next generation of an index on a server: it is taken over, kept, and let go.

A server knows no locks that end with their process. The generation says whose it is: who opens it
writes a token of its own there, and asks before each change whether it is still there.
"""

import logging
from typing import NamedTuple

from qdrant_client import QdrantClient

from termsearch.errors import IndexBusyError
from termsearch.index.manifest import Manifest
from termsearch.index.server.client import engine, is_missing, patiently
from termsearch.index.server.collection import (
    COPIED,
    PUBLISHED,
    WRITER,
    Layout,
    complete_fields,
    create,
    layout_like,
    manifest_in,
    manifest_of,
    metadata_now,
)
from termsearch.index.server.generations import (
    Generations,
    Served,
    aliased,
    delete,
    generations_of,
    latest,
    number,
    require_base,
    served,
    unfinished_of,
    where_of,
)
from termsearch.index.server.lost import require_alias
from termsearch.index.server.points import copy_points

__all__ = ["TOGETHER", "Taken", "let_go", "next_generation", "require_mine"]

_log = logging.getLogger("termsearch.index")

#: The token of all who fill a generation together.
TOGETHER = "together"


class Taken(NamedTuple):
    """A generation to write to."""

    collection: str
    before: str  #: the token of who had it, alive or not; empty: it was made


def next_generation(
    client: QdrantClient,
    name: str,
    manifest: Manifest,
    layout: Layout,
    writer: str,
    *,
    discard: bool = False,
) -> Taken:
    """The collection to write to: the unfinished one, or a new copy of the current one.

    Points are copied through this machine, and from where it stopped if that was cut. What is
    neither that nor in use is deleted, but for what has answered: that was restored by somebody.

    Args:
        client: Of the server.
        name: Of the index.
        manifest: What the first generation is made with.
        layout: What a new collection is made with; what it leaves open is as in the current one.
        writer: The token of who will write. With :data:`TOGETHER`, nothing is deleted, and only
            what is not there is copied: others may be filling it.
        discard: Do not go on with the unfinished one, and delete all that is not in use.

    Raises:
        LostAliasError: A whole generation is there, and no alias says that it answers.
        IndexBusyError: As of :func:`require_mine`, while it was copied.
    """
    now, there = served(client, name), generations_of(client, name)
    found = None if discard else _begun(client, name, there, now, writer)
    if writer != TOGETHER:
        _clear(client, there, {*now, found or ""}, discard=discard)
    before = str(there[found].get(WRITER, "")) if found else ""
    with engine(client):
        collection = found or _made(client, name, manifest, layout, now)
        # Before the copy, which may take long: two that copy would not know of each other.
        patiently(lambda: client.update_collection(collection, metadata={WRITER: writer}))
        complete_fields(client, collection)
        if now.current:
            _copy(client, name, now.current, collection, writer)
    return Taken(collection, before)


def require_mine(
    client: QdrantClient, name: str, collection: str, writer: str, *, base: int
) -> None:
    """Stop where the generation can't be published any more, or was: for who is about to write.

    Args:
        client: Of the server.
        name: Of the index.
        collection: The generation.
        writer: The token of who asks.
        base: Number of the generation that it began as a copy of.

    Raises:
        IndexBusyError: Another ingest has taken it over, discarded or published it.
        RolledBackError: A rollback has let another one answer than the one it began with.
    """
    with engine(client):
        mine = patiently(lambda: _holder(client, collection)) == writer
        now = patiently(lambda: aliased(client, name))
        if not mine or now.current == collection:
            raise IndexBusyError(where_of(client, name))
        require_base(client, name, now, base)


def let_go(client: QdrantClient, name: str, taken: Taken, writer: str, *, changed: bool) -> None:
    """Leave a generation, if it is still ``writer``'s, for the next ingest to go on with.

    One that was made for nothing (an ingest says what it will put first) is deleted. One that was
    taken from another ingest, and not changed, is given back: that one may live.
    """
    now, there = served(client, name), generations_of(client, name)
    collection, before = taken
    if there.get(collection, {}).get(WRITER) != writer:
        return
    if before and not changed:
        with engine(client):
            client.update_collection(collection, metadata={WRITER: before})
    elif collection not in now:
        base = manifest_of(client, now.current).loaded if now.current else ()
        if manifest_in(there[collection], collection).loaded == base:
            delete(client, [collection])


def _begun(
    client: QdrantClient, name: str, there: Generations, now: Served, writer: str
) -> str | None:
    """The unfinished one of those that are ``there``, if ``writer`` can go on with it."""
    require_alias(client, name, there, now)
    found = unfinished_of(there, now)
    if not found or writer == TOGETHER or now.current:
        return found
    # Else nothing was stored in it, and it may be for another encoder.
    return found if manifest_in(there[found], found).loaded else None


def _copy(client: QdrantClient, name: str, source: str, collection: str, writer: str) -> None:
    """Copy what is not there yet, unless all is."""

    def still_ours() -> None:
        require_mine(client, name, collection, writer, base=number(source))

    if not metadata_now(client, collection).get(COPIED):
        beside = writer == TOGETHER
        copy_points(client, source, collection, still_ours=still_ours, beside=beside)
        patiently(lambda: client.update_collection(collection, metadata={COPIED: True}))


def _holder(client: QdrantClient, collection: str) -> str:
    """Whose ``collection`` is; empty where it is gone."""
    try:
        return str(metadata_now(client, collection).get(WRITER, ""))
    except Exception as error:
        if not is_missing(error):
            raise
        return ""


def _made(client: QdrantClient, name: str, manifest: Manifest, layout: Layout, now: Served) -> str:
    """A new collection, or one that another machine, which fills it too, has just made."""
    collection = f"{name}~{latest(client, name) + 1}"
    if now.current:
        base = {"base": number(now.current)}
        manifest = manifest_of(client, now.current).model_copy(update=base)
        layout = layout_like(client, now.current, layout)
    try:
        create(client, collection, manifest, layout)
    except Exception:
        if not client.collection_exists(collection):
            raise
    return collection


def _clear(client: QdrantClient, there: Generations, stay: set[str], *, discard: bool) -> None:
    others = [each for each in there if each not in stay]
    kept = [each for each in others if there[each].get(WRITER) == PUBLISHED and not discard]
    for each in kept:
        _log.warning(
            "collection %s has answered once and is neither current nor kept; it stays until an "
            "ingest with --discard deletes it.", each,
        )  # fmt: skip
    delete(client, [each for each in others if each not in kept])
