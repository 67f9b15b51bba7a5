"""Value sets: the implicit ones of each code system, and those that a client sends.

A value set becomes parts, each a few conditions that the engine filters by, so that a search in
it is as quick and as complete as any other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from termsearch.index import Index
from termsearch.index.manifest import Manifest
from termsearch.index.point import Point
from termsearch.index.where import ACTIVE, LIVE, Condition, Where
from termsearch.service.fhir.coded import Coded, curie_of, known_code
from termsearch.service.fhir.datatypes import Enumerated, Include, Property, ValueSet
from termsearch.service.fhir.implicit import Implicit, read_ecl, read_url
from termsearch.service.fhir.outcome import Json, invalid, not_found, not_supported
from termsearch.service.fhir.systems import System, Systems
from termsearch.service.problems import Problem

__all__ = ["Among", "Part", "Set", "by_url", "inline"]

_FILTERS: Final = (
    "concept is-a, concept descendent-of, concept in, parent =, semanticType =, inactive ="
)


@dataclass(frozen=True, kw_only=True)
class Among(Where):
    """Filters by what is already in the engine's terms."""

    exactly: tuple[Condition, ...] = ()

    def conditions(self, manifest: Manifest) -> tuple[Condition, ...]:
        """As they are."""
        del manifest
        return self.exactly


@dataclass(frozen=True)
class Part:
    """Codes of one code system that meet all conditions.

    Attributes:
        codes: The only ones that it may be, as CURIEs, in the order of the definition.
        without: CURIEs that are not in it.
        listed: What the definition says of a CURIE that it lists.
        verify: Whether the engine finds more than is in it: in a search it takes the successor
            of a retired code for that code.
    """

    system: System
    conditions: tuple[Condition, ...]
    codes: tuple[str, ...] | None = None
    without: frozenset[str] = frozenset()
    listed: dict[str, Enumerated] = field(default_factory=dict)
    verify: bool = False

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(self.codes or ())

    def lists(self, curie: str) -> bool:
        """Whether a code that meets the conditions is in it."""
        return curie not in self.without and (self.codes is None or curie in self._codes)

    def holds(self, one: Coded) -> bool:
        """Whether a code is in it."""
        if one.vocabulary != self.system.vocabulary or not self.lists(one.curie):
            return False
        if not one.cards:  # of a code that is gone no more is known than that it was one
            return self.conditions == _whole(self.system).conditions
        return any(_meets(card, self.conditions) for card in one.cards)

    def engine(self, *, live: bool) -> tuple[Condition, ...]:
        """What the engine filters names by.

        Args:
            live: Only names and concepts in use.
        """
        among = (Condition("curies", self.codes),) if self.codes is not None else ()
        return (*self.conditions, *among, *((ACTIVE,) if live else ()))

    def narrowed(self, other: "Part") -> "Part":
        """What is in both."""
        codes = self.codes
        if other.codes is not None:
            codes = (
                other.codes if codes is None else tuple(filter(other._codes.__contains__, codes))
            )
        return replace(
            self,
            conditions=tuple(dict.fromkeys((*self.conditions, *other.conditions))),
            codes=codes,
            without=self.without | other.without,
            verify=self.verify or other.verify,
        )


@dataclass(frozen=True)
class Set:
    """A value set.

    Attributes:
        head: What the answer's resource says of it beside its content.
        compose: Its definition, as FHIR.
        retired: Whether it has retired codes.
        lang: Of what it displays; empty if it does not say.
    """

    head: Json
    compose: Json
    parts: tuple[Part, ...]
    but: tuple[Part, ...] = ()
    retired: bool = True
    lang: str = ""

    @property
    def systems(self) -> list[System]:
        """Where its codes come from."""
        return list(dict.fromkeys(part.system for part in self.parts))

    def listed(self, curie: str) -> Enumerated | None:
        """What its definition says of a code; None if it does not list it."""
        return next((part.listed[curie] for part in self.parts if curie in part.listed), None)

    @property
    def enumerated(self) -> tuple[str, ...]:
        """CURIEs that its definition lists, be it to leave them out."""
        lists = (each for part in (*self.parts, *self.but) for each in (part.listed, part.codes))
        return tuple(dict.fromkeys(curie for each in lists for curie in each or ()))

    def holds(self, one: Coded) -> bool:
        """Whether a code is in it."""
        return (
            (one.live or self.retired)
            and any(part.holds(one) for part in self.parts)
            and not any(part.holds(one) for part in self.but)
        )


def by_url(index: Index, systems: Systems, url: str, version: str = "") -> Set:
    """The implicit value set that ``url`` means.

    Raises:
        Problem: 404, there is no such value set, code system or code; 400, it is one that is not
            supported.
    """
    read = read_url(systems, url)
    read.system.require(version)
    part = _implicit(index, read)
    head: Json = {"url": read.url, "status": "active", "title": read.title}
    if read.system.version:
        head["version"] = read.system.version
    return Set(head=head, compose={"include": [read.include]}, parts=(part,))


