"""The hand-written tables behind the demo release, read and checked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "Abbreviation",
    "DemoConcept",
    "Retired",
    "SourceError",
    "capital",
    "read_concepts",
    "read_retired",
]


class SourceError(Exception):
    """A hand-written table contradicts itself; the message says where and what to mend."""


@dataclass(frozen=True)
class Abbreviation:
    """A short form and the name of the same concept that it stands for."""

    short: str
    long: str


@dataclass(frozen=True, kw_only=True)
class DemoConcept:
    """One row of ``concepts.tsv``."""

    number: int  #: makes every code; never changes, never used again
    key: str  #: what other rows call it
    name: str  #: preferred, American spelling
    british: str  #: preferred in British English, where that differs
    heading: str  #: as a subject index would file it: ``Anemia, Hemolytic``
    synonyms: tuple[str, ...]
    lay: tuple[str, ...]  #: what patients say
    abbreviations: tuple[Abbreviation, ...]
    spanish: str
    types: tuple[str, ...]  #: UMLS semantic types: ``T184``
    tag: str  #: SNOMED CT semantic tag: ``finding``
    parents: tuple[str, ...]  #: keys
    tree: str  #: its MeSH tree number where that does not follow from the parents
    definition: str
    narrower: tuple[str, ...]  #: names that mean less than the concept
    outdated: tuple[str, ...]  #: names that sources have given up
    suppressed: tuple[str, ...]  #: names too vague to stand for the concept

    @property
    def names(self) -> tuple[str, ...]:
        """Every full English name that means the concept, the preferred one first."""
        given = (self.name, self.british, *self.synonyms, *self.lay)
        return tuple(name for name in given if name)

    @property
    def clinical_drug(self) -> bool:
        """Whether it is a medicine of stated strength: a supplementary record in MeSH."""
        return "T200" in self.types


@dataclass(frozen=True, kw_only=True)
class Retired:
    """One row of ``retired.tsv``: a concept that once had codes and is no longer used."""

    number: int
    key: str
    name: str
    tag: str
    relation: str  #: ``same_as``, ``replaced_by``, ``possibly_equivalent`` or ``deleted``
    targets: tuple[str, ...]  #: keys of concepts, or of retired ones (a chain)


def read_concepts(path: Path) -> tuple[DemoConcept, ...]:
    """The concepts of the demo in the table's order.

    Raises:
        SourceError: A parent is unknown, a cycle exists, or two concepts share a full name.
    """
    concepts = tuple(_concept(row) for row in _rows(path))
    _check_parents(concepts)
    _check_names(concepts)
    return concepts


def read_retired(path: Path, concepts: Sequence[DemoConcept]) -> tuple[Retired, ...]:
    """The retired concepts in the table's order.

    Raises:
        SourceError: A target is neither one of ``concepts`` nor retired itself.
    """
    retired = tuple(
        Retired(
            number=int(row["number"]),
            key=row["key"],
            name=row["name"],
            tag=row["tag"],
            relation=row["relation"],
            targets=_values(row["targets"]),
        )
        for row in _rows(path)
    )
    known = {concept.key for concept in concepts} | {old.key for old in retired}
    for old in retired:
        if missing := [key for key in old.targets if key not in known]:
            raise SourceError(f"{old.key}: no row has the key {missing[0]!r}; mend `targets`")
    return retired


def capital(text: str) -> str:
    """``text`` with a capital first letter; ``β-blocker`` and ``p-value`` stay as they are."""
    if text[1:2] == "-" or not text[:1].isascii():
        return text
    return text[:1].upper() + text[1:]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    header = lines[0].split("\t")
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != len(header):
            raise SourceError(
                f"{path}, line {number}: {len(cells)} columns, expected {len(header)}"
            )
        yield dict(zip(header, cells, strict=True))


def _values(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _concept(row: dict[str, str]) -> DemoConcept:
    return DemoConcept(
        number=int(row["number"]),
        key=row["key"],
        name=row["name"],
        british=row["british"],
        heading=row["heading"],
        synonyms=_values(row["synonyms"]),
        lay=_values(row["lay"]),
        abbreviations=tuple(
            _abbreviation(text, row["name"]) for text in _values(row["abbreviations"])
        ),
        spanish=row["spanish"],
        types=_values(row["type"]),
        tag=row["tag"],
        parents=_values(row["parents"]),
        tree=row["tree"],
        definition=row["definition"],
        narrower=_values(row["narrower"]),
        outdated=_values(row["outdated"]),
        suppressed=_values(row["suppressed"]),
    )


def _abbreviation(text: str, name: str) -> Abbreviation:
    """``MI`` stands for the preferred name, ``SOB=Shortness of breath`` for the one given."""
    short, _, long = text.partition("=")
    return Abbreviation(short, long or name)


def _check_parents(concepts: Sequence[DemoConcept]) -> None:
    parents = {concept.key: concept.parents for concept in concepts}
    for concept in concepts:
        if missing := [key for key in concept.parents if key not in parents]:
            raise SourceError(f"{concept.key}: no row has the key {missing[0]!r}; mend `parents`")
    placed: set[str] = set()
    while len(placed) < len(parents):
        ready = {key for key, above in parents.items() if placed.issuperset(above)}
        if ready == placed:
            raise SourceError(f"a cycle runs through {', '.join(sorted(parents.keys() - placed))}")
        placed = ready


def _check_names(concepts: Sequence[DemoConcept]) -> None:
    """Only abbreviations may mean two things, and each must stand for a name of its concept."""
    owner: dict[str, str] = {}
    for concept in concepts:
        own = (*concept.names, *concept.narrower)
        for name in own:
            if name.casefold() in owner:
                raise SourceError(f"{concept.key}: {name!r} is taken by {owner[name.casefold()]!r}")
            owner[name.casefold()] = concept.key
        folded = {name.casefold() for name in own}
        for short in concept.abbreviations:
            if short.long.casefold() not in folded:
                raise SourceError(f"{concept.key}: {short.long!r} is none of its names")
