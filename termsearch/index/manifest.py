"""What an index says of itself: the encoder that built it and the releases in it."""

from collections.abc import Iterable, Iterator
from typing import Final

from pydantic import BaseModel, Field

from termsearch.concept import SemanticType
from termsearch.encoder import EncoderCard
from termsearch.errors import IndexUnreadableError, ModelMismatchError

__all__ = ["SCHEMA", "Generation", "Loaded", "Manifest"]

#: Raised when points of an older index can't be read any more; the changelog says so.
SCHEMA = 5


_RESTORE: Final = (
    "files are damaged or missing. Restore it from a copy, or delete it and ingest again."
)


class Loaded(BaseModel):
    """One vocabulary of one origin: what ``ingest`` put in and what it can replace."""

    vocabulary: str
    origin: str = Field(description="Loader, and part where releases come in parts.")
    release: str = ""
    names: int = 0
    concepts: int = 0
    complete: bool = Field(default=False, description="Off while an ingest runs or was cut.")
    inactive: bool = Field(default=False, description="Whether retired concepts are in it.")
    types: tuple[SemanticType, ...] = ()
    langs: tuple[str, ...] = ()
    used_by: tuple[str, ...] = Field(default=(), description="Vocabularies that use its names.")
    fingerprint: str = Field(
        default="", description="Of what it was read from and how; empty: not known any more."
    )
    options: str | None = Field(
        default=None, description="With which it was read, as on the command line; null: unknown."
    )
    rules: str = Field(
        default="",
        description="That made its search keys, as `termsearch.index.rules`; empty: not known.",
    )
    assumed: bool = Field(
        default=False, description="Whether nobody said that it is this vocabulary, a file's name."
    )

    def joined(self, new: "Loaded") -> "Loaded":
        """``new``, with what has to be known of these points as long as they are there too."""

        def both(field: str) -> tuple[str | SemanticType, ...]:
            return tuple(dict.fromkeys((*getattr(self, field), *getattr(new, field))))

        return new.model_copy(
            update={
                "names": self.names,  # what a removal is measured against, a cut run later too
                "concepts": self.concepts,
                "options": self.options,
                "rules": new.rules if new.rules == self.rules else "",
                "inactive": self.inactive or new.inactive,
                **{field: both(field) for field in ("types", "langs", "used_by")},
            }
        )

    @property
    def told(self) -> str:
        """For messages."""
        return f"{self.vocabulary} ({self.origin})"


class Generation(BaseModel):
    """A generation of an index other than the one that answers."""

    releases: dict[str, str]
    names: int | None = Field(description="Points in it; null while an ingest writes to it.")


