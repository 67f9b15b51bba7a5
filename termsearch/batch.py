"""Points on their way from a release to the index, some thousand at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from termsearch.concept import Concept, SemanticType
from termsearch.index.manifest import Loaded
from termsearch.index.packed import Packed, packed
from termsearch.index.point import Point, points_of
from termsearch.index.rules import rules
from termsearch.loader import Report

__all__ = ["Batch", "batches_of"]


#: Points of the first batch: a slow encoder has them in three seconds.
_FIRST = 1_024


@dataclass
class Batch:
    """Points on their way, and what the manifest has to say before they are stored."""

    points: list[Packed] = field(default_factory=list)
    entries: dict[tuple[str, str], Loaded] = field(default_factory=dict)
    concepts: int = 0
    merged: int = 0
    share: float = 0.0  #: of the release that had been read when this was the last of it
    report: Report | None = None  #: what had become of the rows by then


class _Tally:
    """Types, languages and users of names met so far, per vocabulary and origin."""

    def __init__(self) -> None:
        self._types: dict[tuple[str, str], dict[SemanticType, None]] = {}
        self._langs: dict[tuple[str, str], dict[str, None]] = {}
        self._used_by: dict[tuple[str, str], dict[str, None]] = {}
        self._inactive: dict[tuple[str, str], bool] = {}
        self._release: dict[tuple[str, str], str] = {}

    def add(self, concept: Concept, points: Sequence[Point]) -> None:
        key = concept.vocabulary, points[0].origin
        self._release[key] = concept.release or self._release.get(key, "")
        self._types.setdefault(key, {}).update(dict.fromkeys(concept.types))
        langs, used_by = self._langs.setdefault(key, {}), self._used_by.setdefault(key, {})
        for point in points:
            langs[point.lang] = None
            used_by.update(dict.fromkeys(point.vocabularies[1:]))
            self._inactive[key] = self._inactive.get(key, False) or not point.active

    def entries(self) -> dict[tuple[str, str], Loaded]:
        return {
            key: Loaded(
                vocabulary=key[0],
                origin=key[1],
                release=release,
                inactive=self._inactive[key],
                types=tuple(self._types[key]),
                langs=tuple(self._langs[key]),
                used_by=tuple(self._used_by[key]),
                rules=rules(),
            )
            for key, release in self._release.items()
        }


def batches_of(
    concepts: Iterable[Concept], loader: str, size: int, report: Report
) -> Iterator[Batch]:
    """Batches of at least ``size`` points, whole concepts each; the first ones and the last less.

    From 1,024 on they double, so that embedding and storing begin, and progress is shown, soon.
    """
    tally, batch, enough = _Tally(), Batch(), min(size, _FIRST)
    for concept in concepts:
        points, merged = points_of(concept, concept.origin(loader))
        batch.merged += merged
        if points:
            tally.add(concept, points)
            batch.points += map(packed, points)
            batch.concepts += 1
        if len(batch.points) >= enough:
            yield replace(batch, entries=tally.entries(), share=report.share)
            batch, enough = Batch(), min(size, 2 * enough)
    if batch.points or batch.merged:
        yield replace(batch, entries=tally.entries(), share=report.share)
