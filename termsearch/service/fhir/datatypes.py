"""What a client sends that is more than a text: codings, and value sets it defines.

Only what is read is named; the rest of a resource is let pass, as FHIR wants it.
"""

from typing import Annotated, Final

from pydantic import BaseModel, Field, StrictBool, StrictStr

__all__ = ["CODE", "CodeableConcept", "Coding", "Compose", "Include", "Property", "ValueSet"]

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


class Enumerated(BaseModel):
    """A code that a value set lists."""

    code: Code
    display: Text = ""


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


class ValueSet(BaseModel):
    """A value set by its definition, or by its canonical address alone."""

    url: Text = ""
    version: Text = ""
    name: Text = ""
    title: Text = ""
    compose: Compose | None = None
