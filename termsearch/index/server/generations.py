"""The generations of an index on a server: collections with a number, behind aliases.

``terms~2`` is a collection, the alias ``terms`` says which one answers and ``terms~kept`` which one
is retained; aliases change in one request, all or nothing. No index can be called like one of
these: its name has no tilde. Otherwise as in ``termsearch.index.generations``.
"""

import re
from typing import NamedTuple

from qdrant_client import QdrantClient, models

from termsearch.errors import IndexUnreadableError, NothingKeptError
from termsearch.index.manifest import Manifest
from termsearch.index.server.client import engine, patiently
from termsearch.index.server.collection import (
    COPIED,
    Layout,
    complete_fields,
    copy_points,
    create,
    manifest_of,
    metadata_of,
)

__all__ = [
    "Served",
    "forget_untouched",
    "next_generation",
    "publish",
    "served",
    "swapped",
    "unfinished",
]


class Served(NamedTuple):
    """Collections that the aliases of an index point to; empty: there is no such alias."""

    current: str
    kept: str


def served(client: QdrantClient, name: str) -> Served:
    """Which generations of index ``name`` answer and are kept.

    Raises:
        IndexUnreadableError: There is a collection of this name, where an alias should be.
    """
    with engine(client):
        return _served_now(client, name)


def _served_now(client: QdrantClient, name: str) -> Served:
    """Likewise, with the server's own errors: for what is asked again."""
    found = client.get_aliases().aliases
    aliases = {each.alias_name: each.collection_name for each in found}
    if name not in aliases and client.collection_exists(name):
        raise IndexUnreadableError(
            f"{name} is a collection, where termsearch expects an alias of that name: an older "
            "termsearch or another program made it. Choose another --index, or delete it and "
            "ingest again."
        )
    return Served(aliases.get(name, ""), aliases.get(_kept(name), ""))


def unfinished(client: QdrantClient, name: str) -> str | None:
    """The collection that an ingest writes to or left; None if there is none to go on with."""
    now = served(client, name)
    with engine(client):
        generations = _generations(client, name)
    for collection in sorted(generations, key=_number, reverse=True):
        if collection not in now and manifest_of(client, collection).base == _number(now.current):
            return collection
    return None


def next_generation(
    client: QdrantClient,
    name: str,
    manifest: Manifest,
    layout: Layout,
    *,
    discard: bool,
    shared: bool = False,
) -> str:
    """The collection to write to: the unfinished one, or a new copy of the current one.

    Points are copied through this machine, and from where it stopped if that was cut. What is
    neither that nor in use is deleted.

    Args:
        client: Of the server.
        name: Of the index.
        manifest: What the first generation is made with.
        layout: What a new collection is made with.
        discard: Do not go on with the unfinished one.
        shared: Others may be filling it: delete nothing, and copy only what is not there.
    """
    now = served(client, name)
    found = None if discard else unfinished(client, name)
    if found and not shared and not now.current and not manifest_of(client, found).loaded:
        found = None  # nothing was stored in it, and it may be for another encoder
    with engine(client):
        if not shared:
            _delete_all_but(client, name, {*now, found or ""})
        if not found:
            newest = max((_number(each) for each in _generations(client, name)), default=0)
            found = f"{name}~{newest + 1}"
            if now.current:
                base = {"base": _number(now.current)}
                manifest = manifest_of(client, now.current).model_copy(update=base)
            _create(client, found, manifest, layout)
        complete_fields(client, found)
        if now.current and not metadata_of(client, found).get(COPIED):
            copy_points(client, now.current, found, beside=shared)
    return found


def forget_untouched(client: QdrantClient, name: str, collection: str) -> None:
    """Delete a generation to which nothing was written: an ingest says what it will put first."""
    now = served(client, name)
    with engine(client):
        generations = _generations(client, name)
    if collection in now or collection not in generations:
        return
    base = manifest_of(client, now.current).loaded if now.current else ()
    if manifest_of(client, collection).loaded == base:
        with engine(client):
            client.delete_collection(collection)


def publish(client: QdrantClient, name: str, collection: str, *, keep: bool) -> None:
    """Let ``collection`` answer from now on; the one that did is kept or deleted."""
    with engine(client):
        before = patiently(lambda: _served_now(client, name))
        then = Served(collection, before.current if keep else "")
        _point(client, name, then)
        patiently(lambda: _delete_all_but(client, name, set(then)))


def swapped(client: QdrantClient, name: str) -> None:
    """Current and kept change places.

    Raises:
        NothingKeptError: None is kept.
    """
    now = served(client, name)
    if not now.kept:
        raise NothingKeptError(f"index {name}")
    _point(client, name, Served(current=now.kept, kept=now.current))


def _point(client: QdrantClient, name: str, then: Served) -> None:
    """Change the aliases in one request; asked again, it finds that it was carried out."""

    def change() -> None:
        operations: list[models.AliasOperations] = []
        for alias, before, after in zip(
            (name, _kept(name)), _served_now(client, name), then, strict=True
        ):
            if before and before != after:
                gone = models.DeleteAlias(alias_name=alias)
                operations.append(models.DeleteAliasOperation(delete_alias=gone))
            if after and before != after:
                made = models.CreateAlias(collection_name=after, alias_name=alias)
                operations.append(models.CreateAliasOperation(create_alias=made))
        if operations:
            client.update_collection_aliases(operations)

    with engine(client):
        patiently(change)


def _create(client: QdrantClient, collection: str, manifest: Manifest, layout: Layout) -> None:
    """Or find that another machine, which fills it too, was first."""
    try:
        create(client, collection, manifest, layout)
    except Exception:
        if not client.collection_exists(collection):
            raise


def _delete_all_but(client: QdrantClient, name: str, stay: set[str]) -> None:
    for collection in _generations(client, name):
        if collection not in stay:
            client.delete_collection(collection)


def _generations(client: QdrantClient, name: str) -> list[str]:
    pattern = re.compile(re.escape(name) + r"~\d+")
    names = [each.name for each in client.get_collections().collections]
    return [each for each in names if pattern.fullmatch(each)]


def _number(collection: str) -> int:
    """0 for none."""
    return int(collection.rpartition("~")[2] or 0)


def _kept(name: str) -> str:
    return f"{name}~kept"
