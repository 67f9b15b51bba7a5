"""What the tools are asked: their input schemas come from these models.

Descriptions are read by a language model with each request, so they are short. What such a model
writes is met half-way: one value or a list in quotation marks where a list is wanted, and null
where nothing is.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import from_json

from termsearch.index.where import Where

__all__ = [
    "Asked",
    "Descendants",
    "Filters",
    "GetConcept",
    "ListVocabularies",
    "MapTerms",
    "SearchConcepts",
    "TranslateCode",
    "ValidateCodes",
]

#: Characters: longer texts are no names. A context is a letter, not a chart.
MAX_TEXT = 1_000
MAX_CONTEXT = 20_000

Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
Code = Annotated[
    str, Field(min_length=1, max_length=200, description="CURIE such as mesh:D005334.")
]
Context = Annotated[
    str,
    Field(
        max_length=MAX_CONTEXT,
        description="Text the words stand in; abbreviations it defines are read so.",
    ),
]


def _as_list(given: object) -> object:
    """``given`` as the list that was meant: a JSON array in a string, or a string alone."""
    if not isinstance(given, str):
        return given
    try:
        found = from_json(given) if given.lstrip().startswith("[") else None
    except ValueError:  # a name such as "[X]Fever"
        found = None
    return found if isinstance(found, list) else [given]


_LISTED = BeforeValidator(_as_list)
#: Of any length; without a bound pydantic would not look whether it is UTF-8.
_Any = Annotated[str, Field(min_length=0)]
Values = Annotated[list[Text], _LISTED, Field(max_length=50)]


class Asked(BaseModel):
    """Refuses what it does not know: a misspelt filter would silently not filter."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return {name: value for name, value in given.items() if value is not None}
        return given

    @property
    def texts(self) -> list[str]:
        """What is looked up, for the log that has to be asked for."""
        return []


class Filters(Asked):
    """Which part of the index may answer; the manifest fills in what there is."""

    vocabularies: Values = Field(default=[], description="Only these; all if empty.")
    types: Values = Field(default=[], description="Only these semantic types; all if empty.")
    langs: Values = Field(default=[], description="Only names in these languages; all if empty.")
    under: str = Field(
        default="", max_length=200, description="Only this concept (CURIE) and those below it."
    )
    inactive: bool = Field(default=False, description="Retired concepts too.")

    @property
    def where(self) -> Where:
        """For the library."""
        return Where(
            vocabularies=tuple(self.vocabularies),
            types=tuple(self.types),
            langs=tuple(self.langs),
            under=self.under,
            inactive=self.inactive,
        )


class SearchConcepts(Filters):
    """``search_concepts``."""

    query: Text = Field(description="One finding, disease, drug, ... in any words.")
    limit: int = Field(default=5, ge=1, le=50)
    context: Context = ""

    @property
    def texts(self) -> list[str]:
        """The query."""
        return [self.query]


class MapTerms(Filters):
    """``map_terms``."""

    terms: Annotated[list[_Any], _LISTED] = Field(
        min_length=1,
        max_length=100,
        description=f"One concept each, at most {MAX_TEXT:,} characters; answered in order.",
    )
    context: Context = ""

    @property
    def texts(self) -> list[str]:
        """The terms."""
        return self.terms


class GetConcept(Asked):
    """``get_concept``."""

    codes: Annotated[list[Code], _LISTED] = Field(min_length=1, max_length=10)
    inactive: bool = Field(
        default=False, description="A retired concept itself, not its successor."
    )


class Descendants(Asked):
    """``descendants``."""

    code: Code
    children_only: bool = Field(default=False, description="One step down only.")
    limit: int = Field(default=50, ge=1, le=200)
    offset: int = Field(default=0, ge=0, le=10_000_000, description="next_offset of the last page.")
    inactive: bool = Field(default=False, description="Retired concepts too.")


class TranslateCode(Asked):
    """``translate_code``."""

    code: Code
    target: str = Field(default="", max_length=200, description="Vocabulary wanted; all if empty.")


class ValidateCodes(Asked):
    """``validate_codes``."""

    codes: Annotated[list[Code], _LISTED] = Field(min_length=1, max_length=100)


class ListVocabularies(Asked):
    """``list_vocabularies``: nothing to say."""
