"""A search box's answers while somebody types: no encoder, words in any order, the last one cut.

Names that share three-letter pieces with the words are fetched, and those kept of which some
word begins with each word typed; words of four letters and more may have a slip in them.
"""

import re
from collections.abc import Iterable, Sequence
from string import ascii_lowercase, digits
from time import perf_counter
from typing import NamedTuple

from pydantic import BaseModel, Field
from rapidfuzz.distance import OSA

from termsearch.answer import IndexInfo, TypeInfo
from termsearch.codes import conditions_of
from termsearch.concept import Kind
from termsearch.grams import BEGUN
from termsearch.index import Ask, Index, Same, Spelt
from termsearch.index.point import Point
from termsearch.index.where import Where
from termsearch.normalize import search_form

__all__ = ["Completion", "Completions", "autocomplete"]

#: Names fetched for each concept wanted, and at least: many begin alike and few have all words.
_NAMES_PER_CONCEPT = 12
_FEWEST_NAMES = 150

#: Shorter words are typed anew sooner than they are put right.
_SHORTEST_PUT_RIGHT = 4
#: From this length on, two slips.
_LONG = 8

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
#: Digits are no slips: BRCA1 is not BRCA2.
_LETTERS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


class Completion(BaseModel):
    """One concept that the words may become."""

    curie: str
    vocabulary: str
    code: str
    name: str = Field(description="What the vocabulary displays for the concept.")
    matched_name: str = Field(description="The name of the concept that has the words.")
    slips: int = Field(description="Letters that were taken for others; 0: as it was typed.")
    lang: str
    types: list[TypeInfo]
    active: bool = Field(description="Whether the concept is in use.")


class Completions(BaseModel):
    """What the words may become, likeliest first."""

    query: str
    took_ms: float
    index: IndexInfo
    results: list[Completion]


class _Fit(NamedTuple):
    """How a name has the words typed; the smaller comes first."""

    slips: int
    not_whole: bool  #: the name is more than the words
    not_at_start: bool  #: something stands before them
    not_preferred: bool
    length: int
    form: str
    curie: str


def autocomplete(
    index: Index, text: str, where: Where | None = None, *, limit: int = 10
) -> Completions:
    """The concepts of which a name has the words of ``text``, the last of them perhaps cut.

    As typed before with slips; then names that are the words, those that begin with the first of
    them, preferred names, short ones. Each concept once.

    Raises:
        UnknownValueError: ``where`` names something that the index does not hold.
    """
    started = perf_counter()
    form = search_form(text)
    typed = _words(form)
    best: dict[str, tuple[_Fit, Point]] = {}
    for point in _candidates(index, form, where or Where(), limit) if typed else ():
        fit = _fit(typed, form, point)
        if fit and (point.curie not in best or fit < best[point.curie][0]):
            best[point.curie] = fit, point
    ranked = sorted(best.values(), key=lambda each: each[0])[:limit]
    names = _type_names(index, {point.vocabulary for _, point in ranked})
    return Completions(
        query=text,
        took_ms=round((perf_counter() - started) * 1000, 1),
        index=IndexInfo(
            name=index.name,
            model=index.manifest.encoder.model,
            releases=index.manifest.releases(),
        ),
        results=[_completion(point, fit.slips, names) for fit, point in ranked],
    )


def _candidates(index: Index, form: str, where: Where, limit: int) -> list[Point]:
    """Names that are the words, and names spelt alike in which the last word may go on."""
    conditions = conditions_of(index, where)
    many = max(_FEWEST_NAMES, limit * _NAMES_PER_CONCEPT)
    asks = [Ask(Same("form", form), limit, conditions), Ask(Spelt(_begun(form)), many, conditions)]
    return [hit.point for found in index.search(asks) for hit in found]


def _begun(form: str) -> str:
    """``form`` with a last word that may go on; of a single letter there is no piece of three."""
    *whole, last = form.split()
    ways = [last] if len(last) > 1 else [last + letter for letter in ascii_lowercase + digits]
    return " ".join([*whole, *(way + BEGUN for way in ways)])


def _fit(typed: Sequence[str], form: str, point: Point) -> _Fit | None:
    """None if a word typed is the beginning of none of the name."""
    words = _words(point.form)
    slips = [_fewest_slips(word, words) for word in typed]
    if None in slips:
        return None
    return _Fit(
        slips=sum(each for each in slips if each is not None),
        not_whole=point.form != form,
        not_at_start=_fewest_slips(typed[0], words[:1]) is None,
        not_preferred=point.kind not in {Kind.PREFERRED, Kind.FULLY_SPECIFIED},
        length=len(point.form),
        form=point.form,
        curie=point.curie,
    )


def _fewest_slips(typed: str, words: Iterable[str]) -> int | None:
    """Letters that differ from the beginning of the nearest word; None if too many."""
    most = 0 if len(typed) < _SHORTEST_PUT_RIGHT or not _LETTERS.fullmatch(typed) else 1
    if len(typed) >= _LONG:
        most += most
    fewest: int | None = None
    for word in words:
        if word.startswith(typed):
            return 0
        for length in range(len(typed) - 1, len(typed) + 2) if most else ():
            slips = OSA.distance(typed, word[:length], score_cutoff=most)
            if slips <= most and (fewest is None or slips < fewest):
                fewest = slips
    return fewest


def _words(form: str) -> list[str]:
    return _WORD.findall(form)


def _type_names(index: Index, vocabularies: Iterable[str]) -> dict[tuple[str, str], str]:
    return {
        (vocabulary, kind.code): kind.name
        for vocabulary in vocabularies
        for kind in index.manifest.types(vocabulary)
    }


def _completion(point: Point, slips: int, names: dict[tuple[str, str], str]) -> Completion:
    return Completion(
        curie=point.curie,
        vocabulary=point.vocabulary,
        code=point.code,
        name=point.concept_name,
        matched_name=point.name,
        slips=slips,
        lang=point.lang,
        types=[
            TypeInfo(code=code, name=names.get((point.vocabulary, code), code))
            for code in point.types
        ],
        active=point.live,
    )
