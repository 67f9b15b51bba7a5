"""The indexes that a server holds, and how one of them goes."""

from qdrant_client import QdrantClient

from termsearch.errors import IndexMissingError
from termsearch.index.server.client import engine
from termsearch.index.server.generations import (
    Served,
    delete,
    generations_of,
    point,
    where_of,
)

__all__ = ["delete_index", "indexes_on"]


def indexes_on(client: QdrantClient) -> list[str]:
    """Names of those that answer, sorted."""
    with engine(client):
        aliases = client.get_aliases().aliases
    return sorted(
        each.alias_name
        for each in aliases
        if each.collection_name.rpartition("~")[0] == each.alias_name
    )


def delete_index(client: QdrantClient, name: str) -> None:
    """Delete an index with all its generations; an ingest into it is told at its next write.

    Raises:
        IndexMissingError: There is none.
    """
    there = generations_of(client, name)
    if not there:
        raise IndexMissingError(where_of(client, name), others=indexes_on(client))
    with engine(client):
        point(client, name, Served("", ""))
    delete(client, there)
