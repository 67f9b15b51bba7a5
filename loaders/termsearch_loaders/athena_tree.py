"""What is above OMOP concepts: parents as CONCEPT_RELATIONSHIP has them, and all over these.

OMOP derives CONCEPT_ANCESTOR from valid rows between valid concepts, of the relationships for which
RELATIONSHIP says "defines_ancestry": concept_id_1 is above concept_id_2
(https://github.com/OHDSI/Vocabulary-v5.0, working/packages/vocabulary_pack/pConceptAncestor.sql).
Those are read here, and the same told the other way round. CONCEPT_ANCESTOR itself is not: it has
twice as many rows, standard concepts only, and no source vocabularies such as ICD-10-CM.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from termsearch.errors import BadRecordError
from termsearch_loaders.athena_history import INDEXES, LEADS
from termsearch_loaders.athena_rows import numbered_rows
from termsearch_loaders.files import Member
from termsearch_loaders.steps import MOST, Steps
from termsearch_loaders.walk import levels

__all__ = ["IS_ABOVE", "Place", "Tree", "is_above"]

#: What says so of concept_id_1 where RELATIONSHIP.csv does not.
IS_ABOVE = {"Subsumes": True, "Is a": False}

_IDS = "SELECT id FROM concept WHERE vocabulary = ? AND code = ? AND active"
_CONCEPT = "SELECT vocabulary, code FROM concept WHERE id = ? AND active"

_LONGEST = len(str(MOST))


class Place(NamedTuple):
    """What stands above a code, of its own vocabulary; the fields of ``Concept``."""

    parents: tuple[str, ...]
    ancestors: tuple[str, ...]


class _Up(NamedTuple):
    """One step up from a code."""

    parents: tuple[str, ...] = ()
    missing: int = 0  #: parents that are not there, or retired
    elsewhere: int = 0  #: parents of other vocabularies


def is_above(found: Iterable[tuple[str, ...]]) -> dict[str, bool]:
    """Whether concept_id_1 is the one above, by each relationship that makes parents.

    Args:
        found: Rows of RELATIONSHIP. If none of them defines ancestry, :data:`IS_ABOVE` is given.
    """
    above = {one: reverse for one, defines, reverse in found if defines == "1"}
    told = dict.fromkeys(filter(None, above.values()), False) | dict.fromkeys(above, True)
    return told or IS_ABOVE


class Tree:
    """The concepts above a concept, within its vocabulary.

    8 bytes for each row while the file is read, and then for each step: 20 MB for two million rows
    that say a million steps in both directions. The 131,072 codes it remembers take 50 MB more.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        """Be empty; ``db`` has the concepts."""
        self._db = db
        self._steps, self._empty = Steps(), True
        self._up = lru_cache(maxsize=1 << 17)(self._look_up)
        self._missing = self._elsewhere = 0

    def read(self, related: Member, above: Mapping[str, bool]) -> Iterator[tuple[str, ...]]:
        """Take in CONCEPT_RELATIONSHIP to its end, and yield its rows that lead somewhere.

        Args:
            related: The file.
            above: See :func:`is_above`.

        Raises:
            BadRecordError: A row is broken; says the line.
        """
        wanted, table = LEADS | above.keys(), "CONCEPT_RELATIONSHIP"
        for line, cells in numbered_rows(table, related, "relationship_id", wanted):
            one, other, relation, invalid = cells
            if relation in above and not invalid:
                first, second = _number(one), _number(other)
                if first is None or second is None:
                    found = f"{one[:20]!r} and {other[:20]!r}, expected the numbers of two concepts"
                    raise BadRecordError(str(related), f"line {line}", found)
                self._steps.add(*((second, first) if above[relation] else (first, second)))
                self._empty = False
            if relation in LEADS:
                yield cells

    def join(self) -> None:
        """Make what was read known to :meth:`place`."""
        if not self._empty:
            self._steps.sort()
            self._db.executescript(INDEXES)

    def place(self, vocabulary: str, code: str) -> Place:
        """What is above a code in use, by code; ancestors nearest first. To be asked once of each.

        Of a retired one, nothing.
        """
        if self._empty:
            return Place((), ())
        parents, missing, elsewhere = self._up(vocabulary, code)
        self._missing += missing
        self._elsewhere += elsewhere
        further = levels(code, lambda one: self._up(vocabulary, one).parents)
        return Place(parents, tuple(one for level in further for one in sorted(level)))

    def warnings(self) -> Iterator[str]:
        """What :meth:`place` left out."""
        if self._missing:
            yield f"{self._missing:,} parents left out: without a name in CONCEPT.csv, or retired"
        if self._elsewhere:
            yield f"{self._elsewhere:,} parents left out: of another vocabulary than the child"

    def _look_up(self, vocabulary: str, code: str) -> _Up:
        parents: dict[str, None] = {}
        missing = elsewhere = 0
        for (id_,) in self._db.execute(_IDS, (vocabulary, code)).fetchall():
            low = _number(id_)
            for high in self._steps.above(low) if low is not None else ():
                found = self._db.execute(_CONCEPT, (str(high),)).fetchone()
                if not found:
                    missing += 1
                elif found[0] != vocabulary:
                    elsewhere += 1
                elif found[1] != code:
                    parents[found[1]] = None
        return _Up(tuple(sorted(parents)), missing, elsewhere)


def _number(id_: str) -> int | None:
    """A concept_id as a number from 0 to MOST; None: it is none."""
    if id_.isascii() and id_.isdigit() and len(id_) <= _LONGEST and int(id_) <= MOST:
        return int(id_)
    return None
