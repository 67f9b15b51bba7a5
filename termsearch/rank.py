"""From evidence to an order: one score for each name, comparable between queries.

A name whose search form is the query's scores 1, one with the same key a little less. All others
score by cosine similarity with a share of likeness of spelling. What contradicts the query is
moved down and says so. The parameters are six; ``benchmarks/results/ranking.md`` shows what each
is worth on the development splits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from termsearch.answer import Leg, MatchType, Mode
from termsearch.concept import Kind
from termsearch.conflict import conflicts, facts
from termsearch.grams import likeness
from termsearch.index import Found
from termsearch.index.point import Point
from termsearch.lexicon import inflected

__all__ = ["DOUBT", "Asked", "Match", "Seen", "best_of_each_concept"]

#: Likeness of spelling counts this much beside the cosine. 0.15 to 0.3 do much the same.
LIKENESS = 0.2
#: A name that means more, less or something beside its concept.
LOOSE = 0.02
#: Each contradiction. Larger than any difference of cosines among the first twenty.
CONFLICT = 0.25
#: A query that was read otherwise than it stands.
DOUBT = 0.1
#: The scores of a normalized match, and of the best that any other can reach.
NORMALIZED = 0.98
BEST_OTHER = 0.96

_LOOSE_KINDS = {Kind.BROADER, Kind.NARROWER, Kind.RELATED}


@dataclass(frozen=True)
class Seen:
    """What one leg says of a name: its rank there, from 1, and its score there."""

    rank: int
    score: float


@dataclass(frozen=True)
class Asked:
    """The query, in the forms that names are compared with."""

    form: str
    key: str
    mode: Mode
    doubt: float = 0.0  #: taken off every score: the query was not meant for sure as it is read


@dataclass(frozen=True)
class Match:
    """One name of a concept and the evidence for it."""

    asked: Asked
    point: Point
    legs: Mapping[Leg, Seen]
    farthest: float  #: the lowest cosine that was fetched: no other name is nearer

    @cached_property
    def kind(self) -> MatchType:
        """The strongest evidence there is."""
        if self.asked.mode in {"dense", "lexical"}:
            return "dense" if self.asked.mode == "dense" else "lexical"
        if self.point.form == self.asked.form:
            return "exact"
        if self.point.key == self.asked.key and self._says_the_same:
            return "normalized"
        if "dense" in self.legs and "lexical" in self.legs:
            return "hybrid"
        return "dense" if "dense" in self.legs else "lexical"

    @property
    def _says_the_same(self) -> bool:
        """One stem alone is little evidence, several together are enough."""
        asked = self.asked
        return " " in asked.key or inflected(asked.form, self.point.form)

    @cached_property
    def likeness(self) -> float:
        """Of the spellings, 0 to 1."""
        return likeness(self.asked.form, self.point.form)

    @cached_property
    def conflicts(self) -> tuple[str, ...]:
        """In what the name contradicts the query."""
        if self.kind == "exact" or self.asked.mode in {"dense", "lexical"}:
            return ()
        return conflicts(facts(self.asked.form), facts(self.point.form))

    @cached_property
    def score(self) -> float:
        """-1 to 1, higher is nearer."""
        match self.kind:
            case "exact":
                return 1.0 - self.asked.doubt
            case "normalized":
                return NORMALIZED - self._against
            case "lexical" if self.asked.mode == "lexical":
                return self.likeness
            case "dense" if self.asked.mode == "dense":
                return self.legs["dense"].score
            case _:
                cosine = self.legs["dense"].score if "dense" in self.legs else self.farthest
                both = (cosine + LIKENESS * self.likeness) / (1 + LIKENESS)
                return BEST_OTHER * both - self._against

    @property
    def _against(self) -> float:
        loose = LOOSE * (self.point.kind in _LOOSE_KINDS)
        return self.asked.doubt + loose + CONFLICT * len(self.conflicts)

    @property
    def order(self) -> tuple[float, bool, bool, int, str]:
        """Best first. Equal scores: live before retired, the preferred name, the shorter one."""
        preferred = self.point.kind in {Kind.PREFERRED, Kind.FULLY_SPECIFIED}
        return (
            -self.score,
            not self.point.active,
            not preferred,
            len(self.point.name),
            self.point.curie,
        )


def best_of_each_concept(asked: Asked, found: Mapping[Leg, Sequence[Found]]) -> list[Match]:
    """One match a concept, best first."""
    points: dict[str, Point] = {}
    legs: dict[str, dict[Leg, Seen]] = {}
    for leg, hits in found.items():
        for rank, hit in enumerate(hits, start=1):
            points.setdefault(hit.point.id, hit.point)
            legs.setdefault(hit.point.id, {})[leg] = Seen(rank, hit.score)
    farthest = min((hit.score for hit in found.get("dense", ())), default=0.0)
    best: dict[str, Match] = {}
    for name, point in points.items():
        match = Match(asked, point, legs[name], farthest)
        known = best.get(point.curie)
        if known is None or match.order < known.order:
            best[point.curie] = match
    return sorted(best.values(), key=lambda match: match.order)
