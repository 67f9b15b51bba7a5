"""Designations and properties of a code, as FHIR has them."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from termsearch.concept import Kind
from termsearch.hierarchy import by_name
from termsearch.index import Index
from termsearch.index.manifest import Manifest
from termsearch.index.where import CARD, Condition
from termsearch.service.fhir.coded import Coded, Named, code_of
from termsearch.service.fhir.outcome import Json, too_costly
from termsearch.service.fhir.systems import LOCAL

__all__ = ["PROPERTIES", "PROPERTY_URIS", "Fact", "below", "designation", "facts", "property_code"]

#: Those of every code system here: code, type, what it says. The first five are FHIR's own:
#: https://hl7.org/fhir/R4/codesystem.html#defined-props.
PROPERTIES: Final = (
    ("inactive", "boolean", "Whether the code is out of use."),
    ("parent", "code", "One step up."),
    ("child", "code", "One step down."),
    ("definition", "string", "What it means."),
    ("semanticType", "code", "UMLS type, MeSH category, SNOMED CT tag."),
    ("replacedBy", "code", "To use instead of a retired code."),
    ("replaces", "code", "Retired codes that now mean this one."),
    ("xref", "string", "The same elsewhere, a CURIE."),
)

#: Addresses of those that FHIR defines.
PROPERTY_URIS: Final = {
    code: f"http://hl7.org/fhir/concept-properties#{code}"
    for code in ("inactive", "parent", "child")
}
_CODES: Final = {code: code for code, *_ in PROPERTIES} | {
    uri: code for code, uri in PROPERTY_URIS.items()
}

#: Children that are read at once, in 0.2 s: others wait no longer than that.
_CHILDREN: Final = 4_096

_SNOMED: Final = "http://snomed.info/sct"
#: FHIR's value set of uses has these two: https://hl7.org/fhir/R4/valueset-designation-use.html.
_USES: Final = {
    Kind.FULLY_SPECIFIED: (_SNOMED, "900000000000003001", "Fully specified name"),
    Kind.SYNONYM: (_SNOMED, "900000000000013009", "Synonym"),
    Kind.PREFERRED: (
        "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra",
        "preferredForLanguage",
        "Preferred For Language",
    ),
}


class Fact(NamedTuple):
    """One property."""

    code: str
    kind: str  #: ``Boolean``, ``Code``, ``String``: what stands behind ``value``
    value: bool | str
    said: str = ""  #: the same for people


def designation(name: Named) -> Json:
    """One name of a code."""
    system, code, display = _USES.get(
        name.kind, (f"{LOCAL}name-kind", name.kind.value, name.kind.value.capitalize())
    )
    use = {"system": system, "code": code, "display": display}
    return {"language": name.lang, "use": use, "value": name.text}


def facts(manifest: Manifest, one: Coded) -> Iterator[Fact]:
    """What is known of a code without a further question to the engine."""
    yield Fact("inactive", "Boolean", not one.live)
    card = one.card
    if card is None:
        yield from (Fact("xref", "String", each) for each in one.users)
        return
    codes = {"parent": card.parents, "replacedBy": card.replaced_by, "replaces": card.replaces}
    for name, curies in codes.items():
        yield from (Fact(name, "Code", code_of(one.vocabulary, each)) for each in curies)
    kinds = manifest.type_names(one.vocabulary)
    yield from (Fact("semanticType", "Code", each, kinds.get(each, "")) for each in card.types)
    if card.definition:
        yield Fact("definition", "String", card.definition)
    yield from (Fact("xref", "String", each) for each in card.xrefs)


def property_code(asked: str) -> str:
    """That of the property that a client means by its code or its address; empty if there is none.

    R5 allows both: https://hl7.org/fhir/R5/valueset-operation-expand.html.
    """
    return _CODES.get(asked, "")


def below(index: Index, curies: Sequence[str]) -> dict[str, list[str]]:
    """CURIEs one step below each of ``curies``, by name as ``$lookup`` has them.

    Raises:
        Problem: 422, there are too many.
    """
    where = [Condition("parents", tuple(curies)), CARD]
    many = index.count(where)
    if many > _CHILDREN:
        raise too_costly(f"{many:,} children of {len(curies)} codes; ask for fewer with count.")
    above: dict[str, set[str]] = {}
    for card in index.points(where):
        above.setdefault(card.curie, set()).update(card.parents)
    found: dict[str, list[str]] = {each: [] for each in curies}
    for child in by_name(index, above):
        for up in found.keys() & above[child.curie]:
            found[up].append(child.curie)
    return found
