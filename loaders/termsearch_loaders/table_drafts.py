"""What the rows of a user's tables say of each code, and the concepts that come of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from termsearch.concept import Concept, Kind, Name, SemanticType
from termsearch_loaders.walk import ends, reached

__all__ = ["Draft", "Drafts", "Key"]

#: Vocabulary id and code.
Key: TypeAlias = tuple[str, str]


@dataclass(slots=True)
class Draft:
    """What the rows of one code have said so far. Dicts without values keep order, once each."""

    #: By part: text and language to whether a row in use has it.
    names: dict[str, dict[tuple[str, str], bool]] = field(default_factory=dict)
    types: dict[str, None] = field(default_factory=dict)
    parents: dict[str, None] = field(default_factory=dict)
    replaced_by: dict[str, None] = field(default_factory=dict)
    definition: str = ""
    releases: dict[str, str] = field(default_factory=dict)  #: by part
    active: bool = False

    def add_names(self, part: str, texts: list[str], lang: str, *, active: bool) -> None:
        """Names of one row; one that a retired row has too is in use all the same."""
        names = self.names.setdefault(part, {})
        for text in texts:
            names[text, lang] = active or names.get((text, lang), False)

    def ordered(self, part: str) -> tuple[Name, ...]:
        """The names of a part in the order of the rows, those in use first; the first leads."""
        found = sorted(self.names[part].items(), key=lambda name: not name[1])
        kinds = [Kind.PREFERRED, *[Kind.SYNONYM] * (len(found) - 1)]
        return tuple(
            Name(text=text, lang=lang, kind=kind, active=active)
            for ((text, lang), active), kind in zip(found, kinds, strict=True)
        )


class Drafts:
    """The drafts of all codes."""

    def __init__(self) -> None:
        self._all: dict[Key, Draft] = {}

    def of(self, key: Key) -> Draft:
        """The draft of a code, an empty one if it is the first time."""
        return self._all.setdefault(key, Draft())

    def concepts(self) -> Iterator[Concept]:
        """A concept for every code with a name and every table that names it."""
        kept = self._named()
        replaces = self._replaces(kept)
        for key, draft in kept.items():
            for part in draft.names:
                yield _concept(key, part, kept, replaces.get(key, []))

    def doubts(self) -> Iterator[str]:
        """Warnings: codes that are named and not there, and codes above themselves."""
        kept = self._named()
        parents: Counter[str] = Counter()
        successors: Counter[str] = Counter()
        own = 0
        for (vocabulary, code), draft in self._all.items():
            if (vocabulary, code) in kept:
                own += code in draft.parents
                parents.update(one for one in draft.parents if (vocabulary, one) not in kept)
            successors.update(o for o in draft.replaced_by if (vocabulary, o) not in self._all)
        for what, unknown in (("parents", parents), ("successors", successors)):
            if unknown:
                first = next(iter(unknown))
                yield f"{len(unknown):,} {what} are no code of the table, {first!r} for one"
        if own:
            yield f"{own:,} codes are their own parent, which is not read"

    def _named(self) -> dict[Key, Draft]:
        return {key: draft for key, draft in self._all.items() if draft.names}

    def _replaces(self, kept: Mapping[Key, Draft]) -> dict[Key, list[str]]:
        """By code that is kept, the retired ones that are not and lead to it, by any steps."""
        found: dict[Key, list[str]] = {}
        for key, draft in self._all.items():
            if not draft.active and key not in kept:
                for end in ends(key, self._successors, kept.__contains__):
                    found.setdefault(end, []).append(key[1])
        return found

    def _successors(self, key: Key) -> list[Key]:
        vocabulary, _ = key
        return [(vocabulary, one) for one in self._all[key].replaced_by] if key in self._all else []


def _concept(key: Key, part: str, drafts: Mapping[Key, Draft], replaces: list[str]) -> Concept:
    vocabulary, code = key
    draft = drafts[key]
    return Concept(
        vocabulary=vocabulary,
        code=code,
        names=draft.ordered(part),
        release=draft.releases.get(part, ""),
        part=part,
        types=tuple(SemanticType(code=found, name=found) for found in draft.types),
        parents=tuple(parent for parent in draft.parents if parent != code),
        ancestors=_ancestors(key, drafts),
        definition=draft.definition,
        active=draft.active,
        replaced_by=() if draft.active else tuple(o for o in draft.replaced_by if o != code),
        replaces=tuple(replaces),
    )


def _ancestors(key: Key, drafts: Mapping[Key, Draft]) -> tuple[str, ...]:
    """Codes above, nearest first, each once."""
    vocabulary, code = key

    def parents(of: str) -> Iterable[str]:
        draft = drafts.get((vocabulary, of))
        return draft.parents if draft else ()

    return tuple(reached(code, parents))
