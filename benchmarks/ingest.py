"""How fast each stage of an ingest is alone, how fast all are together, and in how much memory.

    python -m benchmarks.ingest FOLDER --rows 5000000 --names 2000000

The stages: read the release, make points, pass them on; look up what is stored, embed (a fake that
takes next to nothing), write. The first three are another process's. Each is measured on the first
names of the release, all together on the whole of it. Writes ``results/ingest.md``.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from importlib.metadata import version
from math import isnan, nan
from pathlib import Path
from platform import python_version
from shutil import rmtree
from statistics import median
from time import perf_counter, process_time
from typing import TypeVar

from pydantic import BaseModel

from benchmarks.memory import Memory, Watch
from benchmarks.pages import RESULTS
from benchmarks.synthetic import LANGS, ConstantEncoder, write_release
from termsearch.batch import Batch
from termsearch.concept import Concept
from termsearch.elsewhere import elsewhere
from termsearch.encoder import Vectors
from termsearch.garbage import collect_less_often
from termsearch.index import batches
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.index.packed import Packed, packed
from termsearch.index.point import points_of
from termsearch.index.tuning import PART
from termsearch.ingest import store
from termsearch.loader import Options, Report, find_loader
from termsearch.release import ReleaseFiles
from termsearch.summary import Summary
from termsearch.update import read_batches

R = TypeVar("R")

OPTIONS = Options(langs=LANGS, hierarchy=True)
DIMENSION = 768
QUARTERS = 4
EMBEDDING, WRITING = "embed (fake)", "write"
READING = "read, make points and pass them on, in a process"
SAMPLE = 40_000  #: names that a stage alone is measured on
ROUNDS = 3


class Rate(BaseModel):
    """Of one stage."""

    stage: str
    per_s: float  #: names a second
    per_cpu_s: float  #: names a second of processor time: what an idle machine would do


class Whole(BaseModel):
    """An ingest from the files to the index. Memory in MB, beyond the process and the model."""

    names: int
    rows: int
    load_s: float  #: all but the graphs
    graphs_s: float  #: of full parts, built meanwhile
    load_cpu_s: float  #: likewise, without the process that reads
    optimize_s: float
    load: tuple[float, float]
    optimize: tuple[float, float]
    quarters: list[float]  #: peak of private memory in each quarter of the load
    again_s: float  #: a second ingest of the same release, which finds every name stored


def read(release: Path) -> Iterator[Concept]:
    """The release, all languages and the hierarchy."""
    return find_loader("umls").load([release], OPTIONS, Report())


def passed_on(release: Path) -> Generator[Batch, None, None]:
    """All of it, as ``termsearch ingest`` gets it: from another process."""
    files = ReleaseFiles.at([release])
    chunk = ConstantEncoder.chunk
    return elsewhere(read_batches, "umls", files, OPTIONS, chunk, None, Report())


def stored(
    release: Path, fake: ConstantEncoder, index: EdgeIndex, progress: Callable[[Summary], None]
) -> Summary:
    """All of it, as ``termsearch ingest`` does."""
    batches = passed_on(release)
    return store(batches, "umls", fake, index, report=Report(), progress=progress)


class TimedIndex(EdgeIndex):
    """Knows how long its graphs took, by the clock and the processor."""

    graphs_s = graphs_cpu_s = 0.0

    def optimize(self, progress: Callable[[float], None] = lambda _: None) -> None:
        """See :class:`EdgeIndex`."""
        _, wall, cpu = _timed(lambda: super(TimedIndex, self).optimize(progress))
        self.graphs_s += wall
        self.graphs_cpu_s += cpu


def stages(release: Path, store: Path) -> list[Rate]:
    """Every stage alone; the median of three rounds."""
    rounds = [list(_round(release, store / str(number))) for number in range(ROUNDS)]
    return [
        Rate(
            stage=same[0].stage,
            per_s=median(rate.per_s for rate in same),
            per_cpu_s=median(rate.per_cpu_s for rate in same),
        )
        for same in zip(*rounds, strict=True)
    ]


class _Sample:
    """The first names of a release on their way through the stages."""

    def __init__(self, release: Path, store: Path) -> None:
        self._release, self._encoder = release, ConstantEncoder(DIMENSION)
        self._concepts: list[Concept] = []
        self._points: list[Packed] = []
        self._vectors: list[Vectors] = []
        self.index = EdgeIndex.open_or_create(store, Manifest(encoder=self._encoder.card))

    def read(self) -> int:
        """Every stage returns how many names went through it."""
        names = 0
        for concept in read(self._release):
            self._concepts.append(concept)
            names += len(concept.names)
            if names >= SAMPLE:
                break
        return names

    def make(self) -> int:
        for concept in self._concepts:
            self._points += map(packed, points_of(concept, "umls")[0])
        return len(self._points)

    def embed(self) -> int:
        self._vectors = [self._encoder.encode([p.form for p in block]) for block in self._blocks()]
        return len(self._points)

    def write(self) -> int:
        for block, vectors in zip(self._blocks(), self._vectors, strict=True):
            self.index.put(block, vectors)
        return len(self._points)

    def look_up(self) -> int:
        for block in self._blocks():
            self.index.digests([point.id for point in block])
        return len(self._points)

    def rewrite(self) -> int:
        block = next(self._blocks())
        self.index.rewrite(block)
        return len(block)

    def _blocks(self) -> Iterator[list[Packed]]:
        return batches(self._points, self._encoder.chunk)


def _round(release: Path, store: Path) -> Iterator[Rate]:
    yield _read_elsewhere(release)
    sample = _Sample(release, store)
    for stage, work in (
        ("read (UMLS with MRREL)", sample.read),
        ("points", sample.make),
        (EMBEDDING, sample.embed),
        (WRITING, sample.write),
        ("look up, all stored", sample.look_up),
        ("rewrite payloads", sample.rewrite),
    ):
        names, wall, cpu = _timed(work)
        yield Rate(stage=stage, per_s=names / wall, per_cpu_s=names / cpu)
    sample.index.close()


def _read_elsewhere(release: Path) -> Rate:
    """From its first batch on: it starts once, and reads the hierarchy first."""
    with closing(passed_on(release)) as batches_read:
        next(batches_read)
        started, names = perf_counter(), 0
        for batch in batches_read:
            names += len(batch.points)
            if names >= SAMPLE:
                break
        per_s = names / (perf_counter() - started)
    return Rate(stage=READING, per_s=per_s, per_cpu_s=nan)  # another process's


def _timed(work: Callable[[], R]) -> tuple[R, float, float]:
    """What it returned, and seconds of the clock and of the processor."""
    wall, cpu = perf_counter(), process_time()
    result = work()
    return result, perf_counter() - wall, process_time() - cpu


def whole(release: Path, store: Path, names: int) -> Whole:
    """Everything, and everything again."""
    fake = ConstantEncoder(DIMENSION)
    index = TimedIndex.open_or_create(store, Manifest(encoder=fake.card))
    marks: list[tuple[float, float, float, float]] = []
    peaks: list[Memory] = []

    def progress(summary: Summary) -> None:
        if summary.names >= names * (len(peaks) + 1) / QUARTERS and len(peaks) < QUARTERS:
            peaks.append(watch.lap())
        if summary.optimizing and not marks:
            graphs = index.graphs_s, index.graphs_cpu_s
            marks.append((perf_counter(), process_time(), *graphs))

    started, cpu = perf_counter(), process_time()
    with Watch() as watch:
        summary = stored(release, fake, index, progress)
        ended, optimize = perf_counter(), watch.lap()
    _, again, _ = _timed(lambda: stored(release, fake, index, lambda _: None))
    index.close()
    return Whole(
        names=summary.names,
        rows=summary.report.read,
        load_s=marks[0][0] - started - marks[0][2],
        graphs_s=marks[0][2],
        load_cpu_s=marks[0][1] - cpu - marks[0][3],
        optimize_s=ended - marks[0][0],
        load=(max(p.private for p in peaks), max(p.mapped for p in peaks)),
        optimize=tuple(optimize),
        quarters=[peak.private for peak in peaks],
        again_s=again,
    )


def _shown(per_cpu_s: float) -> str:
    return "" if isnan(per_cpu_s) else f"{per_cpu_s:,.0f}"


def written(rates: Sequence[Rate], all_: Whole) -> str:
    """``ingest.md``."""
    together, alone = all_.names / all_.load_s, rates[0].per_s
    ours = [rate for rate in rates if rate.stage in {EMBEDDING, WRITING}]
    beside = 1 / sum(1 / rate.per_s for rate in ours)
    quarters = ", ".join(f"{quarter:,.0f}" for quarter in all_.quarters)
    lines = [
        "# Ingest",
        "",
        f"Synthetic UMLS, {all_.rows:,} rows and {all_.names:,} names, with its hierarchy, into "
        f"the embedded index, {DIMENSION} dimensions, facts indexed; the encoder is a fake that "
        f"takes next to nothing. {os.cpu_count()} cores, shared with other work, hence the last "
        "column. "
        f"qdrant-edge-py {version('qdrant-edge-py')}, Python {python_version()}; a stage alone: "
        f"median of {ROUNDS} rounds of {SAMPLE:,} names.",
        "",
        "| stage | names/s | names per second of processor time |",
        "|---|---|---|",
        *(f"| {rate.stage} | {rate.per_s:,.0f} | {_shown(rate.per_cpu_s)} |" for rate in rates),
        f"| **all together, until stored, graphs apart** | {together:,.0f} "
        f"| {all_.names / all_.load_cpu_s:,.0f}, without the process that reads |",
        f"| the same release again, nothing embedded | {all_.names / all_.again_s:,.0f} | |",
        "",
        "Two processes share the work. The one that reads does "
        f"{alone:,.0f} names/s alone. In the other, all shares Python's lock, which the engine "
        "never releases, so that it takes the sum of its times: embedding and writing are "
        f"{beside:,.0f} names/s. Together they reach {together / min(alone, beside):.0%} of the "
        "slower one; starting, and the hierarchy, which is read before the first name, are in it.",
        "",
        f"The graphs of every {PART:,} names took {all_.graphs_s:.0f} s meanwhile, the last one "
        f"{all_.optimize_s:.0f} s more.",
        "",
        "## Memory beyond the process and the model",
        "",
        "| | private | mapped files, which the system takes back when it needs room |",
        "|---|---|---|",
        f"| while loading | {all_.load[0]:,.0f} MB | {all_.load[1]:,.0f} MB |",
        f"| while the last graph is built | {all_.optimize[0]:,.0f} MB "
        f"| {all_.optimize[1]:,.0f} MB |",
        "",
        f"Private, peak in each quarter of the load: {quarters} MB.",
        "",
        f"Made by `python -m benchmarks.ingest FOLDER --rows {all_.rows} --names {all_.names}`.",
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> None:
    """Measure and write."""
    collect_less_often()  # as the command does
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--names", type=int, default=2_000_000)
    parser.add_argument("--part", choices=("whole",), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    release, store = given.folder / f"META-{given.rows}-{given.names}", given.folder / "store"
    result = given.folder / "whole.json"
    if given.part:
        measured = whole(release, store / "whole", given.names)
        result.write_text(measured.model_dump_json(indent=1), encoding="utf-8")
        return
    if not release.exists():
        write_release(release, rows=given.rows, names=given.names)
    rmtree(store, ignore_errors=True)
    rates = stages(release, store)
    command = [sys.executable, "-m", "benchmarks.ingest", *arguments, "--part", "whole"]
    subprocess.run(command, check=True)  # noqa: S603  # ourselves
    measured = Whole.model_validate_json(result.read_text(encoding="utf-8"))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "ingest.md").write_text(written(rates, measured), encoding="utf-8")
    sys.stdout.write(written(rates, measured))


if __name__ == "__main__":
    main(sys.argv[1:])
