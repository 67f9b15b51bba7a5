"""What a client sends that is more than a text: codings, and value sets it defines.

Only what is read is named; the rest of a resource is let pass, as FHIR wants it.
"""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, StrictBool, StrictInt, StrictStr

__all__ = ["CODE", "CodeableConcept", "Coding", "Compose", "Contained", "Enumerated", "Include",
           "Property", "ValueSet"]  # fmt: skip

#: https://hl7.org/fhir/R4/datatypes.html#code.
CODE: Final = r"\S+(\s\S+)*"

Text = Annotated[StrictStr, Field(max_length=2_000)]
Code = Annotated[Text, Field(pattern=f"^({CODE})?$")]


class Coding(BaseModel):
    """A code in a code system; whatever is missing is empty."""

    system: Text = ""
    version: Text = ""
    code: Code = ""
    display: Text = ""


class CodeableConcept(BaseModel):
    """Codes that are said to mean the same."""

    coding: list[Coding] = Field(default=[], max_length=100)


class Property(BaseModel):
    """A condition of a value set: ``concept is-a 386661006``."""

    property: Text
    op: Text
    value: Text


class Designation(BaseModel):
    """Another name that a value set gives a code."""

    language: Code = ""
    use: Coding | None = None
    value: Text


class Enumerated(BaseModel):
    """A code that a value set lists, and what it calls it."""

    code: Code
    display: Text = ""
    designation: list[Designation] = Field(default=[], max_length=100)

    @property
    def texts(self) -> list[str]:
        """All that it is called."""
        return [text for text in (self.display, *(d.value for d in self.designation)) if text]


class Include(BaseModel):
    """Codes of one code system that are in a value set, or are not."""

    system: Text = ""
    version: Text = ""
    concept: list[Enumerated] = []
    filter: list[Property] = Field(default=[], max_length=20)
    value_set: list[Text] = Field(default=[], alias="valueSet", max_length=20)


class Compose(BaseModel):
    """What a value set is made of."""

    include: list[Include] = Field(min_length=1, max_length=100)
    exclude: list[Include] = Field(default=[], max_length=100)
    inactive: StrictBool = True


class Contained(Enumerated):
    """A code of an expansion, and those that are shown below it; without code it is a heading."""

    code: Code = ""
    system: Text = ""
    version: Text = ""
    contains: list["Contained"] = []

    def every(self) -> Iterator["Contained"]:
        """It, and all below."""
        yield self
        for each in self.contains:
            yield from each.every()


class Expansion(BaseModel):
    """The codes of a value set, or a page of them."""

    total: StrictInt | None = None
    contains: list[Contained] = []


class ValueSet(BaseModel):
    """A value set by its definition, its codes, or its canonical address alone."""

    url: Text = ""
    version: Text = ""
    name: Text = ""
    title: Text = ""
    status: Literal["draft", "active", "retired", "unknown"] = "active"
    language: Code = Field(default="", description="Of the displays.")
    compose: Compose | None = None
    expansion: Expansion | None = None
