"""The index on a Qdrant server: a collection for each generation, the manifest in its metadata.

Tested on qdrant-client's in-memory mode, which has the server's models and none of its engine;
``tests/test_index_contract.py`` runs on a real server where ``QDRANT_URL`` is set.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from qdrant_client import QdrantClient, models

from termsearch.encoder import Vectors
from termsearch.errors import IndexUnreadableError
from termsearch.index import batches
from termsearch.index.check import require_sound, stranded
from termsearch.index.manifest import Manifest
from termsearch.index.packed import Packed
from termsearch.index.point import check_vectors
from termsearch.index.server.client import client_for, key_in_clear, key_of, url_of
from termsearch.index.server.collection import Layout, build_graph, with_manifest
from termsearch.index.server.generations import publish, served, swap, unfinished
from termsearch.index.server.lost import adopt, missing
from termsearch.index.server.points import send
from termsearch.index.server.reading import ServerReader
from termsearch.index.server.translate import pieces, vector
from termsearch.index.server.writers import (
    TOGETHER,
    Taken,
    let_go,
    next_generation,
    require_mine,
)

__all__ = ["Layout", "ServerIndex", "client_for", "key_in_clear"]

_log = logging.getLogger("termsearch.index")

_REWRITES = 256  # payloads a request


class ServerIndex(ServerReader):
    """One generation of an index. Use :meth:`open` or :meth:`open_or_create`."""

    def __init__(
        self,
        client: QdrantClient,
        name: str,
        collection: str,
        *,
        layout: Layout | None = None,
        writer: str = "",
        before: str = "",
    ) -> None:
        """To read; or to write, where ``writer`` has taken it over from ``before``."""
        super().__init__(client, name, collection, writer=writer)
        self._layout, self._before = layout, before
        self._changed = False  # by this writer

    @classmethod
    def open(cls, client: QdrantClient, name: str) -> "ServerIndex":
        """The current generation of index ``name``, to read.

        It stays the one it is until the server has it no longer; then the one that is current.

        Raises:
            IndexMissingError: No such index, or no alias says that it answers.
            IndexUnreadableError: The server does not answer, or the collection is not ours.
        """
        while True:
            now = served(client, name)
            if not now.current:
                raise missing(client, name)
            try:
                index = cls(client, name, now.current)
                index.manifest.require_whole(index.count(), index.location)
            except IndexUnreadableError:
                if served(client, name) == now:  # else an ingest has just replaced it
                    raise
            else:
                return index

    @classmethod
    def open_or_create(
        cls,
        client: QdrantClient,
        name: str,
        manifest: Manifest,
        layout: Layout | None = None,
        *,
        discard: bool = False,
        shared: bool = False,
    ) -> "ServerIndex":
        """The next generation of index ``name``, to write: readers see it once published.

        As in ``edge``; but a second writer is not refused, it takes over, and the first is told
        at its next write: a server can't know whether the first still lives. Those who open it
        ``shared`` write together, until one who does not takes over and publishes.

        Raises:
            IndexMissingError: There is a whole generation, and no alias says that it answers.
            IndexBusyError: Another writer has taken over while the current one was copied.
        """
        if told := key_in_clear(url_of(client), key_of(client)):
            _log.warning("%s", told)
        layout, writer = layout or Layout(), TOGETHER if shared else uuid4().hex
        taken = next_generation(client, name, manifest, layout, writer, discard=discard)
        return cls(
            client, name, taken.collection, layout=layout, writer=writer, before=taken.before
        )

    @classmethod
    def rollback(cls, client: QdrantClient, name: str) -> "ServerIndex":
        """Let the kept generation answer, keep the one that did, and open it. Undone by another.

        Where nothing answers, since the alias was lost, the newest whole one. An ingest under way
        is told at its next write, and goes on once this is undone: none is a reason to refuse,
        since a server can't know whether it still lives.

        Raises:
            IndexMissingError: There is no such index.
            NothingKeptError: No generation is kept.
        """
        now = served(client, name)
        if not now.current:
            adopt(client, name)
            return cls.open(client, name)
        if now.kept:  # whole, or all stays as it is
            kept = cls(client, name, now.kept)
            kept.manifest.require_whole(kept.count(), kept.location)
        begun = unfinished(client, name)
        swap(client, name)
        if begun:
            _log.warning("%s", stranded(begun))
        return cls.open(client, name)

    @property
    def manifest(self) -> Manifest:
        """As last written, by whomever of those who write together."""
        if self._writer == TOGETHER:
            self._manifest = self._manifest_now()
        return self._manifest

    def write_manifest(self, manifest: Manifest) -> None:
        """After all points are applied: the manifest never says more than is stored."""
        self._require_mine()
        self._settle()
        self._write(with_manifest(manifest))
        self._manifest = manifest

    def put(self, points: Sequence[Packed], vectors: Vectors) -> None:
        """See :class:`~termsearch.index.Index`."""
        check_vectors(vectors, self._manifest.encoder.dimension)
        self._require_mine()
        structs = (
            models.PointStruct(
                id=point.id, vector=vector(row, point.pieces), payload=point.payload()
            )
            for point, row in zip(points, vectors, strict=True)
        )
        self._sent = True
        send(self._client, self._collection, structs)

    def rewrite(self, points: Sequence[Packed]) -> None:
        """See :class:`~termsearch.index.Index`."""
        for batch in batches(points, _REWRITES):
            self._require_mine()
            operations = [
                models.OverwritePayloadOperation(
                    overwrite_payload=models.SetPayload(payload=point.payload(), points=[point.id])
                )
                for point in batch
            ]
            self._ask(partial(self._client.batch_update_points, update_operations=operations))

    def respell(self, points: Sequence[Packed]) -> None:
        """See :class:`~termsearch.index.Index`."""
        for batch in batches(points, _REWRITES):
            self._require_mine()
            made = [pieces(point) for point in batch]
            self._ask(partial(self._client.update_vectors, points=made))

    def remove(self, ids: Sequence[str]) -> None:
        """See :class:`~termsearch.index.Index`."""
        if ids:
            self._require_mine()
            gone = models.PointIdsList(points=list(ids))
            self._ask(lambda at: self._client.delete(at, gone, wait=True))

    def optimize(self, progress: Callable[[float], None] = lambda _: None) -> None:
        """Until the server is at rest. See :class:`~termsearch.index.Index`."""
        self._require_mine()
        build_graph(self._client, self._collection, self._layout or Layout(), progress)

    def publish(self, *, keep: bool = False) -> None:
        """See :class:`~termsearch.index.Index`.

        Raises:
            IndexBusyError: Another ingest has taken over; it will publish.
        """
        self.optimize()  # where the ingest has changed nothing, the copy has no graph yet
        try:
            require_sound(self)
        except IndexUnreadableError:
            self._require_mine()  # else it is as another ingest has made it meanwhile
            raise
        self._require_mine()
        publish(self._client, self._name, self._collection, self._manifest.base, keep=keep)
        self._writer = ""

    def close(self) -> None:
        """See :class:`~termsearch.index.Index`."""
        try:
            if self._writer and self._writer != TOGETHER:  # others may be about to write
                taken = Taken(self._collection, self._before)
                let_go(self._client, self._name, taken, self._writer, changed=self._changed)
        finally:
            self._writer = ""
            self._client.close()

    def _write(self, metadata: dict[str, Any]) -> None:
        self._ask(lambda at: self._client.update_collection(at, metadata=metadata))

    def _require_mine(self) -> None:
        """Before each change.

        Raises:
            IndexBusyError: Another ingest has taken over, or a rollback has come between.
        """
        if not self._writer:
            raise RuntimeError(f"{self._collection} was opened to read")  # a bug of ours
        base = self._manifest.base
        require_mine(self._client, self._name, self._collection, self._writer, base=base)
        self._changed = True
