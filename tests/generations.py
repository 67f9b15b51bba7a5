"""Two releases of one list, and an ingest that is cut."""

from collections.abc import Iterator

from termsearch.concept import Concept, SemanticType
from tests.concepts import concept

__all__ = ["NEW", "OLD", "cut"]

#: What tells their points apart: a release alone rewrites none.
FIRST, SECOND = (SemanticType("1", "first"),), (SemanticType("2", "second"),)
OLD = [concept("local", f"{n}", f"name {n}", release="1", types=FIRST) for n in range(150)]
NEW = [concept("local", f"{n}", f"name {n}", release="2", types=SECOND) for n in range(10, 160)]


def cut(concepts: list[Concept], after: int) -> Iterator[Concept]:
    yield from concepts[:after]
    raise RuntimeError("cut")
