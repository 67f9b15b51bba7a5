"""What the routes are asked and what they answer, beyond the library's own models."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr

from termsearch.aio import Question, Terms
from termsearch.answer import Answer, Mode, TypeInfo
from termsearch.index.where import Where

__all__ = [
    "AutocompleteQuery",
    "BulkAnswer",
    "BulkAnswers",
    "BulkBody",
    "Filters",
    "Health",
    "PageQuery",
    "Ready",
    "Reloaded",
    "SearchQuery",
    "Text",
    "Version",
    "VocabularyInfo",
]

#: Longer texts are no names; SapBERT reads 25 tokens of them.
MAX_TEXT = 1_000
MAX_CONTEXT = 100_000
#: In a URL, of which the server reads 64 kB: a character takes up to 12 bytes there.
MAX_CONTEXT_IN_URL = 4_000
MAX_LIMIT = 1_000
#: Queries of one bulk request, and the limit of each: together they bound its cost.
MAX_BULK = 1_000
MAX_BULK_LIMIT = 100
#: Values of one filter.
MAX_VALUES = 100

Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
Value = Annotated[str, Field(min_length=1, max_length=200)]
Values = Annotated[list[Value], Field(max_length=MAX_VALUES)]
Context = Annotated[str, Field(max_length=MAX_CONTEXT)]
Score = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]


def _number(given: object) -> object:
    if isinstance(given, bool | str):
        raise ValueError("expected a number")  # noqa: TRY004  # pydantic would let a TypeError out
    return given


#: JSON's integer: 10.0 is one too, true and "10" are not.
Whole = Annotated[int, Field(strict=False), BeforeValidator(_number)]


class _Strict(BaseModel):
    """Refuses what it does not know: a misspelt filter would silently not filter."""

    model_config = ConfigDict(extra="forbid")


class Filters(_Strict):
    """Which part of the index may answer."""

    vocab: Values = Field(
        default=[],
        description="Only names that this vocabulary has or uses, by id, UMLS abbreviation, FHIR "
        "URI or OID; repeatable.",
        examples=[["mesh"]],
    )
    type: Values = Field(
        default=[],
        description="Only this semantic type or group, by code or name; repeatable.",
        examples=[["C23"]],
    )
    lang: Values = Field(
        default=[],
        description="Only names in this language, BCP-47; `en` includes `en-GB`; repeatable.",
        examples=[["en"]],
    )
    under: Value | None = Field(
        default=None,
        description="Only this concept and those below it, a CURIE.",
        examples=["mesh:D990001"],
    )
    inactive: bool = Field(default=False, description="Retired names and concepts too.")

    @property
    def where(self) -> Where:
        """For the library."""
        return Where(
            vocabularies=tuple(self.vocab),
            types=tuple(self.type),
            langs=tuple(self.lang),
            under=self.under or "",
            inactive=self.inactive,
        )


class SearchQuery(Filters):
    """One query."""

    q: Text = Field(description="A user's words.", examples=["high fever"])
    limit: int = Field(default=10, ge=1, le=MAX_LIMIT, description="Most concepts an answer has.")
    mode: Mode = Field(default="auto", description="Which evidence is used; auto: all.")
    min_score: Score | None = Field(default=None, description="Leave out lower scores.")
    context: Annotated[str, Field(max_length=MAX_CONTEXT_IN_URL)] = Field(
        default="",
        description="What the words stand in: abbreviations it defines are read so. Longer ones go "
        "to /search/bulk.",
    )

    @property
    def question(self) -> Question:
        """For the search."""
        return Question(self.q, Terms(self.where, self.limit, self.mode, self.min_score),
                        self.context)  # fmt: skip


class BulkQuery(_Strict):
    """One of many queries."""

    id: Annotated[StrictStr, Field(max_length=200)] | StrictInt | None = Field(
        default=None, description="Comes back with the answer, as it is."
    )
    text: str = Field(
        min_length=0,  # or pydantic would not look whether it is UTF-8
        examples=["heart attack"],
        description=f"At most {MAX_TEXT:,} characters: a longer one is not searched, and its "
        "answer says so in `error`. An empty one finds nothing.",
    )
    context: Context = ""

    @property
    def error(self) -> str:
        """Why the text is not searched; empty if it is."""
        long = f"the text has {len(self.text):,} characters; {MAX_TEXT:,} are allowed."
        return long if len(self.text) > MAX_TEXT else ""


class BulkBody(Filters):
    """Many queries under one set of filters."""

    queries: list[BulkQuery] = Field(min_length=1, max_length=MAX_BULK)
    limit: Whole = Field(default=10, ge=1, le=MAX_BULK_LIMIT)
    mode: Mode = "auto"
    min_score: Score | None = None

    model_config = ConfigDict(
        strict=True,  # JSON has types of its own: false is no number
        json_schema_extra={
            "example": {
                "queries": [
                    {"id": "row 1", "text": "high fever"},
                    {"id": "row 2", "text": "acute MI", "context": "myocardial infarction (MI)"},
                ],
                "vocab": ["mesh"],
                "limit": 3,
            }
        },
    )

    @property
    def questions(self) -> list[Question]:
        """For the search, in order; nothing is asked where a text is not searched."""
        terms = Terms(self.where, self.limit, self.mode, self.min_score)
        return [
            Question("" if query.error else query.text, terms, query.context)
            for query in self.queries
        ]


class BulkAnswer(Answer):
    """An answer and the id its query came with."""

    id: str | int | None = Field(description="As it was given.")
    error: str = Field(description="Why the text was not searched; empty if it was.")


class BulkAnswers(BaseModel):
    """In the order of the queries."""

    answers: list[BulkAnswer]


class AutocompleteQuery(Filters):
    """What somebody has typed so far."""

    q: Text = Field(
        description="Words in any order, the last one perhaps cut.", examples=["hea at"]
    )
    limit: int = Field(default=10, ge=1, le=100)


class PageQuery(_Strict):
    """Which part of a list."""

    offset: int = Field(default=0, ge=0, le=10_000_000)
    limit: int = Field(default=100, ge=1, le=MAX_LIMIT)
    inactive: bool = Field(default=False, description="Retired concepts too; no redirection.")


class VocabularyInfo(BaseModel):
    """One vocabulary that the index holds or that uses names of it."""

    id: str
    title: str = Field(description="Its id where we know no better.")
    uri: str = Field(description="FHIR `system`; empty where there is none.")
    release: str = Field(description="Empty for one that only uses names of others.")
    names: int
    concepts: int
    types: list[TypeInfo]
    langs: list[str]


class Health(BaseModel):
    """The process is alive."""

    status: str = "ok"


class Ready(BaseModel):
    """Whether queries can be answered, and from what."""

    ready: bool
    index: str = ""
    model: str = ""
    releases: dict[str, str] = Field(default={}, description="Vocabulary to release.")


class Reloaded(BaseModel):
    """What is served now."""

    switched: bool = Field(description="Whether it is another than was served before.")
    releases: dict[str, str]


class Version(BaseModel):
    """Of the program."""

    version: str
