"""UMLS Metathesaurus (RRF: MRCONSO, MRSTY, MRDEF, ...): zip, .nlm archives or META folder.

A concept is a CUI. Its names come from MRCONSO: one for each language and string, with every
(vocabulary, code, term type) that uses it. English without retired rows by default. Three
decisions to know:

* A source without codes (CODE ``NOCODE``) has an empty code in ``Name.sources``.
* With retired rows, a concept is inactive when no row of it, in whatever language and
  vocabulary, is current.
* The hierarchy (MRREL, 6 GB) is read on request only, joins the orders of all sources that
  are kept, and names concepts by CUI even where they have no name that is kept.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from termsearch.concept import Concept
from termsearch.loader import Options, Report
from termsearch_loaders.files import base_names
from termsearch_loaders.rrf import Table
from termsearch_loaders.umls_graph import Hierarchy, Merges
from termsearch_loaders.umls_meta import (
    Definitions,
    ranks,
    release_name,
    source_languages,
)
from termsearch_loaders.umls_names import CURRENT, Names, Refusals
from termsearch_loaders.umls_order import Cursor, in_order, survey
from termsearch_loaders.umls_tables import UMLS, Tables
from termsearch_loaders.umls_types import semantic_types

__all__ = ["OPTIONS", "load", "recognises"]

OPTIONS = frozenset({"vocabularies", "langs", "inactive", "hierarchy"})

#: What a release without the table can't have.
_OPTIONAL = {
    "MRSTY": "no semantic types",
    "MRDEF": "no definitions",
    "MRRANK": "preferred names by a built-in order of term types",
    "MRCUI": "merged CUIs don't lead to their successors",
}


def recognises(path: Path) -> bool:
    """Whether ``path`` is a UMLS release or a table of one, by the names of the files."""
    if path.is_file() and path.suffix.lower() != ".zip":
        return any(map(UMLS.named, base_names(path)))  # an .nlm may hold other tables or parts
    return any(UMLS.named(name) == "MRCONSO" or name.endswith(".nlm") for name in base_names(path))


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield a concept for each CUI with a name that is kept, by CUI."""
    tables = Tables(paths)
    conso = tables.need("MRCONSO", "it holds the names. Give the META folder or the zip")
    if options.hierarchy:
        tables.need("MRREL", "it holds the hierarchy. Give it too, or ask for no hierarchy")
    _announce(tables, options, report)
    merges = Merges(tables, report)
    ordered, current = survey(conso, report, merges.retired)
    merges.resolve(current)
    build = _Concepts(tables, options, report, merges)
    batches = in_order(conso, report, ordered=ordered)
    for cui, atoms, active in _atoms(conso, batches, options, report):
        yield build(cui, atoms, active=active)
    report.done = report.total
    if unused := build.unused(options):
        report.warnings.append(f"no name of {', '.join(unused)} was kept; check --vocab")


class _Concepts:
    """Concepts from atoms and from what the other tables say of a CUI."""

    def __init__(self, tables: Tables, options: Options, report: Report, merges: Merges) -> None:
        self._merges = merges
        self._release = release_name(tables, report)
        self._names = Names(
            tables.need("MRCONSO", ""), options, ranks(tables.get("MRRANK"), report)
        )
        relations = tables.get("MRREL") if options.hierarchy else None
        self._hierarchy = Hierarchy(relations, options, report) if relations else None
        if types := tables.get("MRSTY"):
            self._tui_sty = types.at("TUI", "STY")
        self._types = Cursor(types, report) if types else None
        definitions = tables.get("MRDEF")
        self._definitions = Cursor(definitions, report) if definitions else None
        if definitions:
            lats = source_languages(tables.get("MRSAB"))
            self._define = Definitions(definitions, options, lats)

    def __call__(self, cui: str, atoms: list[list[str]], *, active: bool) -> Concept:
        above = self._hierarchy
        types = self._types.rows(cui) if self._types else ()
        return Concept(
            vocabulary="umls",
            code=cui,
            names=self._names(atoms),
            release=self._release,
            types=semantic_types((row[self._tui_sty[0]], row[self._tui_sty[1]]) for row in types),
            definition=self._define(self._definitions.rows(cui)) if self._definitions else "",
            parents=above.parents(cui) if above else (),
            ancestors=above.ancestors(cui) if above else (),
            active=active,
            replaces=self._merges.replaces(cui),
        )

    def unused(self, options: Options) -> list[str]:
        """Vocabularies that were asked for and that no kept name is from: a slip, most likely."""
        return [v for v in options.vocabularies if v != "umls" and v not in self._names.used]


def _atoms(
    table: Table, batches: Iterator[list[str]], options: Options, report: Report
) -> Iterator[tuple[str, list[list[str]], bool]]:
    """CUI, its kept rows, and whether any row of it is current. Counts every row.

    The loop that every row goes through: lookups only, nothing is called.
    """
    cui_at, lat, sab, tty, suppress, string = table.at(
        "CUI", "LAT", "SAB", "TTY", "SUPPRESS", "STR"
    )
    language, source = Refusals.by_language(options), Refusals.by_source(options)
    status, form = Refusals.by_status(options), Refusals.by_term_type()
    current, atoms, active = "", list[list[str]](), False
    dropped = report.dropped
    for lines in batches:
        report.read += len(lines)
        for line in lines:
            row = line.split("|")
            if row[cui_at] != current:
                if atoms:
                    report.kept += len(atoms)
                    yield current, atoms, active
                current, atoms, active = row[cui_at], [], False
            active = active or row[suppress] in CURRENT
            reason = language[row[lat]] or source[row[sab]] or status[row[suppress]]
            if reason := reason or form[row[tty]] or ("" if row[string].strip() else "empty name"):
                dropped[reason] += 1
            else:
                atoms.append(row)
    if atoms:
        report.kept += len(atoms)
        yield current, atoms, active


def _announce(tables: Tables, options: Options, report: Report) -> None:
    """Say what is missing, and how much there is to read."""
    missing = [f"{name} ({what})" for name, what in _OPTIONAL.items() if not tables.get(name)]
    if missing:
        report.warnings.append(f"not in this release: {', '.join(missing)}")
    once = ["MRRANK", "MRCUI", "MERGEDCUI", *(["MRREL"] if options.hierarchy else [])]
    twice = ["MRCONSO", "MRSTY", "MRDEF"]  # surveyed, then read
    sizes = [table.size for name in (*once, *twice, *twice) if (table := tables.get(name))]
    report.total += sum(sizes)
