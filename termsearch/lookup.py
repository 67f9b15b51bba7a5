"""A code, to all that the index knows of its concept."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from termsearch.answer import SourceInfo, TypeInfo
from termsearch.codes import points_of_concept, richness, similar_codes, successor
from termsearch.concept import Kind
from termsearch.errors import UnknownCodeError, UnknownValueError
from termsearch.hierarchy import Related, by_name, related
from termsearch.index import Index
from termsearch.index.point import Point
from termsearch.index.where import CARD, LIVE, Condition
from termsearch.normalize import search_form
from termsearch.text import require_text
from termsearch.vocabulary import NO_CURIE, curie, split_curie

__all__ = ["Entry", "NameInfo", "Redirect", "Related", "lookup"]


class NameInfo(BaseModel):
    """One name of the concept."""

    name: str
    lang: str
    kind: Kind
    active: bool
    sources: list[SourceInfo]


class Redirect(BaseModel):
    """Why the answer is about another code than the one asked for."""

    asked: str
    reason: Literal["replaced", "merged", "used by"] = Field(
        description="replaced: retired, this is its successor; merged: its names went into this "
        "one; used by: a source's code for a name of this one."
    )


class Entry(BaseModel):
    """A concept with everything that is stored of it."""

    curie: str
    vocabulary: str
    code: str
    name: str
    redirect: Redirect | None
    active: bool
    release: str
    definition: str
    types: list[TypeInfo]
    names: list[NameInfo]
    parents: list[Related]
    children: list[Related] = Field(description="One step down, those in use, by name.")
    replaced_by: list[Related]
    replaces: list[str]
    xrefs: list[str]


def lookup(index: Index, text: str, *, inactive: bool = False) -> list[Entry]:
    """The concepts that ``text`` means; several only where a source's code is used by several.

    A retired or merged code answers with its successor, and says so in ``redirect``.

    Args:
        index: Where to look.
        text: A CURIE, or FHIR's ``system|code``.
        inactive: Answer with the retired concept itself, or with one that uses the code.

    Raises:
        UnknownValueError: Not a CURIE, or of a vocabulary that the index does not hold.
        UnknownCodeError: No such code in the index.
    """
    wanted = _canonical(index, text)
    named = list(index.points([Condition("curies", (wanted,))]))
    if not named:
        raise UnknownCodeError(wanted, similar_codes(index, wanted), index.manifest.releases())
    own = [point for point in named if point.curie == wanted]
    found: dict[str, Entry] = {}
    for owner in dict.fromkeys(point.curie for point in own or named):
        points = own or points_of_concept(index, owner)
        redirect = None if own else _redirect(wanted, named, owner)
        if not inactive and (follower := successor(index, points[0])):
            points, redirect = follower, Redirect(asked=wanted, reason="replaced")
        found.setdefault(points[0].curie, _entry(index, points, redirect))
    return list(found.values())


def _canonical(index: Index, text: str) -> str:
    require_text([text])
    parts = split_curie(text)
    if parts is None:
        raise UnknownValueError("code", text, (), NO_CURIE)
    known = index.manifest.searchable_vocabularies()
    if parts[0] not in known:
        raise UnknownValueError("vocabulary", parts[0], known)
    return curie(*parts)


def _redirect(wanted: str, named: Iterable[Point], owner: str) -> Redirect:
    merged = any(wanted in point.replaces for point in named if point.curie == owner)
    return Redirect(asked=wanted, reason="merged" if merged else "used by")


def _entry(index: Index, points: list[Point], redirect: Redirect | None) -> Entry:
    card = max(points, key=richness)
    type_names = index.manifest.type_names(card.vocabulary)
    return Entry(
        curie=card.curie,
        vocabulary=card.vocabulary,
        code=card.code,
        name=card.concept_name,
        redirect=redirect,
        active=card.live,
        release=index.manifest.release_of(card.vocabulary, card.origin),
        definition=card.definition,
        types=[TypeInfo(code=code, name=type_names.get(code, code)) for code in card.types],
        names=_names(points),
        parents=related(index, card.parents),
        children=_children(index, card.curie),
        replaced_by=related(index, card.replaced_by),
        replaces=list(card.replaces),
        xrefs=sorted({*card.xrefs, *(s.curie for p in points for s in _sources(p) if s.curie)}),
    )


def _names(points: Sequence[Point]) -> list[NameInfo]:
    """The first name first, then by language, kind and text; one of each form and language.

    A name that says two things at once ("MI (Myocardial infarction)") is a point for each of them
    too, displayed as it is: those come last, behind the name itself.
    """
    lead = max(points, key=richness)
    ordered = sorted(
        points,
        key=lambda point: (
            point is not lead,
            point.form != search_form(point.name),
            point.lang,
            list(Kind).index(point.kind),
            point.form,
        ),
    )
    distinct = _first_of_each(ordered, lambda point: (point.lang, point.form))
    return [_name(p) for p in _first_of_each(distinct, lambda point: (point.lang, point.name))]


def _first_of_each(points: Iterable[Point], what: Callable[[Point], object]) -> list[Point]:
    first: dict[object, Point] = {}
    for point in points:
        first.setdefault(what(point), point)
    return list(first.values())


def _name(point: Point) -> NameInfo:
    return NameInfo(
        name=point.name,
        lang=point.lang,
        kind=point.kind,
        active=point.active,
        sources=_sources(point),
    )


def _sources(point: Point) -> list[SourceInfo]:
    return [SourceInfo.of(source) for source in point.sources]


def _children(index: Index, parent: str) -> list[Related]:
    """Those in use."""
    cards = index.points([Condition("parents", (parent,)), CARD, LIVE])
    return by_name(index, (card.curie for card in cards))
