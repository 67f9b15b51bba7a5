"""Obographs: the JSON form of an ontology, https://github.com/geneontology/obographs.

The standard library reads a file whole: 16 MB of Disease Ontology take about 100 MB of memory.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias, TypeVar

from termsearch.errors import BadRecordError
from termsearch.loader import Report
from termsearch_loaders.files import BROKEN, Member, damaged
from termsearch_loaders.obo_terms import (
    Synonym,
    Term,
    dated,
    is_abbreviation,
    ontology_vocabulary,
    tail,
    term_id,
)

__all__ = ["Obographs"]

T = TypeVar("T")
Object: TypeAlias = Mapping[str, object]

_OTHER = {"PROPERTY": "relation", "INDIVIDUAL": "instance"}
_IS_A = ("is_a", "http://www.w3.org/2000/01/rdf-schema#subClassOf")
_SCOPE = re.compile(r"has(Exact|Broad|Narrow|Related)Synonym")
#: Where IAO_0100001 is not used, in EFO and Orphanet, a sentence says what to use instead.
_PREFERRED = re.compile(r"preferred class is (\S+)")
_IMPORT = re.compile(r"/imports?/|_import\.")
#: ``230`` of ``http://purl.obolibrary.org/obo/chebi/230/chebi.owl``
_VERSION = re.compile(r"/(v?\d[^/]*)/[^/]*$")
_PROPERTIES = frozenset({
    "versionInfo", "owl_versionInfo", "date",
    "IAO_0100001", "reason_for_obsolescence", "hasAlternativeId", "consider",
})  # fmt: skip
_NAMES: dict[type, str] = {str: "a text", list: "a list", dict: "an object"}


class Obographs:
    """One obographs file, which may hold several graphs: the ontology and what it imports."""

    def __init__(self, member: Member) -> None:
        """Read the file.

        Raises:
            BadRecordError: It is not UTF-8, not JSON or cut short; it has no ``graphs``.
        """
        self._member = member
        document = _parsed(member)
        if not isinstance(document, dict) or "graphs" not in document:
            raise self._broken(
                "line 1", "no 'graphs' in it, expected an object with a list of them"
            )
        self._graphs = list(self._objects(document, "graphs", "graph"))

    def says(self) -> list[str]:
        """Ids of the graphs that are no imports: ``http://purl.obolibrary.org/obo/doid.owl``."""
        found = (self._text(graph, "id", where) for where, graph in self._graphs)
        return [one for one in found if one and not _IMPORT.search(one)]

    def release(self, vocabulary: str) -> str:
        """The version of the graph that is ``vocabulary``'s own: its date where it has one."""
        for where, graph in self._graphs:
            iri = self._text(graph, "id", where)
            if not _IMPORT.search(iri) and ontology_vocabulary(iri) == vocabulary:
                return self._release(graph, where)
        return self._release(self._graphs[0][1], self._graphs[0][0]) if self._graphs else ""

    def _release(self, graph: Object, where: str) -> str:
        meta = self._object(graph, "meta", where)
        iri = self._text(meta, "version", where)
        values = self._properties(meta, where)
        said = [*values.get("versionInfo", ()), *values.get("owl_versionInfo", ())]
        numbered = _VERSION.search(iri)
        found = [*map(dated, (iri, *said)), *said, numbered[1] if numbered else ""]
        found += map(dated, values.get("date", ()))
        return next(filter(None, found), "")

    def terms(self, report: Report | None = None) -> Iterator[Term]:
        """Every node of every graph in order; ``report.done`` grows by the file's size.

        Raises:
            BadRecordError: A node has no id, or a field is not what the format has there.
        """
        parents = self._parents()
        total = sum(len(self._list(graph, "nodes", where)) for where, graph in self._graphs)
        start = report.done if report else 0
        done = 0
        for above, graph in self._graphs:
            for where, node in self._objects(graph, "nodes", f"{above}, node"):
                done += 1
                if report:
                    report.done = start + self._member.size * done // total
                yield self._term(node, where, parents)
        if report:
            report.done = start + self._member.size  # of no nodes, too

    def _parents(self) -> dict[str, list[str]]:
        """IRI of a node to the CURIEs of its parents, over all graphs."""
        found: dict[str, list[str]] = {}
        for above, graph in self._graphs:
            for where, edge in self._objects(graph, "edges", f"{above}, edge"):
                if edge.get("pred") in _IS_A:
                    child, parent = (self._text(edge, end, where) for end in ("sub", "obj"))
                    found.setdefault(child, []).append(term_id(parent))
        return found

    def _term(self, node: Object, where: str, parents: Mapping[str, list[str]]) -> Term:
        iri = self._text(node, "id", where)
        if not iri:
            raise self._broken(where, "a node without id, expected its IRI")
        meta = self._object(node, "meta", where)
        values = self._properties(meta, where)
        reasons = " ".join(values.get("reason_for_obsolescence", ()))
        replaced_by = [*values.get("IAO_0100001", ()), *_PREFERRED.findall(reasons)]
        return Term(
            term_id(iri),
            where,
            other=_OTHER.get(self._text(node, "type", where), ""),
            name=self._text(node, "lbl", where),
            synonyms=[
                self._synonym(synonym, place)
                for place, synonym in self._objects(meta, "synonyms", f"{where}, synonym")
            ],
            definition=self._text(self._object(meta, "definition", where), "val", where),
            parents=parents.get(iri, []),
            alt_ids=[term_id(one) for one in values.get("hasAlternativeId", ())],
            xrefs=[
                self._text(one, "val", place)
                for place, one in self._objects(meta, "xrefs", f"{where}, xref")
            ],
            obsolete=meta.get("deprecated") is True,
            replaced_by=[term_id(one) for one in replaced_by],
            consider=[term_id(one) for one in values.get("consider", ())],
        )

    def _synonym(self, synonym: Object, where: str) -> Synonym:
        scope = _SCOPE.search(self._text(synonym, "pred", where))
        kind = self._text(synonym, "synonymType", where)
        return Synonym(
            self._text(synonym, "val", where),
            scope[1].upper() if scope else "RELATED",
            bool(kind) and is_abbreviation(term_id(kind)),
        )

    def _properties(self, meta: Object, where: str) -> dict[str, list[str]]:
        """Values by the last word of their property's IRI: ``IAO_0100001``."""
        found: dict[str, list[str]] = {}
        for place, one in self._objects(meta, "basicPropertyValues", f"{where}, property"):
            name = tail(self._text(one, "pred", place))
            if name in _PROPERTIES:
                found.setdefault(name, []).append(self._text(one, "val", place))
        return found

    def _objects(self, owner: Object, key: str, where: str) -> Iterator[tuple[str, Object]]:
        """Each object of a list with its place, counted from 1; none where there is no list."""
        for number, one in enumerate(self._list(owner, key, where), start=1):
            place = f"{where} {number}"
            if not isinstance(one, dict):
                raise self._broken(place, f"{one!r:.40}, expected an object")
            yield place, one

    def _object(self, owner: Object, key: str, where: str) -> Object:
        return self._as(owner, key, dict, where)

    def _list(self, owner: Object, key: str, where: str) -> list[object]:
        return self._as(owner, key, list, where)

    def _text(self, owner: Object, key: str, where: str) -> str:
        text = self._as(owner, key, str, where).strip()
        try:
            text.encode()
        except UnicodeEncodeError as error:  # half of a surrogate pair, which JSON can write
            raise self._broken(where, f"{key!r} is no valid text ({error})") from error
        return text

    def _as(self, owner: Object, key: str, kind: type[T], where: str) -> T:
        """The value of ``key``; an empty one where it is missing or null."""
        value = owner.get(key)
        if value is None:
            return kind()
        if not isinstance(value, kind):
            raise self._broken(where, f"{key!r} is {value!r:.40}, expected {_NAMES[kind]}")
        return value

    def _broken(self, where: str, problem: str) -> BadRecordError:
        return BadRecordError(str(self._member), where, problem)


def _parsed(member: Member) -> object:
    """The document, whose numbers and nesting may be anything."""
    read = b""
    try:
        with member.open() as stream:
            read = stream.read()
        return json.loads(read.decode("utf-8-sig"))
    except BROKEN as error:
        raise damaged(member, "before its end", error) from error
    except UnicodeDecodeError as error:
        line = read.count(b"\n", 0, error.start) + 1
        raise BadRecordError(str(member), f"line {line}", f"not UTF-8 ({error})") from error
    except json.JSONDecodeError as error:
        raise BadRecordError(
            str(member), f"line {error.lineno}", f"not JSON, or cut short ({error.msg})"
        ) from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 1,000 brackets
        raise BadRecordError(
            str(member), "somewhere in it", f"no obographs: too long or too deeply nested ({error})"
        ) from error
