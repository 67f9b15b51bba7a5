"""A table in two releases and the index it goes to, for tests of what can go wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from termsearch.index import batches
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest

__all__ = ["Content", "Ward"]

ROOT = Path(__file__).parent.parent

Content = dict[str, tuple[str, bytes]]


def table(path: Path, release: int) -> Path:
    """800 names, of which two releases in a row share 600, some with another definition."""
    rows = range(200 * (release - 1), 200 * (release - 1) + 800)
    text = "".join(
        f"{n},name {n} of {n % 7} kinds,{release if n % 5 == 0 else 'same'}\n" for n in rows
    )
    path.write_text(f"code,name,definition\n{text}", encoding="utf-8")
    return path


class Ward:
    """A table, and the index it goes to."""

    def __init__(self, folder: Path) -> None:
        self.home, self.path = folder / "home", folder / "ward.csv"

    def write(self, release: int) -> None:
        table(self.path, release)

    def ingest(
        self, moment: str = "never", kind: str = "KILL", *options: str
    ) -> subprocess.CompletedProcess[str]:
        arguments = [moment, kind, "ingest", str(self.path), *options]
        return subprocess.run(
            [sys.executable, "-m", "tests.dying", *arguments],
            env={**os.environ, "TERMSEARCH_HOME": str(self.home)},
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def generations(self) -> list[str]:
        return sorted(path.name for path in (self.home / "terms").iterdir() if path.is_dir())

    def content(self) -> tuple[Manifest, Content]:
        """What readers get: the manifest but for its generation, payload and vector by id."""
        index = EdgeIndex.open(self.home / "terms")
        manifest = index.manifest.model_copy(update={"base": 0})
        found = dict(_points(index))
        index.close()
        return manifest, found


def _points(index: EdgeIndex) -> Iterator[tuple[str, tuple[str, bytes]]]:
    for page in batches(index.ids([]), 1_024):
        for id_, (point, vector) in index.stored(page).items():
            yield id_, (point.model_dump_json(), vector.tobytes())
