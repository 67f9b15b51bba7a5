"""The shapes of filter that an index can have, chosen from what is in it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from shlex import quote
from typing import Any

from termsearch.index import Index
from termsearch.index.manifest import Manifest
from termsearch.index.point import Point
from termsearch.index.where import Where
from termsearch.verify.sample import Pool

__all__ = ["Shape", "shapes_of"]

#: Options of ``termsearch query`` by field of ``Where``.
_OPTIONS = {"vocabularies": "--vocab", "types": "--type", "langs": "--lang", "under": "--under"}

#: The fields of ``Where`` that are tried, alone and together.
_FIELDS = (
    ("vocabularies",),
    ("types",),
    ("langs",),
    ("under",),
    ("vocabularies", "types"),
    ("types", "langs"),
    ("types", "under"),
    ("vocabularies", "types", "langs"),
    ("vocabularies", "types", "under"),
)
#: Shares of the points that a filter should leave; for each, the nearest filter is taken that
#: leaves between half and twice as many. 0.2 is there because a graph that is searched through
#: a filter is weakest at 10 to 20 %, just above what is scanned.
_SHARES = (0.001, 0.01, 0.05, 0.2, 0.5, 1.0)
_FACTOR = 2.0
#: Filters counted to find those: 300 counts of 133,000 points take 0.4 s.
_CANDIDATES = 300
_PER_POINT = 4


@dataclass(frozen=True)
class Shape:
    """A filter and how many points it leaves."""

    where: Where
    points: int

    @property
    def fields(self) -> list[str]:
        """Those of ``Where`` that say something."""
        return [name for name in _OPTIONS if getattr(self.where, name)]

    @property
    def options(self) -> str:
        """As typed after ``termsearch query``."""
        given = [
            f"{_OPTIONS[name]} {quote(each)}"
            for name in self.fields
            for each in _each(getattr(self.where, name))
        ]
        return " ".join([*given, *(["--inactive"] if self.where.inactive else [])]) or "no filter"


def _each(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def shapes_of(index: Index, pool: Pool) -> Iterator[Shape]:
    """No filter, then filters on one field and on several, from few points to all."""
    manifest, total = index.manifest, index.count()
    if not total:
        return
    open_to = [Where(), Where(inactive=True)] if manifest.inactive else [Where()]
    for where in open_to:
        yield Shape(where, index.count(where.conditions(manifest)))
    for fields in _FIELDS:
        counted = [
            Shape(where, index.count(where.conditions(manifest)))
            for where in _candidates(fields, pool, manifest)
        ]
        yield from _spread([shape for shape in counted if shape.points], total)


def _candidates(fields: Sequence[str], pool: Pool, manifest: Manifest) -> list[Where]:
    """Filters on ``fields`` that hold for some point of ``pool`` each."""
    groups = {kind.code: kind.group for kind in manifest.types()}
    found: dict[Where, None] = {}
    for point, _ in pool.values():
        options = product(*(_values(point, field, groups) for field in fields))
        wheres = [Where(**dict(zip(fields, chosen, strict=True))) for chosen in options]
        found |= dict.fromkeys(wheres[:: math.ceil(len(wheres) / _PER_POINT) or 1])
        if len(found) >= _CANDIDATES:
            break
    return list(found)[:_CANDIDATES]


def _values(point: Point, field: str, groups: Mapping[str, str]) -> list[Any]:
    """What ``field`` of a :class:`Where` can say so that the point stays."""
    match field:
        case "under":
            return list(point.ancestors)
        case "types":
            wider = [groups[code] for code in point.types if groups.get(code)]
            return [(code,) for code in dict.fromkeys((*point.types, *wider))]
        case "langs":
            return [(point.lang,)]
        case _:
            return [(each,) for each in point.vocabularies]


def _spread(shapes: Sequence[Shape], total: int) -> list[Shape]:
    """For each wanted share the nearest shape, if one is near."""

    def distance(shape: Shape, share: float) -> float:
        return abs(math.log(shape.points / total / share))

    nearest = (
        min(shapes, key=lambda shape: distance(shape, share), default=None) for share in _SHARES
    )
    return list(
        dict.fromkeys(
            shape
            for share, shape in zip(_SHARES, nearest, strict=True)
            if shape and distance(shape, share) <= math.log(_FACTOR)
        )
    )
