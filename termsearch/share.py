"""One machine's share of a release that several machines ingest into one cluster."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self
from zlib import crc32

from termsearch.concept import Concept
from termsearch.errors import UsageError

__all__ = ["Share"]


class Share(NamedTuple):
    """Every concept is in one of ``of`` shares, whoever asks and in whatever order."""

    number: int  #: from 1
    of: int

    @classmethod
    def parsed(cls, text: str) -> Self:
        """``2/4``.

        Raises:
            UsageError: It is something else.
        """
        found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
        share = cls(*map(int, found.groups())) if found else cls(0, 0)
        if not 1 <= share.number <= share.of:
            raise UsageError(f"--part {text}: expected K/N with 1 <= K <= N, such as 2/4.")
        return share

    def __str__(self) -> str:
        """As it is given."""
        return f"{self.number}/{self.of}"

    def holds(self, concept: Concept) -> bool:
        """By vocabulary and code: concepts have no size that is known before they are read."""
        key = f"{concept.vocabulary}:{concept.code}".encode()
        return crc32(key) % self.of == self.number - 1

    def taken(self, concepts: Iterable[Concept]) -> Iterator[Concept]:
        """Those that it holds."""
        return filter(self.holds, concepts)
