"""A mapped list as SSSOM/TSV: https://mapping-commons.github.io/sssom/spec-formats-tsv.

Every slot is one of version 1.0. A row that has no mapping is left out: ``sssom:NoTermFound``
would claim that the vocabulary has no such concept, and all that is known is that none was found.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import PurePath
from typing import Final, NamedTuple
from urllib.parse import quote
from uuid import UUID, uuid5

from termsearch import __version__
from termsearch.answer import AS_IT_STANDS, Hit, MatchType
from termsearch.concept import Kind
from termsearch.errors import UsageError
from termsearch.locallist.mapped import Mapped, loose_kind
from termsearch.locallist.plain import joined
from termsearch.locallist.table import LocalList
from termsearch.vocabulary import known_vocabulary

__all__ = ["MappingSet", "local_prefix", "require_uri", "sssom_lines"]

#: What sssom-py writes for a set of which nobody has said under what licence it is.
_UNSPECIFIED: Final = "https://w3id.org/sssom/license/unspecified"

_SETS: Final = UUID("5a3c0f0e-7a3e-5d0b-9a51-3b0f5f2e6a4d")  # of our own: any will do

#: IRIs that publishers have given their codes. Ids are Bioregistry's, which resolves the others.
_IRIS: Final = {
    "mesh": "http://id.nlm.nih.gov/mesh/",
    "snomedct": "http://snomed.info/id/",
    "loinc": "https://loinc.org/",
    **{
        name: f"http://purl.obolibrary.org/obo/{name.upper()}_"
        for name in ("hp", "mondo", "doid", "go", "chebi", "uberon")
    },
}
_BUILT_IN: Final = {
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}

#: By match type: how the mapping was come by. Hybrid is by spelling and by meaning.
_JUSTIFICATIONS: Final[dict[MatchType, str]] = {
    "code": "semapv:LexicalMatching",
    "exact": "semapv:LexicalMatching",
    "normalized": "semapv:LexicalMatching",
    "lexical": "semapv:LexicalSimilarityThresholdMatching",
    "dense": "semapv:SemanticSimilarityThresholdMatching",
    "hybrid": "semapv:CompositeMatching",
}

#: By what the words that were found are to the concept: which match it is of them (SKOS, 10.3).
_OF_LOOSE: Final = {
    Kind.BROADER: "skos:narrowMatch",
    Kind.NARROWER: "skos:broadMatch",
    Kind.RELATED: "skos:relatedMatch",
}

#: As likely right as wrong.
_EVEN: Final = 0.5

_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


class MappingSet(NamedTuple):
    """What is said of all mappings; empty: not said."""

    id: str = ""
    licence: str = ""  #: a URI
    prefix: str = "local"
    namespace: str = ""  #: what ``prefix`` stands for


def local_prefix(given: str) -> tuple[str, str]:
    """Name and IRI of ``NAME=IRI``.

    Raises:
        UsageError: It is not that.
    """
    name, _, iri = given.partition("=")
    if not (_NAME.fullmatch(name) and _URI.fullmatch(iri)):
        raise UsageError(f"--prefix {given!r}: expected NAME=IRI, as ward=https://x.org/ward/.")
    return name, iri


def require_uri(option: str, given: str) -> str:
    """``given``, if it is a URI.

    Raises:
        UsageError: It is none.
    """
    if given and not _URI.fullmatch(given):
        raise UsageError(f"{option} {given!r}: expected a URI, as https://x.org/maps/1.")
    return given


def sssom_lines(
    local: LocalList, rows: Iterable[Mapped], said: MappingSet, day: str
) -> Iterator[str]:
    """The metadata, the header, and a line for each candidate.

    Args:
        local: The list.
        rows: Its rows, mapped.
        said: What the user says of the set.
        day: On which it was mapped, as ISO 8601 has it.

    Raises:
        UsageError: The prefix of the list is that of a vocabulary.
    """
    rows = iter(rows)
    first = next(rows)  # a list has a row; its answer says what the index holds
    releases = first.answer.index.releases
    prefixes = _prefixes(releases)
    taken = {*prefixes.values(), *_BUILT_IN}
    if said.namespace and said.prefix in taken:
        raise UsageError(
            f"--prefix {said.prefix}=...: that is the prefix of a vocabulary already; choose "
            "another name."
        )
    said = said._replace(prefix=_free(said.prefix, taken), id=said.id or _made_up_id(local, first))
    yield from _metadata(local, said, prefixes, day)
    slots = _slots(local, releases)
    yield joined(slots, "\t")
    for mapped in chain([first], rows):
        for hit in mapped.targets:
            values = _values(mapped, hit, said, prefixes[hit.vocabulary])
            yield joined([values[slot] for slot in slots], "\t")


def _slots(local: LocalList, releases: Mapping[str, str]) -> list[str]:
    """Columns, in the order of the specification, without those that would be empty."""
    coded = [bool(row.code) for row in local.rows]
    return [
        *(["subject_id"] if any(coded) else []),
        "subject_label",
        "predicate_id",
        "object_id",
        "object_label",
        "mapping_justification",
        *([] if all(coded) else ["subject_type"]),
        *(["object_source_version"] if any(releases.values()) else []),
        "confidence",
        "object_match_field",
        "similarity_score",
        "similarity_measure",
        "comment",
    ]


def _values(mapped: Mapped, hit: Hit, said: MappingSet, prefix: str) -> dict[str, str]:
    code, probability = mapped.row.code, mapped.probability(hit)
    return {
        "subject_id": f"{said.prefix}:{_escaped(code)}" if code else "",
        "subject_label": mapped.row.name,
        "predicate_id": _predicate(mapped, hit),
        "object_id": f"{prefix}:{_escaped(hit.curie.partition(':')[2])}",
        "object_label": hit.name,
        "mapping_justification": _JUSTIFICATIONS[hit.match_type],
        "subject_type": "" if code else "rdfs literal",
        "object_source_version": hit.release,
        "confidence": "" if probability is None else f"{probability:g}",
        "object_match_field": _field(hit),
        "similarity_score": f"{min(1.0, max(0.0, hit.score)):g}",
        "similarity_measure": "termsearch score",
        "comment": hit.explanation,
    }


def _field(hit: Hit) -> str:
    if hit.match_type == "code":
        return "skos:notation"
    return "skos:prefLabel" if hit.matched_name == hit.name else "skos:altLabel"


def _predicate(mapped: Mapped, hit: Hit) -> str:
    """How near, as far as nobody has checked it.

    Exact: the same words, read as they stand; narrow, broad or related where the concept means
    less than these, more, or something beside them. Close: the best of the others, unless it is
    rather wrong than right. Related: all else, and what contradicts the text.
    """
    if hit.conflicts:
        return "skos:relatedMatch"
    if hit.match_type in AS_IT_STANDS and not mapped.answer.read_as:
        loose = loose_kind(hit)
        return _OF_LOOSE[loose] if loose else "skos:exactMatch"
    probability = mapped.answer.probability
    likely = hit.rank == 1 and (probability is None or probability >= _EVEN)
    return "skos:closeMatch" if likely else "skos:relatedMatch"


def _metadata(
    local: LocalList, said: MappingSet, prefixes: Mapping[str, str], day: str
) -> Iterator[str]:
    """YAML behind number signs. JSON's strings are YAML's, and never taken for something else."""
    spaces = {prefix: _iri(vocabulary) for vocabulary, prefix in prefixes.items()}
    if "code" in local.columns:
        spaces[said.prefix] = said.namespace or f"{said.id}#"
    yield "#curie_map:\n"
    for prefix, iri in sorted((_BUILT_IN | spaces).items()):
        yield f"#  {json.dumps(prefix)}: {json.dumps(iri)}\n"
    for slot, value in (
        ("mapping_set_id", said.id),
        ("mapping_set_title", f"{PurePath(local.label).name} mapped by termsearch; unchecked"),
        ("license", said.licence or _UNSPECIFIED),
        ("mapping_tool", "termsearch"),
        ("mapping_tool_version", __version__),
        ("mapping_date", day),
    ):
        yield f"#{slot}: {json.dumps(value)}\n"
    yield '#subject_match_field:\n#  - "rdfs:label"\n'


def _made_up_id(local: LocalList, first: Mapped) -> str:
    """The same for the same list, mapped on the same releases."""
    index = first.answer.index
    seen = [local.header, *(row.cells for row in local.rows), index.name, index.model]
    return uuid5(_SETS, json.dumps([seen, sorted(index.releases.items())])).urn


def _prefixes(vocabularies: Iterable[str]) -> dict[str, str]:
    """By vocabulary a prefix that no other has."""
    found: dict[str, str] = {}
    for vocabulary in vocabularies:
        found[vocabulary] = _free(_prefix(vocabulary), {*found.values(), *_BUILT_IN})
    return found


def _prefix(vocabulary: str) -> str:
    """A name that YAML and CURIEs have no trouble with, for one that may be a file's.

    A letter outside ASCII is its number: two names in Chinese are no less different by it.
    """
    known = known_vocabulary(vocabulary)
    if known and known.prefixed:
        return vocabulary.upper()
    bare = re.sub(r"[^\x00-\x7f]", lambda letter: f"_{ord(letter[0]):x}", vocabulary)
    bare = re.sub(r"[^A-Za-z0-9_.-]", "_", bare)
    return bare if _NAME.fullmatch(bare) else f"v{bare}"


def _free(prefix: str, taken: Collection[str]) -> str:
    while prefix in taken:
        prefix += "_"
    return prefix


def _iri(vocabulary: str) -> str:
    if vocabulary in _IRIS:
        return _IRIS[vocabulary]
    if known_vocabulary(vocabulary):
        return f"https://bioregistry.io/{vocabulary}:"
    return f"urn:x-termsearch:{quote(vocabulary)}:"  # a list of the user's own has no other


def _escaped(code: str) -> str:
    """``code`` as the end of an IRI: no blanks, no letters outside ASCII."""
    return quote(code, safe=":/.~!$&'()*+,;=@-_")
