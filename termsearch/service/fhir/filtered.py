"""The codes of a value set that a text means, best first; the others are left out."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from termsearch.aio import AsyncTermSearch, Question, Terms
from termsearch.answer import AS_IT_STANDS, Answer, Hit
from termsearch.autocomplete import Completion, Completions, autocomplete, has_words
from termsearch.decision import calibration_of
from termsearch.index.where import Condition
from termsearch.match import DOUBT
from termsearch.search import TermSearch
from termsearch.service.fhir.coded import coded
from termsearch.service.fhir.sets import Among, Part, Set
from termsearch.vocabulary import curie

__all__ = ["Row", "found"]


#: Longer lists of codes are not given to the engine, which takes 0.01 s for 200, 0.35 s for 2,000
#: and 7 s for 10,000 (qdrant-edge 0.9, 133,047 names); what it finds is compared with them.
_IN_ENGINE: Final = 500
#: How deep it is asked then, in half a second.
_DEEP: Final = 500
#: How deep it is asked else, one step after the other until a page is full. What a step adds comes
#: behind what was there, so that pages follow each other whatever their size: a deeper search ranks
#: otherwise. The steps take 5, 28, 110 and 360 ms (133,047 names).
_STEPS: Final = (32, 128, 400, 1_000)
#: Where none of the last quarter of what a step brings is meant, nothing below is taken to be: what
#: nobody has a name for is answered after the first step, in 7 ms instead of all of them.
_LAST: Final = 4
#: The score under which a name that has not the words is not meant, of an encoder that nobody has
#: fitted: a cosine of 0.75 where nothing is spelt alike. Strict, for it is not measured.
_FLOOR: Final = 0.6
#: The likeness of spelling that is enough by itself: "hart atack" has 0.60 of "Heart Attack".
_ALIKE: Final = 0.6
#: A half typed word is gone on with, not browsed.
_BEGUN: Final = 100


class Row(NamedTuple):
    """One code that a text means."""

    vocabulary: str
    code: str
    display: str
    live: bool
    matched: str = ""  #: the name that was found
    kind: str = ""  #: ``match_type`` of a hit, or ``prefix``; empty if nothing was searched
    score: float | None = None  #: none if it is none of the hits and only begins with the words

    @property
    def curie(self) -> str:
        """As termsearch writes it."""
        return curie(self.vocabulary, self.code)


async def found(
    search: AsyncTermSearch, text: str, of: Set, many: int, *, live: bool
) -> tuple[list[Row], bool]:
    """Codes of ``of``: those that ``query`` finds, in its order; and whether they are all.

    Only what is meant, not what is merely nearest: a name that is the words, has each of them or is
    spelt like them, or of which the score reaches a floor.

    ``many`` or more, if there are so many; fewer are the beginning of what more would be. If no
    name has the words as they stand, they may be half typed: names of which each word typed begins
    a word go first, but behind what an abbreviation was written out to. What a slip would be
    ("mening": mining) comes behind them: a word in a search box is rather half typed.
    """
    parts = [part for part in of.parts if part.codes != ()]
    best: dict[str, Row] = {}
    for depth in (_DEEP,) if any(map(_outside, parts)) else _STEPS:
        rows, whole = await _deep(search, text, parts, depth, live=live)
        for row in await _held(search, [row for row in rows if row.curie not in best], of):
            best.setdefault(row.curie, row)
        if whole or len(best) >= many:
            return list(best.values()), whole
    return list(best.values()), False


async def _deep(
    search: AsyncTermSearch, text: str, parts: Sequence[Part], depth: int, *, live: bool
) -> tuple[list[Row], bool]:
    """What lies so deep, and whether there is nothing below."""
    wheres = [Among(exactly=_conditions(part, live=live)) for part in parts]
    answers = await search.ask([Question(text, Terms(where, depth), "") for where in wheres])
    fitted = calibration_of(search.manifest.encoder)
    floor = fitted.none_below if fitted else _FLOOR
    meant = [[hit for hit in answer.results if _is_meant(answer, hit, floor)] for answer in answers]
    rows = list(_rows(parts, meant))
    as_typed = (() if answer.read_as else hits for answer, hits in zip(answers, meant, strict=True))
    if not any(row.kind in AS_IT_STANDS for row in _rows(parts, as_typed)):
        as_read = [row for row in rows if row.kind in AS_IT_STANDS and _is_sure(row)]
        scores = {row.curie: row.score for row in rows}
        begun, whole = await _begun(search, text, parts, wheres, depth)
        rows = [*as_read, *(row._replace(score=scores.get(row.curie)) for row in begun), *rows]
    else:
        whole = True
    ends = (
        len(answer.results) < depth or not hits or hits[-1].rank <= depth - depth // _LAST
        for answer, hits in zip(answers, meant, strict=True)
    )
    return rows, whole and all(ends)


def _is_sure(row: Row) -> bool:
    """Whether the words of the name are what was typed written out, no letter of it changed."""
    return row.score is not None and row.score > 1 - DOUBT


def _is_meant(answer: Answer, hit: Hit, floor: float) -> bool:
    """Whether a hit is more than the nearest of what there is."""
    near = hit.score >= floor or hit.scores["lexical"] >= _ALIKE
    if near or hit.match_type in AS_IT_STANDS:
        return True
    ways = (answer.read_as or answer.query).split("; or ")
    return any(has_words(hit.matched_name, way) for way in ways)


def _outside(part: Part) -> bool:
    return part.codes is not None and len(part.codes) > _IN_ENGINE


def _conditions(part: Part, *, live: bool) -> tuple[Condition, ...]:
    conditions = part.engine(live=live)
    return tuple(c for c in conditions if len(c.values) <= _IN_ENGINE)


def _rows(parts: Sequence[Part], found: Iterable[Sequence[Hit]]) -> Iterator[Row]:
    """The scores of several searches can be compared; equal ones stay in their order."""
    hits = [(part, hit) for part, hits in zip(parts, found, strict=True) for hit in hits]
    for part, hit in sorted(hits, key=lambda each: -each[1].score):
        yield from (row for row in _of_hit(part, hit) if part.lists(row.curie))


def _of_hit(part: Part, hit: Hit) -> Iterator[Row]:
    name = part.system.vocabulary
    if part.system.owned:
        yield Row(name, hit.code, hit.name, hit.active, hit.matched_name, hit.match_type, hit.score)
        return
    for source in hit.sources:
        if source.vocabulary == name and source.code:
            yield Row(name, source.code, hit.matched_name, hit.active and not hit.retired_name,
                      hit.matched_name, hit.match_type, hit.score)  # fmt: skip


async def _begun(
    search: AsyncTermSearch, text: str, parts: Sequence[Part], wheres: Sequence[Among], depth: int
) -> tuple[list[Row], bool]:
    """What the text may become, and whether a deeper step finds no more of it.

    Only of code systems with concepts of their own: a completion has no source's code.
    """
    limit = min(depth, _BEGUN)
    wanted = [(p, where) for p, where in zip(parts, wheres, strict=True) if p.system.owned]

    def complete(search: TermSearch) -> list[Completions]:
        return [autocomplete(search.index, text, w, limit=limit) for _, w in wanted]

    answers = await search.call(complete)
    rows = [
        _of_completion(each)
        for (part, _), answer in zip(wanted, answers, strict=True)
        for each in answer.results
        if not each.slips and part.lists(each.curie)
    ]
    return rows, limit == _BEGUN or all(len(answer.results) < limit for answer in answers)


def _of_completion(one: Completion) -> Row:
    return Row(one.vocabulary, one.code, one.name, one.active, one.matched_name, "prefix", None)


async def _held(search: AsyncTermSearch, rows: list[Row], of: Set) -> list[Row]:
    """Without those that the engine could not leave out."""
    rows = [row for row in rows if row.live or of.retired]
    if not of.but and not any(part.verify for part in of.parts):
        return rows
    known = await search.call(lambda s: coded(s.index, [row.curie for row in rows]))
    return [row for row in rows if row.curie in known and of.holds(known[row.curie])]
