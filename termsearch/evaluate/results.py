"""What an evaluation finds: shares with their intervals, scores, runs, misses."""

import math
from collections.abc import Iterable, Sequence
from typing import Self

from pydantic import BaseModel, Field

__all__ = ["RANKS", "CategoryScores", "Evaluation", "Miss", "NoAnswer", "Run", "Scores", "Share"]

#: Ranks that accuracy is told at.
RANKS = (1, 3, 5, 20)


class Share(BaseModel):
    """How many of how many, with the 95 % interval that the number of them allows."""

    value: float = Field(description="0 to 1, higher is better; 0 where there were none.")
    low: float = Field(description="Lower end of the Wilson score interval.")
    high: float = Field(description="Upper end.")
    hits: int
    of: int

    @classmethod
    def of_counts(cls, hits: int, total: int) -> Self:
        """Wilson, not the normal approximation: it holds at 0 and 1 and for small counts.

        https://doi.org/10.1080/01621459.1927.10502953
        """
        if not total:
            return cls(value=0.0, low=0.0, high=1.0, hits=0, of=0)
        z, p = 1.959964, hits / total
        centre = p + z * z / (2 * total)
        reach = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
        scale = 1 + z * z / total
        return cls(
            value=round(p, 4),
            low=round(max(0.0, (centre - reach) / scale), 4),
            high=round(min(1.0, (centre + reach) / scale), 4),
            hits=hits,
            of=total,
        )


class Scores(BaseModel):
    """Accuracy over the mentions that have gold concepts."""

    mentions: int
    accuracy: dict[int, Share] = Field(
        description="By k: share of mentions with a gold concept among the first k."
    )
    mrr: float | None = Field(
        description="Mean of 1/rank of the first gold concept, 0 where it is not among the hits; "
        "0 to 1, higher is better. Null where the protocol has none."
    )

    @classmethod
    def of_ranks(cls, ranks: Sequence[int | None], at: Iterable[int]) -> Self:
        """From the rank of each mention's first gold concept, at the ranks ``at``."""
        found = [rank for rank in ranks if rank]
        return cls(
            mentions=len(ranks),
            accuracy={k: Share.of_counts(sum(rank <= k for rank in found), len(ranks)) for k in at},
            mrr=round(sum(1 / rank for rank in found) / len(ranks), 4) if ranks else 0.0,
        )


class CategoryScores(BaseModel):
    """Of the mentions of one category."""

    category: str
    scores: Scores
    none_wanted: int = Field(description="Mentions that no concept is right for.")
    none_said: int = Field(description="Those of them that were answered by saying so.")


class NoAnswer(BaseModel):
    """How well it is told that there is no answer, over all mentions."""

    precision: Share = Field(description="Of the answers that say there is none, those right.")
    recall: Share = Field(description="Of the mentions without an answer, those that were told so.")


class Miss(BaseModel):
    """A mention whose first hit is not gold."""

    line: int = Field(description="Of the file, from 1.")
    times: int = Field(description="Lines with the same words and gold, this one included.")
    mention: str
    category: str
    gold: list[str] = Field(description="CURIEs, sorted; empty: no concept is right.")
    gold_names: list[str] = Field(description="Of those that the index holds, each once.")
    rank: int | None = Field(description="Of the first gold concept; null: not among the hits.")
    got: str = Field(description="CURIE of the first hit; empty: there was none.")
    got_name: str
    got_matched: str = Field(description="The name that matched.")
    got_score: float = Field(description="As in the answer; 0 where there was no hit.")
    homonym: bool = Field(description="The first hit matched by the same words as the gold one.")


class Run(BaseModel):
    """One way of asking, of one index."""

    index: str
    model: str
    mode: str = Field(description="As ``termsearch query --mode``; or ``sapbert_lenient``.")
    absent: int = Field(
        description="Mentions none of whose gold concepts is in the index. They count as misses, "
        "except in ``sapbert_lenient``, which leaves them out."
    )
    scores: Scores
    no_answer: NoAnswer | None = Field(description="Null where no mention is without an answer.")
    categories: list[CategoryScores] = Field(description="In the file's order; empty: it has none.")
    homonyms: int = Field(description="Mentions lost at rank 1 to a concept of the same name.")
    ms: float = Field(description="Milliseconds a mention, embedding included, in blocks of 256.")
    misses: list[Miss] = Field(
        description="The worst: answered with most confidence by something wrong, gold nowhere."
    )


class Evaluation(BaseModel):
    """What was found for one file of mentions on one or more indexes."""

    file: str
    mentions: int
    without_gold: int = Field(description="Mentions that no concept is right for.")
    limit: int = Field(description="Hits looked at for each mention.")
    runs: list[Run]
