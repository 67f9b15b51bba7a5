"""The tables of the packages, joined on disk.

RF2 is not grouped by concept: names, dialects, parents and history lie in files of their own,
millions of rows each.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from termsearch_loaders.snomedct_files import File
from termsearch_loaders.snomedct_ids import DEFINITE, DEFINITION
from termsearch_loaders.snomedct_rows import UNPUBLISHED, add
from termsearch_loaders.temporary_database import temporary_database

__all__ = ["Association", "Description", "Unresolved", "tables"]

_SCHEMA = """
CREATE TABLE concept (id, time, active);
CREATE TABLE description (id, time, active, concept, lang, type, term);
CREATE TABLE is_a (id, time, active, child, parent);
CREATE TABLE language (id, time, active, refset, description);
CREATE TABLE association (id, time, active, rank, old, new);
CREATE TABLE asked (refset INTEGER PRIMARY KEY, rank);
CREATE TABLE preferred (description INTEGER PRIMARY KEY, rank);
"""

_TABLES = ("concept", "description", "is_a", "language", "association")

#: Keeps the newest row of every id, the one read last where two are of one day. It comes before
#: any look at ``active``: what a later row retires would otherwise stay. Ids of one row, which
#: are nearly all in a Snapshot, cost a sort and no more.
_NEWEST = """
CREATE TABLE repeated AS SELECT id, max((time << 32) | rowid) & 4294967295 AS newest
    FROM {table} GROUP BY id HAVING count(*) > 1;
DELETE FROM {table} WHERE id IN (SELECT id FROM repeated)
    AND rowid NOT IN (SELECT newest FROM repeated);
