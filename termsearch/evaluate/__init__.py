"""How often the right concept is on top, by mode and by index, for mentions with gold concepts.

Strict, at the level of concepts: what counts is the rank of the first hit whose CURIE is gold. A
homonym (another concept of the same name) that stands before it counts against it. Published
figures of SapBERT follow another protocol, computed beside it under its own name: the same search
has .92 by the one and .75 by the other (NCBI disease corpus, sapbert.md).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from time import perf_counter

from termsearch.answer import Answer, Hit, Mode, require_mode
from termsearch.codes import points_of_concept
from termsearch.encoder import Encoder
from termsearch.evaluate.lenient import LENIENT, lenient
from termsearch.evaluate.mentions import Mention, read_mentions
from termsearch.evaluate.plot import plot, require_plot
from termsearch.evaluate.results import (
    RANKS,
    CategoryScores,
    Evaluation,
    Miss,
    NoAnswer,
    Run,
    Scores,
    Share,
)
from termsearch.index import Index
from termsearch.normalize import search_form
from termsearch.search import TermSearch

__all__ = [
    "LENIENT",
    "CategoryScores",
    "Evaluation",
    "Mention",
    "Miss",
    "NoAnswer",
    "Run",
    "Scores",
    "Share",
    "evaluate",
    "plot",
    "read_mentions",
    "require_plot",
    "says_none",
]

#: Mentions that are embedded and answered together.
_BLOCK = 256


@dataclass(frozen=True)
class _Judged:
    """A mention with its answer and where gold stands in it."""

    mention: Mention
    answer: Answer

    @property
    def rank(self) -> int | None:
        """Of the first hit that is gold, from 1."""
        return self.gold_hit.rank if self.gold_hit else None

    @property
    def gold_hit(self) -> Hit | None:
        hits = self.answer.results
        return next((hit for hit in hits if hit.curie in self.mention.gold), None)

    @property
    def top(self) -> Hit | None:
        return self.answer.results[0] if self.answer.results else None

    @property
    def missed(self) -> bool:
        """Whether somebody who takes the first hit is wrong."""
        return self.rank != 1 if self.mention.gold else not says_none(self.answer)

    @property
    def homonym(self) -> bool:
        gold, top = self.gold_hit, self.top
        if gold is None or top is None or gold is top:
            return False
        return search_form(gold.matched_name) == search_form(top.matched_name)

    @property
    def badness(self) -> tuple[bool, float]:
        """Worst first: gold nowhere before gold below, then the surest of its wrong hit."""
        return self.rank is not None, -self.top.score if self.top else math.inf


def says_none(answer: Answer) -> bool:
    """Whether the answer tells its reader that no concept is right."""
    return answer.resolution == "none"


def evaluate(
    index: Index,
    encoder: Callable[[], Encoder],
    mentions: Sequence[Mention],
    *,
    modes: Sequence[str] = ("auto",),
    limit: int = 20,
    misses: int = 10,
) -> list[Run]:
    """Ask ``index`` for each mention in each of ``modes``.

    Args:
        index: What is searched; it stays open.
        encoder: Called once, if a mode needs vectors.
        mentions: At least one.
        modes: As ``termsearch query --mode``.
        limit: Hits looked at; accuracy is not told at higher ranks.
        misses: How many of the worst each run lists.

    Returns:
        One run a mode, and last, if a mode needed vectors, one by SapBERT's own protocol.

    Raises:
        UsageError: There is no such mode.
    """
    distinct = list(dict.fromkeys(map(require_mode, modes)))
    load = cache(encoder)
    known = _known(index, mentions)
    runs = []
    for mode in distinct:
        search = TermSearch(index, load)  # one that remembers no vectors of the mode before
        asked = _asked(search, mentions, mode, limit=limit)
        runs.append(_run(index, asked, misses=misses, known=known))
    return [*runs, lenient(index, load, mentions, known)] if load.cache_info().currsize else runs


def _known(index: Index, mentions: Sequence[Mention]) -> set[str]:
    """The gold concepts that are in ``index``."""
    gold = {code for mention in mentions for code in mention.gold}
    return {code for code in gold if points_of_concept(index, code)}


@dataclass(frozen=True)
class _Asked:
    """The mentions with their answers in one mode."""

    mode: str
    limit: int
    ms: float  #: a mention
    judged: list[_Judged]

    def scores(self, judged: Sequence[_Judged]) -> Scores:
        ranks = [each.rank for each in judged if each.mention.gold]
        return Scores.of_ranks(ranks, [k for k in RANKS if k <= self.limit])


def _asked(search: TermSearch, mentions: Sequence[Mention], mode: Mode, *, limit: int) -> _Asked:
    search.query(mentions[0].text, mode=mode)  # loads the encoder, which is no part of the time
    started = perf_counter()
    judged = [
        _Judged(mention, answer)
        for start in range(0, len(mentions), _BLOCK)
        for mention, answer in _answered(search, mentions[start : start + _BLOCK], limit, mode)
    ]
    ms = (perf_counter() - started) * 1000 / len(mentions)
    return _Asked(mode, limit, round(ms, 2), judged)


def _answered(
    search: TermSearch, mentions: Sequence[Mention], limit: int, mode: Mode
) -> Iterator[tuple[Mention, Answer]]:
    answers = search.query_many(
        [each.text for each in mentions],
        limit=limit,
        mode=mode,
        contexts=[each.context for each in mentions],
    )
    return zip(mentions, answers, strict=True)


def _run(index: Index, asked: _Asked, *, misses: int, known: set[str]) -> Run:
    judged = asked.judged
    same: dict[tuple[str, frozenset[str]], list[_Judged]] = {}
    for each in sorted((each for each in judged if each.missed), key=lambda each: each.badness):
        same.setdefault((each.mention.text, each.mention.gold), []).append(each)
    worst = list(same.values())[:misses]
    return Run(
        index=index.name,
        model=index.manifest.encoder.model,
        mode=asked.mode,
        absent=sum(bool(each.mention.gold) and not each.mention.gold & known for each in judged),
        scores=asked.scores(judged),
        no_answer=_no_answer(judged),
        categories=_categories(asked),
        homonyms=sum(each.homonym for each in judged),
        ms=asked.ms,
        misses=[_miss(index, first, 1 + len(others)) for first, *others in worst],
    )


def _no_answer(judged: Sequence[_Judged]) -> NoAnswer | None:
    wanted = sum(not each.mention.gold for each in judged)
    said = [each for each in judged if says_none(each.answer)]
    right = sum(not each.mention.gold for each in said)
    if not wanted:
        return None
    return NoAnswer(
        precision=Share.of_counts(right, len(said)), recall=Share.of_counts(right, wanted)
    )


def _categories(asked: _Asked) -> list[CategoryScores]:
    groups: dict[str, list[_Judged]] = {}
    for each in asked.judged:
        groups.setdefault(each.mention.category, []).append(each)
    return [
        CategoryScores(
            category=category,
            scores=asked.scores(group),
            none_wanted=sum(not each.mention.gold for each in group),
            none_said=sum(not each.mention.gold and says_none(each.answer) for each in group),
        )
        for category, group in groups.items()
        if any(groups)  # else the file has no categories
    ]


def _miss(index: Index, judged: _Judged, times: int) -> Miss:
    mention, top = judged.mention, judged.top
    gold = sorted(mention.gold)
    points = [point for code in gold for point in points_of_concept(index, code)[:1]]
    return Miss(
        line=mention.line,
        times=times,
        mention=mention.text,
        category=mention.category,
        gold=gold,
        gold_names=list(dict.fromkeys(point.concept_name for point in points)),
        rank=judged.rank,
        got=top.curie if top else "",
        got_name=top.name if top else "",
        got_matched=top.matched_name if top else "",
        got_score=top.score if top else 0.0,
        homonym=judged.homonym,
    )
