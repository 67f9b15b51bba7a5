"""What tests of several loaders ask of them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from termsearch.concept import Concept
from termsearch.errors import TermsearchError
from termsearch.loader import Options, Report

__all__ = ["by_code", "read_or_refused"]

Load = Callable[[Sequence[Path], Options, Report], Iterator[Concept]]


def by_code(
    load: Load, paths: Path | Sequence[Path], report: Report | None, **options: Any
) -> dict[str, Concept]:
    """What a loader reads, by code."""
    paths = [paths] if isinstance(paths, Path) else paths
    found = load(paths, Options(**options), report or Report())
    return {concept.code: concept for concept in found}


def read_or_refused(read: Callable[[Path, Report], object], path: Path) -> None:
    """Whatever the bytes of a file are, all rows are accounted for, or the error names it."""
    report = Report()
    try:
        read(path, report)
    except TermsearchError as error:
        assert path.name in str(error)  # noqa: PT017  # no error is an answer as well
    else:
        assert report.read == report.kept + sum(report.dropped.values())
