"""The generations of an index on a server: collections with a number, behind aliases.

``terms~2`` is a collection, the alias ``terms`` says which one answers and ``terms~kept`` which one
is retained; aliases change in one request, all or nothing. No index can be called like one of
these: its name has no tilde. Otherwise as in ``termsearch.index.generations``. Which of them an
ingest writes to is the business of ``writers``; what to do without an alias, that of ``lost``.
"""

import logging
import re
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

from qdrant_client import QdrantClient, models

from termsearch.errors import (
    IndexBusyError,
    IndexUnreadableError,
    NothingKeptError,
    TermsearchError,
)
from termsearch.index.server.client import engine, is_missing, patiently, url_of
from termsearch.index.server.collection import (
    ID,
    PUBLISHED,
    REPLACED,
    WRITER,
    is_ours,
    manifest_in,
    metadata_now,
)

__all__ = [
    "Generations",
    "RolledBackError",
    "Served",
    "aliased",
    "delete",
    "generations_of",
    "latest",
    "number",
    "point",
    "publish",
    "require_base",
    "served",
    "swap",
    "unfinished",
    "unfinished_of",
    "where_of",
]

_log = logging.getLogger("termsearch.index")

#: Collections of an index and their metadata, oldest first.
Generations = dict[str, dict[str, Any]]


class Served(NamedTuple):
    """Collections that the aliases of an index point to; empty: there is no such alias."""

    current: str
    kept: str


class RolledBackError(IndexBusyError):
    """Another generation answers than the one that an ingest began with, which is kept."""

    def __init__(self, where: str) -> None:
        TermsearchError.__init__(  # nobody writes to it; the advice is another
            self,
            f"a rollback at {where} came while this ingest ran: what it began with does not answer "
            "any more, and nothing was published. Repeated now, it begins anew; after another "
            "'termsearch rollback', which undoes that one, it goes on with all that it has stored.",
        )


def served(client: QdrantClient, name: str) -> Served:
    """Which generations of index ``name`` answer and are kept.

    Raises:
        IndexUnreadableError: There is a collection of this name, where an alias should be.
    """
    with engine(client):
        return _served_now(client, name)


def _served_now(client: QdrantClient, name: str) -> Served:
    """Likewise, with the server's own errors: for what is asked again."""
    now = aliased(client, name)
    if not now.current and client.collection_exists(name):
        raise IndexUnreadableError(
            f"{name} is a collection, where termsearch expects an alias of that name: an older "
            "termsearch or another program made it. Choose another --index, or delete it and "
            "ingest again."
        )
    return now


def aliased(client: QdrantClient, name: str) -> Served:
    """As :func:`served`, in one request, whatever else is there; with the server's own errors."""
    found = {each.alias_name: each.collection_name for each in client.get_aliases().aliases}
    return Served(found.get(name, ""), found.get(_kept(name), ""))


def require_base(client: QdrantClient, name: str, now: Served, base: int) -> None:
    """Refuse what an ingest wrote beside another generation than the one that answers ``now``.

    Args:
        client: Of the server.
        name: Of the index.
        now: What its aliases say.
        base: Number of the generation that the ingest began with.

    Raises:
        RolledBackError: The generation that it began with is kept.
        IndexBusyError: It is gone: another ingest has published.
    """
    if number(now.current) != base:
        error = RolledBackError if now.kept and number(now.kept) == base else IndexBusyError
        raise error(where_of(client, name))


def generations_of(client: QdrantClient, name: str) -> Generations:
    """All of index ``name``; a collection that another program has called so is none of them."""
    found = {}
    with engine(client):
        for collection in sorted(_numbered(client, name), key=number):
            try:
                metadata = metadata_now(client, collection)
            except Exception as error:
                if not is_missing(error):  # deleted since it was listed
                    raise
                continue
            if is_ours(metadata):
                found[collection] = metadata
    return found


def latest(client: QdrantClient, name: str) -> int:
    """The highest number that a collection has, whosever it is; 0 if there is none."""
    with engine(client):
        return max(map(number, _numbered(client, name)), default=0)


