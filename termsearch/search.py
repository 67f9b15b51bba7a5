"""The way out: words, to candidates, to ranked concepts.

Candidates come from three legs in one request: names of the same key, names spelt alike, names
that mean alike. ``rank`` puts them in one order; every concept appears once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from time import perf_counter
from types import TracebackType
from typing import NamedTuple, Self

from termsearch.abbreviations import long_forms, written_out
from termsearch.answer import Answer, Hit, IndexInfo, Leg, Mode, SourceInfo, TypeInfo
from termsearch.codes import conditions_of
from termsearch.decision import Calibration, calibration_of, probability, resolution
from termsearch.encoder import Encoder
from termsearch.explain import explanation
from termsearch.index import Ask, Found, Index, Nearest, Same, Spelt
from termsearch.index.manifest import Manifest
from termsearch.index.where import Condition, Where
from termsearch.normalize import search_form, search_key
from termsearch.rank import DOUBT, Asked, Match, best_of_each_concept
from termsearch.readings import readings
from termsearch.vectors import QueryVectors, Vector

__all__ = ["Mode", "TermSearch", "Where"]

_NEEDS_VECTORS = ("auto", "dense")

#: Names fetched for each concept wanted: a concept's names lie close together, and five a
#: concept give ten concepts in one request nearly always; else the search is widened.
_NAMES_PER_CONCEPT = 5
_MOST_NAMES = 10_000

#: Names that one request to the engine may bring back: 20,000 take about 60 MB.
_NAMES_AT_ONCE = 20_000


class _Wanted(NamedTuple):
    """What of the ranking is to be answered."""

    mode: Mode
    limit: int
    min_score: float | None
    vocabularies: Sequence[str]  #: asked for: their codes are shown first


class _Ranked(NamedTuple):
    """The matches of a query, best first, and the names it was spelt like."""

    matches: Sequence[Match]
    alike: Sequence[str]
    read_as: str = ""  #: how the query was read, if not as it stands

    @property
    def best(self) -> float:
        """Score of the first; -1 if there is none."""
        return self.matches[0].score if self.matches else -1.0


_NOTHING = _Ranked((), ())


class TermSearch:
    """Searches one index. Open with :func:`termsearch.connect.connect`; close it, or use ``with``.

    Args:
        index: What is searched.
        encoder: Called once, when the first query needs vectors.
    """

    def __init__(self, index: Index, encoder: Callable[[], Encoder]) -> None:
        self._index, self._queries = index, QueryVectors(encoder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()

    @property
    def index(self) -> Index:
        """What is searched, for ``lookup``, ``hierarchy`` and ``autocomplete``."""
        return self._index

    @property
    def manifest(self) -> Manifest:
        """What the index says of itself."""
        return self._index.manifest

    def embed(self, texts: Sequence[str], contexts: Sequence[str] = ()) -> None:
        """Embed in one call what later calls of :meth:`query_many` will ask for.

        Without ``texts`` the encoder is loaded, which the first query would otherwise wait for.
        """
        self._queries.encoder  # noqa: B018  # loads it
        self._vectors([form for form in _in_context(texts, contexts) if form])

    def vector(self, text: str) -> Vector | None:
        """What ``text`` is embedded as, length 1; None if there is nothing in it to embed."""
        form = search_form(text)
        return self._vectors([form])[form] if form else None

    def share_encoder(self, other: "TermSearch") -> None:
        """Embed with the encoder of ``other`` and what it remembers, if both indexes agree on it.

        A new release is then switched in without a second copy of the weights.
        """
        if self.manifest.encoder.agrees_with(other.manifest.encoder):
            self._queries = other._queries  # of the same class

    def query(
        self,
        text: str,
        where: Where | None = None,
        *,
        limit: int = 10,
        mode: Mode = "auto",
        min_score: float | None = None,
        context: str = "",
    ) -> Answer:
        """Find the concepts whose names mean ``text``; see :meth:`query_many`."""
        return self.query_many(
            [text], where, limit=limit, mode=mode, min_score=min_score, contexts=[context]
        )[0]

    def query_many(
        self,
        texts: Sequence[str],
        where: Where | None = None,
        *,
        limit: int = 10,
        mode: Mode = "auto",
        min_score: float | None = None,
        contexts: Sequence[str] = (),
    ) -> list[Answer]:
        """Answer each of ``texts``, embedded together, in order.

        Args:
            texts: A user's words, one string a query.
            where: Which part of the index may answer.
            limit: Concepts an answer has at most.
            mode: Which evidence is used.
            min_score: Leave out hits whose ``score`` is lower.
            contexts: The text that each of ``texts`` stands in, if any: abbreviations that it
                defines ("mitral insufficiency (MI)") are read so.

        Raises:
            UnknownValueError: ``where`` names something that the index does not hold.
        """
        where = where or Where()
        conditions = conditions_of(self._index, where)
        if mode in _NEEDS_VECTORS:
            self._queries.encoder  # noqa: B018  # loading it is no part of a query's time
        started = perf_counter()
        forms = _in_context(texts, contexts)
        distinct = [form for form in dict.fromkeys(forms) if form]
        ranked = self._ranked(distinct, conditions, limit, mode)
        if mode == "auto":
            ranked |= self._reread(ranked, conditions, limit)
        took = (perf_counter() - started) * 1000 / max(1, len(texts))
        asked = [v for c in conditions if c.field == "vocabularies" for v in c.values]
        wanted = _Wanted(mode, limit, min_score, asked)
        return [
            self._answer(text, form, ranked.get(form, _NOTHING), wanted, took)
            for text, form in zip(texts, forms, strict=True)
        ]

    @cached_property
    def _calibration(self) -> Calibration | None:
        return calibration_of(self.manifest.encoder.model)

    @cached_property
    def _info(self) -> IndexInfo:
        manifest = self.manifest
        return IndexInfo(
            name=self._index.name, model=manifest.encoder.model, releases=manifest.releases()
        )

    @cached_property
    def _type_names(self) -> dict[tuple[str, str], str]:
        return {
            (vocabulary, kind.code): kind.name
            for vocabulary in self.manifest.vocabularies()
            for kind in self.manifest.types(vocabulary)
        }

    def _ranked(
        self,
        forms: Sequence[str],
        where: tuple[Condition, ...],
        limit: int,
        mode: Mode,
        *,
        doubt: float = 0.0,
    ) -> dict[str, _Ranked]:
        """Best matches of each form, at least ``limit`` of them if there are as many concepts."""
        vectors = self._vectors(forms) if mode in _NEEDS_VECTORS else {}
        ranked: dict[str, _Ranked] = {}
        pending, names = list(forms), limit * _NAMES_PER_CONCEPT
        while pending:
            short = []
            for block in _blocks(pending, max(1, _NAMES_AT_ONCE // names)):
                for form, found in self._found(block, vectors, where, names, mode):
                    asked = Asked(form, search_key(form), mode, doubt)
                    alike = [hit.point.form for hit in found.get("lexical", ())]
                    matches = best_of_each_concept(asked, found)
                    ranked[form] = _Ranked(matches, alike)
                    full = any(len(hits) == names for hits in found.values())
                    if full and len(matches) < limit:  # many names of few concepts
                        short.append(form)
            pending = short if names < _MOST_NAMES else []
            names = min(names * 4, max(names, _MOST_NAMES))
        return ranked

    def _reread(
        self, ranked: Mapping[str, _Ranked], where: tuple[Condition, ...], limit: int
    ) -> dict[str, _Ranked]:
        """Forms that find more when read otherwise, answered so.

        Only where no name has the words as they are: shorthand and abbreviations are written out,
        misspelt words put right.
        """
        others = {
            form: readings(form, found.alike, self._index)
            for form, found in ranked.items()
            if not (found.matches and found.matches[0].kind in {"exact", "normalized"})
        }
        distinct = list(dict.fromkeys(read for reads in others.values() for read in reads))
        again = self._ranked(distinct, where, limit, "auto", doubt=DOUBT)
        better = {}
        for form, reads in others.items():
            best = max(reads, key=lambda read: again[read].best, default="")
            if best and again[best].best > ranked[form].best:
                better[form] = again[best]._replace(read_as=best)
        return better

    def _found(
        self,
        forms: Sequence[str],
        vectors: Mapping[str, Vector],
        where: tuple[Condition, ...],
        names: int,
        mode: Mode,
    ) -> Iterator[tuple[str, dict[Leg, list[Found]]]]:
        """What each leg finds for each form, in one request."""
        legs = _LEGS[mode]
        asks = [
            Ask(_question(leg, form, mode, vectors), names, where) for form in forms for leg in legs
        ]
        answers = iter(self._index.search(asks))
        for form in forms:
            yield form, {leg: next(answers) for leg in legs}

    def _vectors(self, forms: Sequence[str]) -> dict[str, Vector]:
        return self._queries.of(forms) if forms else {}

    def _answer(
        self, text: str, form: str, ranked: _Ranked, wanted: _Wanted, took: float
    ) -> Answer:
        matches = _enough(ranked.matches, wanted.min_score)
        # What was fitted to scores of all evidence says nothing of one kind alone.
        fitted = self._calibration if wanted.mode == "auto" else None
        sure = probability(matches, fitted)
        read_as = ranked.read_as or ("" if form == search_form(text) else form)
        return Answer(
            query=text,
            read_as=read_as,
            resolution=resolution(matches, fitted, as_it_stands=not ranked.read_as),
            probability=None if sure is None else round(sure, 3),
            took_ms=round(took, 1),
            index=self._info,
            results=[
                self._hit(rank, match, wanted.vocabularies, read_as)
                for rank, match in enumerate(matches[: wanted.limit], 1)
            ],
        )

    def _hit(self, rank: int, match: Match, asked: Sequence[str], read_as: str) -> Hit:
        point = match.point
        names = self._type_names
        return Hit(
            rank=rank,
            curie=point.curie,
            vocabulary=point.vocabulary,
            code=point.code,
            name=point.concept_name,
            matched_name=point.name,
            match_type=match.kind,
            score=round(match.score, 4),
            scores=_scores(match),
            ranks={leg: seen.rank for leg, seen in match.legs.items() if leg != "same"},
            conflicts=list(match.conflicts),
            explanation=explanation(match, read_as),
            lang=point.lang,
            types=[
                TypeInfo(code=code, name=names.get((point.vocabulary, code), code))
                for code in point.types
            ],
            active=point.live,
            retired_name=point.live and not point.active,
            replaced_by=list(point.replaced_by),
            release=self.manifest.release_of(point.vocabulary, point.origin),
            sources=[
                SourceInfo.of(source)
                for source in sorted(point.sources, key=lambda s: s.vocabulary not in asked)
            ],
        )


def _scores(match: Match) -> dict[str, float]:
    scores: dict[str, float] = {match.kind: 1.0} if match.kind in {"exact", "normalized"} else {}
    if "dense" in match.legs:
        scores["dense"] = match.legs["dense"].score
    if match.asked.mode in {"auto", "lexical"}:
        scores["lexical"] = match.likeness
    return {leg: round(score, 4) for leg, score in scores.items()}


_LEGS: dict[Mode, tuple[Leg, ...]] = {
    "auto": ("same", "lexical", "dense"),
    "exact": ("same",),
    "lexical": ("lexical",),
    "dense": ("dense",),
}


def _question(
    leg: Leg, form: str, mode: Mode, vectors: Mapping[str, Vector]
) -> Nearest | Spelt | Same:
    match leg:
        case "same" if mode == "exact":
            return Same("form", form)
        case "same":
            return Same("key", search_key(form))
        case "lexical":
            return Spelt(form)
        case "dense":
            return Nearest(vectors[form])


def _in_context(texts: Sequence[str], contexts: Sequence[str]) -> list[str]:
    """Search forms of ``texts``, abbreviations written out as their contexts define them."""
    contexts = contexts or [""] * len(texts)
    known = {context: long_forms(context) for context in dict.fromkeys(contexts)}
    return [
        written_out(text, known[context]) for text, context in zip(texts, contexts, strict=True)
    ]


def _enough(matches: Sequence[Match], min_score: float | None) -> Sequence[Match]:
    return matches if min_score is None else [m for m in matches if m.score >= min_score]


def _blocks(forms: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (forms[start : start + size] for start in range(0, len(forms), size))
