"""The comparison of what one loader, or one part of it, had and has."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from hashlib import blake2b
from typing import Literal, NamedTuple

from termsearch.diff.changes import Change, Changes, Kind, NameCounts, OriginDiff
from termsearch.index import Index
from termsearch.index.met import Met, key_of_id
from termsearch.index.point import Point
from termsearch.index.rules import rules
from termsearch.index.where import CARD, Condition
from termsearch.pipeline import batches
from termsearch.vocabulary import full_code

__all__ = ["OriginDifference"]

_PAGE = 4_096
#: Points read with their vectors at a time: 768 floats are 25 kB in Python.
_FEW = 256


class _Lost(NamedTuple):
    """A concept that is inactive now or gone; what replaces it may be read after it."""

    curie: str
    name: str
    status: Literal["inactive", "gone"]
    was_live: bool
    replaced_by: tuple[str, ...]


class OriginDifference:
    """Compares the concepts of one origin with the cards that the index has of it."""

    def __init__(
        self,
        index: Index,
        origin: str,
        changes: Changes,
        peers: Mapping[str, "OriginDifference"],
        assumed: Set[tuple[str, str]],
    ) -> None:
        """Read nothing yet.

        Args:
            index: As it is before.
            origin: Whose concepts these are.
            changes: Of all origins.
            peers: Of the origins that are read in the same run, itself among them.
            assumed: Vocabularies that nobody named, each with its origin; may grow.
        """
        self._index, self._origin, self._changes, self._peers = index, origin, changes, peers
        self._assumed = assumed
        self._here = Condition("origin", (origin,))
        self.had_names = index.count([self._here])
        self._had_concepts = index.count([self._here, CARD])
        self._names, self._concepts = Met(), Met()
        self._names_of_added = 0
        self._releases: dict[str, None] = {}
        self._lost: list[_Lost] = []
        self._gone: dict[str, _Lost] = {}
        #: CURIE of a concept in the index to those of the release that take its place.
        self._successors: dict[str, list[str]] = {}
        self._respelt = 0
        loaded = index.manifest.loaded
        #: Vocabularies that the index has from other origins too.
        self._shared = {entry.vocabulary for entry in loaded if entry.origin != origin}
        loader = origin.partition("/")[0]
        #: Vocabularies of the same loader's other parts, each with its origin.
        self._beside = {
            (entry.vocabulary, entry.origin)
            for entry in loaded
            if entry.origin != origin and entry.origin.partition("/")[0] == loader
        }
        self._repeated = Counter[str]()
        self.names = NameCounts()

    @property
    def lost(self) -> int:
        """Names that are not in the release in any search form. After :meth:`finish`."""
        return self.names.to_remove - self._respelt

    def compare(self, points: Sequence[Point]) -> None:
        """Place whole concepts; the index must have of them what it had before."""
        cards = [point for point in points if point.card]
        before = self._before(cards) if self.had_names else {}
        new = [card for card in cards if card.curie not in before]
        elsewhere, met = self._elsewhere(new), self._met(new)
        twins = {} if self.had_names else self._twins(new)
        self._names.add(key_of_id(point.id) for point in points)
        self._concepts.add(_key(card.curie) for card in cards)
        known = before.keys() | elsewhere.keys()
        self._names_of_added += sum(point.curie not in known for point in points)
        for card in cards:
            self._releases[card.release] = None
            for code in card.replaces:
                if code in before:
                    self._successors.setdefault(code, []).append(card.curie)
            if card.curie in before:
                self._place(card, before[card.curie])
            elif card.curie not in elsewhere and card.curie not in met:
                self._add("added", card)
            self._repeated.update(
                {
                    other.origin
                    for other in (*elsewhere.get(card.curie, ()), *twins.get(card.curie, ()))
                    if (other.lang, other.form) == (card.lang, card.form)
                }
            )

    def finish(self) -> None:
        """Place what was lost, and count names."""
        otherwise = self._origin in self._index.manifest.made_otherwise(rules())
        for page in batches(self._unmet(), _FEW):
            points = [stored.point for stored in self._index.stored(page).values()]
            self._lose(points)
            if otherwise:
                self._respelt += self._names.respelt(points)
        for lost in (*self._lost, *sorted(self._gone.values())):
            self._settle(lost)
        kept = self.had_names - self.names.to_remove
        self.names.to_embed = len(self._names) - kept
        self.names.added = self.names.to_embed - self._names_of_added

    def summary(self) -> OriginDiff:
        """After :meth:`finish`."""
        entries = [e for e in self._index.manifest.loaded if e.origin == self._origin]
        return OriginDiff(
            origin=self._origin,
            release_was=_joined(entry.release for entry in entries),
            release_now=_joined(self._releases),
            concepts_was=self._had_concepts,
            concepts_now=len(self._concepts),
            cut=not all(entry.complete for entry in entries),
            needs_replace=not len(self._names) or self.lost > self.had_names / 2,
        )

    def doubts(self) -> Iterator[str]:
        """A warning for each part of the same loader that a new one says over again, for the most.

        After :meth:`finish`. Of a new edition under another name nothing else tells: all of the old
        one still answers. A translation has other names of the same codes, and is none.
        """
        loader, concepts = self._origin.partition("/")[0], len(self._concepts)
        for other, count in self._repeated.items() if not self.had_names else ():
            if other.partition("/")[0] == loader and count > concepts / 2:
                yield (
                    f"{count:,} of the {concepts:,} concepts of {self._origin}, which is new, are "
                    f"in {other} already, under the same codes and names, and both answer. If it "
                    "is another edition of that list: termsearch remove "
                    f"{shlex.quote(other)}. A table takes the place of another with --as"
                )

    def _met(self, points: Sequence[Point]) -> set[str]:
        """CURIEs of those ``points`` whose concepts another origin of this run has given."""
        curies = list(dict.fromkeys(point.curie for point in points))
        keys = [_key(curie) for curie in curies]
        others = [each._concepts for each in self._peers.values() if each is not self]
        return {
            curie
            for concepts in others
            for curie, met in zip(curies, concepts.hold(keys), strict=True)
            if met
        }

    def _elsewhere(self, points: Sequence[Point]) -> dict[str, list[Point]]:
        """The cards that other origins have of the concepts of ``points``, by CURIE."""
        asked = [point for point in points if point.vocabulary in self._shared]
        found: dict[str, list[Point]] = {}
        if asked:
            where = (
                Condition("vocabulary", tuple({point.vocabulary: None for point in asked})),
                CARD,
                Condition("curies", tuple({point.curie: None for point in asked})),
            )
            for card in self._index.points(where):
                if card.origin != self._origin:
                    found.setdefault(card.curie, []).append(card)
        return found

    def _twins(self, cards: Sequence[Point]) -> dict[str, list[Point]]:
        """Cards of other parts that have a name and the code of one of ``cards``, by its CURIE.

        In another vocabulary, where that of one of the two is a file's name: editions differ in it.
        """
        own = {name for name, origin in self._assumed if origin == self._origin}
        beside = self._beside if own else self._beside & self._assumed
        found: dict[str, list[Point]] = {}
        if not (cards and beside):
            return found
        by_form: dict[str, list[Point]] = {}
        for card in cards:
            by_form.setdefault(card.form, []).append(card)
        origins = tuple({origin: None for _, origin in sorted(beside)})
        where = (Condition("origin", origins), CARD, Condition("form", tuple(by_form)))
        for other in self._index.points(where):
            assumed = (other.vocabulary, other.origin) in self._assumed
            for card in by_form[other.form]:
                unsaid = assumed or card.vocabulary in own
                if unsaid and other.vocabulary != card.vocabulary and _same_code(card, other):
                    found.setdefault(card.curie, []).append(other)
        return found

    def _before(self, cards: Sequence[Point]) -> dict[str, Point]:
        """The cards in the index of ``cards`` and of what they replace, by CURIE."""
        wanted = dict.fromkeys(curie for card in cards for curie in (card.curie, *card.replaces))
        curies = Condition("curies", tuple(wanted))
        return {card.curie: card for card in self._index.points([self._here, CARD, curies])}

    def _place(self, card: Point, old: Point) -> None:
        """Add ``card`` to each kind of change that holds."""
        if card.live and not old.live:
            self._add("revived", card)
        elif not card.live and (old.live or _redirected(card, old)):
            lost = _Lost(card.curie, card.concept_name, "inactive", old.live, card.replaced_by)
            self._lost.append(lost)
        if card.concept_name != old.concept_name:
            self._add("renamed", card, (old.concept_name,), (card.concept_name,))
        if card.live and old.live and set(card.parents) != set(old.parents):
            self._add("moved", card, old.parents, card.parents)
        if set(card.types) != set(old.types):
            self._add("retyped", card, old.types, card.types)

    def _add(
        self, kind: Kind, card: Point, was: tuple[str, ...] = (), now: tuple[str, ...] = ()
    ) -> None:
        status: Literal["active", "inactive"] = "active" if card.live else "inactive"
        self._changes.add(kind, Change(card.curie, card.concept_name, status, was, now))

    def _unmet(self) -> Iterator[str]:
        """Ids of the names that the origin had and has no longer."""
        if self.had_names:
            for page in batches(self._index.ids([self._here]), _PAGE):
                yield from self._names.missing(page)

    def _lose(self, points: Sequence[Point]) -> None:
        """Count lost names; note those that were the cards of concepts lost with them."""
        staying = self._concepts.hold([_key(point.curie) for point in points])
        left = [point for point, stays in zip(points, staying, strict=True) if not stays]
        elsewhere = self._staying_elsewhere(left)
        lost = [point for point in left if point.curie not in elsewhere]
        self.names.to_remove += len(points)
        self.names.removed += len(points) - len(lost)
        for point in filter(lambda point: point.card, lost):
            if not any(point.curie in each._gone for each in self._peers.values()):
                curie, name, after = point.curie, point.concept_name, point.replaced_by
                self._gone[curie] = _Lost(curie, name, "gone", point.live, after)

    def _staying_elsewhere(self, points: Sequence[Point]) -> set[str]:
        """CURIEs of concepts that other origins have in this run or, not read in it, in the index.

        In use, where these were.
        """
        there, live = self._elsewhere(points), {p.curie for p in points if p.live}
        return self._met(points) | {
            curie
            for curie, cards in there.items()
            if any(
                card.origin not in self._peers and (card.live or curie not in live)
                for card in cards
            )
        }

    def _settle(self, lost: _Lost) -> None:
        now = tuple(dict.fromkeys((*lost.replaced_by, *self._successors.get(lost.curie, ()))))
        change = Change(lost.curie, lost.name, lost.status, now=now)
        if lost.status == "gone" and not lost.was_live:
            self._changes.add("removed", change)
        else:
            self._changes.add("merged" if now else "retired", change)


def _same_code(one: Point, other: Point) -> bool:
    """Whether two vocabularies have one code: a list named as ICD-10-CM gets dots in its own."""
    return one.code == full_code(one.vocabulary, other.code) or other.code == full_code(
        other.vocabulary, one.code
    )


def _redirected(card: Point, old: Point) -> bool:
    return bool(card.replaced_by) and set(card.replaced_by) != set(old.replaced_by)


def _key(curie: str) -> int:
    return int.from_bytes(blake2b(curie.encode(), digest_size=8).digest())


def _joined(releases: Iterable[str]) -> str:
    return ", ".join(filter(None, dict.fromkeys(releases)))
