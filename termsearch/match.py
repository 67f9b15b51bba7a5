"""One name as the answer to a query: the evidence for it, the evidence against it, one score.

A name whose search form is the query's scores 1, one with the same key a little less. All others
score by cosine similarity with a share of likeness of spelling. What contradicts the query is
moved down and says so. ``benchmarks/results/ranking.md`` shows what each parameter
is worth on the development splits, but for ``SHADE`` and ``RESIDUAL``: they have hardly any such
words.
"""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from termsearch.answer import AS_IT_STANDS, Leg, MatchType, Mode
from termsearch.concept import LOOSE_KINDS, Kind
from termsearch.conflict import conflicts, facts, shades
from termsearch.grams import likeness
from termsearch.headword import names_a_modifier
from termsearch.index.point import Point
from termsearch.lexicon import inflected, joined, reversed_words

__all__ = [
    "DOUBT",
    "DOUBT_OUT",
    "SUREST_CORRECTED",
    "SUREST_INITIALS",
    "Asked",
    "Match",
    "Order",
    "Seen",
]

#: Likeness of spelling counts this much beside the cosine. 0.15 to 0.3 do much the same.
LIKENESS = 0.2
#: A name that means more, less or something beside its concept.
LOOSE = 0.02
#: A name without a number that the query has: "Collagen" for "Collagen XVII". 0.03 to 0.12 do much
#: the same.
WITHOUT_NUMBER = 0.06
#: Each contradiction. Larger than any difference of cosines among the first twenty.
CONFLICT = 0.25
#: Each word that changes what the name or the query means and excludes nothing ("suspected",
#: "pre-"): enough to go behind a name that agrees, as for a number.
SHADE = 0.06
#: A name that is only where the thing asked for is, or of which kind: "Ankle" for "ankle
#: contractures". 0.04 to 0.08 do much the same.
MODIFIER = 0.06
#: A name for what is left when others are named, or for what comes later: "Other appendicitis" for
#: "appendicitis", "Burn of forearm, sequela" for "burn of forearm".
RESIDUAL = 0.06
#: A query with a word put right, which may be another word.
DOUBT = 0.1
#: A query with what is short written out, and with everyday language in clinical words: the first
#: hits are the same with 0 to 0.1, and the probability is nearest the truth with the least.
DOUBT_OUT = 0.03
#: Probability of a hit that a word had to be put right for. Of the challenge set all 42 are right,
#: but that a letter makes another word, which no name of the index has, shows in no score.
SUREST_CORRECTED = 0.75
#: The same where a word was taken for initials: of 36 such mentions of the NCBI disease corpus,
#: train and dev, 11 were right.
SUREST_INITIALS = 0.35
#: The scores of a code that was typed, of a normalized match, and of the best that any other can
#: reach: p53 is a protein before it is a code of ICD-10.
CODED = 0.99
NORMALIZED = 0.98
BEST_OTHER = 0.96

_CHOSEN_KINDS = {Kind.PREFERRED, Kind.FULLY_SPECIFIED}

#: In names that classifications give to such codes; "other and unspecified" leaves all open.
_RESIDUAL = re.compile(r"\bother\b(?! and unspecified\b)|\bsequelae?\b|\bsubsequent encounter\b")
#: In what asks for them.
_ASKS_FOR_REST = re.compile(
    r"\b(?:other|sequelae?|subsequent|late|later|old|after|following|follow|residual|history)\b"
)

#: Ascending, the best first. Equal scores: live before retired; of those that say the same, who is
#: spelt more alike (Gleason score 4+3 or 3+4); the preferred name, one that means more or less than
#: its concept last; the shorter.
Order = tuple[float, bool, float, int, int, str]


class Seen(NamedTuple):
    """What one leg says of a name: its rank there, from 1, and its score there."""

    rank: int
    score: float


class Asked(NamedTuple):
    """The query, in the forms that names are compared with."""

    form: str
    key: str
    mode: Mode
    doubt: float = 0.0  #: taken off every score: the query was not meant for sure as it is read
    surest: float = 1.0  #: no hit is more probable: a word was put right that may be another word


