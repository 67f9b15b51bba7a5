"""Codes, to what the index knows of them.

A code system that was loaded has concepts of its own. Of one that was not (SNOMED CT in an index
of UMLS) the codes are known that concepts use, and the names they use them for.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from termsearch.codes import richness, similar_codes
from termsearch.concept import Kind
from termsearch.index import Index
from termsearch.index.point import Point
from termsearch.index.where import Condition
from termsearch.pipeline import batches
from termsearch.service.fhir.outcome import not_found
from termsearch.service.fhir.systems import System
from termsearch.vocabulary import curie, full_code, lang_includes

__all__ = [
    "Coded",
    "Named",
    "code_of",
    "coded",
    "curie_of",
    "gone",
    "known_code",
    "languages",
    "one_coded",
]

#: CURIEs in one request.
_BLOCK: Final = 500

#: What sources call the name they display, best first:
#: https://www.nlm.nih.gov/research/umls/knowledge_sources/metathesaurus/release/abbreviations.html
_DISPLAYED: Final = ("PT", "MH", "PN", "HT", "LN", "FN", "SY")

_KINDS: Final = tuple(Kind)


class Named(NamedTuple):
    """One name."""

    text: str
    lang: str
    kind: Kind
    active: bool
    term_type: str = ""  #: of the source whose code it is


class Coded(NamedTuple):
    """One code of one code system."""

    vocabulary: str
    code: str
    display: str  #: empty of one that is :func:`gone`, which has no names either
    lang: str  #: of ``display``
    live: bool
    names: tuple[Named, ...]  #: the displayed one first
    cards: tuple[Point, ...]  #: none where other concepts use the code
    users: tuple[str, ...] = ()  #: CURIEs of these; of one that is gone, of its successors

    @property
    def curie(self) -> str:
        """As termsearch writes it."""
        return curie(self.vocabulary, self.code)

    @property
    def card(self) -> Point | None:
        """The one that says most, where a user's table adds names to a vocabulary's concept."""
        return max(self.cards, key=richness, default=None)

    @property
    def successors(self) -> tuple[str, ...]:
        """CURIEs of what to use instead of a retired code."""
        if self.card:
            return self.card.replaced_by
        return () if self.names else self.users

    def shown(self, langs: Sequence[str]) -> str:
        """What is displayed in the first of ``langs`` it has a name in; else as ever."""
        for lang in langs:
            if lang_includes(lang, self.lang):
                return self.display
            tagged = (name for name in self.names if lang_includes(lang, name.lang))
            names = [name for name in tagged if _may_stand(name, self)]
            if names:
                return min(names, key=lambda name: _KINDS.index(name.kind)).text
        return self.display


def coded(index: Index, curies: Iterable[str]) -> dict[str, Coded]:
    """Those of ``curies`` that are codes of the index."""
    found = {}
    for block in batches(dict.fromkeys(curies), _BLOCK):
        points = list(index.points([Condition("curies", tuple(block))]))
        loaded = index.manifest.vocabularies()
        for each in block:
            made = _owned(each, points) or _used(each, points, loaded)
            if made:
                found[each] = made
    return found


def one_coded(index: Index, system: System, code: str) -> Coded | None:
    """None if ``system`` has no such code."""
    wanted = curie_of(system, code)
    found = coded(index, [wanted]).get(wanted)
    # `HP:0001945` and `0001945` have one CURIE; the code system has the first.
    return found if found and found.code == code else None


def gone(index: Index, system: System, code: str) -> Coded | None:
    """A retired code that was not loaded, as those know it that took its place; None if none did.

    Most ingests leave retired concepts out; that their codes were valid is known all the same.
    """
    wanted = curie_of(system, code)
    if full_code(system.vocabulary, code) != code:
        return None
    named = index.points([Condition("curies", (wanted,))])
    took = tuple(sorted({point.curie for point in named if wanted in point.replaces}))
    return Coded(system.vocabulary, code, "", "", False, (), (), took) if took else None


def known_code(index: Index, system: System, code: str) -> Coded:
    """A code of the index.

    Raises:
        Problem: 404, there is no such code, or it is gone; names all that took its place.
    """
    found = one_coded(index, system, code)
    if found is None:
        old = gone(index, system, code)
        if old is None:
            written = _written(index, system, code)
            raise not_found(f"{code} is no code of {system.canonical}{written}.")
        use = " or ".join(code_of(system.vocabulary, each) for each in old.successors)
        said = f"{code} of {system.canonical} is retired and not in this index; use {use}."
        raise not_found(said)
    return found


def _written(index: Index, system: System, code: str) -> str:
    """What a code may be a slip for (``E119``, ``d990002``), be it of another code system."""
    near = similar_codes(index, curie_of(system, full_code(system.vocabulary, code)))
    one = next(iter(coded(index, near).values()), None)
    if one is None:  # what is near is gone too
        return ""
    own = one.vocabulary == system.vocabulary
    return f"; it has {one.code}" if own else f"; {one.curie} is known"


def curie_of(system: System, code: str) -> str:
    """The CURIE of a code."""
    return curie(system.vocabulary, code)


def code_of(vocabulary: str, of: str) -> str:
    """The code in a CURIE of ``vocabulary``."""
    return of.removeprefix(f"{vocabulary}:")


def languages(asked: str) -> tuple[str, ...]:
    """The tags of ``de, en;q=0.5``, in order."""
    return tuple(tag for part in asked.split(",") if (tag := part.partition(";")[0].strip()))


def _may_stand(name: Named, of: Coded) -> bool:
    means_it = name.kind in {Kind.PREFERRED, Kind.FULLY_SPECIFIED, Kind.SYNONYM}
    return means_it and (name.active or not of.live)


def _owned(wanted: str, points: Iterable[Point]) -> Coded | None:
    own = [point for point in points if point.curie == wanted]
    if not own:
        return None
    cards = tuple(point for point in own if point.card) or (own[0],)
    lead = max(cards, key=richness)
    ordered = sorted(own, key=lambda p: (p is not lead, p.lang, _KINDS.index(p.kind), p.form))
    names = _distinct(Named(p.name, p.lang, p.kind, p.active) for p in ordered)
    return Coded(lead.vocabulary, lead.code, lead.concept_name, lead.lang, lead.live,
                 names, cards)  # fmt: skip


def _used(wanted: str, points: Iterable[Point], loaded: Sequence[str]) -> Coded | None:
    uses = [
        (_place(source.term_type), point, source)
        for point in points
        for source in point.sources
        if source.vocabulary not in loaded and curie(source.vocabulary, source.code) == wanted
    ]
    if not uses:
        return None
    uses.sort(key=lambda use: (use[0], use[1].lang, _KINDS.index(use[1].kind), use[1].form))
    _, first, source = uses[0]
    names = _distinct(Named(p.name, p.lang, p.kind, p.active, s.term_type) for _, p, s in uses)
    users = dict.fromkeys(point.curie for _, point, _ in uses)
    live = any(point.active for _, point, _ in uses)
    return Coded(source.vocabulary, source.code, first.name, first.lang, live,
                 names, (), tuple(users))  # fmt: skip


def _distinct(names: Iterable[Named]) -> tuple[Named, ...]:
    """Each text once: a name that says two things ("MI - Myocardial infarction") is two points."""
    first: dict[tuple[str, str], Named] = {}
    for name in names:
        first.setdefault((name.text, name.lang), name)
    return tuple(first.values())


def _place(term_type: str) -> int:
    return _DISPLAYED.index(term_type) if term_type in _DISPLAYED else len(_DISPLAYED)
