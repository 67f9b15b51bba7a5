"""Write the challenge set, queries over the demo release with the concepts that answer them.

    python -m tools.make_challenge            # into benchmarks/challenge.tsv
    python -m tools.make_challenge FILE       # anywhere else

People write ``benchmarks/challenge_source.tsv``, which names concepts by their key in
``tools/demo/concepts.tsv``; this turns each key into the concept's UMLS, MeSH and SNOMED CT code.
Any one of several concepts is a right answer. No concept at all means that nothing in the release
is right, not even a broader one. Same table in, same bytes out.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.demo import codes
from tools.demo.mesh import mesh_ui
from tools.demo.source import DemoConcept, SourceError, read_concepts
from tools.make_demo import TABLES

__all__ = ["CHALLENGE", "SOURCE", "Query", "curies", "make_challenge", "read_queries"]

_BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
SOURCE = _BENCHMARKS / "challenge_source.tsv"
CHALLENGE = _BENCHMARKS / "challenge.tsv"

_HEADER = ["mention", "gold", "category", "context"]


@dataclass(frozen=True, kw_only=True)
class Query:
    """One row of the source: what somebody types, and the concepts that are right."""

    mention: str
    gold: tuple[str, ...]  #: keys; any one is right, none means that nothing is
    category: str  #: what is hard about it: ``typo``, ``laterality``, ...
    context: str  #: the sentence it stands in, for a mention that means nothing alone


def read_queries(path: Path, concepts: Mapping[str, DemoConcept]) -> tuple[Query, ...]:
    """The queries in the source's order.

    Raises:
        SourceError: The table is malformed, or a gold key is none of ``concepts``.
    """
    header, *lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    if header.split("\t") != _HEADER:
        raise SourceError(f"{path}: the first line must read {' '.join(_HEADER)}, tab separated")
    queries = []
    for number, line in enumerate(lines, start=2):
        query = _query(line, f"{path}, line {number}")
        if missing := [key for key in query.gold if key not in concepts]:
            raise SourceError(f"{path}, line {number}: no concept has the key {missing[0]!r}")
        queries.append(query)
    return tuple(queries)


def curies(concept: DemoConcept) -> tuple[str, str, str]:
    """The concept's code in each of the three vocabularies of the demo."""
    return (
        f"umls:{codes.cui(concept.number)}",
        f"mesh:{mesh_ui(concept)}",
        f"snomedct:{codes.concept_sctid(concept.number)}",
    )


def make_challenge(path: Path) -> None:
    """Write the challenge set to ``path``."""
    concepts = {concept.key: concept for concept in read_concepts(TABLES / "concepts.tsv")}
    rows = [_HEADER]
    for query in read_queries(SOURCE, concepts):
        gold = [curie for key in query.gold for curie in curies(concepts[key])]
        rows.append([query.mention, "|".join(gold), query.category, query.context])
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8", newline="\n")


def main(arguments: Sequence[str]) -> None:
    """Write the file that was named, or the committed one."""
    make_challenge(Path(arguments[0]) if arguments else CHALLENGE)


def _query(line: str, place: str) -> Query:
    cells = line.split("\t")
    if len(cells) != len(_HEADER):
        raise SourceError(f"{place}: {len(cells)} columns, expected {len(_HEADER)}")
    mention, gold, category, context = cells
    if not mention.strip() or not category:
        raise SourceError(f"{place}: a query needs a mention and a category")
    return Query(
        mention=mention,
        gold=tuple(gold.split("|")) if gold else (),
        category=category,
        context=context,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
