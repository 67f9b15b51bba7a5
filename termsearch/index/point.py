"""What one name is stored as: the point, written and read through one model."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import blake2b, sha1
from itertools import product
from typing import Any, Final, Literal, get_args
from uuid import UUID

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from termsearch.abbreviations import Variant, variants
from termsearch.concept import Concept, Kind, Name, Source
from termsearch.encoder import Vectors
from termsearch.errors import BadVectorError, IndexUnreadableError
from termsearch.initials import initials
from termsearch.normalize import search_form, search_key
from termsearch.vocabulary import curie

__all__ = ["Point", "as_written", "check_vectors", "not_ours", "points_of", "said_by"]

#: Never changes: ids made from it are in every index.
_NAMESPACE = UUID("0c5b4cb8-5c2c-5d5e-9a53-6d1a7f3a9f10")

_DIGEST = {"digest"}


#: Yes-or-no facts to filter by. Not booleans: in qdrant-edge 0.9.0 ``MatchValue(True)`` matches
#: no point (True is taken for the integer 1), with an index on the field and without.
Flag = Literal["active", "live", "card"]


class Point(BaseModel):
    """The payload of one name of one concept.

    A name's point says all that a hit shows, so that a query is one request; what only
    ``lookup`` shows lies with the first name (``card``).
    """

    model_config = ConfigDict(frozen=True)

    vocabulary: str
    code: str
    concept_name: str = Field(description="The concept's first name that can be searched.")
    types: tuple[str, ...] = Field(description="Type codes; the manifest knows their names.")
    groups: tuple[str, ...] = Field(default=(), description="Codes of the groups of these types.")
    ancestors: tuple[str, ...] = Field(description="CURIEs above, itself included.")
    replaced_by: tuple[str, ...] = Field(default=(), description="CURIEs, best first.")
    release: str = Field(
        default="",
        exclude=True,
        description="While it is ingested. Not stored: the manifest knows it, and a new release "
        "would otherwise rewrite every point.",
    )
    origin: str = Field(description="Loader and part: what a new ingest of the same replaces.")
    name: str = Field(description="As displayed by the source.")
    form: str = Field(description="Search form of ``name``: what is compared and embedded.")
    key: str = Field(description="What ``form`` means whatever its spelling and word order.")
    initials: tuple[str, ...] = Field(default=(), description="What may be short for ``form``.")
    lang: str
    kind: Kind
    flags: tuple[Flag, ...] = Field(
        description="active: neither name nor concept is retired; live: the concept is not; card: "
        "the concept's first name."
    )
    vocabularies: tuple[str, ...] = Field(description="Its own and those that use the name.")
    curies: tuple[str, ...] = Field(
        description="Own CURIE, those of the sources, and on the card those it replaces."
    )
    sources: tuple[Source, ...] = ()
    definition: str = ""
    parents: tuple[str, ...] = Field(default=(), description="CURIEs; on the card only.")
    replaces: tuple[str, ...] = Field(default=(), description="CURIEs; on the card only.")
    xrefs: tuple[str, ...] = Field(default=(), description="CURIEs; on the card only.")
    digest: str = Field(
        default="", description="Of all the above, once it is stored: equal digest, equal point."
    )

    @property
    def active(self) -> bool:
        """Whether neither the name nor its concept is retired."""
        return "active" in self.flags

    @property
    def live(self) -> bool:
        """Whether the concept is not retired, whatever this name is."""
        return "live" in self.flags

    @property
    def card(self) -> bool:
        """Whether this is the concept's first name; each concept has one."""
        return "card" in self.flags

    @cached_property
    def id(self) -> str:
        """The same for the same origin, concept, language and search form, in every run.

        The origin is in it so that a user's own table, which may add names to a concept of a
        large vocabulary, can neither overwrite that vocabulary's points nor remove them.
        """
        return self.id_as(self.form)

    def id_as(self, form: str) -> str:
        """The id of the same name if its search form were ``form``."""
        return _uuid5("\x1f".join((self.origin, self.vocabulary, self.code, self.lang, form)))

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any] | None) -> "Point":
        """What :meth:`termsearch.index.packed.Packed.payload` gave.

        Raises:
            IndexUnreadableError: Something else wrote it.
        """
        try:
            return cls.model_validate(payload)
        except ValidationError as error:
            raise not_ours(error) from error

    @property
    def curie(self) -> str:
        """The concept's CURIE."""
        return self.curies[0]


_FIELDS: Final = set(Point.model_fields)

#: By whether the name is active, its concept is, and it is the card.
_FLAGS: Final[dict[tuple[bool, ...], tuple[Flag, ...]]] = {
    holds: tuple(flag for flag, held in zip(get_args(Flag), holds, strict=True) if held)
    for holds in product((False, True), repeat=3)
}


def not_ours(error: ValidationError) -> IndexUnreadableError:
    """What to raise for a payload that is no point."""
    return IndexUnreadableError(
        f"the index holds a point that termsearch did not write ({error.error_count()} "
        "fields missing or wrong); ingest into another --index."
    )


def points_of(concept: Concept, origin: str) -> tuple[list[Point], int]:
    """The points of ``concept`` and how many of its names went into another's point or none.

    Names of one language with equal search form are one point that displays the first of them
    and lists the sources of all. A name that says two things at once ("MI - Myocardial
    infarction") is displayed as it is by a point for each of them too.
    """
    own = _by_form(concept)
    first = next(iter(own.values()), concept.names[0])
    shared = _shared(concept, first.text, origin)
    points = [
        _point(concept, name, form, shared, card=number == 0)
        for number, ((_, form), name) in enumerate(_with_variants(own).items())
    ]
    return points, len(concept.names) - len(own)


