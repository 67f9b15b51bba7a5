"""Whether the first concept of an answer stands alone, for whoever takes one concept for a text."""

from collections.abc import Sequence
from typing import Final

from termsearch.answer import Answer, Hit, Resolution

__all__ = ["CANDIDATES", "other_meaning", "resolution_of"]

#: Concepts among which the runner-up is: of two vocabularies and UMLS three mean the same.
CANDIDATES: Final = 4


def other_meaning(best: Hit, hits: Sequence[Hit]) -> Hit | None:
    """The next of ``hits``; a compendium's concept for the same code is no other meaning."""
    same = {best.curie, *(source.curie for source in best.sources)}
    return next(
        (hit for hit in hits if same.isdisjoint([hit.curie, *(s.curie for s in hit.sources)])),
        None,
    )


def resolution_of(answer: Answer, candidates: int = CANDIDATES) -> Resolution:
    """Unique too where only UMLS's concept of the same code has the words besides.

    Args:
        answer: Asked for with a limit of ``candidates``.
        candidates: With fewer one can't see whether more concepts have the words.
    """
    if answer.resolution != "ambiguous" or answer.read_as:
        return answer.resolution
    best, last = answer.results[0], answer.results[-1]
    other = other_meaning(best, answer.results)
    seen_all = len(answer.results) < candidates or last.match_type != "exact"
    alone = best.match_type == "exact" and (other is None or other.match_type != "exact")
    return "unique" if seen_all and alone else answer.resolution
