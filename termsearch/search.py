"""The way out: words, to candidates, to ranked concepts.

``retrieval`` fetches candidates from three legs: names of the same key, names spelt alike, names
that mean alike. ``rank`` puts them in one order; every concept appears once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import takewhile
from time import perf_counter
from types import TracebackType
from typing import NamedTuple, Self

from termsearch.abbreviations import in_context
from termsearch.answer import Answer, Hit, IndexInfo, Mode, SourceInfo, TypeInfo, require_terms
from termsearch.codes import conditions_of, may_be_code
from termsearch.decision import Calibration, calibration_of, probability, resolution
from termsearch.encoder import Encoder
from termsearch.explain import explanation, ranks, scores
from termsearch.index import Index
from termsearch.index.manifest import Manifest
from termsearch.index.where import Condition, Where
from termsearch.initials import capitals
from termsearch.match import Match
from termsearch.normalize import search_form
from termsearch.pipeline import ahead, batches
from termsearch.retrieval import NEEDS_VECTORS, NOTHING, Ranked, Retrieval
from termsearch.text import require_text
from termsearch.vectors import QueryVectors, Vector

__all__ = ["Mode", "TermSearch", "Where"]

#: Queries of a large batch that are searched and answered at once: the candidates of no more are
#: held. Those after them are embedded meanwhile.
_AT_ONCE = 64


class _Wanted(NamedTuple):
    """What of the ranking is to be answered."""

    mode: Mode
    limit: int
    min_score: float | None
    vocabularies: Sequence[str]  #: asked for: their codes are shown first


class TermSearch:
    """Searches one index. Open with :func:`termsearch.connect.connect`; close it, or use ``with``.

    For one thread at a time; :mod:`termsearch.aio` shares one among many callers.

    Args:
        index: What is searched.
        encoder: Called once, when the first query needs vectors.
    """

    def __init__(self, index: Index, encoder: Callable[[], Encoder]) -> None:
        self._index, self._queries = index, QueryVectors(encoder)
        self._known = index.manifest  # whose types and releases were looked up

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
        require_text([*texts, *contexts])
        self._queries.encoder  # noqa: B018  # loads it
        self._queries.of([form for form in in_context(texts, contexts) if form])

    def vector(self, text: str) -> Vector | None:
        """What ``text`` is embedded as, length 1; None if there is nothing in it to embed."""
        require_text([text])
        form = search_form(text)
        return self._queries.of([form])[form] if form else None

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
        """Answer each of ``texts``, in order, from one release; each distinct one is searched once.

        Args:
            texts: A user's words, one string a query.
            where: Which part of the index may answer.
            limit: Concepts an answer has at most.
            mode: Which evidence is used.
            min_score: Leave out hits whose ``score`` is lower; they are rivals all the same.
            contexts: The text that each of ``texts`` stands in, if any: abbreviations that it
                defines ("mitral insufficiency (MI)") are read so.

        Raises:
            UnknownValueError: ``where`` names something that the index does not hold.
            UsageError: ``limit`` is less than 1, no such ``mode``, ``min_score`` is no number, or a
                string is no text.
        """
        require_terms(mode, limit, min_score)
        require_text([*texts, *contexts])
        while True:
            release = self._index.manifest
            if release is not self._known:
                self._forget(release)
            conditions = conditions_of(self._index, where or Where())
            if mode in NEEDS_VECTORS:
                self._queries.encoder  # noqa: B018  # loading it is no part of a query's time
            asked = [v for c in conditions if c.field == "vocabularies" for v in c.values]
            wanted = _Wanted(mode, limit, min_score, asked)
            answers = self._answers(texts, contexts, conditions, wanted)
            if self._index.manifest is release:  # else a server's index was replaced meanwhile
                return answers

    def _answers(
        self,
        texts: Sequence[str],
        contexts: Sequence[str],
        conditions: tuple[Condition, ...],
        wanted: _Wanted,
    ) -> list[Answer]:
        mode = wanted.mode
        retrieval = Retrieval(self._index, self._queries.of, conditions, wanted.limit, mode)
        answers: dict[int, Answer] = {}
        started = perf_counter()
        for places in _rounds(texts, in_context(texts, contexts)):
            for forms in self._blocks(list(places), mode):
                typed = {form: texts[places[form][0]] for form in forms if form}
                ranked = retrieval.best(typed)
                block = {
                    place: self._answer(texts[place], form, ranked.get(form, NOTHING), wanted)
                    for form in forms
                    for place in places[form]
                }
                ended = perf_counter()
                for answer in block.values():
                    answer.took_ms = round(1000 * (ended - started) / len(block), 1)
                answers |= block
                started = ended
        return [answers[place] for place in range(len(texts))]

    def _blocks(self, forms: Sequence[str], mode: Mode) -> Iterable[Sequence[str]]:
        """``forms`` in parts; each is embedded while the one before is searched."""
        parts = batches(forms, _AT_ONCE)
        if mode not in NEEDS_VECTORS or len(forms) <= _AT_ONCE:
            return parts
        return ahead((self._embedded(part) for part in parts), 1)

    def _embedded(self, forms: Sequence[str]) -> Sequence[str]:
        self._queries.of([form for form in forms if form])
        return forms

    def _forget(self, release: Manifest) -> None:
        """What was known of another release than ``release``."""
        self._known = release
        for name in ("_calibration", "_info", "_types"):
            self.__dict__.pop(name, None)

    @cached_property
    def _calibration(self) -> Calibration | None:
        return calibration_of(self.manifest.encoder)

    @cached_property
    def _info(self) -> IndexInfo:
        manifest = self.manifest
        return IndexInfo(
            name=self._index.name, model=manifest.encoder.model, releases=manifest.releases()
        )

    @cached_property
    def _types(self) -> dict[tuple[str, str], TypeInfo]:
        """By vocabulary and code."""
        return {
            (vocabulary, code): TypeInfo(code=code, name=name)
            for vocabulary in self.manifest.vocabularies()
            for code, name in self.manifest.type_names(vocabulary).items()
        }

    def _answer(self, text: str, form: str, ranked: Ranked, wanted: _Wanted) -> Answer:
        shown = _enough(ranked.matches, wanted.min_score)
        # A rival that is not shown is one all the same.
        matches = ranked.matches if shown else ()
        # What was fitted to scores of all evidence says nothing of one kind alone.
        fitted = self._calibration if wanted.mode == "auto" else None
        sure = probability(matches, fitted)
        read_as = ranked.read_as or ("" if form == search_form(text) else form)
        return Answer(
            query=text,
            read_as=read_as,
            resolution=resolution(matches, fitted, as_it_stands=not ranked.read_as),
            probability=None if sure is None else round(sure, 3),
            took_ms=0.0,  # known when the last of them is answered
            index=self._info,
            results=[
                self._hit(rank, match, wanted.vocabularies, read_as)
                for rank, match in enumerate(shown[: wanted.limit], 1)
            ],
        )

    def _hit(self, rank: int, match: Match, asked: Sequence[str], read_as: str) -> Hit:
        point = match.point
        return Hit(
            rank=rank,
            curie=point.curie,
            vocabulary=point.vocabulary,
            code=point.code,
            name=point.concept_name,
            matched_name=point.name,
            name_kind=point.kind,
            match_type=match.kind,
            score=round(match.score, 4),
            scores=scores(match),
            ranks=ranks(match),
            conflicts=list(match.conflicts),
            explanation=explanation(match, read_as),
            lang=point.lang,
            types=[
                self._types.get((point.vocabulary, code)) or TypeInfo(code=code, name=code)
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


def _rounds(texts: Sequence[str], forms: Sequence[str]) -> Iterator[dict[str, list[int]]]:
    """Places by form, in as many rounds as there are manners of typing a form that read otherwise.

    No query's answer may depend on who else asks: "HIP" is read as initials, "hip" is not.
    """
    manners: dict[str, dict[object, list[int]]] = {}
    for place, (text, form) in enumerate(zip(texts, forms, strict=True)):
        manner = capitals(text), text.strip() if may_be_code(text) else ""
        manners.setdefault(form, {}).setdefault(manner, []).append(place)
    for number in range(max(map(len, manners.values()), default=0)):
        nth = ((form, [*places.values()][number:]) for form, places in manners.items())
        yield {form: rest[0] for form, rest in nth if rest}


def _enough(matches: Sequence[Match], min_score: float | None) -> Sequence[Match]:
    if min_score is None:
        return matches
    return list(takewhile(lambda match: match.score >= min_score, matches))
