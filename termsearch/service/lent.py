"""What a route gets from the application, and how it answers."""

import logging
from collections.abc import AsyncIterator, Iterable
from typing import Annotated, cast

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from termsearch.aio import AsyncTermSearch
from termsearch.service.holder import Holder

__all__ = ["Lent", "holder_of", "json_of", "note_queries"]

_log = logging.getLogger("termsearch.queries")


def holder_of(request: Request) -> Holder:
    """What lends the index."""
    return cast("Holder", request.app.state.holder)


async def _lent(request: Request) -> AsyncIterator[AsyncTermSearch]:
    async with holder_of(request).lend() as search:
        yield search


#: The index that is current when the request begins; the same until it ends.
Lent = Annotated[AsyncTermSearch, Depends(_lent)]


def json_of(model: BaseModel) -> Response:
    """As the command line prints it. Written once: FastAPI would validate it again."""
    return Response(model.model_dump_json(), media_type="application/json")


def note_queries(request: Request, texts: Iterable[str]) -> None:
    """Log what was asked, where that is wanted (``--log-queries``)."""
    if request.app.state.log_queries:
        for text in texts:
            _log.info("%r", text)  # quoted: a line break in it must not look like a line of ours
