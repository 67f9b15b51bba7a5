"""The way out: words, to candidates, to ranked concepts.

Ranking: concepts that have a name with the words' own search form come first, then the others
by the cosine similarity of their nearest name. Every concept appears once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from types import TracebackType
from typing import Literal, Self, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from termsearch.concept import Kind, Source
from termsearch.encoder import Encoder
from termsearch.errors import UnknownValueError
from termsearch.index import Ask, Found, Index, Nearest, SameForm, Words
from termsearch.index.manifest import Manifest
from termsearch.index.point import Point
from termsearch.index.where import Condition, Where
from termsearch.normalize import search_form
from termsearch.vocabulary import curie

__all__ = ["Answer", "Hit", "IndexInfo", "Mode", "TermSearch", "Where"]

#: ``auto`` is exact before dense; the others use one kind of evidence alone.
Mode = Literal["auto", "exact", "lexical", "dense"]

_NEEDS_VECTORS = ("auto", "dense")

#: A kind of evidence.
Leg = Literal["exact", "lexical", "dense"]

Vector: TypeAlias = npt.NDArray[np.float32]

#: Names fetched for each concept wanted: a concept's names lie close together, and five a
#: concept give ten concepts in one request nearly always; else the search is widened.
_NAMES_PER_CONCEPT = 5
_MOST_NAMES = 10_000


class IndexInfo(BaseModel):
    """Which index answered."""

    name: str
    model: str
    releases: dict[str, str]


class TypeInfo(BaseModel):
    """A semantic type with the name its vocabulary gives it."""

    code: str
    name: str


class SourceInfo(BaseModel):
    """A vocabulary that uses the matched name, and the code it has there."""

    vocabulary: str
    code: str
    curie: str = Field(description="Empty where the source gives the name no code.")
    term_type: str

    @classmethod
    def of(cls, source: Source) -> Self:
        """As stored, with its CURIE."""
        own = curie(source.vocabulary, source.code) if source.code else ""
        return cls(**source._asdict(), curie=own)


class Hit(BaseModel):
    """One concept in an answer, with the name that matched."""

    rank: int = Field(description="From 1.")
    curie: str
    vocabulary: str
    code: str
    name: str = Field(description="What the vocabulary displays for the concept.")
    matched_name: str = Field(description="The name of the concept that is nearest to the words.")
    match_type: Leg
    score: float = Field(
        description="Higher is nearer. exact: 1; dense: cosine similarity, -1 to 1; lexical: BM25, "
        "0 and up, comparable within one answer only."
    )
    scores: dict[str, float] = Field(description="By kind of evidence, as ``score``.")
    lang: str = Field(description="Of the matched name.")
    types: list[TypeInfo]
    active: bool
    replaced_by: list[str] = Field(description="CURIEs to use in place of a retired concept.")
    release: str
    sources: list[SourceInfo] = Field(description="Who uses the matched name, asked-for first.")


class Answer(BaseModel):
    """The answer to one query; no results means searched, and nothing there."""

    query: str
    resolution: Literal["unique", "ambiguous", "none"] = Field(
        description="unique: one concept has a name of exactly these words; none: no results."
    )
    took_ms: float = Field(description="Milliseconds for this query's share of its batch.")
    index: IndexInfo
    results: list[Hit]


@dataclass(frozen=True)
class _Match:
    """One name of a concept and the evidence for it."""

    point: Point
    scores: dict[Leg, float]

    @property
    def kind(self) -> Leg:
        """The strongest evidence."""
        return next(leg for leg in ("exact", "dense", "lexical") if leg in self.scores)

    @property
    def score(self) -> float:
        """By the strongest evidence; higher is nearer."""
        return self.scores[self.kind]

    @property
    def order(self) -> tuple[bool, float, bool, bool, int, str]:
        """Best first. Equal evidence: live before retired, the preferred name, the shorter one."""
        preferred = self.point.kind in {Kind.PREFERRED, Kind.FULLY_SPECIFIED}
        return (
            self.kind != "exact",
            -self.score,
            not self.point.active,
            not preferred,
            len(self.point.name),
            self.point.curie,
        )


class TermSearch:
    """Searches one index. Open with :func:`termsearch.connect.connect`; close it, or use ``with``.

    Args:
        index: What is searched.
        encoder: Called once, when the first query needs vectors.
    """

    def __init__(self, index: Index, encoder: Callable[[], Encoder]) -> None:
        self._index, self._load_encoder = index, encoder

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
    def manifest(self) -> Manifest:
        """What the index says of itself."""
        return self._index.manifest

    def query(
        self,
        text: str,
        where: Where | None = None,
        *,
        limit: int = 10,
        mode: Mode = "auto",
        min_score: float | None = None,
    ) -> Answer:
        """Find the concepts whose names mean ``text``; see :meth:`query_many`."""
        return self.query_many([text], where, limit=limit, mode=mode, min_score=min_score)[0]

    def query_many(
        self,
        texts: Sequence[str],
        where: Where | None = None,
        *,
        limit: int = 10,
        mode: Mode = "auto",
        min_score: float | None = None,
    ) -> list[Answer]:
        """Answer each of ``texts``, embedded together, in order.

        Args:
            texts: A user's words, one string a query.
            where: Which part of the index may answer.
            limit: Concepts an answer has at most.
            mode: Which evidence is used.
            min_score: Leave out hits whose ``score`` is lower.

        Raises:
            UnknownValueError: ``where`` names something that the index does not hold.
        """
        where = where or Where()
        conditions = self._conditions(where)
        if mode in _NEEDS_VECTORS:
            self._encoder  # noqa: B018  # loading it is no part of a query's time
        started = perf_counter()
        forms = [search_form(text) for text in texts]
        ranked = self._ranked(forms, conditions, limit, mode)
        kept = [
            [match for match in matches if min_score is None or match.score >= min_score][:limit]
            for matches in ranked
        ]
        took = (perf_counter() - started) * 1000 / max(1, len(texts))
        asked = [v for c in conditions if c.field == "vocabularies" for v in c.values]
        return [
            self._answer(text, matches, asked, took)
            for text, matches in zip(texts, kept, strict=True)
        ]

    @cached_property
    def _encoder(self) -> Encoder:
        return self._load_encoder()

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

    def _conditions(self, where: Where) -> tuple[Condition, ...]:
        return tuple(
            Condition("ancestors", self._owners(condition.values[0]))
            if condition.field == "ancestors"
            else condition
            for condition in where.conditions(self.manifest)
        )

    def _owners(self, code: str) -> tuple[str, ...]:
        """The concepts that a code means: itself, or those that use it or took it over.

        Raises:
            UnknownValueError: None does; an empty answer would hide a typing error.
        """
        if self._index.count([Condition("ancestors", (code,))]):
            return (code,)
        owners = dict.fromkeys(
            point.curie for point in self._index.points([Condition("curies", (code,))])
        )
        if not owners:
            raise UnknownValueError("code", code, similar_codes(self._index, code))
        return tuple(owners)

    def _ranked(
        self, forms: Sequence[str], where: tuple[Condition, ...], limit: int, mode: Mode
    ) -> list[list[_Match]]:
        """Best matches of each form, at least ``limit`` of them if there are as many concepts."""
        ranked: list[list[_Match]] = [[] for _ in forms]
        vectors = self._vectors(forms) if mode in _NEEDS_VECTORS else {}
        pending = [position for position, form in enumerate(forms) if form]
        names = limit * _NAMES_PER_CONCEPT
        while pending:
            legs = _legs(mode)
            asks = [
                Ask(_question(leg, forms[position], vectors), names, where)
                for position in pending
                for leg in legs
            ]
            answers = iter(self._index.search(asks))
            short = []
            for position in pending:
                found = {leg: next(answers) for leg in legs}
                ranked[position] = _best_of_each_concept(found)
                full = any(len(hits) == names for hits in found.values())
                if full and len(ranked[position]) < limit:  # many names of few concepts
                    short.append(position)
            pending = short if names < _MOST_NAMES else []
            names *= 4
        return ranked

    def _vectors(self, forms: Sequence[str]) -> dict[str, Vector]:
        distinct = [form for form in dict.fromkeys(forms) if form]
        return dict(zip(distinct, self._encoder.encode(distinct), strict=True)) if distinct else {}

    def _answer(
        self, text: str, matches: Sequence[_Match], asked: Sequence[str], took: float
    ) -> Answer:
        exact = sum(match.kind == "exact" for match in matches)
        return Answer(
            query=text,
            resolution="unique" if exact == 1 else "ambiguous" if matches else "none",
            took_ms=round(took, 1),
            index=self._info,
            results=[self._hit(rank, match, asked) for rank, match in enumerate(matches, 1)],
        )

    def _hit(self, rank: int, match: _Match, asked: Sequence[str]) -> Hit:
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
            scores={leg: round(score, 4) for leg, score in match.scores.items()},
            lang=point.lang,
            types=[
                TypeInfo(code=code, name=names.get((point.vocabulary, code), code))
                for code in point.types
            ],
            active=point.active,
            replaced_by=list(point.replaced_by),
            release=point.release,
            sources=[
                SourceInfo.of(source)
                for source in sorted(point.sources, key=lambda s: s.vocabulary not in asked)
            ],
        )


def similar_codes(index: Index, wanted: str) -> list[str]:
    """CURIEs in ``index`` that differ from ``wanted`` in case only; else its vocabularies."""
    prefix, _, code = wanted.partition(":")
    spellings = dict.fromkeys(
        f"{p}:{c}" for p in (prefix, prefix.upper()) for c in (code, code.upper())
    )
    known = [s for s in spellings if index.count([Condition("curies", (s,))])]
    return known or [f"{vocabulary}:..." for vocabulary in index.manifest.vocabularies()]


def _legs(mode: Mode) -> tuple[Leg, ...]:
    return ("exact", "dense") if mode == "auto" else (mode,)


def _question(leg: Leg, form: str, vectors: Mapping[str, Vector]) -> Nearest | Words | SameForm:
    match leg:
        case "exact":
            return SameForm(form)
        case "lexical":
            return Words(form)
        case "dense":
            return Nearest(vectors[form])


def _best_of_each_concept(found: Mapping[Leg, Sequence[Found]]) -> list[_Match]:
    """One match a concept, best first; exact evidence beats all other."""
    by_name: dict[str, tuple[Point, dict[Leg, float]]] = {}
    for leg, hits in found.items():
        for hit in hits:
            by_name.setdefault(hit.point.id, (hit.point, {}))[1][leg] = hit.score
    best: dict[str, _Match] = {}
    for point, scores in by_name.values():
        match = _Match(point, scores)
        if point.curie not in best or match.order < best[point.curie].order:
            best[point.curie] = match
    return sorted(best.values(), key=lambda match: match.order)
