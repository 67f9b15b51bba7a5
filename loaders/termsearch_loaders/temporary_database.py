"""A database for tables that are joined before the first concept comes: on disk, and of no name."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from termsearch.errors import BadReleaseError

__all__ = ["temporary_database"]

_SETTINGS = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA temp_store = FILE;
PRAGMA cache_size = -131072;
"""


@contextmanager
def temporary_database(schema: str) -> Iterator[sqlite3.Connection]:
    """SQLite's own temporary database with ``schema``, which is gone when the block ends.

    It keeps to its page cache, 128 MB, in memory.

    Raises:
        BadReleaseError: The temporary folder is full.
    """
    # Any thread: a generator that is dropped half-way may be closed by another one.
    with closing(sqlite3.connect("", check_same_thread=False)) as db:
        try:
            db.executescript(_SETTINGS + schema)
            yield db
        except sqlite3.OperationalError as error:
            raise BadReleaseError(
                "the temporary tables",
                f"{error}; joining a release takes about its unzipped size on disk. Free some, "
                "or name a larger folder in the variable SQLITE_TMPDIR",
            ) from error
