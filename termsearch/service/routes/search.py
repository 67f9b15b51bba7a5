"""``/search``, ``/search/bulk`` and ``/autocomplete``."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from termsearch.answer import Answer
from termsearch.autocomplete import Completions, autocomplete
from termsearch.service.lent import Lent, json_of, note_queries
from termsearch.service.models import (
    AutocompleteQuery,
    BulkAnswer,
    BulkAnswers,
    BulkBody,
    SearchQuery,
)

__all__ = ["router"]

router = APIRouter(tags=["search"])


@router.get("/search", response_model=Answer, summary="Concepts whose names mean the words")
async def search(asked: Annotated[SearchQuery, Query()], lent: Lent, request: Request) -> Response:
    """As `termsearch query --json`. No result is an answer; an unknown filter value is an error."""
    note_queries(request, [asked.q])
    (answer,) = await lent.ask([asked.question])
    return json_of(answer)


@router.post("/search/bulk", response_model=BulkAnswers, summary="Many queries at once")
async def bulk(body: BulkBody, lent: Lent, request: Request) -> Response:
    """Answers in the order of the queries, each with its query's id.

    A row that can't be searched has an `error` of its own, and no results; the others are answered.
    """
    note_queries(request, (query.text for query in body.queries))
    answers = await lent.ask(body.questions)
    return json_of(
        BulkAnswers.model_construct(
            answers=[
                BulkAnswer.model_construct(
                    **{**dict(answer), "query": query.text}, id=query.id, error=query.error
                )
                for query, answer in zip(body.queries, answers, strict=True)
            ]
        )
    )


@router.get("/autocomplete", response_model=Completions, summary="Concepts while somebody types")
async def complete(
    asked: Annotated[AutocompleteQuery, Query()], lent: Lent, request: Request
) -> Response:
    """Names that have the words, in any order, the last one perhaps cut, with a slip or none."""
    note_queries(request, [asked.q])
    found = await lent.call(
        lambda search: autocomplete(search.index, asked.q, asked.where, limit=asked.limit)
    )
    return json_of(found)