def inline(index: Index, systems: Systems, given: ValueSet) -> Set:
    """The value set that a client sent, or the one that it means by its address alone.

    Raises:
        Problem: 404, something in it is not in the index; 400, something in it is not supported.
    """
    if given.compose is None:
        return _undefined(index, systems, given)
    compose = given.compose
    said = given.model_dump(exclude_defaults=True, exclude={"compose", "expansion"})
    return Set(
        head={"status": "active", **said},
        compose=compose.model_dump(exclude_defaults=True, by_alias=True),
        parts=tuple(_parts(index, systems, compose.include)),
        but=tuple(_parts(index, systems, compose.exclude)),
        retired=compose.inactive,
        lang=given.language,
    )


def _undefined(index: Index, systems: Systems, given: ValueSet) -> Set:
    """The value set that one without codes of its own means by its address."""
    lacking = "the ValueSet has neither compose nor all codes of an expansion"
    if not given.url:
        raise invalid(f"{lacking} nor url.")
    try:
        return by_url(index, systems, given.url, given.version)
    except Problem as problem:
        said = f"{lacking}, and its url names none that is here: {problem}"
        raise Problem(problem.info.status, said, code=problem.info.code) from problem


def _implicit(index: Index, read: Implicit) -> Part:
    whole = _whole(read.system)
    if not read.root:
        return whole
    return whole.narrowed(_below(index, read.system, read.root, strict=read.strict))


def _parts(index: Index, systems: Systems, includes: Iterable[Include]) -> list[Part]:
    return [part for include in includes for part in _include(index, systems, include)]


def _include(index: Index, systems: Systems, include: Include) -> list[Part]:
    """Several parts only where it names value sets and no code system."""
    imported = [by_url(index, systems, each) for each in include.value_set]
    if not include.system:
        if not imported or include.concept or include.filter:
            raise invalid("compose has an include or exclude without system and without valueSet.")
        parts = list(imported[0].parts)
    else:
        parts = [_own(index, systems.system(include.system, include.version), include)]
    for other in imported:
        parts = [
            part.narrowed(each)
            for part in parts
            for each in other.parts
            if each.system == part.system
        ]
    return parts


def _own(index: Index, system: System, include: Include) -> Part:
    part = _whole(system)
    if include.concept and include.filter:
        raise invalid("compose has an include with both concept and filter; FHIR allows one.")
    if include.concept:
        listed = {curie_of(system, each.code): each for each in include.concept}
        return replace(part, codes=tuple(listed), listed=listed)
    for each in include.filter:
        part = part.narrowed(_filter(index, system, each))
    return part


def _filter(index: Index, system: System, said: Property) -> Part:
    value = said.value.strip()
    match said.property, said.op:
        case ("concept" | "code", "is-a" | "descendent-of"):
            return _below(index, system, value, strict=said.op == "descendent-of")
        case ("concept" | "code", "in"):
            codes = tuple(curie_of(system, code.strip()) for code in value.split(","))
            return replace(_whole(system), codes=codes)
        case ("constraint" | "expression", "="):
            root, strict = read_ecl(system, value)
            return _below(index, system, root, strict=strict)
        case ("parent", "="):
            return _with(system, Condition("parents", (known_code(index, system, value).curie,)))
        case ("semanticType", "="):
            return _with(system, Condition("types", (_type(index, system, value),)))
        case ("inactive", "=") if value == "false":
            return _with(system, LIVE)
        case _:
            found = f"{said.property} {said.op} {said.value}"[:200]
            raise not_supported(f"the filter {found!r} is not supported; these are: {_FILTERS}.")


def _whole(system: System) -> Part:
    name = "vocabulary" if system.owned else "vocabularies"
    return Part(system, (Condition(name, (system.vocabulary,)),))


def _with(system: System, condition: Condition) -> Part:
    if not system.owned:
        raise not_supported(
            f"the index has no hierarchy and no types of {system.uri}: its codes are known by the "
            "concepts of another vocabulary that use them."
        )
    return Part(system, (condition,))


def _below(index: Index, system: System, code: str, *, strict: bool) -> Part:
    part = _with(system, Condition("ancestors", (curie_of(system, code),)))
    root = known_code(index, system, code)
    return replace(part, without=frozenset({root.curie} if strict else ()), verify=not root.live)


def _type(index: Index, system: System, value: str) -> str:
    kinds = index.manifest.types(system.vocabulary)
    found = next((kind.code for kind in kinds if value in {kind.code, kind.name}), None)
    if found is None:
        raise not_found(f"{system.uri} has no semantic type {value[:100]!r}.")
    return found


def _meets(card: Point, conditions: Sequence[Condition]) -> bool:
    return all(any(value in _values(card, c.field) for value in c.values) for c in conditions)


def _values(card: Point, name: str) -> tuple[str, ...]:
    found = getattr(card, name)
    return (found,) if isinstance(found, str) else tuple(found)
