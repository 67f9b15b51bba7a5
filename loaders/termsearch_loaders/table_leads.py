"""Codes that the files of one table name differently: two lists may have been taken for one."""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple
from unicodedata import normalize

__all__ = ["Lead", "Leads"]


class Lead(NamedTuple):
    """What has one preferred name: a code in a language, in the files of a part."""

    part: str
    vocabulary: str
    code: str
    lang: str


class _First(NamedTuple):
    """The preferred name of a code in the first file that has it, and the last file so far."""

    name: str
    file: str
    last: str


class Leads:
    """The first names that each file gives its codes, where several files are one table.

    A name of a further row in the same file is a synonym, and so is one of a further file; but
    of that nobody may have thought. A translation leads in its own language.
    """

    def __init__(self, parts: Collection[str]) -> None:
        """``parts``: those of several files. Of others nothing is held."""
        self._parts = parts
        self._first: dict[Lead, _First] = {}
        self._clashing: dict[Lead, None] = {}
        self._examples: dict[str, str] = {}  # by part

    def add(self, lead: Lead, name: str, file: str) -> None:
        """The first name of a row."""
        if lead.part not in self._parts:
            return
        first = self._first.setdefault(lead, _First(name, file, file))
        if first.last == file:
            return
        self._first[lead] = first._replace(last=file)
        if _form(name) != _form(first.name):
            self._clashing[lead] = None
            told = f"{lead.code!r} is {first.name!r} in {first.file} and {name!r} in {file}"
            self._examples.setdefault(lead.part, told)

    def doubts(self) -> Iterator[str]:
        """A warning for each part whose files name a code differently."""
        counts = Counter(dict.fromkeys((c.part, c.vocabulary, c.code) for c in self._clashing))
        by_part = Counter(part for part, _, _ in counts)
        for part, count in by_part.items():
            yield (
                f"{count:,} codes have different names in the files that are read as {part}, and "
                f"are one concept each: {self._examples[part]}. If these are different lists, read "
                "each under a name of its own"
            )


def _form(name: str) -> str:
    """A name without what its case, blanks and widths of letters change."""
    return " ".join(normalize("NFKC", name).casefold().split())