def said_by(point: Point) -> tuple[str, str]:
    """All that ``point`` says but its digest, as JSON, and the digest of that."""
    said = point.model_dump_json(exclude=_DIGEST, exclude_defaults=True)
    return said, blake2b(said.encode(), digest_size=8).hexdigest()


def as_written(point: Point) -> bool:
    """Whether what ``point`` says, read from an index, gives the digest it was stored with."""
    return said_by(point)[1] == point.digest


def check_vectors(vectors: Vectors, dimension: int) -> None:
    """Refuse vectors of zeros or not finite: the engine (0.9.0) takes them and says nothing.

    Raises:
        BadVectorError: Wrong shape, a value that is not finite, or a vector of zeros.
    """
    if vectors.ndim != 2 or vectors.shape[1] != dimension or vectors.dtype != np.float32:  # noqa: PLR2004  # rows, columns
        raise BadVectorError(
            f"vectors of shape {vectors.shape} and {vectors.dtype}, expected (names, {dimension}) "
            "and float32; nothing was stored."
        )
    squares = np.einsum("ij,ij->i", vectors, vectors)  # norm() makes a second matrix
    bad = int((~(np.isfinite(squares) & (squares > 0))).sum())
    if bad:
        raise BadVectorError(
            f"{bad} of {len(vectors)} vectors are zero or not finite; nothing of this batch was "
            "stored. Check the model's weights, or use --precision fp32."
        )


def _by_form(concept: Concept) -> dict[tuple[str, str], Name]:
    """The names of each language and search form, as one name, in order."""
    merged: dict[tuple[str, str], Name] = {}
    for name in concept.names:
        key = name.lang, search_form(name.text)
        if not key[1]:
            continue
        first = merged.get(key)
        merged[key] = _united(first, name) if first else name
    return merged


def _with_variants(own: Mapping[tuple[str, str], Name]) -> dict[tuple[str, str], Name]:
    """``own`` and, behind them, what these names say besides."""
    besides = {
        (lang, variant.form): name.model_copy(update={"kind": _kind(name, variant)})
        for (lang, _), name in own.items()
        for variant in variants(name.text)
    }
    return {**own, **{key: name for key, name in besides.items() if key not in own}}


def _kind(name: Name, variant: Variant) -> Kind:
    if variant.short:
        return Kind.ABBREVIATION
    return Kind.SYNONYM if name.kind in {Kind.PREFERRED, Kind.FULLY_SPECIFIED} else name.kind


def _uuid5(key: str) -> str:
    """``str(uuid.uuid5(_NAMESPACE, key))`` (RFC 9562, 5.5): 1.5 us, where the library takes 5."""
    said = sha1(_NAMESPACE.bytes + key.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(said[16], 16) & 3]
    return f"{said[:8]}-{said[8:12]}-5{said[13:16]}-{variant}{said[17:20]}-{said[20:32]}"


def _united(first: Name, other: Name) -> Name:
    sources = tuple(dict.fromkeys((*first.sources, *other.sources)))
    active = first.active or other.active
    if sources == first.sources and active == first.active:
        return first
    return first.model_copy(update={"sources": sources, "active": active})


def _shared(concept: Concept, name: str, origin: str) -> dict[str, Any]:
    """What all points of a concept have alike."""
    own = curie(concept.vocabulary, concept.code)
    return {
        "vocabulary": concept.vocabulary,
        "code": concept.code,
        "concept_name": name,
        "types": tuple(kind.code for kind in concept.types),
        "groups": tuple(dict.fromkeys(kind.group for kind in concept.types if kind.group)),
        "ancestors": (own, *_curies(concept.vocabulary, concept.ancestors)),
        "replaced_by": tuple(_curies(concept.vocabulary, concept.replaced_by)),
        "release": concept.release,
        "origin": origin,
    }


def _point(concept: Concept, name: Name, form: str, shared: dict[str, Any], *, card: bool) -> Point:
    own = curie(concept.vocabulary, concept.code)
    replaces = _replaced(concept) if card else []
    used_as = [curie(source.vocabulary, source.code) for source in name.sources if source.code]
    return _made(
        {
            **shared,
            "name": name.text,
            "form": form,
            "key": search_key(form),
            "initials": initials(form),
            "lang": name.lang,
            "kind": name.kind,
            "flags": _FLAGS[concept.active and name.active, concept.active, card],
            "vocabularies": tuple(
                dict.fromkeys((concept.vocabulary, *(s[0] for s in name.sources)))
            ),
            "curies": tuple(dict.fromkeys((own, *used_as, *replaces))),
            "sources": name.sources,
            "definition": concept.definition if card else "",
            "parents": tuple(_curies(concept.vocabulary, concept.parents)) if card else (),
            "replaces": tuple(replaces),
            "xrefs": concept.xrefs if card else (),
            "digest": "",
        }
    )


def _made(fields: dict[str, Any]) -> Point:
    """A point with all its ``fields``, in their order, which is that of its JSON.

    Not validated: every value is a concept's, which was. 1 us; ``model_construct`` takes 10, and
    validation 20.
    """
    point = Point.__new__(Point)
    object.__setattr__(point, "__dict__", fields)
    object.__setattr__(point, "__pydantic_fields_set__", _FIELDS)
    object.__setattr__(point, "__pydantic_extra__", None)
    object.__setattr__(point, "__pydantic_private__", None)
    return point


def _replaced(concept: Concept) -> list[str]:
    """CURIEs of the retired codes, those of the vocabularies that use its names among them."""
    users = {source.vocabulary for name in concept.names for source in name.sources}
    return [
        code if code.partition(":")[0] in users else curie(concept.vocabulary, code)
        for code in concept.replaces
    ]


def _curies(vocabulary: str, codes: Iterable[str]) -> list[str]:
    return [curie(vocabulary, code) for code in codes]
