"""SapBERT's own protocol, so that its published figures have something to stand beside."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from time import perf_counter

from termsearch.encoder import Encoder
from termsearch.evaluate.mentions import Mention
from termsearch.evaluate.results import RANKS, Run, Scores
from termsearch.index import Ask, Found, Index, Nearest
from termsearch.normalize import search_form

__all__ = ["LENIENT", "lenient"]

#: The name of the protocol, where a mode would stand.
LENIENT = "sapbert_lenient"

#: Names fetched for the twenty rows: names of the same form are points of their own.
_NAMES = 100
#: Mentions in one request to the engine, which brings back a hundred names for each.
_BLOCK = 128


def lenient(
    index: Index, encoder: Callable[[], Encoder], mentions: Sequence[Mention], known: set[str]
) -> Run:
    """Rank the rows of a dictionary of names, exactly, where all else here ranks concepts.

    A row is a search form with all concepts that share it. A mention is right at k if any concept
    of any of the first k rows is gold, so homonyms cost nothing. Mentions whose gold concepts are
    not in the index (not in ``known``) are left out, as they are from the published figures:
    https://github.com/cambridgeltl/sapbert/blob/1a528f6/evaluation/utils.py

    Not followed: the dictionary gets no names from training mentions, abbreviations are not
    expanded beforehand, mentions of several concepts are not split, and the score is the cosine
    (theirs is the inner product of vectors as long as the model makes them).
    """
    asked = [mention for mention in mentions if mention.gold & known]
    loaded = encoder()
    started = perf_counter()
    rows = [
        _row(mention.gold, found)
        for start in range(0, len(asked), _BLOCK)
        for mention, found in _nearest(index, loaded, asked[start : start + _BLOCK])
    ]
    seconds = perf_counter() - started
    return Run(
        index=index.name,
        model=index.manifest.encoder.model,
        mode=LENIENT,
        absent=sum(bool(mention.gold) for mention in mentions) - len(asked),
        scores=Scores.of_ranks(rows, RANKS).model_copy(update={"mrr": None}),
        no_answer=None,
        categories=[],
        homonyms=0,
        ms=round(seconds * 1000 / max(1, len(asked)), 2),
        misses=[],
    )


def _nearest(
    index: Index, encoder: Encoder, mentions: Sequence[Mention]
) -> Iterator[tuple[Mention, list[Found]]]:
    forms = [search_form(mention.text) or mention.text for mention in mentions]
    asks = [Ask(Nearest(row), _NAMES, exact=True) for row in encoder.encode(forms)]
    return zip(mentions, index.search(asks), strict=True)


def _row(gold: frozenset[str], found: Iterable[Found]) -> int | None:
    """The first row that has a gold concept, from 1; None if the names fetched have none."""
    forms: dict[str, None] = {}
    for hit in found:
        forms[hit.point.form] = None
        if hit.point.curie in gold:
            return list(forms).index(hit.point.form) + 1
    return None
