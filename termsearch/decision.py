"""Whether to trust the first hit: a probability, and a word for it.

The probability that the first hit is right is a logistic function of its score and of its lead,
fitted on development data (``benchmarks/calibrate.py``; figures and reliability plot in
``benchmarks/results/calibration.md``). Scores of another encoder lie elsewhere, so an index of an
encoder that nobody has fitted gives none.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from math import exp
from typing import Final, NamedTuple

from termsearch.answer import AS_IT_STANDS, Resolution
from termsearch.choices import Pooling
from termsearch.encoder import EncoderCard
from termsearch.match import Match

__all__ = [
    "LONGEST_LEAD",
    "Calibration",
    "calibration_of",
    "probability",
    "resolution",
]

#: Meanings of an abbreviation this near one another are equals: the scores of two names of one
#: concept often differ by more.
CLOSE: Final = 0.05

#: Probability of a longer abbreviation than was typed: "DMDT" for "DMD". 306 mentions of the NCBI
#: disease corpus (train and dev; 12 abbreviations) are answered so, none rightly; they had .39.
OTHER_ABBREVIATION: Final = 0.05
_LONGEST_ABBREVIATION: Final = 6

#: Hits among which what the query denies is looked for: as many as are ranked whatever the limit.
_FEW: Final = 10

#: Leads beyond this add nothing: the second best is out of the running.
LONGEST_LEAD: Final = 0.3


class Calibration(NamedTuple):
    """Weights of the logistic function, and the score under which there is no answer."""

    intercept: float
    score: float
    lead: float
    none_below: float


#: Model, pooling and tokens to calibration: the first token of MiniLM has other cosines than the
#: mean. Not the digest of the weights: one model comes in two formats of file. MiniLM: 1,200
#: mentions of the NCBI disease corpus (train) for the weights; the challenge set for ``none_below``
#: (22 of the 24 answers under it had no right concept).
_CALIBRATIONS: Final[dict[tuple[str, Pooling, int], Calibration]] = {
    ("sentence-transformers/all-MiniLM-L6-v2", "mean", 256): Calibration(-7.66, 8.77, 7.89, 0.45),
}


def calibration_of(card: EncoderCard) -> Calibration | None:
    """What was fitted for an encoder; None if nobody has."""
    return _CALIBRATIONS.get((card.model, card.pooling, card.max_tokens))


def probability(matches: Sequence[Match], fitted: Calibration | None) -> float | None:
    """That the first of ``matches`` is right, 0 to 1; None where the encoder was not fitted.

    Rivals are concepts of the same vocabulary: those of another say the same in other codes.
    Rivals that share the first place share the probability. So do the meanings of an abbreviation
    that come close: the score says how well the phrase fits each, not which one was meant.
    """
    if fitted is None:
        return None
    if not matches:
        return 0.0
    first, vocabulary = matches[0].score, matches[0].point.vocabulary
    same = (match for match in _rivals(matches) if match.point.vocabulary == vocabulary)
    tied, second = 0, first - LONGEST_LEAD  # no rival, or one that is further behind
    meanings = set[str]()
    for match in takewhile(lambda match: match.score > first - LONGEST_LEAD, same):  # best first
        if match.score == first:
            tied += 1
        else:
            second = max(second, match.score)
        if match.score < first - CLOSE:
            break
        meanings.add(match.asked.form)
    lead = first - second if tied == 1 else 0.0
    logit = fitted.intercept + fitted.score * first + fitted.lead * lead
    most = OTHER_ABBREVIATION if _goes_on(matches[0]) else matches[0].asked.surest
    return min(1 / (1 + exp(-logit)) / tied, 1 / len(meanings), most)


def resolution(
    matches: Sequence[Match], fitted: Calibration | None, *, as_it_stands: bool
) -> Resolution:
    """``unique`` only if one concept has exactly the words, and they were read as they stand."""
    if not matches or (fitted and matches[0].score < fitted.none_below) or _is_denied(matches):
        return "none"
    rivals = takewhile(lambda match: match.kind in {"exact", "code"}, _rivals(matches))
    exact = sum(1 for _ in rivals)
    return "unique" if exact == 1 and as_it_stands else "ambiguous"


def _goes_on(match: Match) -> bool:
    """Whether the name is an abbreviation of which the query is but the beginning."""
    asked, point = match.asked.form, match.point
    rest = point.form.removeprefix(asked)
    longer = rest.isalpha() and rest != point.form and len(point.form) <= _LONGEST_ABBREVIATION
    return longer and match.kind in {"hybrid", "dense", "lexical"} and point.name.isupper()


def _is_denied(matches: Sequence[Match]) -> bool:
    """Whether the query says that the first is absent, or all it says is that one soon after is.

    What is denied makes way for what is only near: in MeSH "Feverfew" comes first for "no fever".
    Not where a name ahead of it denies something too: "Absent iris" for "no iris".
    """
    first = matches[0]
    if first.is_denied or not first.denies or first.kind in AS_IT_STANDS:
        return first.is_denied
    few = matches[:_FEW]
    ahead = list(takewhile(lambda match: not match.is_denied, few))
    return len(ahead) < len(few) and not any(match.says_absent for match in ahead)


def _rivals(matches: Sequence[Match]) -> Iterator[Match]:
    """All, best first, but for what has the words of the first and means more or less by them."""
    first = matches[0]
    for match in matches:
        if first.is_loose or not match.is_loose or match.score != first.score:
            yield match
