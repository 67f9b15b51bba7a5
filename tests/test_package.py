"""What a program finds without knowing where in the package it lies."""

import subprocess
import sys
from importlib import import_module

import pytest

import termsearch
from termsearch import Answer, Hit, TermSearch, Where


def test_the_first_names_are_those_of_their_modules() -> None:
    homes = {Answer: "answer", Hit: "answer", TermSearch: "search", Where: "index.where"}

    for named, home in homes.items():
        assert getattr(import_module(f"termsearch.{home}"), named.__name__) is named


def test_every_name_that_is_told_is_there() -> None:
    assert [name for name in termsearch.__all__ if not hasattr(termsearch, name)] == []


def test_a_name_that_is_not_there_is_an_error_like_any_other() -> None:
    with pytest.raises(AttributeError, match="module 'termsearch' has no attribute 'Wher'"):
        termsearch.Wher  # noqa: B018  # type: ignore[attr-defined]  # that is the test


def test_what_nobody_asked_for_is_not_imported() -> None:
    code = "import sys, termsearch; print(*sys.modules)"

    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()

    assert {"numpy", "termsearch.search", "termsearch.index.where"}.isdisjoint(loaded)
