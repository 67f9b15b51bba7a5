"""Candidates from every leg, ranked; read another way where no name has the words as they are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from termsearch.abbreviations import SMALL_WORDS
from termsearch.answer import AS_IT_STANDS, Leg, Mode
from termsearch.codes import of_typed
from termsearch.index import Ask, Found, Index, Nearest, Same, Spelt
from termsearch.index.where import Condition
from termsearch.initials import capitals
from termsearch.match import DOUBT, DOUBT_OUT, SUREST_CORRECTED, SUREST_INITIALS, Asked, Match
from termsearch.normalize import search_key
from termsearch.pipeline import batches
from termsearch.rank import Ranking, best_of_each_concept, merged
from termsearch.readings import Manner, Reading, readings
from termsearch.vectors import Vector

__all__ = ["NEEDS_VECTORS", "NOTHING", "Ranked", "Retrieval"]

#: Modes that ask for vectors.
NEEDS_VECTORS = ("auto", "dense")

#: Names that a leg brings for each concept wanted: a concept's names lie close together, and the
#: search is widened where they are of too few. Five were a sixth to a quarter slower, and on the
#: four development splits found the concept among ten for one query in 600 more at most. Two are an
#: eighth to a fifth faster and as good there, but where three vocabularies share their names a
#: limit of 50 in place of 10 gave another probability for 31 of 382 phrases, and not for 10.
_NAMES_PER_CONCEPT = 3
#: Concepts that are ranked where fewer are wanted. Of 24 queries five had another first hit, and
#: another probability, with a limit of 1, 10 or 100: with 1, three names of each leg were ranked.
_FEWEST = 10
_MOST_NAMES = 10_000
#: Concepts at the head of an answer for which no name goes by another's cosine.
_MEASURED = 3

#: Names that one request to the engine may bring back: 4,000 take about 12 MB. More at once are
#: no faster: 1.8 ms a query for 8 to 500 of them.
_NAMES_AT_ONCE = 4_000

#: Legs that search; a code is looked up.
_Searched = Literal["same", "lexical", "dense"]
_LEGS: dict[Mode, tuple[_Searched, ...]] = {
    "auto": ("same", "lexical", "dense"),
    "exact": ("same",),
    "lexical": ("lexical",),
    "dense": ("dense",),
}
#: Modes that understand codes.
_WITH_CODES = ("auto", "exact")

#: From this score on a hit is near: its words are those that a misspelt one may be. The answers to
#: 800 names with slips are the same with 0.6, 0.7, 0.8 and without the bound, which took a batch up
#: to a fifth more processor time.
_NEAR = 0.6

#: What a reading takes off the score, and how probable its hits are at the most.
_TRUST: dict[Manner, tuple[float, float]] = {
    "written out": (DOUBT_OUT, 1.0),
    "corrected": (DOUBT, SUREST_CORRECTED),
    "initials": (DOUBT, SUREST_INITIALS),
}


_NONE: Mapping[str, list[Found]] = {}


class Ranked(NamedTuple):
    """The matches of a query, best first, and the names it was spelt like."""

    matches: Sequence[Match]
    alike: Sequence[str]
    read_as: str = ""  #: how the query was read, if not as it stands

    @property
    def best(self) -> float:
        """Score of the first; -1 if there is none."""
        return self.matches[0].score if self.matches else -1.0

    @property
    def as_it_stands(self) -> bool:
        """Whether a name has the words of the query."""
        return bool(self.matches) and self.matches[0].kind in AS_IT_STANDS


NOTHING = Ranked((), ())


class Retrieval:
    """One kind of search over one part of an index.

    Args:
        index: What is searched.
        vectors: Embeds search forms.
        where: Which part may answer.
        limit: Concepts wanted of each query.
        mode: Which evidence is used.
    """

    def __init__(
        self,
        index: Index,
        vectors: Callable[[Sequence[str]], Mapping[str, Vector]],
        where: tuple[Condition, ...],
        limit: int,
        mode: Mode,
    ) -> None:
        self._index, self._vectors, self._where = index, vectors, where
        self._limit, self._mode = limit, mode

    def best(self, typed: Mapping[str, str]) -> dict[str, Ranked]:
        """The best matches of each query, as many as are wanted if there are so many.

        Args:
            typed: By search form of a query, how it was typed.
        """
        ranked = self._ranked([*typed], coded=self._of_codes(typed))
        return ranked | self._reread(ranked, typed) if self._mode == "auto" else ranked

    def _of_codes(self, typed: Mapping[str, str]) -> dict[str, list[Found]]:
        if self._mode not in _WITH_CODES:
            return {}
        points = of_typed(self._index, typed.values(), self._where)
        return {
            form: [Found(point, 1.0) for point in points[text]]
            for form, text in typed.items()
            if text in points
        }

    def _ranked(
        self,
        forms: Sequence[str],
        doubt: float = 0.0,
        surest: float = 1.0,
        coded: Mapping[str, list[Found]] = _NONE,
    ) -> dict[str, Ranked]:
        vectors = self._vectors(forms) if forms and self._mode in NEEDS_VECTORS else {}
        ranked: dict[str, Ranked] = {}
        wanted = max(self._limit, _FEWEST)
        pending, names = list(forms), wanted * _NAMES_PER_CONCEPT
        while pending:
            short = []
            for block in batches(pending, max(1, _NAMES_AT_ONCE // names)):
                rankings: dict[str, Ranking] = {}
                for form, searched in self._found(block, vectors, names):
                    found = searched | ({"code": coded[form]} if form in coded else {})
                    asked = Asked(form, search_key(form), self._mode, doubt, surest)
                    alike = [hit.point.form for hit in found.get("lexical", ())]
                    matches = rankings[form] = best_of_each_concept(asked, found)
                    ranked[form] = Ranked(matches, alike)
                    full = any(len(hits) == names for hits in found.values())
                    if full and len(matches) < wanted:  # many names of few concepts
                        short.append(form)
                for form, measured in self._measured(rankings, vectors):
                    ranked[form] = ranked[form]._replace(matches=measured)
            pending = short if names < _MOST_NAMES else []
            names = min(names * 4, max(names, _MOST_NAMES))
        return ranked

    def _reread(self, ranked: Mapping[str, Ranked], typed: Mapping[str, str]) -> dict[str, Ranked]:
        """Forms that find more when read otherwise, answered so.

        Only where no name has the words as they are: shorthand and abbreviations are written out,
        misspelt words put right. An abbreviation brings what each of its meanings finds.
        """
        others = {
            form: readings(
                form, found.alike, self._index, capitals(typed[form]), far=found.best < _NEAR
            )
            for form, found in ranked.items()
            if not found.as_it_stands
        }
        again = self._reranked([read for reads in others.values() for read in reads])
        better = {}
        for form, reads in others.items():
            own = {read.form: again[read.by][read.form] for read in reads}
            chosen = _chosen(form, ranked[form], reads, own)
            if list(chosen) != [form]:
                better[form] = self._together(chosen)
        return better

    def _reranked(self, reads: Sequence[Reading]) -> dict[Manner, dict[str, Ranked]]:
        """By manner and by form: what one query guesses another may have written."""
        forms: dict[Manner, dict[str, None]] = {}
        for read in reads:
            forms.setdefault(read.by, {})[read.form] = None
        return {by: self._ranked([*alike], *_TRUST[by]) for by, alike in forms.items()}

    def _together(self, readings: Mapping[str, Ranked]) -> Ranked:
        """What several readings found, as one ranking; the best reading comes first."""
        first, read_as = next(iter(readings.values())), "; or ".join(readings)
        if len(readings) == 1:
            return first._replace(read_as=read_as)
        wanted = max(self._limit, _FEWEST)
        matches = merged([each.matches[:wanted] for each in readings.values()])
        return Ranked(matches, first.alike, read_as)

    def _found(
        self, forms: Sequence[str], vectors: Mapping[str, Vector], names: int
    ) -> Iterator[tuple[str, dict[Leg, list[Found]]]]:
        """What each leg finds for each form, in one request."""
        legs = _LEGS[self._mode]
        asks = [
            Ask(self._question(leg, form, vectors), names, self._where)
            for form in forms
            for leg in legs
        ]
        answers = iter(self._index.search(asks))
        for form in forms:
            yield form, {leg: next(answers) for leg in legs}

    def _measured(
        self, rankings: Mapping[str, Ranking], vectors: Mapping[str, Vector]
    ) -> Iterator[tuple[str, Ranking]]:
        """Those of ``rankings`` that lacked cosines, with these; in one request."""
        unsure = {form: ranking.unmeasured(_MEASURED) for form, ranking in rankings.items()}
        unsure = {form: names for form, names in unsure.items() if names}
        asks = [
            Ask(Nearest(vectors[form]), len(names), among=tuple(name.id for name in names))
            for form, names in unsure.items()
        ]
        for form, hits in zip(unsure, self._index.search(asks) if asks else (), strict=True):
            yield form, rankings[form].measured({hit.point.digest: hit.score for hit in hits})

    def _question(
        self, leg: _Searched, form: str, vectors: Mapping[str, Vector]
    ) -> Nearest | Spelt | Same:
        match leg:
            case "same" if self._mode == "exact":
                return Same("form", form)
            case "same":
                return Same("key", search_key(form))
            case "lexical":
                return Spelt(form)
            case "dense":
                return Nearest(vectors[form])


def _chosen(
    form: str, stands: Ranked, reads: Sequence[Reading], again: Mapping[str, Ranked]
) -> dict[str, Ranked]:
    """In which ways ``form`` is read, the best first; itself alone if no other way finds more.

    One meaning of an abbreviation brings the others: nobody knows which was meant. They come even
    where the phrase as it stands finds more, if what it finds passes over the abbreviation: the
    best for "RA stenosis" is "Stenosis".
    """
    best = max(reads, key=lambda read: again[read.form].best, default=Reading(""))
    if best.form and again[best.form].best > stands.best:
        form, stands = best.form, again[best.form]
    if form == best.form and best.short:
        ways = {read.form: again[read.form] for read in reads if read.short == best.short}
    else:
        names = stands.matches[0].point.form.split() if stands.matches else []
        known = {*SMALL_WORDS, *names}
        unread = [read.form for read in reads if read.short and read.short not in known]
        ways = {form: stands} | {each: again[each] for each in unread}
    return dict(sorted(ways.items(), key=lambda way: -way[1].best))
