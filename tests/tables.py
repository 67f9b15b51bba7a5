"""A user's own table, written and read."""

from pathlib import Path

from termsearch.concept import Concept
from termsearch.loader import Options, Report
from termsearch_loaders.table import load

__all__ = ["loaded", "texts", "written"]


def written(folder: Path, text: str, name: str = "local.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def loaded(
    path: Path, options: Options | None = None, report: Report | None = None
) -> list[Concept]:
    return list(load([path], options or Options(), report or Report()))


def texts(concept: Concept) -> list[str]:
    return [name.text for name in concept.names]
