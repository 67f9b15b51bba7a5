"""Names of tables, and what of the index each is."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Self

from termsearch.errors import UnknownValueError, UsageError
from termsearch.index.manifest import Manifest
from termsearch.index.where import Where
from termsearch.vocabulary import vocabulary_id

__all__ = ["Table", "filter_of", "table_of"]

#: NLM's names of tables, where they are not those of vocabularies.
_TABLES: Final = {
    "rxterms": "rxnorm",
    "hpo": "hp",
    "loinc_items": "loinc",
    "icd9cm_dx": "icd9cm",
    "icd11_codes": "icd11",
    "genes": "hgnc",
}

#: What ``conditions`` is read from: the first that the index has, and which of its types.
_CONDITIONS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("snomedct", ("disorder",)),
    ("umls", ("DISO",)),
    ("mesh", ("C",)),
    ("mondo", ()),
    ("doid", ()),
    ("icd10cm", ()),
    ("icd10", ()),
)

#: Tables of which NLM shows names alone; of all others code and name.
_NAMES_ALONE: Final = frozenset({"conditions", "rxterms", "loinc_items"})

_CLAUSE: Final = re.compile(r'\s*(?:AND\s+)?(type|lang|under):(?:"([^"]+)"|([^\s"]+))')


class Table(NamedTuple):
    """What is searched under a table's name."""

    name: str
    vocabulary: str
    own: bool  #: concepts of the vocabulary itself are in the index
    shared: bool  #: concepts of others use its names (UMLS)
    types: tuple[str, ...] = ()

    @classmethod
    def of(cls, manifest: Manifest, name: str, vocabulary: str, types: Iterable[str] = ()) -> Self:
        """The table of a vocabulary, and those of ``types`` that the index has."""
        known = {label for kind in manifest.types() for label in (kind.code, kind.group)}
        return cls(
            name,
            vocabulary,
            vocabulary in manifest.vocabularies(),
            any(vocabulary in e.used_by for e in manifest.loaded if e.vocabulary != vocabulary),
            tuple(each for each in types if each in known),
        )

    def takes(self, of: str) -> bool:
        """Whether a concept of the vocabulary ``of`` is a row: not if the code has one of its own.

        Else a code would come twice, once for its concept and once for that of UMLS.
        """
        return not self.own or of == self.vocabulary

    @property
    def spare(self) -> int:
        """By how much more to ask for, since some of it is not taken."""
        return 2 if self.own and self.shared else 1

    @property
    def displayed(self) -> str:
        """Fields that are shown if none are asked for."""
        return "name" if self.name in _NAMES_ALONE else "code,name"

    def where(self, narrower: Where) -> Where:
        """``narrower`` within this table; its types, if any, in place of the table's."""
        return Where(
            vocabularies=(self.vocabulary,),
            types=narrower.types or self.types,
            langs=narrower.langs,
            under=narrower.under,
        )


def table_of(manifest: Manifest, name: str) -> Table:
    """The table of that name: a vocabulary's id or alias, or a name that NLM gave.

    Raises:
        UnknownValueError: The index holds nothing of the kind.
    """
    held = manifest.searchable_vocabularies()
    if name == "conditions":
        for vocabulary, types in _CONDITIONS:
            if vocabulary in held:
                return Table.of(manifest, name, vocabulary, types)
    vocabulary = _TABLES.get(name) or vocabulary_id(name)
    if vocabulary in held:
        return Table.of(manifest, name, vocabulary)
    raise UnknownValueError("table", name, _names(held))


def _names(held: Sequence[str]) -> list[str]:
    conditions = ["conditions"] if any(each in held for each, _ in _CONDITIONS) else []
    return [*held, *(name for name, each in _TABLES.items() if each in held), *conditions]


def filter_of(q: str) -> Where:
    """What a ``q`` such as ``type:C23 AND lang:en`` leaves.

    Raises:
        UsageError: It says more than NLM's syntax and ours have in common.
    """
    values: dict[str, str] = {}
    at = 0
    while q[at:].strip():
        clause = _CLAUSE.match(q, at)
        if clause is None or clause[1] in values:
            raise UsageError(
                "q is not understood; expected type:, lang: or under:, each at most once, as in "
                'type:"Sign or Symptom" AND lang:en. Other conditions can\'t be answered.'
            )
        values[clause[1]] = clause[2] or clause[3]
        at = clause.end()
    return Where(
        types=tuple(values[f] for f in ("type",) if f in values),
        langs=tuple(values[f] for f in ("lang",) if f in values),
        under=values.get("under", ""),
    )
