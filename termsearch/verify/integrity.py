"""Whether the stored points are whole."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from pydantic import BaseModel, Field

from termsearch.abbreviations import variants
from termsearch.index import Index, Stored
from termsearch.index.check import listed
from termsearch.index.manifest import Loaded
from termsearch.index.point import Point, as_written
from termsearch.index.rules import rules
from termsearch.index.where import CARD, Condition
from termsearch.normalize import search_form, search_key
from termsearch.verify.sample import Pool

__all__ = ["Check", "checks_of"]

_CARDS = 100
#: Vectors are stored as float32.
_TIE = 1e-4


class Check(BaseModel):
    """One question to the stored points."""

    name: str
    passed: bool
    found: str = Field(description="What was looked at; where it failed, what was wrong with it.")


def checks_of(index: Index, pool: Pool) -> Iterator[Check]:
    """Each question with what was found: the manifest's first, then the sampled points'."""
    entries = index.manifest.loaded
    cut = [f"{e.vocabulary} ({e.origin}): ingest it again" for e in entries if not e.complete]
    yield _check("complete", cut, f"{len(entries)} loaded releases or parts")
    yield _check("counts", list(_miscounted(index)), f"{index.count():,} names")
    for name, holds in _HOLDS.items():
        wrong = [_named(id_, each) for id_, each in pool.items() if not holds(id_, each)]
        yield _check(name, wrong, f"{len(pool):,} names drawn")
    yield _formed(index, pool)
    wrong = [_named(*each) for each in list(pool.items())[:_CARDS] if _cards(index, each[1]) != 1]
    yield _check("one card a concept", wrong, f"{min(_CARDS, len(pool)):,} concepts drawn")


def _check(name: str, wrong: Sequence[str], looked_at: str) -> Check:
    if not wrong:
        return Check(name=name, passed=True, found=looked_at)
    more = f" and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
    return Check(name=name, passed=False, found=f"{wrong[0]}{more}, of {looked_at}")


def _named(id_: str, stored: Stored) -> str:
    return f"{stored.point.curie} {stored.point.name!r} (point {id_})"


def _miscounted(index: Index) -> Iterator[str]:
    """Counts that differ from the manifest's, in words."""
    entries, total = index.manifest.loaded, index.count()
    if not total:
        yield "the index holds no names: ingest a release"
    for entry in entries:
        names, concepts = _counted(index, entry)
        if (names, concepts) != (entry.names, entry.concepts):
            yield (
                f"{entry.vocabulary} ({entry.origin}) has {names:,} names of {concepts:,} concepts "
                f"where {entry.names:,} of {entry.concepts:,} were stored: ingest it again"
            )
    if (listed := sum(entry.names for entry in entries)) != total:
        yield f"{total:,} names, and {listed:,} in the manifest"


def _counted(index: Index, entry: Loaded) -> tuple[int, int]:
    """Names and concepts of one vocabulary of one origin."""
    here = [Condition("vocabulary", (entry.vocabulary,)), Condition("origin", (entry.origin,))]
    return index.count(here), index.count([*here, CARD])


def _has_its_id(id_: str, stored: Stored) -> bool:
    """Else a second ingest would store it twice."""
    return stored.point.id == id_


def _is_unit(_: str, stored: Stored) -> bool:
    """Of length 1 (a NaN is no length), which makes a product of two a cosine similarity."""
    return bool(abs(np.linalg.norm(stored.vector) - 1) < _TIE)


def _is_as_written(_: str, stored: Stored) -> bool:
    """Whether the payload gives the digest that was stored with it."""
    return as_written(stored.point)


def _formed(index: Index, pool: Pool) -> Check:
    """Whether queries are still brought into the form and the key that names were stored with.

    Not asked of names that another version stored: its rules are not known here.
    """
    others = index.manifest.made_otherwise(rules())
    ours = {id_: each for id_, each in pool.items() if each.point.origin not in others}
    wrong = [_named(id_, each) for id_, each in ours.items() if not _has_todays_form(each.point)]
    said = f"; another version's, to be ingested again: {listed(others)}" if others else ""
    return _check("search forms", wrong, f"{len(ours):,} names drawn{said}")


def _has_todays_form(point: Point) -> bool:
    forms = {search_form(point.name), *(variant.form for variant in variants(point.name))}
    return point.form in forms and search_key(point.form) == point.key


_HOLDS: dict[str, Callable[[str, Stored], bool]] = {
    "ids": _has_its_id,
    "vectors of length 1": _is_unit,
    "digests": _is_as_written,
}


def _cards(index: Index, stored: Stored) -> int:
    """Of the point's concept: one from each origin that knows it."""
    point = stored.point
    where = (("curies", point.curie), ("origin", point.origin), ("flags", "card"))
    found = index.points([Condition(field, (value,)) for field, value in where])
    return sum(each.curie == point.curie for each in found)
