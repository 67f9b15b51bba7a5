"""Filters: what a user asks for, and the conditions an engine gets.

A condition is a field and the values of which one must be there; all conditions must hold.
That is all the engines need to share, and each compiles it in a line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from termsearch.concept import SemanticType
from termsearch.errors import UnknownValueError
from termsearch.index.manifest import Manifest
from termsearch.vocabulary import NO_CURIE, curie, lang_includes, split_curie, vocabulary_id

__all__ = ["ACTIVE", "CARD", "KEYWORDS", "LIVE", "Condition", "Where"]

#: Payload fields that can be filtered, and whether the graph gets edges of its own for their
#: values. Edges cost build time per value; small value sets that cut the index in large parts
#: are where the graph needs them.
KEYWORDS = {
    "vocabulary": False,
    "vocabularies": True,
    "types": True,
    "groups": True,
    "lang": False,
    "ancestors": False,
    "curies": False,
    "parents": False,
    "xrefs": False,
    "replaced_by": False,
    "form": False,
    "key": False,
    "initials": False,
    "origin": False,
    "flags": False,
}


class Condition(NamedTuple):
    """One of ``values`` is among the field's values."""

    field: str
    values: tuple[str, ...]


#: Names in use of concepts in use, concepts in use, and one name for each concept.
ACTIVE = Condition("flags", ("active",))
LIVE = Condition("flags", ("live",))
CARD = Condition("flags", ("card",))


@dataclass(frozen=True, kw_only=True)
class Where:
    """Which part of the index a query may answer from, in the user's words."""

    vocabularies: tuple[str, ...] = ()  #: any name of a vocabulary; one of them
    types: tuple[str, ...] = ()  #: type code, type name, group code or group name; one of them
    langs: tuple[str, ...] = ()  #: BCP-47; ``en`` includes ``en-GB``; one of them
    under: str = ""  #: CURIE: this concept or one below it
    inactive: bool = False  #: retired names and concepts too

    def __post_init__(self) -> None:
        """Take one value, and several in any collection: equal filters are equal."""
        for field in ("vocabularies", "types", "langs"):
            given: str | Iterable[str] = getattr(self, field)
            object.__setattr__(self, field, (given,) if isinstance(given, str) else tuple(given))

    def conditions(self, manifest: Manifest) -> tuple[Condition, ...]:
        """What the engine filters by.

        Raises:
            UnknownValueError: A value that the index does not know; names the nearest ones.
        """
        wanted = (
            Condition("vocabularies", _vocabularies(self.vocabularies, manifest)),
            _types(self.types, manifest),
            Condition("lang", _langs(self.langs, manifest)),
            Condition("ancestors", (_curie(self.under),) if self.under else ()),
            Condition("flags", ("active",) if manifest.inactive and not self.inactive else ()),
        )
        return tuple(condition for condition in wanted if condition.values)


def _vocabularies(names: Iterable[str], manifest: Manifest) -> tuple[str, ...]:
    known = manifest.searchable_vocabularies()
    return tuple(_known("vocabulary", name, vocabulary_id(name), known) for name in names)


def _types(names: Iterable[str], manifest: Manifest) -> Condition:
    known = manifest.types()
    by_name: dict[str, list[SemanticType]] = {}
    for kind in known:
        for name in filter(None, kind):  # code, name, group, name of the group
            by_name.setdefault(name.casefold(), []).append(kind)
    found: dict[SemanticType, None] = {}
    for name in names:
        if name.casefold() not in by_name:
            labels = [label for kind in known for label in (kind.code, kind.name)]
            raise UnknownValueError("type", name, labels)
        found |= dict.fromkeys(by_name[name.casefold()])
    codes = tuple(dict.fromkeys(kind.code for kind in found))
    groups = tuple(dict.fromkeys(kind.group for kind in found))
    whole = all(groups) and all(kind in found for kind in known if kind.group in groups)
    # The embedded engine compares each point with each value: 45 ms a query for the 23 types of
    # MeSH's diseases, 6 to 10 ms for the one group (0.9.0, 133,000 names, 18 % left).
    return Condition("groups", groups) if whole else Condition("types", codes)


def _langs(tags: Iterable[str], manifest: Manifest) -> tuple[str, ...]:
    known = manifest.langs()
    found: dict[str, None] = {}
    for tag in tags:
        matching = [each for each in known if lang_includes(tag, each)]
        if not matching:
            raise UnknownValueError("language", tag, known)
        found |= dict.fromkeys(matching)
    return tuple(found)


def _known(what: str, said: str, value: str, known: Iterable[str]) -> str:
    if value not in known:
        raise UnknownValueError(what, said, known)
    return value


def _curie(text: str) -> str:
    parts = split_curie(text)
    if parts is None:
        raise UnknownValueError("code", text, (), NO_CURIE)
    return curie(*parts)
