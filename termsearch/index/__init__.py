"""Points, filters and the manifest, and the contract of what stores them.

``edge`` (a folder, the default) and ``server`` (a Qdrant server) alone import qdrant.
``tests/test_index_contract.py`` holds both to the same behaviour.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from termsearch.encoder import Vectors
from termsearch.index.manifest import Generation, Manifest
from termsearch.index.packed import Packed
from termsearch.index.point import Point
from termsearch.index.where import Condition
from termsearch.pipeline import batches

__all__ = ["Ask", "Found", "Index", "Nearest", "Same", "Spelt", "Stored", "batches"]


@dataclass(frozen=True)
class Nearest:
    """Names by cosine similarity to a unit vector, shape ``(dimension,)``."""

    vector: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Spelt:
    """Names by the three-letter pieces they share with a search form, rare ones counting more."""

    form: str


@dataclass(frozen=True)
class Same:
    """Names whose search form or key is this one, or that have these initials."""

    field: Literal["form", "key", "initials"]
    value: str


@dataclass(frozen=True)
class Ask:
    """One question to the engine.

    Attributes:
        exact: Compare every name that ``where`` leaves, without the graph: what a faster
            search is measured against. Takes time in proportion to the names.
        among: Ids. Compare these names alone, each by its vector; empty: all.
    """

    query: Nearest | Spelt | Same
    limit: int
    where: tuple[Condition, ...] = ()
    exact: bool = False
    among: tuple[str, ...] = ()


class Found(NamedTuple):
    """A name that answers it.

    Attributes:
        score: Higher is nearer. Cosine similarity, -1 to 1, for :class:`Nearest`; 0 and
            up, comparable within one answer, for :class:`Spelt`; 1 for :class:`Same`.
    """

    point: Point
    score: float


class Stored(NamedTuple):
    """A point with its vector, shape ``(dimension,)``."""

    point: Point
    vector: npt.NDArray[np.float32]


class Index(Protocol):
    """Stores points with their vectors and finds them again.

    An index has generations. Queries go to the current one, which is never written to; an ingest
    writes to the next one, which begins as a copy and answers once it is published.

    Every method raises ``IndexUnreadableError`` where the engine fails.
    """

    @property
    def name(self) -> str:
        """What a user calls it."""

    @property
    def location(self) -> str:
        """Folder or URL, for messages."""

    @property
    def manifest(self) -> Manifest:
        """As last written."""

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace the manifest, all or nothing."""

    def put(self, points: Sequence[Packed], vectors: Vectors) -> None:
        """Store ``points``; row ``i`` of ``vectors`` is the vector of ``points[i]``.

        Raises:
            BadVectorError: A vector is zero, not finite or of the wrong width; nothing is stored.
        """

    def rewrite(self, points: Sequence[Packed]) -> None:
        """Replace the payloads of points that are there; their vectors stay."""

    def respell(self, points: Sequence[Packed]) -> None:
        """Replace the pieces of the spelling of points that are there; all else stays."""

    def digests(self, ids: Sequence[str]) -> dict[str, str]:
        """Digests of those of ``ids`` that are stored."""

    def stored(self, ids: Sequence[str]) -> dict[str, Stored]:
        """Those of ``ids`` that are stored, by id."""

    def ids(self, where: Sequence[Condition]) -> Iterator[str]:
        """Ids of all points that ``where`` holds for."""

    def remove(self, ids: Sequence[str]) -> None:
        """Delete points; ids that are not there are no error."""

    def search(self, asks: Sequence[Ask]) -> list[list[Found]]:
        """Answer each ask, best first, in one request. Filters act inside the engine."""

    def points(self, where: Sequence[Condition]) -> Iterator[Point]:
        """All points that ``where`` holds for, in no order that means anything."""

    def count(self, where: Sequence[Condition] = ()) -> int:
        """How many points ``where`` holds for, exactly."""

    def optimize(self, progress: Callable[[float], None] = lambda _: None) -> None:
        """Build the graph over what was put since the last time. May take minutes.

        ``progress`` is told the share that is built, 0 to 1, where the engine tells.
        """

    def publish(self, *, keep: bool = False) -> None:
        """Check the generation that was written, then let readers open it instead of the current.

        All or nothing, and only :meth:`close` may follow. The one that was current is retained
        for a rollback where ``keep`` is on, else deleted.

        Raises:
            UnfinishedIngestError: Part of a release is in it, of a run that was cut.
            IndexUnreadableError: It is damaged. In both cases nothing is published.
        """

    def outdated(self) -> bool:
        """Whether another generation has become the current one since this was opened.

        Raises:
            IndexMissingError: None is: somebody has deleted the index.
        """

    def kept(self) -> Generation | None:
        """What a rollback would return to."""

    def unfinished(self) -> Generation | None:
        """What an ingest is writing, or has left when it was cut."""

    def waiting(self) -> Manifest | None:
        """What :meth:`unfinished` says of itself."""

    def size(self) -> int:
        """Bytes on disk; 0 where the engine does not tell."""

    def close(self) -> None:
        """Write all and let go. A second call does nothing."""
