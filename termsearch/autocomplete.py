"""A search box's answers while somebody types: no encoder, words in any order, the last one cut.

Names that share three-letter pieces with the words are fetched, and those kept of which some
word begins with each word typed; words of four letters and more may have a slip in them. Accents
may be left out, and an apostrophe with its s; a Greek letter is its name.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_lowercase, digits
from time import perf_counter
from typing import NamedTuple

from pydantic import BaseModel, Field
from rapidfuzz.distance import OSA

from termsearch.accents import spellings, unaccented
from termsearch.answer import IndexInfo, TypeInfo, require_some
from termsearch.codes import conditions_of
from termsearch.concept import Kind
from termsearch.grams import BEGUN
from termsearch.index import Ask, Index, Same, Spelt
from termsearch.index.point import Point
from termsearch.index.where import Condition, Where
from termsearch.normalize import search_form
from termsearch.numerals import GREEK
from termsearch.text import require_text

__all__ = ["Completion", "Completions", "autocomplete", "has_words"]

#: Names fetched, one step after the other until there are concepts enough. What a step adds comes
#: behind what was there: the first ten are the same however many are wanted. The steps take 2,
#: 14, 50 and 160 ms (MeSH, 133,047 names).
_STEPS = (150, 600, 2_400, 12_000)
#: Where none of the last third of the names has the words, hardly any behind them has: of 50 words
#: and beginnings of words (MeSH) two lost concepts, one of 6 and two of 29.
_LAST = 3

#: Shorter words are typed anew sooner than they are put right.
_SHORTEST_PUT_RIGHT = 4
#: From this length on, two slips.
_LONG = 8

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
#: Digits are no slips: BRCA1 is not BRCA2.
_LETTERS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_POSSESSIVE = re.compile(r"'s\b")

#: "TNF-α", "α1": one that stands alone. Those of a Greek word are no names of letters.
_GREEK = "[\u0370-\u03ff\u1f00-\u1fff]"
_GREEK_LETTER = re.compile(rf"([^\W_]?)(?<!{_GREEK})([α-ω])(?!{_GREEK})(?=([^\W_]?))")
_LETTER_OF = {name: letter for letter, name in GREEK.items() if letter != "ς"}

#: Of the names of a step, those that may come for accents: the pieces are rare, and lead. An
#: answer takes 2.9 ms with them for 2.0 (17 beginnings of words, MeSH).
_ACCENTED_SHARE = 3


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
    them, preferred names, short ones. Each concept once. A lower ``limit`` gives the beginning of
    what a higher one gives.

    Raises:
        UnknownValueError: ``where`` names something that the index does not hold.
        UsageError: ``text`` is no text, or ``limit`` is less than 1.
    """
    require_some(limit)
    require_text([text])
    started = perf_counter()
    ranked = _ranked(index, search_form(text), where or Where(), limit)
    vocabularies = {point.vocabulary for _, point in ranked}
    names = {each: index.manifest.type_names(each) for each in vocabularies}
    return Completions(
        query=text,
        took_ms=round((perf_counter() - started) * 1000, 1),
        index=IndexInfo(
            name=index.name,
            model=index.manifest.encoder.model,
            releases=index.manifest.releases(),
        ),
        results=[_completion(point, fit.slips, names[point.vocabulary]) for fit, point in ranked],
    )


def has_words(name: str, text: str) -> bool:
    """Whether each word of ``text`` begins one of ``name``, accents and Greek aside; no slips."""
    words = _words(_plain(search_form(name)))
    typed = _words(_POSSESSIVE.sub("", _plain(search_form(text))))
    return bool(typed) and all(any(word.startswith(t) for word in words) for t in typed)


