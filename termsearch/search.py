"""The way out: words, to candidates, to ranked concepts.

Ranking: concepts that have a name with the words' own search form come first, then the others
by the cosine similarity of their nearest name. Every concept appears once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from types import TracebackType
from typing import Literal, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from termsearch.answer import Answer, Hit, IndexInfo, Leg, SourceInfo, TypeInfo
from termsearch.codes import owners
from termsearch.concept import Kind
from termsearch.encoder import Encoder
from termsearch.index import Ask, Found, Index, Nearest, SameForm, Words
from termsearch.index.manifest import Manifest
from termsearch.index.point import Point
from termsearch.index.where import Condition, Where
from termsearch.normalize import search_form

__all__ = ["Mode", "TermSearch", "Where"]

#: ``auto`` is exact before dense; the others use one kind of evidence alone.
Mode = Literal["auto", "exact", "lexical", "dense"]

_NEEDS_VECTORS = ("auto", "dense")

Vector: TypeAlias = npt.NDArray[np.float32]

#: Names fetched for each concept wanted: a concept's names lie close together, and five a
#: concept give ten concepts in one request nearly always; else the search is widened.
_NAMES_PER_CONCEPT = 5
_MOST_NAMES = 10_000

#: Names that one request to the engine may bring back: 20,000 take about 60 MB.
_NAMES_AT_ONCE = 20_000


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
        distinct = [form for form in dict.fromkeys(forms) if form]
        ranked = dict(zip(distinct, self._ranked(distinct, conditions, limit, mode), strict=True))
        took = (perf_counter() - started) * 1000 / max(1, len(texts))
        asked = [v for c in conditions if c.field == "vocabularies" for v in c.values]
        return [
            self._answer(text, _enough(ranked.get(form, []), min_score), limit, asked, took)
            for text, form in zip(texts, forms, strict=True)
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
            Condition("ancestors", owners(self._index, condition.values[0]))
            if condition.field == "ancestors"
            else condition
            for condition in where.conditions(self.manifest)
        )

    def _ranked(
        self, forms: Sequence[str], where: tuple[Condition, ...], limit: int, mode: Mode
    ) -> list[list[_Match]]:
        """Best matches of each form, at least ``limit`` of them if there are as many concepts."""
        vectors = self._vectors(forms) if mode in _NEEDS_VECTORS else {}
        ranked: dict[str, list[_Match]] = {}
        pending, names = list(forms), limit * _NAMES_PER_CONCEPT
        while pending:
            short = []
            for block in _blocks(pending, max(1, _NAMES_AT_ONCE // names)):
                for form, found in self._found(block, vectors, where, names, mode):
                    ranked[form] = _best_of_each_concept(found)
                    full = any(len(hits) == names for hits in found.values())
                    if full and len(ranked[form]) < limit:  # many names of few concepts
                        short.append(form)
            pending = short if names < _MOST_NAMES else []
            names = min(names * 4, max(names, _MOST_NAMES))
        return [ranked[form] for form in forms]

    def _found(
        self,
        forms: Sequence[str],
        vectors: Mapping[str, Vector],
        where: tuple[Condition, ...],
        names: int,
        mode: Mode,
    ) -> Iterator[tuple[str, dict[Leg, list[Found]]]]:
        """What each leg finds for each form, in one request."""
        legs = _legs(mode)
        asks = [Ask(_question(leg, form, vectors), names, where) for form in forms for leg in legs]
        answers = iter(self._index.search(asks))
        for form in forms:
            yield form, {leg: next(answers) for leg in legs}

    def _vectors(self, forms: Sequence[str]) -> dict[str, Vector]:
        return dict(zip(forms, self._encoder.encode(forms), strict=True)) if forms else {}

    def _answer(
        self, text: str, matches: Sequence[_Match], limit: int, asked: Sequence[str], took: float
    ) -> Answer:
        exact = sum(match.kind == "exact" for match in matches)
        return Answer(
            query=text,
            resolution="unique" if exact == 1 else "ambiguous" if matches else "none",
            took_ms=round(took, 1),
            index=self._info,
            results=[
                self._hit(rank, match, asked) for rank, match in enumerate(matches[:limit], 1)
            ],
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


def _enough(matches: Sequence[_Match], min_score: float | None) -> Sequence[_Match]:
    return matches if min_score is None else [m for m in matches if m.score >= min_score]


def _blocks(forms: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (forms[start : start + size] for start in range(0, len(forms), size))


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
