"""Words that people use and terminologies seldom list: abbreviations, and everyday language.

MeSH has neither HTN nor CABG for a name and no "mini stroke", HPO no FTT, ICD-10-CM no heart
attack. Two tables say what they mean in the usual wording, so that an index that has the concept
has a name near it. They are of what is read in notes of many departments and heard from patients;
what coders write ("NEC") and units are not in them.
"""

import csv
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

__all__ = ["bare", "in_clinical_words", "meanings", "written_out"]

_ABBREVIATIONS: Final = "clinical_abbreviations.tsv"
_PHRASES: Final = "everyday_phrases.tsv"
#: What may stand beside a word in a note: "HTN, DM2."
_PUNCTUATION: Final = ".,;:()[]?!\"'"
_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
#: May stand in a phrase or not: "blood in the urine", "hole in my heart".
_ARTICLES: Final = frozenset(("the", "a", "an", "my", "his", "her", "your", "their"))
#: Words of the longest phrase in the table.
_LONGEST_PHRASE: Final = 6
#: Of what somebody eats or where, not of what is in the blood: "low calcium diet".
_NOT_BEFORE: Final = frozenset(("diet", "diets", "food", "foods", "intake", "weather", "water"))


class _Meanings(NamedTuple):
    longs: tuple[str, ...] = ()  #: search forms, the usual one first
    is_word: bool = False  #: letters that are a word too ("pots", "als"): read where typed as such


def meanings(word: str) -> tuple[str, ...]:
    """Search forms of what ``word``, a search form, may be short for; the usual one first."""
    return _known(word).longs


def written_out(form: str, capitals: Container[str] = ()) -> dict[str, str]:
    """Ways to read ``form`` with all its abbreviations written out.

    Args:
        form: Search form of a query.
        capitals: Words of it that were typed in capitals: what is a word too ("ED") is an
            abbreviation there, or where it stands alone.

    Returns:
        By way, the abbreviation that tells it from the others, or the first one. Of several with
        two meanings, one at a time is read in its less usual one. Empty where there is none.
    """
    split = form.split()
    found = {}
    for at, word in enumerate(split):
        meant = _known(word)
        if meant.longs and (not meant.is_word or len(split) == 1 or bare(word) in capitals):
            found[at] = meant.longs
    usual = {at: longs[0] for at, longs in found.items()}
    ways = {_with(split, usual): bare(split[at]) for at in [*found][:1]}
    for at, (_, *others) in found.items():
        for other in others:
            ways[_with(split, {**usual, at: other})] = bare(split[at])
    return ways


def in_clinical_words(form: str) -> str:
    """``form`` with what is said in everyday language as a clinician says it.

    Where several phrases begin with a word, the longest is taken. A single word, which may mean
    something else in other company ("floaters", "thrush"), is read only where it is all of the
    query.
    """
    tokens = [token for token in _TOKEN.finditer(form) if token[0] not in _ARTICLES]
    words = [_singular(token[0]) for token in tokens]
    said, done, at = "", 0, 0
    while at < len(tokens):
        end = _end_of_phrase(words, at)
        if end > at:
            start, stop = tokens[at].start(), tokens[end - 1].end()
            said += form[done:start] + _phrases()[tuple(words[at:end])]
            done = stop
        at = max(end, at + 1)
    return said + form[done:]


def _end_of_phrase(words: Sequence[str], at: int) -> int:
    """Behind the longest phrase that begins ``at``; ``at`` itself if none does."""
    if words[at] not in _beginnings():
        return at
    for end in range(min(len(words), at + _LONGEST_PHRASE), at, -1):
        alone = end - at > 1 or len(words) == 1
        if alone and tuple(words[at:end]) in _phrases():
            return at if _NOT_BEFORE.intersection(words[end : end + 1]) else end
    return at


def _with(split: Sequence[str], meant: Mapping[int, str]) -> str:
    """With the meanings, and without a neighbour that they say again: "GIST tumor", "Hb A1c"."""
    beside: dict[int, set[str]] = {}
    for at, long in meant.items():
        for neighbour in (at - 1, at + 1):
            beside.setdefault(neighbour, set()).update(long.split())
    return " ".join(
        meant.get(at, word)
        for at, word in enumerate(split)
        if at in meant or word not in beside.get(at, ())
    )


def _known(word: str) -> _Meanings:
    return _abbreviations().get(bare(word), _Meanings())


def bare(word: str) -> str:
    """``word`` without what stands beside it in a note."""
    return word.strip(_PUNCTUATION)


def _singular(word: str) -> str:
    said = word.replace("'", "")
    return said if said.endswith(("ss", "us", "is")) or len(said) <= 3 else said.removesuffix("s")  # noqa: PLR2004  # "gas"


@lru_cache(1)
def _abbreviations() -> Mapping[str, _Meanings]:
    """Read when a query is first read another way, as are the phrases.

    What the table has in capitals is a word too.
    """
    found: dict[str, _Meanings] = {}
    for short, long in _rows(_ABBREVIATIONS):
        before = found.get(short.lower(), _Meanings())
        found[short.lower()] = _Meanings((*before.longs, long), short.isupper())
    return found


@lru_cache(1)
def _phrases() -> Mapping[tuple[str, ...], str]:
    """By words in the singular, without articles."""
    return {
        tuple(_singular(word) for word in _TOKEN.findall(said) if word not in _ARTICLES): meant
        for said, meant in _rows(_PHRASES)
    }


@lru_cache(1)
def _beginnings() -> frozenset[str]:
    return frozenset(said[0] for said in _phrases())


def _rows(table: str) -> Iterator[list[str]]:
    """Without the head, and without headings of sections."""
    with files("termsearch").joinpath(table).open(encoding="utf-8") as lines:
        rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
        next(rows)
        yield from rows
