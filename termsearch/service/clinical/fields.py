"""What the fields of a row say."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from termsearch.codes import richness
from termsearch.errors import UsageError
from termsearch.index import Index
from termsearch.index.manifest import Manifest
from termsearch.index.point import Point
from termsearch.index.where import Condition
from termsearch.service.clinical.table import Table
from termsearch.vocabulary import known_vocabulary, split_curie, vocabulary_id

__all__ = ["Found", "Row", "Value", "canonical", "card_first", "column", "rows"]

#: NLM's names of fields that are what ours are.
_FIELDS: Final = {
    "key_id": "code",
    "id": "code",
    "RXCUIS": "code",
    "LOINC_NUM": "code",
    "primary_name": "name",
    "consumer_name": "name",
    "title": "name",
    "text": "name",
    "DISPLAY_NAME": "name",
    "LONG_COMMON_NAME": "name",
    "word_synonyms": "synonyms",
    "term_icd9_code": "icd9cm_codes",
}

#: Fields that NLM documents and the index has not: links to MedlinePlus, codes with their texts,
#: strengths of drugs, axes of LOINC. A form that asks for one still gets the rest.
#: https://clinicaltables.nlm.nih.gov/apidoc/conditions/v3/doc.html and its like.
_NOT_HERE: Final = frozenset(
    {
        "COMPONENT",
        "CONSUMER_NAME",
        "DISPLAY_NAME_SYNONYM",
        "METHOD_TYP",
        "PROPERTY",
        "RELATEDNAMES2",
        "SHORTNAME",
        "STRENGTHS_AND_FORMS",
        "SXDG_RXCUI",
        "icd10cm",
        "info_link_data",
        "term_icd9_text",
    }
)

#: What a field says of a row; None where it says nothing.
Value = str | list[str] | None


class Found(NamedTuple):
    """A concept and the name of it that matched."""

    curie: str
    matched_name: str


class Row(NamedTuple):
    """All that fields are read from."""

    table: Table
    matched_name: str
    points: Sequence[Point]  #: of the concept, the card first
    manifest: Manifest
    type_names: Mapping[str, str]  #: of the concept's vocabulary

    @property
    def card(self) -> Point:
        """The concept's first name."""
        return self.points[0]

    def codes(self, vocabulary: str) -> list[str]:
        """The concept's codes in a vocabulary, those of the matched name first."""
        if self.card.vocabulary == vocabulary:
            return [self.card.code]
        named = sorted(self.points, key=lambda point: point.name != self.matched_name)
        used = [s.code for p in named for s in p.sources if s.vocabulary == vocabulary and s.code]
        crossed = [split_curie(each) for point in self.points for each in point.xrefs]
        return list(dict.fromkeys(used + [c[1] for c in crossed if c and c[0] == vocabulary]))


#: Field to what it says of a row; a list comes as such in ``ef`` and joined in ``df``.
_COLUMNS: Final[Mapping[str, Callable[[Row], Value]]] = {
    "code": lambda row: next(iter(row.codes(row.table.vocabulary)), row.card.code),
    "name": lambda row: row.card.concept_name,
    "matched_name": lambda row: row.matched_name,
    "curie": lambda row: row.card.curie,
    "code_system": lambda row: _uri(row.table.vocabulary) or row.table.vocabulary,
    "vocabulary": lambda row: row.table.vocabulary,
    "release": lambda row: row.manifest.release_of(row.card.vocabulary, row.card.origin),
    "lang": lambda row: row.card.lang,
    "type": lambda row: [row.type_names.get(code, code) for code in row.card.types],
    "definition": lambda row: row.card.definition,
    "synonyms": lambda row: list(
        dict.fromkeys(p.name for p in row.points if p.name != row.card.concept_name)
    ),
}


def _uri(vocabulary: str) -> str:
    known = known_vocabulary(vocabulary)
    return known.uri if known else ""


def canonical(field: str) -> str:
    """Our name of a field that NLM names otherwise."""
    return _FIELDS.get(field, field)


def column(name: str, *, needed: bool = False) -> Callable[[Row], Value]:
    """What a field says of a row; ``icd10cm_codes`` and the like are its codes elsewhere.

    Args:
        name: Ours or NLM's.
        needed: Whether a field that is empty in each row is of no use.

    Raises:
        UsageError: There is no such field.
    """
    name = canonical(name)
    if name in _COLUMNS:
        return _COLUMNS[name]
    if name in _NOT_HERE and not needed:
        return lambda _row: None
    vocabulary, _, codes = name.rpartition("_")
    if vocabulary and codes == "codes":
        return lambda row: ", ".join(row.codes(vocabulary_id(vocabulary)))
    fields = ", ".join([*_COLUMNS, "icd10cm_codes and the like"])
    raise UsageError(f"there is no field {name!r}; there are: {fields}.")


def rows(index: Index, table: Table, found: Sequence[Found]) -> list[Row]:
    """What there is to say of each, in one request to the engine."""
    if not found:
        return []
    wanted = Condition("curies", tuple(each.curie for each in found))
    points: dict[str, list[Point]] = {}
    for point in index.points([wanted]):
        points.setdefault(point.curie, []).append(point)
    manifest = index.manifest
    type_names = {each: manifest.type_names(each) for each in manifest.vocabularies()}
    of_concept = {curie: card_first(all_names) for curie, all_names in points.items()}
    return [
        Row(table, each.matched_name, names, manifest, type_names[names[0].vocabulary])
        for each in found
        if (names := of_concept.get(each.curie))
    ]


def card_first(points: Iterable[Point]) -> list[Point]:
    """In an order that is the same every time, the card that says most before all else."""
    ordered = sorted(points, key=lambda point: (point.lang, point.form))
    cards = sorted((point for point in ordered if point.card), key=richness, reverse=True)
    return [*cards, *(point for point in ordered if not point.card)]
