"""The one record every loader yields: a concept and its names.

A loader turns a publisher's rows into these; nothing behind the loader knows the publisher's
format. The models validate, so a loader from another package can't put a broken record into
an index.
"""

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["LOOSE_KINDS", "Concept", "Kind", "Name", "SemanticType", "Source", "origin_of"]

Text = Annotated[str, Field(min_length=1)]


class Kind(StrEnum):
    """What a name is to its concept."""

    PREFERRED = "preferred"  #: the name the source displays
    FULLY_SPECIFIED = "fully_specified"  #: unambiguous by itself, as a SNOMED CT FSN
    SYNONYM = "synonym"  #: means the same
    ABBREVIATION = "abbreviation"
    BROADER = "broader"  #: means more than the concept, as an OBO broad synonym
    NARROWER = "narrower"  #: means less, as an entry term of a narrower MeSH concept
    RELATED = "related"  #: neither, but the source leads from it to the concept


#: Of names that mean more, less or something beside their concept.
LOOSE_KINDS = frozenset((Kind.BROADER, Kind.NARROWER, Kind.RELATED))


class Source(NamedTuple):
    """One use of a name by a vocabulary: what a UMLS atom says."""

    vocabulary: str  #: vocabulary id, e.g. ``snomedct``
    code: str  #: the code the name has there, verbatim
    term_type: str = ""  #: the source's own term type, e.g. ``PT``


class SemanticType(NamedTuple):
    """What sort of thing a concept is, in its vocabulary's own scheme."""

    code: str  #: ``T184``; ``C23``; a SNOMED CT tag such as ``finding``
    name: str  #: ``Sign or Symptom``
    group: str = ""  #: code of the wider group, ``DISO``; ``C``
    group_name: str = ""  #: ``Disorders``; ``Diseases``


class Name(BaseModel):
    """One string a concept goes by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Text = Field(description="As the source writes it; never altered.")
    lang: Text = Field(default="en", description="BCP-47: ``en``, ``en-GB``, ``pt``.")
    kind: Kind = Kind.SYNONYM
    active: bool = Field(default=True, description="Off for a retired name of a live concept.")
    sources: tuple[Source, ...] = Field(
        default=(), description="Who uses the name, where the vocabulary is a compendium (UMLS)."
    )


class Concept(BaseModel):
    """One meaning in one release of one vocabulary."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocabulary: Text = Field(description="Vocabulary id, lower case: ``mesh``.")
    code: Text = Field(description="The source's identifier, verbatim.")
    names: tuple[Name, ...] = Field(min_length=1, description="The first one is displayed.")
    release: str = Field(default="", description="Edition it was read from: ``2024AB``.")
    part: str = Field(
        default="",
        description="Which file of the release, where a publisher ships files that are loaded "
        "apart (MeSH ``desc``, ``supp``). Ingesting a part again replaces that part only.",
    )
    types: tuple[SemanticType, ...] = ()
    parents: tuple[str, ...] = Field(default=(), description="Codes one step up.")
    ancestors: tuple[str, ...] = Field(
        default=(), description="Codes of every concept above, each once, itself excluded."
    )
    definition: str = ""
    active: bool = True
    replaced_by: tuple[str, ...] = Field(
        default=(), description="Codes to use instead of this inactive one, best first."
    )
    replaces: tuple[str, ...] = Field(
        default=(),
        description="Retired codes that now mean this concept and are not loaded; CURIEs where "
        "they are of a vocabulary that uses its names.",
    )
    xrefs: tuple[str, ...] = Field(default=(), description="CURIEs in other vocabularies.")

    def origin(self, loader: str) -> str:
        """What an ingest by ``loader`` replaces: all it put in before, or that of this part."""
        return origin_of(loader, self.part)


def origin_of(loader: str, part: str) -> str:
    """Whose names are replaced together: ``mesh/desc``; of a loader without parts, its name."""
    return f"{loader}/{part}" if part else loader
