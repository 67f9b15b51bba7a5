"""Vectors of queries, each embedded once."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache

from termsearch.encoder import Encoder

__all__ = ["QueryVectors", "Vector"]

#: Shape ``(dimension,)``, length 1.
Vector: TypeAlias = npt.NDArray[np.float32]

#: Forms remembered: 25 MB at 768 dimensions. While somebody types, and in lists of local terms,
#: the same words come again and again.
_REMEMBERED = 8_192


class QueryVectors:
    """Embeds search forms and remembers the latest of them. May be called from any thread.

    Args:
        load: Called once, when the first vector is needed.
    """

    def __init__(self, load: Callable[[], Encoder]) -> None:
        self._load = load
        self._known: LRUCache[str, Vector] = LRUCache(_REMEMBERED)
        self._remembering = Lock()
        self._encoding = Lock()  # fast tokenizers fail if two threads use one ("Already borrowed")
        self._loading = Lock()
        self._encoder: Encoder | None = None

    @property
    def encoder(self) -> Encoder:
        """Loaded if it is not yet, by one thread while others wait."""
        with self._loading:
            if self._encoder is None:
                self._encoder = self._load()
            return self._encoder

    def of(self, forms: Sequence[str]) -> dict[str, Vector]:
        """The vector of each of ``forms``; those not remembered are embedded in one call."""
        found = self._remembered(forms)
        new = [form for form in dict.fromkeys(forms) if form not in found]
        if new:
            with self._encoding:  # those who ask for what is remembered don't wait
                found |= self._remembered(new)  # another thread may have embedded it meanwhile
                found |= self._embedded([form for form in new if form not in found])
        return found

    def _remembered(self, forms: Sequence[str]) -> dict[str, Vector]:
        with self._remembering:
            return {form: self._known[form] for form in forms if form in self._known}

    def _embedded(self, forms: Sequence[str]) -> dict[str, Vector]:
        if not forms:
            return {}
        # Copies: a row would keep the whole batch in memory as long as it is remembered.
        rows = (row.copy() for row in self.encoder.encode(forms))
        embedded = dict(zip(forms, rows, strict=True))
        with self._remembering:
            self._known.update(embedded)
        return embedded