class Match:
    """One name of a concept and the evidence for it.

    Attributes:
        legs: Which found it.
        kind: The strongest evidence there is.
        is_measured: Whether the score rests on its own cosine, or needs none.
        at_most: The score if nothing contradicts the query: that takes longest to find out.
    """

    def __init__(
        self,
        asked: Asked,
        point: Point,
        legs: Mapping[Leg, Seen],
        farthest: float,
        denied: tuple[str, ...] = (),
    ) -> None:
        """Make one.

        Args:
            asked: The query.
            point: The name.
            legs: Which found it.
            farthest: Its cosine where the dense leg did not bring it; until somebody looks it
                up, the lowest that was fetched, for no other name is nearer.
            denied: How another name of the concept says what the query says is absent.
        """
        self.asked, self.point, self.legs = asked, point, legs
        self._farthest, self._denied = farthest, denied
        self._contradicts_nothing = False
        self.kind: MatchType = self._kind()
        self.is_measured = asked.mode != "auto" or self.kind != "lexical"
        self.at_most = self._at_most()

    def measured(self, cosine: float) -> "Match":
        """The same name with its own cosine."""
        match = Match(self.asked, self.point, self.legs, cosine, self._denied)
        match.is_measured = True
        return match

    @property
    def cosine(self) -> float | None:
        """Of the vectors, -1 to 1; None where it was not looked up."""
        if "dense" in self.legs:
            return self.legs["dense"].score
        known = self.kind == "lexical" and self.is_measured and self.asked.mode == "auto"
        return self._farthest if known else None

    @property
    def likeness(self) -> float:
        """Of the spellings, 0 to 1."""
        return likeness(self.asked.form, self.point.form)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """In what the name contradicts the query."""
        return self._against[0]

    @property
    def is_denied(self) -> bool:
        """Whether the query says that this is absent: "no fever"."""
        absent = facts(self.asked.form).absent if self.conflicts else ()
        return any(absence.by == "no " for absence in absent)

    @property
    def denies(self) -> bool:
        """Whether the query says nothing but that something is absent: "no fever"."""
        asked = facts(self.asked.form)
        return not asked.words and any(absence.by == "no " for absence in asked.absent)

    @property
    def says_absent(self) -> bool:
        """Whether the name says that something is absent, or that there is too little of it."""
        said = facts(self.point.form)
        return bool(said.absent) or said.lacks

    @property
    def score(self) -> float:
        """-1 to 1, higher is nearer."""
        contradicting, shaded = self._against
        against = CONFLICT * len(contradicting) + SHADE * shaded
        against += MODIFIER * self.is_modifier + RESIDUAL * self.is_residual
        return max(-1.0, self.at_most - against)

    @property
    def is_loose(self) -> bool:
        """Whether the name means more, less or something beside its concept."""
        return self.point.kind in LOOSE_KINDS

    @cached_property
    def is_modifier(self) -> bool:
        """Whether the name only says more of what is asked for: "Ankle" for "ankle contractures".

        English names only: other languages put the head elsewhere.
        """
        if not self._is_judged:
            return False
        asked, point = self.asked, self.point
        english = point.lang.partition("-")[0] == "en"
        return english and names_a_modifier(asked.form, asked.key, point.form, point.key)

    @cached_property
    def is_residual(self) -> bool:
        """Whether the name is for what is left or comes later, which nobody asked for."""
        if not self._is_judged or _ASKS_FOR_REST.search(self.asked.form):
            return False
        return bool(_RESIDUAL.search(self.point.form))

    @property
    def _is_judged(self) -> bool:
        """Whether there is more to the name than that it says the same, or one kind of evidence."""
        return self.kind not in AS_IT_STANDS and self.asked.mode == "auto"

    @cached_property
    def _against(self) -> tuple[tuple[str, ...], int]:
        """Contradictions, and the number of words that change the meaning."""
        if self.kind in {"exact", "code"} or self.asked.mode in {"dense", "lexical"}:
            return (), 0
        if self._contradicts_nothing:  # "un-controlled" is no opposite of "uncontrolled"
            return (), 0
        ours, theirs = facts(self.asked.form), facts(self.point.form)
        own = conflicts(ours, theirs)
        return own if own or self.says_absent else self._denied, shades(ours, theirs)

    @property
    def order(self) -> Order:
        """Its place among others."""
        return self._order(self.score)

    @property
    def order_at_best(self) -> Order:
        """Never behind :attr:`order`."""
        return self._order(self.at_most)

    def _order(self, score: float) -> Order:
        point = self.point
        return (
            -score,
            "active" not in point.flags,
            -round(self.likeness, 3) if self.kind == "normalized" else 0.0,
            0 if point.kind in _CHOSEN_KINDS else 1 + self.is_loose,
            len(point.name),
            point.curies[0],
        )

    def _kind(self) -> MatchType:
        if self.asked.mode in {"dense", "lexical"}:
            return "dense" if self.asked.mode == "dense" else "lexical"
        if self.point.form == self.asked.form:
            return "exact"
        if "code" in self.legs:
            return "code"
        if self._is_normalized():
            return "normalized"
        if "dense" in self.legs and "lexical" in self.legs:
            return "hybrid"
        return "dense" if "dense" in self.legs else "lexical"

    def _is_normalized(self) -> bool:
        if self.point.key == self.asked.key and self._says_the_same():
            return True
        self._contradicts_nothing = joined(self.asked.form, self.point.form)
        return self._contradicts_nothing

    def _says_the_same(self) -> bool:
        """One stem alone is little evidence, several together are enough, if in an order."""
        asked, found = self.asked.form, self.point.form
        if " " not in self.asked.key:
            return inflected(asked, found)
        return not reversed_words(asked, found)

    def _at_most(self) -> float:
        match self.kind:
            case "exact":
                return 1.0 - self.asked.doubt
            case "code":
                return CODED
            case "normalized":
                return NORMALIZED - self._doubts()
            case "lexical" if self.asked.mode == "lexical":
                return self.likeness
            case "dense" if self.asked.mode == "dense":
                return self.legs["dense"].score
            case _:
                cosine = self.legs["dense"].score if "dense" in self.legs else self._farthest
                both = (cosine + LIKENESS * self.likeness) / (1 + LIKENESS)
                return BEST_OTHER * both - self._doubts() - WITHOUT_NUMBER * self._lacks_a_number()

    def _doubts(self) -> float:
        return self.asked.doubt + LOOSE * self.is_loose

    def _lacks_a_number(self) -> bool:
        return not _numbers(self.asked.key) <= set(self.point.key.split())


@lru_cache(64)  # a query has some sixty candidates
def _numbers(key: str) -> frozenset[str]:
    return frozenset(word for word in key.split() if word.isdecimal())
