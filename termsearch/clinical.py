"""Words that people use and terminologies seldom list: abbreviations, and everyday language.

MeSH has neither HTN nor CABG for a name and no "mini stroke", HPO no FTT, ICD-10-CM no heart
attack. Two tables say what they mean in the usual wording, so that an index that has the concept
has a name near it. They are of what is read in notes of many departments and heard from patients.
Units, what coders write ("NEC") and abbreviations that are words of English are not in them.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

from termsearch.lexicon import words

__all__ = ["in_clinical_words", "meanings", "written_out"]

_ABBREVIATIONS: Final = "clinical_abbreviations.tsv"
_PHRASES: Final = "everyday_phrases.tsv"
#: What may stand beside a word in a note: "HTN, DM2."
_PUNCTUATION: Final = ".,;:()[]?!\"'"
#: Words of the longest phrase in the table.
_LONGEST_PHRASE: Final = 6


def meanings(word: str) -> tuple[str, ...]:
    """Search forms of what ``word``, a search form, may be short for; the usual one first."""
    return _abbreviations().get(word.strip(_PUNCTUATION), ())


def written_out(form: str) -> dict[str, str]:
    """Ways to read ``form`` with all its abbreviations written out.

    Returns:
        By way, the abbreviation that tells it from the others, or the first one. Of several with
        two meanings, one at a time is read in its less usual one. Empty where there is none.
    """
    split = form.split()
    usual = [next(iter(meanings(word)), word) for word in split]
    short = [at for at, word in enumerate(split) if meanings(word)]
    ways = {" ".join(usual): split[at].strip(_PUNCTUATION) for at in short[:1]}
    for at in short:
        for other in meanings(split[at])[1:]:
            way = " ".join([*usual[:at], other, *usual[at + 1 :]])
            ways[way] = split[at].strip(_PUNCTUATION)
    return ways


def in_clinical_words(form: str) -> str:
    """``form`` with what is said in everyday language as a clinician says it.

    Where several phrases begin with a word, the longest is taken.
    """
    split = form.split()
    said: list[str] = []
    while split:
        ends = range(min(len(split), _LONGEST_PHRASE) if _may_begin(split[0]) else 0, 0, -1)
        end = next((end for end in ends if _meant(split[:end])), 1)
        said.append(_meant(split[:end]) or split[0])
        del split[:end]
    return " ".join(said)


def _may_begin(word: str) -> bool:
    """Whether a phrase begins so: without it, 13 words took 860 us."""
    return not _beginnings().isdisjoint(words(word)[:1])


def _meant(phrase: Sequence[str]) -> str:
    """What ``phrase`` says; empty if that is unknown, or if "of" or the like is at an end of it."""
    own = words(" ".join(phrase))
    if len(phrase) > 1 and own in (words(" ".join(phrase[1:])), words(" ".join(phrase[:-1]))):
        return ""
    return _phrases().get(tuple(own), "")


@lru_cache(1)
def _abbreviations() -> Mapping[str, tuple[str, ...]]:
    """Read when a query is first read another way, as are the phrases."""
    found: dict[str, tuple[str, ...]] = {}
    for short, long in _rows(_ABBREVIATIONS):
        found[short] = (*found.get(short, ()), long)
    return found


@lru_cache(1)
def _phrases() -> Mapping[tuple[str, ...], str]:
    """By words in their normal spelling."""
    return {tuple(words(said)): meant for said, meant in _rows(_PHRASES)}


@lru_cache(1)
def _beginnings() -> frozenset[str]:
    return frozenset(said[0] for said in _phrases())


def _rows(table: str) -> Iterator[list[str]]:
    """Without the head, and without headings of sections."""
    with files("termsearch").joinpath(table).open(encoding="utf-8") as lines:
        rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
        next(rows)
        yield from rows