def _ranked(index: Index, form: str, where: Where, limit: int) -> Sequence[tuple[_Fit, Point]]:
    """As typed, step by step; behind them, where that was all there is, with slips."""
    typed = _words(_POSSESSIVE.sub("", _plain(form)))
    if not typed:
        return ()
    conditions = conditions_of(index, where)
    exact: dict[str, tuple[_Fit, Point]] = {}
    slipped: dict[str, tuple[_Fit, Point]] = {}
    for names in _STEPS:
        sure, alike = _candidates(index, form, conditions, names)
        points = [*sure, *alike]
        fits = [_fit(typed, form, point) for point in points]
        fitting = [(fit, point) for fit, point in zip(fits, points, strict=True) if fit]
        for fit, point in sorted(fitting, key=lambda each: each[0]):
            (slipped if fit.slips else exact).setdefault(point.curie, (fit, point))
        last = fits[len(sure) :][-(names // _LAST) :]
        dry = not any(fit and not fit.slips for fit in last)
        if len(exact) >= limit or dry or len(alike) < names:
            break
    more = [slipped[curie] for curie in slipped if curie not in exact]
    return [*exact.values(), *more][:limit]


def _candidates(
    index: Index, form: str, where: Sequence[Condition], names: int
) -> tuple[list[Point], list[Point]]:
    """Names that are the words or have them with other letters; names spelt alike, best first.

    The last word may go on.
    """
    bare = _POSSESSIVE.sub("", form)
    latin, conditions = _latin(bare), tuple(where)
    asks = [Ask(Same("form", each), names, conditions) for each in dict.fromkeys((form, latin))]
    if others := " ".join(filter(None, (_accented(bare), _with_greek(bare)))):
        asks.append(Ask(Spelt(others), names // _ACCENTED_SHARE, conditions))
    asks.append(Ask(Spelt(_begun(latin)), names, conditions))
    *sure, alike = ([hit.point for hit in hits] for hits in index.search(asks))
    return [point for points in sure for point in points], alike


def _begun(form: str) -> str:
    """``form`` with a last word that may go on; of a single letter there is no piece of three."""
    *whole, last = form.split()
    ways = [last] if len(last) > 1 else [last + letter for letter in ascii_lowercase + digits]
    return " ".join([*whole, *(way + BEGUN for way in ways)])


def _accented(form: str) -> str:
    """The words of ``form`` in all spellings with other accents; may be empty."""
    ways = (way for word in form.split() if len(word) > 1 for way in spellings(word))
    return " ".join(way + BEGUN for way in ways)


def _with_greek(form: str) -> str:
    """The words of ``form`` that have a Greek letter or are the name of one, with it; or none."""
    letters = (_LETTER_OF[word] for word in _words(_latin(form)) if word in _LETTER_OF)
    ways = [way for letter in letters for way in (letter, f"-{letter}", f"{letter}-{BEGUN}")]
    return " ".join([*(word for word in form.split() if _GREEK_LETTER.search(word)), *ways])


def _plain(form: str) -> str:
    """Without accents and Greek letters."""
    return _latin(unaccented(form))


def _latin(form: str) -> str:
    """With the names of Greek letters: "tnf-alpha", and "tnf alpha" for "tnfα"."""
    return form if form.isascii() else _GREEK_LETTER.sub(_named, form)


def _named(met: re.Match[str]) -> str:
    before, letter, after = met.groups()
    return f"{before}{' ' * bool(before)}{GREEK[letter]}{' ' * bool(after)}"


def _fit(typed: Sequence[str], form: str, point: Point) -> _Fit | None:
    """None if a word typed is the beginning of none of the name."""
    bare = _plain(point.form)
    words = _words(bare)
    slips = 0
    for word in typed:
        fewest = _fewest_slips(word, words)
        if fewest is None:
            return None
        slips += fewest
    return _Fit(
        slips=slips,
        not_whole=bare != _plain(form),
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


def _completion(point: Point, slips: int, type_names: Mapping[str, str]) -> Completion:
    return Completion(
        curie=point.curie,
        vocabulary=point.vocabulary,
        code=point.code,
        name=point.concept_name,
        matched_name=point.name,
        slips=slips,
        lang=point.lang,
        types=[TypeInfo(code=code, name=type_names.get(code, code)) for code in point.types],
        active=point.live,
    )
