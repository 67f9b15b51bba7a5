"""``/concepts/{vocabulary}/{code}`` and what hangs on it.

``{code:path}``: some codes have a slash. What hangs on a concept is matched first.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.responses import Response

from termsearch.aio import AsyncTermSearch
from termsearch.errors import UnknownValueError
from termsearch.hierarchy import Page, Related, ancestors, children, descendants
from termsearch.index import Index
from termsearch.lookup import Entry, NameInfo, lookup
from termsearch.mappings import Mapping, translations
from termsearch.search import TermSearch
from termsearch.service.lent import Lent, json_of
from termsearch.service.models import PageQuery
from termsearch.service.problems import ErrorBody, Problem

__all__ = ["one_entry", "router"]

router = APIRouter(
    prefix="/concepts/{vocabulary}",
    tags=["concepts"],
    responses={
        300: {"model": ErrorBody, "description": "Several concepts use the code; `choices`."},
        404: {"model": ErrorBody, "description": "The index has no such vocabulary or code."},
    },
)

Vocabulary = Annotated[str, Path(description="Id or UMLS abbreviation.", examples=["mesh"])]
Code = Annotated[str, Path(description="As its source writes it.", examples=["D990053"])]
Part = Annotated[PageQuery, Query()]
Inactive = Annotated[bool, Query(description="The retired concept itself, not its successor.")]


def one_entry(index: Index, text: str, *, inactive: bool) -> Entry:
    """The one concept that a CURIE means.

    Raises:
        Problem: 404, there is none; 300, a source's code that several concepts use.
        UnknownCodeError: There is none.
    """
    try:
        entries = lookup(index, text, inactive=inactive)
    except UnknownValueError as error:
        raise Problem(404, str(error), code="unknown-value") from error
    if len(entries) > 1:
        choices = [entry.curie for entry in entries]
        said = f"{text} is used by {len(choices)} concepts: {', '.join(choices)}; ask for one."
        raise Problem(300, said, choices=choices)
    return entries[0]


async def _told(
    lent: AsyncTermSearch, text: str, tell: Callable[[Index, Entry], BaseModel], *, inactive: bool
) -> Response:
    def found(search: TermSearch) -> BaseModel:
        return tell(search.index, one_entry(search.index, text, inactive=inactive))

    return json_of(await lent.call(found))


async def _page(
    lent: AsyncTermSearch,
    text: str,
    part: PageQuery,
    whole: Callable[[Index, Entry], Sequence[BaseModel]],
) -> Response:
    """A part of a list that is had as a whole."""

    def told(index: Index, entry: Entry) -> BaseModel:
        return Page[Any].of(entry.curie, whole(index, entry), part.offset, part.limit)

    return await _told(lent, text, told, inactive=part.inactive)


async def _below(
    lent: AsyncTermSearch, text: str, part: PageQuery, find: Callable[..., Page[Related]]
) -> Response:
    """A part of what ``find`` finds under the concept."""

    def told(index: Index, entry: Entry) -> BaseModel:
        return find(
            index, entry.curie, offset=part.offset, limit=part.limit, inactive=part.inactive
        )

    return await _told(lent, text, told, inactive=part.inactive)


@router.get("/{code:path}/names", response_model=Page[NameInfo])
async def names(vocabulary: Vocabulary, code: Code, part: Part, lent: Lent) -> Response:
    """Every name, the displayed one first."""
    return await _page(lent, _curie(vocabulary, code), part, lambda _, entry: entry.names)


@router.get("/{code:path}/parents", response_model=Page[Related])
async def parents_of(vocabulary: Vocabulary, code: Code, part: Part, lent: Lent) -> Response:
    """One step up."""
    return await _page(lent, _curie(vocabulary, code), part, lambda _, entry: entry.parents)


@router.get("/{code:path}/children", response_model=Page[Related])
async def children_of(vocabulary: Vocabulary, code: Code, part: Part, lent: Lent) -> Response:
    """One step down, by name; more than 2,000 in the order of the index."""
    return await _below(lent, _curie(vocabulary, code), part, children)


@router.get("/{code:path}/ancestors", response_model=Page[Related])
async def ancestors_of(vocabulary: Vocabulary, code: Code, part: Part, lent: Lent) -> Response:
    """Every concept above."""
    return await _page(
        lent, _curie(vocabulary, code), part, lambda index, entry: ancestors(index, entry.curie)
    )


@router.get("/{code:path}/descendants", response_model=Page[Related])
async def descendants_of(vocabulary: Vocabulary, code: Code, part: Part, lent: Lent) -> Response:
    """Every concept below, by name; more than 2,000 in the order of the index."""
    return await _below(lent, _curie(vocabulary, code), part, descendants)


@router.get("/{code:path}/mappings", response_model=Page[Mapping])
async def mappings_of(vocabulary: Vocabulary, code: Code, part: Part, lent: Lent) -> Response:
    """Codes of other vocabularies for the same concept, and of other releases.

    Of a retired or merged code its successor comes first, then the codes of that.
    """

    def told(index: Index, entry: Entry) -> Page[Mapping]:
        itself = entry.redirect.asked if entry.redirect else entry.curie
        whole = translations(index, itself, [entry.curie])
        return Page[Mapping].of(itself, whole, part.offset, part.limit)

    return await _told(lent, _curie(vocabulary, code), told, inactive=part.inactive)


@router.get("/{code:path}", response_model=Entry, summary="All that is known of a code")
async def concept(
    vocabulary: Vocabulary, code: Code, lent: Lent, inactive: Inactive = False
) -> Response:
    """As `termsearch lookup --json`: a retired or merged code answers with its successor."""
    text = _curie(vocabulary, code)
    return await _told(lent, text, lambda _, entry: entry, inactive=inactive)


def _curie(vocabulary: str, code: str) -> str:
    return f"{vocabulary}:{code}"
