"""Ontologies in OBO format or obographs JSON: HPO, Disease Ontology, Mondo, NCIt, Orphanet.

A row is a name: a term's label or a synonym. A file often holds terms of other ontologies, which
it imports; they are dropped, for they are whole only in their own files. Obsolete terms are
dropped as well, and lead to their successors. Names are taken to be English: neither format
says otherwise. Each ontology is a part: ingesting one again replaces that one only.

OBO files are read twice, for a parent may come later, and memory holds the graph and one term;
JSON is read whole, which takes five to six times its size unpacked.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from termsearch.concept import Concept, Kind, Name
from termsearch.errors import BadReleaseError
from termsearch.loader import Options, Report
from termsearch_loaders.files import Member
from termsearch_loaders.obo_files import Ontology, holds_ontology, ontologies, opened
from termsearch_loaders.obo_graph import Graph
from termsearch_loaders.obo_terms import Synonym, Term, prefix_of, xref

__all__ = ["OPTIONS", "load", "recognises"]

OPTIONS = frozenset({"vocabularies", "langs", "inactive"})

LANG = "en"
KINDS = {"EXACT": Kind.SYNONYM, "BROAD": Kind.BROADER, "NARROW": Kind.NARROWER}


def recognises(path: Path) -> bool:
    """Whether ``path`` is, or holds, an ontology in OBO format or obographs JSON."""
    return holds_ontology(path)


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield the terms of every ontology in ``paths``, file by file.

    Raises:
        BadRecordError: A file is broken or cut; says file and line, or node.
        BadReleaseError: A path without an ontology, or one ontology there twice, or one without
            a term: of which ontology the index then has too much, nobody can tell.
    """
    found = ontologies(paths)
    report.total = sum(member.size for member in found)
    first: dict[str, Member] = {}
    for member in found:
        ontology = opened(member)
        graph = Graph(ontology.terms(), ontology.says())
        if graph.vocabulary in first:
            raise BadReleaseError(
                str(member),
                f"a second {graph.vocabulary} file beside {first[graph.vocabulary]}; expected one "
                "of each ontology. Name the one to load",
            )
        if not graph.vocabulary:
            raise BadReleaseError(
                str(member), "no term has a name; expected an ontology's main file. Leave it out"
            )
        first[graph.vocabulary] = member
        report.parts.append(graph.vocabulary)
        report.more_parts = member is not found[-1]
        report.warnings += _doubts(member, graph)
        yield from _Reader(member, graph, options, report).concepts(ontology)


def _doubts(member: Member, graph: Graph) -> Iterator[str]:
    lost = {
        "parents": graph.unknown_parents(),
        "related terms": graph.unknown_related(),
        "successors": graph.unknown_successors(),
    }
    if told := " and ".join(f"{count:,} {what}" for what, count in lost.items() if count):
        yield f"{member}: {told} are not in the file; take the ontology's main file, and whole"


class _Reader:
    """Makes concepts of the terms of one file."""

    def __init__(self, member: Member, graph: Graph, options: Options, report: Report) -> None:
        self._member = member
        self._graph = graph
        self._inactive = options.inactive
        self._report = report
        self._unwanted = options.unwanted(graph.vocabulary, LANG)
        self._replaces = graph.replaces(graph.retired if options.inactive else {})
        self._met: set[str] = set()

    def concepts(self, ontology: Ontology) -> Iterator[Concept]:
        release = ontology.release(self._graph.vocabulary)
        for term in ontology.terms(self._report):
            self._report.read += term.rows
            if reason := self._reason_to_drop(term):
                if term.rows:
                    self._report.drop(reason, term.rows)
                continue
            self._met.add(self._graph.code(term.id))
            yield self._concept(term, release)

    def _reason_to_drop(self, term: Term) -> str:  # noqa: PLR0911  # one line per reason
        if term.other:
            return f"{term.other}, no term"
        if not self._graph.is_own(term.id):
            return f"imported term (prefix {prefix_of(term.id) or 'missing'})"
        if self._unwanted:
            return self._unwanted
        if not term.name:
            return "synonym of a term without a name"
        if self._graph.code(term.id) in self._met:
            return "term that the file has already had"
        if not self._inactive and term.id in self._graph.obsolete:
            return "obsolete term"
        return ""

    def _concept(self, term: Term, release: str) -> Concept:
        graph = self._graph
        active = term.id not in graph.obsolete
        place = graph.place(term.id)
        return Concept(
            vocabulary=graph.vocabulary,
            code=graph.code(term.id),
            names=self._names(term),
            release=release,
            part=graph.vocabulary,
            types=place.types,
            parents=place.parents,
            ancestors=place.ancestors,
            definition=term.definition,
            active=active,
            replaced_by=() if active else graph.replaced_by(term.id),
            replaces=self._replaces.get(term.id, ()),
            xrefs=tuple(dict.fromkeys(filter(None, map(xref, term.xrefs)))),
        )

    def _names(self, term: Term) -> tuple[Name, ...]:
        """The label, exact synonyms, then the others; each text once."""
        kinds = {term.name: Kind.PREFERRED}
        for synonym in sorted(term.synonyms, key=lambda synonym: synonym.scope != "EXACT"):
            if not synonym.text:
                self._report.drop("empty synonym")
            elif synonym.text in kinds:
                self._report.drop("same text as another name of the term")
            else:
                kinds[synonym.text] = _kind(synonym)
        self._report.kept += len(kinds)
        return tuple(Name(text=text, lang=LANG, kind=kind) for text, kind in kinds.items())


def _kind(synonym: Synonym) -> Kind:
    if synonym.scope == "EXACT" and synonym.abbreviation:
        return Kind.ABBREVIATION
    return KINDS.get(synonym.scope, Kind.RELATED)
