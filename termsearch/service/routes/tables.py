"""``/api/{table}/v3/search``: what an autocomplete widget for NLM's Clinical Tables asks.

Parameters and answer as in https://clinicaltables.nlm.nih.gov/apidoc/conditions/v3/doc.html;
what widgets send besides (``authenticity_token``) means nothing here and is no error.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import JSONResponse

from termsearch.aio import AsyncTermSearch, Question, Terms
from termsearch.errors import UnknownValueError
from termsearch.index import Index
from termsearch.index.where import Where
from termsearch.service.clinical import (
    Found,
    Row,
    Table,
    Value,
    column,
    filter_of,
    matches,
    rows,
    table_of,
)
from termsearch.service.lent import Lent, note_queries
from termsearch.service.problems import ErrorBody, Problem

__all__ = ["router"]

router = APIRouter(tags=["clinical tables"])

_SHORT: Final = 7
#: What an empty `sf` and `cf` mean too.
_SEARCHED: Final = "code,name"
_CODE: Final = "code"
_MOST: Final = 500
#: Matches that are counted at least and at most. Up to 12 cost no more than one; see the steps of
#: `autocomplete`, of which a page of any size is a part.
_COUNTED: Final = 12
_DEEPEST: Final = 1_000

#: Empty means all that may be had, and is what "see more" of a widget sends.
Many = Annotated[int | None, BeforeValidator(lambda given: _MOST if given == "" else given)]
Start = Annotated[int, BeforeValidator(lambda given: 0 if given == "" else given)]
Words = Annotated[str, Field(max_length=1_000)]
Fields = Annotated[str, Field(max_length=1_000)]


class TableQuery(BaseModel):
    """As NLM documents it."""

    terms: Words = Field(default="", description="Beginnings of words, all of which must match; "
                         "or a code.", examples=["hea at"])  # fmt: skip
    maxList: Many = Field(default=None, ge=0, description="Most rows; 7, empty or more: 500.")  # noqa: N815  # NLM's spelling
    count: Many = Field(default=None, ge=0, description="Rows of a page; in place of `maxList`.")
    offset: Start = Field(default=0, ge=0, description="First row of the page, from 0.")
    q: Words = Field(default="", description="`type:`, `lang:` and `under:`, joined by `AND`.")
    df: Fields = Field(default="", description="Fields to display, comma-separated.")
    sf: Fields = Field(default=_SEARCHED, description="Fields to search: `code`, `name`.")
    cf: Fields = Field(default=_CODE, description="The field that is the code.")
    ef: Fields = Field(default="", description="More fields, `field` or `field:alias`; "
                       "`code_system` also comes as a fifth array.")  # fmt: skip
    suggest: str = Field(default="", description="1: what is near to `field_val`, by all evidence.")
    field_val: Words = Field(default="", description="With `suggest`: what was entered.")

    @property
    def rows(self) -> int:
        """How many are wanted."""
        wanted = self.maxList if self.count is None else self.count
        return min(_SHORT if wanted is None else wanted, _MOST)

    @property
    def extra(self) -> dict[str, str]:
        """Alias to field."""
        pairs = [each.partition(":") for each in _listed(self.ef)]
        return {alias or field: field for field, _, alias in pairs}


class _Shape:
    """Which fields of rows go where, and which are searched.

    Raises:
        UsageError: There is no such field.
    """

    def __init__(self, asked: TableQuery, table: Table) -> None:
        self._code = column(asked.cf.strip() or _CODE, needed=True)
        self.searched = _listed(asked.sf) or _listed(_SEARCHED)
        for each in self.searched:
            column(each)
        self._displayed = [column(each) for each in _listed(asked.df or table.displayed)]
        self._extra = {alias: column(field) for alias, field in asked.extra.items()}
        self._systems = "code_system" in asked.extra.values()

    def codes(self, found: list[Row]) -> list[str]:
        return [_joined(self._code(row)) for row in found]

    def display(self, found: list[Row]) -> list[list[str]]:
        return [[_joined(each(row)) for each in self._displayed] for row in found]

    def more(self, found: list[Row]) -> dict[str, list[Value]] | None:
        """None where nothing was asked for, as there."""
        return {alias: [each(row) for row in found] for alias, each in self._extra.items()} or None

    def systems(self, found: list[Row]) -> list[list[str]]:
        """As the last part of the answer, if asked for."""
        return [[_joined(column("code_system")(row)) for row in found]] if self._systems else []


@router.get(
    "/api/{table}/v3/search",
    response_model=list[Any],
    summary="A vocabulary as one of NLM's Clinical Tables",
    response_description="`[total, [code], {field: [value]} or null, [[displayed]]]`",
    responses={404: {"model": ErrorBody, "description": "The index has no such table."}},
)
async def search_table(
    table: Annotated[str, Path(description="A vocabulary, or `conditions`.", examples=["mesh"])],
    asked: Annotated[TableQuery, Query()],
    lent: Lent,
    request: Request,
) -> JSONResponse:
    """For autocomplete-lhc and its like: no encoder, words in any order, the last one cut.

    `total` is what was counted, which is not always all.
    """
    try:
        wanted = table_of(lent.manifest, table)
    except UnknownValueError as error:
        raise Problem(404, str(error), code="unknown-table") from error
    where, shape = wanted.where(filter_of(asked.q)), _Shape(asked, wanted)
    note_queries(request, [asked.field_val if asked.suggest else asked.terms])
    if asked.suggest:
        return JSONResponse(await _suggested(lent, wanted, where, asked, shape))
    if asked.offset + asked.rows > _DEEPEST:
        raise Problem(400, f"offset and count together are more than {_DEEPEST:,}; narrow terms.")
    return JSONResponse(
        await lent.call(lambda search: _page(search.index, wanted, where, asked, shape))
    )


def _page(
    index: Index, table: Table, where: Where, asked: TableQuery, shape: _Shape
) -> list[object]:
    end = asked.offset + asked.rows
    # One more than is shown, so that a widget knows that there is more to see.
    limit = max(end + 1, _COUNTED)
    found = matches(index, table, where, asked.terms, fields=shape.searched, limit=limit)
    shown = rows(index, table, found[asked.offset : end])
    return [len(found), shape.codes(shown), shape.more(shown), shape.display(shown),
            *shape.systems(shown)]  # fmt: skip


async def _suggested(
    lent: AsyncTermSearch, table: Table, where: Where, asked: TableQuery, shape: _Shape
) -> list[object]:
    """Another order than a page, and no total: see `findSuggestions` of autocomplete-lhc."""
    if not asked.field_val.strip():
        return [[], [], None]
    terms = Terms(where, limit=_SHORT * table.spare)
    (answer,) = await lent.ask([Question(asked.field_val, terms)])
    hits = [hit for hit in answer.results if table.takes(hit.vocabulary)]
    found = [Found(hit.curie, hit.matched_name) for hit in hits[:_SHORT]]
    shown = await lent.call(lambda search: rows(search.index, table, found))
    return [shape.codes(shown), shape.display(shown), shape.more(shown)]


def _joined(value: Value) -> str:
    return value if isinstance(value, str) else "; ".join(value or ())


def _listed(fields: str) -> list[str]:
    return [each.strip() for each in fields.split(",") if each.strip()]
