"""What is in an index."""

from pydantic import BaseModel, Field

from termsearch.encoder import EncoderCard
from termsearch.index import Index
from termsearch.index.manifest import Generation
from termsearch.index.rules import rules
from termsearch.index.where import CARD, Condition

__all__ = ["OriginStatus", "Status", "TypeStatus", "VocabularyStatus", "status"]


class VocabularyStatus(BaseModel):
    """One vocabulary in the index."""

    release: str
    names: int
    concepts: int = Field(description="Each counts once for every origin that has it.")


class TypeStatus(BaseModel):
    """One semantic type of one vocabulary: a filter takes its code or name, or its group's."""

    vocabulary: str
    code: str
    name: str
    group: str = Field(description="Code of the wider group; empty: it has none.")
    group_name: str
    concepts: int


class OriginStatus(BaseModel):
    """What one loader, or one part of what it reads, has put in: what an ingest replaces."""

    vocabularies: list[str]
    names: int
    options: str | None = Field(description="With which it was read; null: not known.")
    current: bool = Field(description="Off: another version made its search keys; ingest it again.")


class Status(BaseModel):
    """An index in numbers, counted in the index itself."""

    index: str
    location: str
    model: str
    encoder: EncoderCard
    names: int
    concepts: int = Field(description="The sum of what vocabularies have.")
    vocabularies: dict[str, VocabularyStatus]
    origins: dict[str, OriginStatus]
    used_by: list[str] = Field(description="Vocabularies that names can be filtered by besides.")
    types: list[TypeStatus] = Field(description="By vocabulary and code; empty: not asked for.")
    bytes: int = Field(description="On disk; 0 where a server does not tell.")
    kept: Generation | None = Field(description="What a rollback would return to.")
    unfinished: Generation | None = Field(description="What a running or cut ingest has stored.")


def status(index: Index, *, types: bool = False) -> Status:
    """Count what is in ``index``, and if asked for, concepts by type: UMLS has 127 of these."""
    manifest = index.manifest
    releases = manifest.releases()
    return Status(
        index=index.name,
        location=index.location,
        model=manifest.encoder.model,
        encoder=manifest.encoder,
        names=index.count(),
        concepts=index.count([CARD]),
        vocabularies={
            vocabulary: _vocabulary(index, vocabulary, releases[vocabulary])
            for vocabulary in manifest.vocabularies()
        },
        origins={origin: _origin(index, origin) for origin in manifest.origins()},
        used_by=[v for v in manifest.searchable_vocabularies() if v not in releases],
        types=_types(index) if types else [],
        bytes=index.size(),
        kept=index.kept(),
        unfinished=index.unfinished(),
    )


def _vocabulary(index: Index, vocabulary: str, release: str) -> VocabularyStatus:
    here = Condition("vocabulary", (vocabulary,))
    return VocabularyStatus(
        release=release,
        names=index.count([here]),
        concepts=index.count([here, CARD]),
    )


def _types(index: Index) -> list[TypeStatus]:
    return [
        TypeStatus(
            vocabulary=vocabulary,
            **kind._asdict(),
            concepts=index.count(
                [Condition("vocabulary", (vocabulary,)), Condition("types", (kind.code,)), CARD]
            ),
        )
        for vocabulary in index.manifest.vocabularies()
        for kind in sorted(index.manifest.types(vocabulary))
    ]


def _origin(index: Index, origin: str) -> OriginStatus:
    entries = [entry for entry in index.manifest.loaded if entry.origin == origin]
    ours = rules()
    return OriginStatus(
        vocabularies=sorted(entry.vocabulary for entry in entries),
        names=index.count([Condition("origin", (origin,))]),
        options=next((entry.options for entry in entries), None),
        current=all(entry.rules == ours for entry in entries),
    )
