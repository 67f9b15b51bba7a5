"""Versions of termsearch whose rules are others, for indexes that they leave."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from termsearch import grams, lexicon, normalize
from termsearch.index.rules import rules

__all__ = ["straight_only", "version_with"]


@contextmanager
def version_with(module: Any, name: str, value: object) -> Iterator[None]:
    """A version where something of ``module`` is otherwise."""
    with pytest.MonkeyPatch.context() as other:
        other.setattr(module, name, value)
        _forget()
        yield
    _forget()


@contextmanager
def straight_only() -> Iterator[None]:
    """A version that takes the apostrophe of word processors for no apostrophe."""
    known = normalize._LOOK_ALIKE
    with version_with(normalize, "_LOOK_ALIKE", {k: v for k, v in known.items() if k != ord("’")}):
        yield


def _forget() -> None:
    """Of words that were met under other rules."""
    for remembered in (lexicon._normal, grams._numbers, grams._hashes, rules):
        remembered.cache_clear()
