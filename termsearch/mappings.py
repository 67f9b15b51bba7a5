"""The codes of other vocabularies for one concept."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, get_args

from pydantic import BaseModel, Field

from termsearch.codes import points_of_concept
from termsearch.hierarchy import related
from termsearch.index import Index
from termsearch.index.point import Point
from termsearch.index.where import Condition
from termsearch.vocabulary import split_curie

__all__ = ["Mapping", "mappings"]

#: Nearest first.
Relation = Literal["replaced by", "replaces", "xref", "source", "used by", "shared"]


class Mapping(BaseModel):
    """One code that stands for the same concept, or took its place."""

    curie: str
    vocabulary: str
    code: str
    name: str = Field(description="Empty where the concept itself is not in the index.")
    relation: Relation = Field(
        description="xref: its vocabulary says so; source: has a name of it in a compendium "
        "(UMLS); used by: the compendium's concept that has the code; shared: another source of "
        "that concept; replaced by, replaces: of retired codes."
    )
    via: str = Field(description="shared: the compendium's concept. Else empty.")


class _Found(NamedTuple):
    curie: str
    relation: Relation
    via: str = ""


def mappings(index: Index, curie: str) -> list[Mapping]:
    """What ``curie`` is in other vocabularies and releases, each code once, nearest first.

    A compendium is read in both directions: from ``umls:C...`` to the codes of its sources, and
    from a source's code by way of its UMLS concept to those of the other sources.
    """
    own = points_of_concept(index, curie)
    first: dict[str, _Found] = {}
    for each in (*_said(own), *_by_way_of_others(index, curie)):
        if each.curie != curie:
            first.setdefault(each.curie, each)
    names = {each.curie: each.name for each in related(index, list(first))}
    nearness = get_args(Relation)
    ordered = sorted(first.values(), key=lambda each: (nearness.index(each.relation), each.curie))
    return [_mapping(found, names[found.curie]) for found in ordered]


def _said(points: Iterable[Point]) -> Iterator[_Found]:
    """What the concept's own points say."""
    points = list(points)
    yield from (_Found(each, "replaced by") for point in points for each in point.replaced_by)
    yield from (_Found(each, "replaces") for point in points for each in point.replaces)
    yield from (_Found(each, "xref") for point in points for each in point.xrefs)
    yield from (_Found(each, "source") for point in points for each in _sources(point))


def _by_way_of_others(index: Index, curie: str) -> Iterator[_Found]:
    """What the concepts say that have the code for a name of theirs."""
    naming = [p for p in index.points([Condition("curies", (curie,))]) if p.curie != curie]
    users = [p.curie for p in naming if curie not in p.replaces]
    for user in dict.fromkeys(users):
        yield _Found(user, "used by")
        for point in points_of_concept(index, user):
            yield from (_Found(each, "shared", user) for each in _sources(point))


def _sources(point: Point) -> tuple[str, ...]:
    """CURIEs of the sources that use a name; the point has them behind its own."""
    return tuple(each for each in point.curies[1:] if each not in point.replaces)


def _mapping(found: _Found, name: str) -> Mapping:
    vocabulary, code = split_curie(found.curie) or ("", found.curie)
    return Mapping(
        curie=found.curie,
        vocabulary=vocabulary,
        code=code,
        name=name,
        relation=found.relation,
        via=found.via,
    )