DROP TABLE repeated;
"""

#: What is counted, whether too many of it are an error, and active rows: lost ones and all.
_UNRESOLVED = (
    (
        "descriptions belong to concepts",
        True,
        "SELECT sum(concept NOT IN (SELECT id FROM concept)), count(*) "
        "FROM description WHERE active",
    ),
    (
        "IS-A rows point to concepts",
        True,
        "SELECT sum(child NOT IN (SELECT id FROM concept) "
        "OR parent NOT IN (SELECT id FROM concept)), count(*) FROM is_a WHERE active",
    ),
    (
        "rows of preferred terms point to descriptions",
        False,
        "SELECT sum(description NOT IN (SELECT id FROM description)), count(*) "
        "FROM language WHERE active",
    ),
    (
        "rows of history point to concepts",
        False,
        "SELECT sum(old NOT IN (SELECT id FROM concept) "
        "OR new NOT IN (SELECT id FROM concept)), count(*) FROM association WHERE active",
    ),
)


class Description(NamedTuple):
    """A description row with what other files say of it."""

    concept: int
    concept_active: int | None  #: None: no package has the concept
    active: int
    lang: str
    type: int
    term: str
    rank: int | None  #: of the first dialect that prefers it; None: no dialect does


class Association(NamedTuple):
    """From a retired concept to one to use instead."""

    old: int
    new: int
    definite: bool  #: means the same, rather than perhaps
    active: bool  #: whether ``new`` may be used


class Unresolved(NamedTuple):
    """Active rows that point to what no package has."""

    rows: int
    of: int
    what: str  #: the rows, as in "12 of 40 ..."
    needed: bool  #: whether concepts are lost or misplaced with them


class Tables:
    """The newest row of everything in the packages."""

    def __init__(self, db: sqlite3.Connection, files: Iterable[File]) -> None:
        self._db = db
        self.contents = {add(db, file) for file in files}
        #: Rows that could be names.
        self.read = self._names()
        #: Newest day of any concept, ``YYYYMMDD``; empty if nothing is published.
        self.release = self._release()
        for table in _TABLES:
            db.executescript(_NEWEST.format(table=table))
        db.execute("CREATE UNIQUE INDEX concept_id ON concept (id, active)")
        #: Rows that a newer one of the same id replaced.
        self.superseded = self.read - self._names()

    def _number(self, query: str, *values: int) -> int:
        return int(self._db.execute(query, values).fetchone()[0] or 0)

    def _names(self) -> int:
        return self._number("SELECT count(*) FROM description WHERE type <> ?", DEFINITION)

    def _release(self) -> str:
        newest = self._number("SELECT max(time) FROM concept WHERE time < ?", UNPUBLISHED)
        return str(newest) if newest else ""

    def refsets(self) -> list[int]:
        """Language reference sets that the packages have, by id."""
        found = self._db.execute("SELECT DISTINCT refset FROM language ORDER BY refset")
        return [refset for (refset,) in found]

    def rank_by(self, refsets: Sequence[int]) -> None:
        """Note of each description the first of ``refsets`` that prefers it."""
        ranks = ((refset, rank) for rank, refset in enumerate(refsets))
        self._db.executemany("INSERT INTO asked VALUES (?, ?)", ranks)
        self._db.execute(
            "INSERT INTO preferred SELECT description, min(rank) FROM language "
            "JOIN asked USING (refset) WHERE active GROUP BY description ORDER BY description"
        )

    def active_concepts(self) -> int:
        """How many concepts are in use."""
        return self._number("SELECT count(*) FROM concept WHERE active")

    def described(self) -> int:
        """How many concepts have a description, whether in the packages or not."""
        return self._number("SELECT count(DISTINCT concept) FROM description")

    def unresolved(self) -> list[Unresolved]:
        """The references that the loader follows, and how many lead nowhere."""
        found = []
        for what, needed, query in _UNRESOLVED:
            rows, of = self._db.execute(query).fetchone()
            found.append(Unresolved(rows or 0, of, what, needed))
        return found

    def descriptions(self) -> Iterator[Description]:
        """Every description, those of a concept together: active first, then best preferred.

        Two that one reference set prefers stand newest first, then by id.
        """
        return map(
            Description._make,
            self._db.execute(
                "SELECT d.concept, c.active, d.active, d.lang, d.type, d.term, p.rank "
                "FROM description d LEFT JOIN concept c ON c.id = d.concept "
                "LEFT JOIN preferred p ON p.description = d.id ORDER BY d.concept, "
                "d.active DESC, p.rank IS NULL, p.rank, d.time DESC, d.id"
            ),
        )

    def parents(self) -> dict[int, tuple[int, ...]]:
        """The concepts one step up, by id; only concepts that the packages have."""
        found: dict[int, tuple[int, ...]] = {}
        for child, parent in self._db.execute(
            "SELECT DISTINCT child, parent FROM is_a WHERE active "
            "AND parent IN (SELECT id FROM concept) ORDER BY child, parent"
        ):
            found[child] = (*found.get(child, ()), parent)
        return found

    def associations(self) -> Iterator[Association]:
        """What retired concepts lead to, by retired concept, the best target first."""
        for old, new, rank, active in self._db.execute(
            "SELECT a.old, a.new, min(a.rank), c.active FROM association a "
            "JOIN concept o ON o.id = a.old AND NOT o.active JOIN concept c ON c.id = a.new "
            "WHERE a.active GROUP BY a.old, a.new ORDER BY a.old, min(a.rank), a.new"
        ):
            yield Association(old, new, rank <= DEFINITE, bool(active))

    def retired_names(self) -> Iterator[tuple[int, str]]:
        """Retired concepts and the languages they have names in."""
        yield from self._db.execute(
            "SELECT DISTINCT d.concept, d.lang FROM description d "
            "JOIN concept c ON c.id = d.concept AND NOT c.active "
            "WHERE d.type <> ? AND d.term <> '' ORDER BY d.concept, d.lang",
            (DEFINITION,),
        )


@contextmanager
def tables(files: Sequence[File]) -> Iterator[Tables]:
    """The joined tables of ``files``, until the block ends.

    Raises:
        BadReleaseError: The temporary folder is full.
        BadRecordError: A row is broken.
    """
    with temporary_database(_SCHEMA) as db:
        yield Tables(db, files)
