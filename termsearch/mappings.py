"""The codes of other vocabularies for one concept."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, get_args

from pydantic import BaseModel, Field

from termsearch.codes import points_of_concept, successor
from termsearch.hierarchy import related
from termsearch.index import Index
from termsearch.index.point import Point
from termsearch.index.where import CARD, Condition
from termsearch.vocabulary import split_curie

__all__ = ["Mapping", "Relation", "mappings", "translations"]

#: Nearest first.
Relation = Literal["replaced by", "replaces", "xref", "xref by", "source", "used by", "shared"]


#: Field of another concept that has the code, and what that one is to the code.
_SAID_OF: tuple[tuple[str, Relation], ...] = (("replaced_by", "replaces"), ("xrefs", "xref by"))


class Mapping(BaseModel):
    """One code that stands for the same concept, or took its place."""

    curie: str
    vocabulary: str
    code: str
    name: str = Field(description="Empty where the concept itself is not in the index.")
    relation: Relation = Field(
        description="xref: its vocabulary says so; xref by: that of the code says so; source: has "
        "a name of it in a compendium (UMLS); used by: the compendium's concept that has the "
        "code; shared: another source of that concept; replaced by, replaces: of retired codes."
    )
    via: str = Field(description="shared: the compendium's concept. Else empty.")


class _Found(NamedTuple):
    curie: str
    relation: Relation
    via: str = ""


def mappings(index: Index, curie: str) -> list[Mapping]:
    """What ``curie`` is in other vocabularies and releases, each code once, nearest first.

    A compendium is read in both directions: from ``umls:C...`` to the codes of its sources, and
    from a source's code by way of its UMLS concept to those of the other sources. A retired code
    that is not stored itself is known by the concepts that it was merged into. Cross-references
    and replacements are found from both sides.
    """
    named = list(index.points([Condition("curies", (curie,))]))
    own = [point for point in named if point.curie == curie]
    first: dict[str, _Found] = {}
    found = (
        *_heirs(index, named, curie),
        *_said(own),
        *_said_of(index, curie),
        *_users(index, named, curie),
    )
    for each in found:
        if each.curie != curie:
            first.setdefault(each.curie, each)
    names = {each.curie: each.name for each in related(index, list(first))}
    return [_mapping(found, names[found.curie]) for found in sorted(first.values(), key=_place)]


def translations(index: Index, code: str, concepts: Iterable[str]) -> list[Mapping]:
    """What ``code`` is elsewhere, by what is said of itself and then of what it means.

    Args:
        index: Where to look.
        code: A CURIE.
        concepts: CURIEs of what :func:`termsearch.lookup.lookup` finds for it: itself, its
            successor, or the concepts that use it. The retired codes that one of these replaces
            have nothing to do with ``code``, and are left out.
    """
    found = {each.curie: each for each in mappings(index, code)}
    for concept in concepts:
        for each in mappings(index, concept) if concept != code else ():
            if each.curie != code and each.relation != "replaces":
                found.setdefault(each.curie, each)
    return list(found.values())


def _heirs(index: Index, named: Sequence[Point], curie: str) -> Iterator[_Found]:
    """What took the place of a retired code, the end of a chain before what leads there.

    Or of the concept that has it for a name of its own, where it is none itself.
    """
    owning = {point.curie: point for point in named if curie not in point.replaces}
    if curie in owning:
        owning = {curie: owning[curie]}
    ends = filter(None, (successor(index, point) for point in owning.values()))
    found = [points[0].curie for points in ends]
    found += [each for point in owning.values() for each in point.replaced_by]
    found += sorted(point.curie for point in named if curie in point.replaces)
    yield from (_Found(each, "replaced by") for each in found)


def _said(points: Sequence[Point]) -> Iterator[_Found]:
    """What the concept's own points say, but for what took its place."""
    yield from (_Found(each, "replaces") for point in points for each in point.replaces)
    yield from (_Found(each, "xref") for point in points for each in point.xrefs)
    yield from (_Found(each, "source") for point in points for each in _sources(point))


def _said_of(index: Index, curie: str) -> Iterator[_Found]:
    """What others say: that the code took their place, or that it is the same elsewhere."""
    for field, relation in _SAID_OF:
        cards = index.points([CARD, Condition(field, (curie,))])
        yield from (_Found(card.curie, relation) for card in cards)


def _users(index: Index, named: Iterable[Point], curie: str) -> Iterator[_Found]:
    """What the concepts say that have the code for a name of theirs."""
    users = [p.curie for p in named if p.curie != curie and curie not in p.replaces]
    for user in dict.fromkeys(users):
        yield _Found(user, "used by")
        for point in points_of_concept(index, user):
            yield from (_Found(each, "shared", user) for each in _sources(point))


def _sources(point: Point) -> tuple[str, ...]:
    """CURIEs of the sources that use a name; the point has them behind its own."""
    return tuple(each for each in point.curies[1:] if each not in point.replaces)


def _place(found: _Found) -> tuple[int, str]:
    """By nearness, then by code; successors stay as they came, best first."""
    nearness = get_args(Relation).index(found.relation)
    return nearness, "" if found.relation == "replaced by" else found.curie


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
