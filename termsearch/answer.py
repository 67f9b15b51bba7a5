"""What comes back to a user: an answer, its hits, and what each is based on."""

from math import isnan
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field

from termsearch.concept import Kind, Source
from termsearch.errors import UsageError
from termsearch.vocabulary import curie

__all__ = [
    "Answer",
    "Hit",
    "IndexInfo",
    "Leg",
    "MatchType",
    "Mode",
    "Resolution",
    "SourceInfo",
    "TypeInfo",
    "require_mode",
    "require_some",
    "require_terms",
]

#: ``auto`` uses all evidence; the others one kind alone.
Mode = Literal["auto", "exact", "lexical", "dense"]

#: Where candidates come from: names of the same key (``same``), spelt alike, or meaning alike, and
#: concepts of the code that was typed.
Leg = Literal["code", "same", "lexical", "dense"]

#: The strongest evidence for a hit; ``hybrid`` was found by spelling and by meaning.
MatchType = Literal["exact", "code", "normalized", "lexical", "dense", "hybrid"]

#: Of a hit that is what was typed; the others are only near it.
AS_IT_STANDS: frozenset[MatchType] = frozenset(("exact", "code", "normalized"))

#: unique: take the first hit; ambiguous: a person should choose; none: nothing here is right.
Resolution = Literal["unique", "ambiguous", "none"]

_MODES: dict[str, Mode] = {mode: mode for mode in get_args(Mode)}


def require_mode(mode: str) -> Mode:
    """``mode``, if it is one.

    Raises:
        UsageError: Names the modes there are.
    """
    if mode not in _MODES:
        raise UsageError(f"there is no mode {mode!r}, expected one of {', '.join(_MODES)}.")
    return _MODES[mode]


def require_some(limit: int) -> None:
    """Refuse to answer with nothing.

    Raises:
        UsageError: ``limit`` is less than 1.
    """
    if limit < 1:
        raise UsageError(f"limit is {limit}, expected 1 or more.")


def require_terms(mode: str, limit: int, min_score: float | None) -> None:
    """Refuse terms that no query can be answered on.

    Raises:
        UsageError: ``limit`` is less than 1, no such ``mode``, or no score can be compared with
            ``min_score``.
    """
    require_mode(mode)
    require_some(limit)
    if min_score is not None and isnan(min_score):
        raise UsageError(f"min_score is {min_score}, expected a number; scores go from -1 to 1.")


class IndexInfo(BaseModel):
    """Which index answered."""

    name: str
    model: str
    releases: dict[str, str]


class TypeInfo(BaseModel):
    """A semantic type with the name its vocabulary gives it."""

    model_config = ConfigDict(frozen=True)  # one for all answers

    code: str
    name: str


class SourceInfo(BaseModel):
    """A vocabulary that uses the matched name, and the code it has there."""

    vocabulary: str
    code: str
    curie: str = Field(description="Empty where the source gives the name no code.")
    term_type: str

    @classmethod
    def of(cls, source: Source) -> Self:
        """As stored, with its CURIE."""
        own = curie(source.vocabulary, source.code) if source.code else ""
        return cls(**source._asdict(), curie=own)


class Hit(BaseModel):
    """One concept in an answer, with the name that matched."""

    rank: int = Field(description="From 1.")
    curie: str
    vocabulary: str
    code: str
    name: str = Field(description="What the vocabulary displays for the concept.")
    matched_name: str = Field(description="The name of the concept that is nearest to the words.")
    name_kind: Kind = Field(
        description="What the matched name is to the concept: broader means more, narrower less."
    )
    match_type: MatchType
    score: float = Field(
        description="Higher is nearer, -1 to 1, comparable between queries. exact: 1; code: 0.99; "
        "normalized: 0.98; else cosine with a share of likeness of spelling, at most 0.96. A "
        "contradiction takes 0.25 away. In mode dense the cosine, in mode lexical the likeness "
        "(0 to 1)."
    )
    scores: dict[str, float] = Field(
        description="exact, code or normalized: 1; dense: cosine, -1 to 1, where it is known; "
        "lexical: likeness of spelling, 0 to 1."
    )
    ranks: dict[str, int] = Field(description="Place among the names that each leg found, from 1.")
    conflicts: list[str] = Field(description="In what the matched name contradicts the query.")
    explanation: str = Field(description="The evidence for and against, in words for a clinician.")
    lang: str = Field(description="Of the matched name.")
    types: list[TypeInfo]
    active: bool = Field(description="Whether the concept is in use.")
    retired_name: bool = Field(description="Whether only the matched name is out of use.")
    replaced_by: list[str] = Field(description="CURIEs to use in place of a retired concept.")
    release: str
    sources: list[SourceInfo] = Field(description="Who uses the matched name, asked-for first.")


class Answer(BaseModel):
    """The answer to one query; no results means searched, and nothing there."""

    query: str
    read_as: str = Field(
        description="How the query was read: abbreviations that it or its context defines written "
        "out; and, where that found more, misspelt words put right, shorthand and other "
        "abbreviations written out. Empty if it was read as it stands."
    )
    resolution: Resolution = Field(
        description="unique: one concept has exactly these words as a name (modes auto and exact "
        "look for that); none: no results, none near enough to be right, or the query "
        "says that the first, or what it is only near to, is absent; ambiguous: all else."
    )
    probability: float | None = Field(
        description="That the first hit is right, 0 to 1, in mode auto; null for an encoder whose "
        "scores nobody has calibrated."
    )
    took_ms: float = Field(description="Milliseconds for this query's share of its batch.")
    index: IndexInfo
    results: list[Hit]
