"""Where OMOP concepts lead, which CONCEPT_RELATIONSHIP says: retired ones, and all that map.

A default download has 38 million rows there. Those that lead somewhere are joined with the
concepts on disk, so that memory stays flat.
"""

import sqlite3
from collections.abc import Iterable, Iterator

from termsearch.vocabulary import curie
from termsearch_loaders.walk import ends

__all__ = ["INDEXES", "LEADS", "OMOP", "SCHEMA", "History"]

#: Where codes are concept_ids.
OMOP = "omop"

_REPLACED, _MAPPED = "Concept replaced by", "Maps to"

#: The relationships that are read here.
LEADS = frozenset({_REPLACED, _MAPPED})

#: ``concept`` has id, vocabulary, code, active, standard and kept.
SCHEMA = """
CREATE TABLE lead (old, new, relation);
CREATE TABLE successor (vocabulary, old, new, id); -- old is '' where that code is used anew
"""

#: By which related concepts are found.
INDEXES = """
CREATE INDEX IF NOT EXISTS concept_id ON concept (id);
CREATE INDEX IF NOT EXISTS concept_code ON concept (vocabulary, code);
"""

#: Concepts that are retired, and whether their code is in use by another concept_id.
_RETIRED = """
SELECT id, vocabulary, code, standard, EXISTS (
    SELECT 1 FROM concept AS other
    WHERE (other.vocabulary, other.code) = (retired.vocabulary, retired.code) AND other.active
) AS anew
FROM concept AS retired
WHERE NOT active AND (id IN (SELECT old FROM lead) OR anew)
    AND vocabulary IN (SELECT vocabulary FROM concept WHERE kept)
ORDER BY vocabulary, code, id
"""

_REPLACES = """
SELECT old, id FROM successor AS by WHERE vocabulary = ? AND new = ?
    AND (old = '' OR NOT EXISTS (SELECT 1 FROM concept WHERE id = by.id AND kept))
ORDER BY old
"""

_MAPS = """
SELECT vocabulary, code FROM lead JOIN concept ON concept.id = lead.new
WHERE lead.old = ? AND relation = ? AND active ORDER BY lead.rowid
"""


class History:
    """The successors of codes, of the same vocabulary and in use, and what codes map to."""

    def __init__(self, db: sqlite3.Connection, found: Iterable[tuple[str, ...]]) -> None:
        """Join ``found``, rows of CONCEPT_RELATIONSHIP, with the concepts in ``db``."""
        self._db = db
        db.executemany("INSERT INTO lead VALUES (?, ?, ?)", _valid(found))
        if db.execute("SELECT 1 FROM lead").fetchone():
            db.executescript(INDEXES)
            db.execute("CREATE INDEX lead_old ON lead (old)")
            db.executemany("INSERT INTO successor VALUES (?, ?, ?, ?)", self._successors())
            db.execute("CREATE INDEX successor_old ON successor (vocabulary, old)")
            db.execute("CREATE INDEX successor_id ON successor (id)")
            db.execute("CREATE INDEX successor_new ON successor (vocabulary, new, old)")

    def replaced_by(self, vocabulary: str, code: str) -> tuple[str, ...]:
        """Codes to use in place of a retired one."""
        query = "SELECT new FROM successor WHERE vocabulary = ? AND old = ? ORDER BY rowid"
        found = self._db.execute(query, (vocabulary, code))
        return tuple(dict.fromkeys(new for (new,) in found))

    def replaces(self, vocabulary: str, code: str) -> tuple[str, ...]:
        """Retired codes that are not kept, in place of which to use this one, and their ids."""
        found = self._db.execute(_REPLACES, (vocabulary, code)).fetchall()
        ids = (f"{OMOP}:{id_}" for _, id_ in found)
        return tuple(dict.fromkeys((*(old for old, _ in found if old), *ids)))

    def leads(self, id_: str) -> bool:
        """Whether a retired concept_id leads to codes in use."""
        query = "SELECT 1 FROM successor WHERE id = ?"
        return self._db.execute(query, (id_,)).fetchone() is not None

    def maps_to(self, id_: str) -> list[str]:
        """CURIEs of the concepts in use, of any vocabulary, that one maps to."""
        return [curie(*found) for found in self._db.execute(_MAPS, (id_, _MAPPED))]

    def _successors(self) -> Iterator[tuple[str, str, str, str]]:
        for id_, vocabulary, code, standard, anew in self._db.execute(_RETIRED):
            found = self._ends(id_, vocabulary, {_REPLACED})
            if not (found or standard):
                # Only where the other leads nowhere: as a rule they say the same, and a code with
                # one successor is answered with it, a code with two is not.
                found = self._ends(id_, vocabulary, {_REPLACED, _MAPPED})
            if anew:
                yield from ((vocabulary, "", each, id_) for each in found or [code])
            else:
                yield from ((vocabulary, code, each, id_) for each in found)

    def _ends(self, id_: str, vocabulary: str, relations: set[str]) -> list[str]:
        """Codes in use to which ``relations`` lead, through others that are retired."""

        def step(one: str) -> list[str]:
            query = (
                "SELECT new, relation FROM lead JOIN concept ON concept.id = lead.old "
                "WHERE lead.old = ? AND NOT concept.active ORDER BY lead.rowid"
            )
            return [new for new, by in self._db.execute(query, (one,)) if by in relations]

        def code(of: str) -> str:
            query = "SELECT code FROM concept WHERE id = ? AND vocabulary = ? AND active"
            found = self._db.execute(query, (of, vocabulary)).fetchone()
            return found[0] if found else ""

        return [code(end) for end in ends(id_, step, lambda one: bool(code(one)))]


def _valid(found: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """Old, new and relation of each row that holds; those of a concept to itself say nothing."""
    for old, new, relation, invalid in found:
        if not invalid and old != new:
            yield old, new, relation
