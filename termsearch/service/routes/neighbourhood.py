"""``/neighbourhood``: the names nearest to a query, as a map."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from termsearch.neighbourhood import Neighbourhood, neighbourhood
from termsearch.search import TermSearch
from termsearch.service.lent import Lent, json_of, note_queries
from termsearch.service.models import Filters, Text

__all__ = ["router"]

router = APIRouter(tags=["search"])


class NeighbourhoodQuery(Filters):
    """One query, and how much around it."""

    q: Text = Field(description="A user's words.", examples=["high fever"])
    limit: int = Field(default=60, ge=1, le=200, description="Names on the map.")


@router.get("/neighbourhood", response_model=Neighbourhood, summary="The nearest names, on a plane")
async def nearest(
    asked: Annotated[NeighbourhoodQuery, Query()], lent: Lent, request: Request
) -> Response:
    """Vectors of the query and the names, by meaning alone, on their two principal axes."""
    note_queries(request, [asked.q])

    def found(search: TermSearch) -> Neighbourhood:
        vector = search.vector(asked.q)
        if vector is None:
            return Neighbourhood(query=asked.q, x=0, y=0, kept=1, results=[])
        return neighbourhood(search.index, asked.q, vector, asked.where, limit=asked.limit)

    return json_of(await lent.call(found))
