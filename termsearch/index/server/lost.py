"""A whole generation on a server that nothing calls the current one, and how it answers again.

The server's snapshots hold a collection and none of its aliases: after one was restored, or an
alias deleted, nothing answers, and an ingest that took it for a first one would begin from nothing.
"""

from collections.abc import Mapping

from qdrant_client import QdrantClient

from termsearch.errors import IndexMissingError, NothingKeptError, TermsearchError
from termsearch.index.manifest import Manifest
from termsearch.index.server.client import engine
from termsearch.index.server.collection import manifest_in
from termsearch.index.server.generations import (
    Generations,
    Served,
    generations_of,
    number,
    point,
    served,
    unfinished_of,
    where_of,
)
from termsearch.index.server.points import counted
from termsearch.index.server.shelf import indexes_on

__all__ = ["LostAliasError", "adopt", "missing", "require_alias"]


class LostAliasError(IndexMissingError):
    """Nothing answers, and all of a generation is there: it was restored from a snapshot."""

    def __init__(self, where: str, whole: Mapping[str, Manifest]) -> None:
        told = ", ".join(f"{name} ({_told(manifest)})" for name, manifest in whole.items())
        TermsearchError.__init__(  # there is one, and the advice is another
            self,
            f"no alias says what answers at {where}, as after a snapshot was restored, but these "
            f"are whole: {told}. 'termsearch rollback' lets the last of them answer; an ingest "
            "with --discard deletes them.",
        )


def require_alias(client: QdrantClient, name: str, there: Generations, now: Served) -> None:
    """Refuse to begin anew where a whole generation has only lost its alias.

    Snapshots of a collection hold no aliases. A first ingest that ended just before it was
    published is gone on with instead.

    Raises:
        LostAliasError: There is one.
    """
    if now.current:
        return
    begun = unfinished_of(there, now)
    whole = _whole(client, {one: said for one, said in there.items() if one != begun})
    if whole:
        raise LostAliasError(where_of(client, name), whole)


def missing(client: QdrantClient, name: str) -> IndexMissingError:
    """To raise where nothing answers as index ``name``."""
    there, now = generations_of(client, name), served(client, name)
    try:
        require_alias(client, name, there, now)
    except LostAliasError as error:
        return error
    return IndexMissingError(
        where_of(client, name),
        begun=unfinished_of(there, now) is not None,
        others=indexes_on(client),
    )


def adopt(client: QdrantClient, name: str) -> None:
    """Let the newest whole generation answer, where nothing does.

    Raises:
        IndexMissingError: There is no generation at all.
        NothingKeptError: There is no whole one.
    """
    there = generations_of(client, name)
    if not there:
        raise missing(client, name)
    whole = _whole(client, there)
    if not whole:
        raise NothingKeptError(f"index {name}")
    newest, kept = max(whole, key=number), served(client, name).kept
    with engine(client):
        point(client, name, Served(newest, "" if kept == newest else kept))


def _whole(client: QdrantClient, there: Generations) -> dict[str, Manifest]:
    """Those of ``there`` that miss nothing: each ingest into them ended, and all points are in."""
    found = {}
    for collection, metadata in there.items():
        manifest = manifest_in(metadata, collection)
        with engine(client):
            if manifest.loaded and manifest.names == counted(client, collection):
                found[collection] = manifest
    return found


def _told(manifest: Manifest) -> str:
    releases = ", ".join(f"{v} {release}".strip() for v, release in manifest.releases().items())
    return f"{releases}; {manifest.names:,} names"