class Manifest(BaseModel):
    """Stored with the points; small, and rewritten as a whole."""

    schema_version: int = SCHEMA
    written_by: str = Field(default="", description="termsearch version.")
    encoder: EncoderCard
    loaded: tuple[Loaded, ...] = ()
    base: int = Field(default=0, description="Generation that this one began as a copy of; or 0.")

    @property
    def inactive(self) -> bool:
        """Whether anything retired is in the index: only then is it filtered out."""
        return any(entry.inactive for entry in self.loaded)

    def vocabularies(self) -> list[str]:
        """Ids of the vocabularies that concepts come from, sorted."""
        return sorted({entry.vocabulary for entry in self.loaded})

    def searchable_vocabularies(self) -> list[str]:
        """Those, and the ones whose use of a name is recorded (UMLS sources), sorted."""
        used_by = {vocabulary for entry in self.loaded for vocabulary in entry.used_by}
        return sorted(used_by.union(self.vocabularies()))

    def release_of(self, vocabulary: str, origin: str) -> str:
        """Which release the names of an origin are from; empty if nobody said."""
        return next(
            (e.release for e in self.loaded if (e.vocabulary, e.origin) == (vocabulary, origin)), ""
        )

    def releases(self) -> dict[str, str]:
        """Vocabulary to release; parts of different releases are joined by a comma."""
        return {
            vocabulary: ", ".join(
                dict.fromkeys(
                    e.release for e in self.loaded if e.vocabulary == vocabulary and e.release
                )
            )
            for vocabulary in self.vocabularies()
        }

    def types(self, vocabulary: str = "") -> list[SemanticType]:
        """Every type in use, or those of one vocabulary, each once."""
        return list(
            dict.fromkeys(
                kind
                for entry in self.loaded
                if vocabulary in {"", entry.vocabulary}
                for kind in entry.types
            )
        )

    def type_names(self, vocabulary: str) -> dict[str, str]:
        """Code to name of each type of ``vocabulary``; another one's code may mean another."""
        return {kind.code: kind.name for kind in self.types(vocabulary)}

    def langs(self) -> list[str]:
        """Every language in use, sorted."""
        return sorted({lang for entry in self.loaded for lang in entry.langs})

    def with_loaded(self, entries: Iterable[Loaded]) -> "Manifest":
        """A copy in which ``entries`` stand in place of those with their vocabulary and origin."""
        new = {(e.vocabulary, e.origin): e for e in entries}
        gone = {e.fingerprint for e in self.loaded if (e.vocabulary, e.origin) in new}
        by_key = {(e.vocabulary, e.origin): e for e in _forgotten(self.loaded, gone)} | new
        return self.model_copy(update={"loaded": tuple(by_key.values())})

    def without_origins(self, origins: Iterable[str]) -> "Manifest":
        """A copy that says nothing of ``origins``."""
        without = set(origins)
        gone = {entry.fingerprint for entry in self.loaded if entry.origin in without}
        kept = [entry for entry in self.loaded if entry.origin not in without]
        return self.model_copy(update={"loaded": tuple(_forgotten(kept, gone))})

    def of_fingerprint(self, fingerprint: str) -> list[Loaded]:
        """What an ingest with this fingerprint left, if all of it is still there as it was."""
        same = [entry for entry in self.loaded if fingerprint and entry.fingerprint == fingerprint]
        return same if all(entry.complete for entry in same) else []

    @property
    def cut(self) -> list[str]:
        """Vocabularies whose ingest is under way or was cut, each with its origin."""
        return [entry.told for entry in self.loaded if not entry.complete]

    def changed_since(self, answers: "Manifest | None") -> list[str]:
        """Origins of which this one says something else than what answers now."""
        now, then = _by_origin(self), _by_origin(answers) if answers else {}
        return [each for each in dict.fromkeys((*now, *then)) if now.get(each) != then.get(each)]

    def made_otherwise(self, rules: str) -> list[str]:
        """Origins whose search keys were made by other rules, in the order in which they came."""
        return list(dict.fromkeys(entry.origin for entry in self.loaded if entry.rules != rules))

    def origins(self) -> list[str]:
        """Of all that is in the index, in the order in which it came."""
        return list(dict.fromkeys(entry.origin for entry in self.loaded))

    def origins_of(self, fingerprint: str) -> list[str]:
        """Those that were read with this fingerprint."""
        return list(dict.fromkeys(entry.origin for entry in self.of_fingerprint(fingerprint)))

    def as_generation(self) -> Generation:
        """What there is to say of it where another one answers."""
        return Generation(releases=self.releases(), names=self.names)

    @property
    def names(self) -> int | None:
        """How many points there have to be; None while an ingest is under way or was cut."""
        if all(entry.complete for entry in self.loaded):
            return sum(entry.names for entry in self.loaded)
        return None

    def require_schema(self, where: str) -> None:
        """Refuse points that this version can't read.

        Raises:
            IndexUnreadableError: They were written in another schema.
        """
        if self.schema_version != SCHEMA:
            raise IndexUnreadableError(
                f"{where} has schema {self.schema_version}, this termsearch reads {SCHEMA}; delete "
                "the index and ingest again, ingest into another --index, or use the termsearch "
                f"that wrote it ({self.written_by})."
            )

    def require_whole(self, stored: int, where: str, todo: str = _RESTORE) -> None:
        """Refuse an index that has lost points, which would answer as if they never were.

        Args:
            stored: How many are there.
            where: What has them, for the message.
            todo: Why that may be, and what to do.

        Raises:
            IndexUnreadableError: It is another number than was put in.
        """
        if self.names not in {None, stored}:
            raise IndexUnreadableError(
                f"{where} holds {stored:,} names and its manifest says {self.names:,}: {todo}"
            )

    def require(self, card: EncoderCard, index: str) -> None:
        """Refuse another encoder than the one that built the index.

        Raises:
            ModelMismatchError: Scores against its vectors would be meaningless.
        """
        if not self.encoder.agrees_with(card):
            raise ModelMismatchError(index, str(self.encoder), str(card))


def _by_origin(manifest: Manifest) -> dict[str, list[Loaded]]:
    """Entries but for fingerprints, which are forgotten without a change to what they stand by."""
    found: dict[str, list[Loaded]] = {}
    for entry in manifest.loaded:
        found.setdefault(entry.origin, []).append(entry.model_copy(update={"fingerprint": ""}))
    return found


def _forgotten(entries: Iterable[Loaded], fingerprints: set[str]) -> Iterator[Loaded]:
    """Entries without these fingerprints: what was read together with them has changed since.

    Else reading the same files again would be taken for nothing new.
    """
    for entry in entries:
        same = entry.fingerprint in fingerprints
        yield entry.model_copy(update={"fingerprint": ""}) if same else entry
