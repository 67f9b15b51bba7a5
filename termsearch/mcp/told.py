"""What the tools tell: their output schemas come from these models.

A language model pays for each word, so a field that has nothing to say is left out, and no answer
is longer than :data:`MOST_CHARACTERS`.
"""

from typing import ClassVar, Self

from pydantic import BaseModel, Field

from termsearch.answer import MatchType, Resolution
from termsearch.mappings import Relation

__all__ = [
    "MOST_CHARACTERS",
    "Brief",
    "Card",
    "Cards",
    "Descended",
    "Found",
    "FoundConcepts",
    "Mapped",
    "MappedTerms",
    "Missing",
    "RunnerUp",
    "Told",
    "Translated",
    "Translation",
    "Validated",
    "ValidatedCodes",
    "Vocabularies",
    "VocabularyTold",
    "fitted",
]

#: About 10,000 tokens.
MOST_CHARACTERS = 40_000


class Told(BaseModel):
    """An answer: a list of rows and what holds for all of them."""

    rows: ClassVar[str] = "results"

    left_out: int = Field(
        default=0, description="Rows at the end that did not fit; ask for fewer, or for these."
    )

    def cut(self, kept: int) -> Self:
        """Only the first ``kept`` rows, and how many are missing."""
        whole = getattr(self, self.rows)
        return self.model_copy(
            update={self.rows: whole[:kept], "left_out": self.left_out + len(whole) - kept}
        )

    def json_text(self) -> str:
        """What is sent."""
        return self.model_dump_json(exclude_defaults=True)


class Brief(BaseModel):
    """Another concept."""

    curie: str
    name: str = Field(default="", description="Missing if the concept is not in the index.")


class Found(BaseModel):
    """One concept that may be meant."""

    curie: str
    name: str
    matched_name: str = Field(default="", description="If another name of it matched.")
    match_type: MatchType
    score: float = Field(description="-1 to 1, higher is nearer; exact: 1, normalized: 0.98.")
    types: list[str] = []
    conflicts: list[str] = Field(default=[], description="Where the name contradicts the query.")
    codes: list[str] = Field(default=[], description="CURIEs of the sources that use the name.")
    active: bool = Field(default=True, description="false: retired.")
    replaced_by: list[str] = []


class FoundConcepts(Told):
    """Of ``search_concepts``."""

    resolution: Resolution = Field(
        description="unique: one concept has exactly these words; none: nothing is near enough, or "
        "they say that the nearest is absent."
    )
    probability: float | None = Field(default=None, description="That the first is right.")
    read_as: str = Field(default="", description="If the words were read otherwise.")
    results: list[Found] = Field(description="Best first.")


class RunnerUp(Brief):
    """What else may be meant."""

    score: float


class Mapped(BaseModel):
    """What one term means."""

    term: str
    resolution: Resolution
    probability: float | None = Field(default=None, description="That the concept is right.")
    read_as: str = Field(default="", description="If the words were read otherwise.")
    curie: str = Field(default="", description="Missing if resolution is none.")
    name: str = ""
    matched_name: str = Field(default="", description="If another name of it matched.")
    score: float | None = None
    conflicts: list[str] = Field(default=[], description="Where the name contradicts the term.")
    runner_up: RunnerUp | None = Field(
        default=None, description="The next best; with resolution none the nearest."
    )
    problem: str = Field(default="", description="Why the term was not searched.")


class MappedTerms(Told):
    """Of ``map_terms``."""

    results: list[Mapped] = Field(description="In the order of the terms.")


class Card(BaseModel):
    """A concept."""

    asked: str = Field(default="", description="If the code asked for was another.")
    redirect: str = Field(
        default="", description="Why: replaced (retired), merged, or used by this concept."
    )
    curie: str
    name: str
    release: str = ""
    definition: str = ""
    types: list[str] = []
    synonyms: list[str] = []
    more_synonyms: int = 0
    parents: list[Brief] = []
    children: list[Brief] = []
    more_children: int = Field(default=0, description="Ask descendants for them.")
    codes: list[str] = Field(default=[], description="The same in other vocabularies.")
    more_codes: int = Field(default=0, description="Ask translate_code for them.")
    active: bool = Field(default=True, description="false: retired.")
    replaced_by: list[Brief] = []


class Missing(BaseModel):
    """A code that is not there."""

    code: str
    problem: str


class Cards(Told):
    """Of ``get_concept``."""

    results: list[Card]
    missing: list[Missing] = []


class Descended(Told):
    """Of ``descendants``."""

    curie: str
    name: str
    total: int
    results: list[Brief]
    next_offset: int | None = Field(default=None, description="Where the next page begins, if any.")

    def cut(self, kept: int) -> Self:
        """What does not fit begins the next page."""
        end = self.total if self.next_offset is None else self.next_offset
        dropped = len(self.results) - kept
        return self.model_copy(
            update={"results": self.results[:kept], "next_offset": end - dropped}
        )


class Translation(Brief):
    """A code of another vocabulary."""

    relation: Relation = Field(
        description="xref: its vocabulary says so; xref by: that of the code found says so; "
        "source, used by: UMLS concept and its sources; shared: same UMLS concept (via); replaced "
        "by, replaces: of retired codes."
    )
    via: str = ""


class Translated(Told):
    """Of ``translate_code``."""

    curie: str
    name: str = ""
    results: list[Translation] = Field(description="Nearest first.")
    elsewhere: list[str] = Field(
        default=[], description="If the target has none: vocabularies that have some."
    )


class Validated(BaseModel):
    """Whether a code may be used."""

    code: str = Field(description="As asked.")
    exists: bool
    active: bool | None = Field(default=None, description="false: retired, do not use.")
    display: str = ""
    replaced_by: list[str] = Field(default=[], description="To use instead, best first.")
    used_by: list[str] = Field(default=[], description="Concepts that use this source's code.")
    problem: str = ""


class ValidatedCodes(Told):
    """Of ``validate_codes``."""

    results: list[Validated] = Field(description="In the order of the codes.")


class VocabularyTold(BaseModel):
    """What can be filtered by."""

    id: str
    title: str = ""
    release: str = ""
    concepts: int = 0
    inside: list[str] = Field(
        default=[], description="A source of these: its codes are in `codes` of their concepts."
    )
    langs: list[str] = []
    types: list[str] = []
    more_types: int = 0


class Vocabularies(Told):
    """Of ``list_vocabularies``."""

    results: list[VocabularyTold]


def fitted(told: Told) -> Told:
    """``told``, or as many of its first rows as :data:`MOST_CHARACTERS` hold."""
    length = len(told.json_text())
    if length <= MOST_CHARACTERS:
        return told
    rows: list[BaseModel] = getattr(told, told.rows)
    kept = len(rows)
    while kept and length > MOST_CHARACTERS - 100:  # for `left_out` and `next_offset`
        kept -= 1
        length -= len(rows[kept].model_dump_json(exclude_defaults=True)) + 1
    return told.cut(kept)
