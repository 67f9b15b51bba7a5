"""From evidence to an order: every concept once, by its best name."""

from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import overload

from termsearch.answer import Leg
from termsearch.conflict import conflicts, facts
from termsearch.index import Found
from termsearch.index.point import Point
from termsearch.match import Asked, Match, Order, Seen

__all__ = ["Ranking", "best_of_each_concept", "denied_concepts", "merged"]


class Ranking(Sequence[Match]):
    """One match a concept, best first; put in order as far as somebody looks.

    Whether a name contradicts the query takes as long to find out as all the rest, and a
    contradiction only moves a name down: a name that even without one would come behind the ten
    that are shown is never asked. Of 5.7 ms a query that took off 0.8 (1,000 mentions, MeSH).
    """

    def __init__(self, matches: Iterable[Match] = ()) -> None:
        self._matches = list(matches)
        # The number, of equal orders, says who came first.
        self._ahead: list[tuple[Order, int, bool, Match]] = [
            (match.order_at_best, number, False, match)
            for number, match in enumerate(self._matches)
        ]
        heapify(self._ahead)
        self._placed: dict[str, Match] = {}
        self._order: list[Match] = []
        self._concepts = len({match.point.curie for match in self._matches})

    def unmeasured(self, count: int) -> list[Point]:
        """Names whose own cosine decides whether they are among the first ``count``.

        Until it is known they score as if they were as near as the farthest that was fetched. Where
        many names lie close that is near: in ICD-10-CM "Loa loa infection" came first for "ear
        infection", and not where more were wanted. What comes behind ``count`` concepts even so
        is left out: to ask takes 0.2 to 0.7 ms, and of 1,113 mentions 62 need it (MeSH).
        """
        unsure = [match for match in self._matches if not match.is_measured]
        first = self[:count] if unsure else ()
        if not unsure or (len(first) == count and all(match.is_measured for match in first)):
            return []  # a name's own cosine only moves it down
        sure = Ranking(match for match in self._matches if match.is_measured)
        last = sure[count - 1].score if len(sure) >= count else -1.0
        return [match.point for match in unsure if match.at_most >= last]

    def measured(self, cosines: Mapping[str, float]) -> "Ranking":
        """The same with the cosines of names that lacked them, by digest."""
        return Ranking(
            match
            if match.is_measured or match.point.digest not in cosines
            else match.measured(cosines[match.point.digest])
            for match in self._matches
        )

    def __len__(self) -> int:
        """How many concepts."""
        return self._concepts

    @overload
    def __getitem__(self, at: int) -> Match: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Match]: ...

    def __getitem__(self, at: int | slice) -> Match | Sequence[Match]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        self._place(at + 1 if at >= 0 else len(self))
        return self._order[at]

    def _place(self, count: int) -> None:
        """Put the first ``count`` in order."""
        placed, order, ahead = self._placed, self._order, self._ahead
        while ahead and len(order) < count:
            _, number, known, match = heappop(ahead)
            if match.point.curie in placed:
                continue
            if known or match.score == match.at_most:
                placed[match.point.curie] = match
                order.append(match)
            else:
                heappush(ahead, (match.order, number, True, match))


def best_of_each_concept(asked: Asked, found: Mapping[Leg, Sequence[Found]]) -> Ranking:
    """What the legs found, ranked."""
    points: dict[str, Point] = {}
    legs: dict[str, dict[Leg, Seen]] = {}
    for leg, hits in found.items():
        for rank, (point, score) in enumerate(hits, start=1):
            points[point.digest] = point  # which it was stored with; its id takes 4 us
            legs.setdefault(point.digest, {})[leg] = Seen(rank, score)
    farthest = min((score for _, score in found.get("dense", ())), default=0.0)
    denied = denied_concepts(asked, points.values())
    return Ranking(
        Match(asked, point, legs[digest], farthest, denied.get(point.curie, ()))
        for digest, point in points.items()
    )


def denied_concepts(asked: Asked, points: Iterable[Point]) -> Mapping[str, tuple[str, ...]]:
    """CURIEs of what the query says is absent, each with how one of its names contradicts that.

    The other names mean the same: who asks for "no fever" does not mean "feeling feverish".
    """
    ours = facts(asked.form)
    absent = [absence.words for absence in ours.absent if absence.by == "no "]
    found: dict[str, tuple[str, ...]] = {}
    for point in points if absent and asked.mode == "auto" else ():
        theirs = facts(point.form)
        if any(words <= theirs.words for words in absent) and (said := conflicts(ours, theirs)):
            found.setdefault(point.curie, said)
    return found


def merged(rankings: Iterable[Iterable[Match]]) -> Ranking:
    """Several rankings as one: of a concept that is in two of them, the better match."""
    return Ranking(match for ranking in rankings for match in ranking)