def unfinished(client: QdrantClient, name: str) -> str | None:
    """The collection that an ingest writes to or left; None if there is none to go on with."""
    return unfinished_of(generations_of(client, name), served(client, name))


def unfinished_of(there: Generations, now: Served) -> str | None:
    """Likewise, of those that are ``there``."""
    for collection, metadata in reversed(there.items()):
        answered = not now.current and metadata.get(WRITER) == PUBLISHED  # and lost its alias
        if collection in now or answered:
            continue
        if manifest_in(metadata, collection).base == number(now.current):
            return collection
    return None


def publish(client: QdrantClient, name: str, collection: str, base: int, *, keep: bool) -> None:
    """Let ``collection`` answer from now on; the one that did is kept or deleted.

    Args:
        client: Of the server.
        name: Of the index.
        collection: Whole, and nobody else's.
        base: Number of the one that it began as a copy of.
        keep: Retain the one that answered so far.

    Raises:
        IndexBusyError: That is not the one that answers any more; see :func:`require_base`.
    """
    with engine(client):
        before = patiently(lambda: _served_now(client, name))
        require_base(client, name, before, base)
        # Who opened it to write since it was last asked finds this in the place of its token.
        said = {WRITER: PUBLISHED, ID: uuid4().hex}
        patiently(lambda: client.update_collection(collection, metadata=said))
        then = Served(collection, before.current if keep else "")
        point(client, name, then)
    try:
        delete(client, {*before} - {*then, ""})
    except IndexUnreadableError as error:  # no reason to say that nothing was published
        _log.warning(
            "the new generation of %s answers, but what it replaced could not be deleted: %s",
            name, error,
        )  # fmt: skip


def swap(client: QdrantClient, name: str) -> None:
    """Current and kept change places.

    Raises:
        NothingKeptError: None is kept.
    """
    now = served(client, name)
    if not now.kept:
        raise NothingKeptError(f"index {name}")
    with engine(client):
        point(client, name, Served(current=now.kept, kept=now.current))


def delete(client: QdrantClient, collections: Iterable[str]) -> None:
    """Delete generations. Of what is left of them if that fails, it is known what it is."""
    with engine(client):
        for collection in collections:
            patiently(partial(_deleted, client, collection))


def point(client: QdrantClient, name: str, then: Served) -> None:
    """Change the aliases in one request; asked again, it finds that it was carried out.

    None is deleted that is made anew: the server writes one alias after another, and making
    replaces (``update_aliases`` in its collection_meta_ops.rs); a power cut between the two would
    leave no index. What answers comes last, when what it relies on is there.
    """

    def change() -> None:
        operations: list[models.AliasOperations] = []
        now = _served_now(client, name)
        for alias, before, after in (
            (_kept(name), now.kept, then.kept),
            (name, now.current, then.current),
        ):
            if after and before != after:
                made = models.CreateAlias(collection_name=after, alias_name=alias)
                operations.append(models.CreateAliasOperation(create_alias=made))
            elif before and not after:
                gone = models.DeleteAlias(alias_name=alias)
                operations.append(models.DeleteAliasOperation(delete_alias=gone))
        if operations:
            client.update_collection_aliases(operations)

    patiently(change)


def number(collection: str) -> int:
    """Of a generation; 0 for none."""
    return int(collection.rpartition("~")[2] or 0)


def where_of(client: QdrantClient, name: str) -> str:
    """For messages: server and index."""
    return f"{url_of(client)}, index {name}"


def _deleted(client: QdrantClient, collection: str) -> None:
    try:
        client.update_collection(collection, metadata={WRITER: REPLACED})
        client.delete_collection(collection)
    except Exception as error:
        if not is_missing(error):  # asked again, it was carried out
            raise


def _numbered(client: QdrantClient, name: str) -> list[str]:
    pattern = re.compile(re.escape(name) + r"~\d+")
    names = [each.name for each in client.get_collections().collections]
    return [each for each in names if pattern.fullmatch(each)]


def _kept(name: str) -> str:
    return f"{name}~kept"
