"""How the embedded index grows: ingest, graph, disk, memory, latency and recall by size.

    python -m benchmarks.growth FOLDER --sizes 10000 100000 500000

Each size is a process of its own. The release and what was measured stay in FOLDER, so that sizes
can be added one by one; the table and the plot show all that are there. Writes
``results/growth.md`` and ``results/growth.png``.
"""

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from time import perf_counter, process_time

import numpy as np
from pydantic import BaseModel

from benchmarks.memory import Memory, Watch, memory
from benchmarks.pages import RESULTS
from benchmarks.synthetic import LANGS, FakeEncoder, lexicon, write_release
from termsearch.index import Ask, Index, Nearest, Spelt, Stored
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.index.tuning import PART
from termsearch.ingest import ingest
from termsearch.loader import Options, Report, find_loader
from termsearch.summary import Summary
from termsearch.verify import ShapeRecall, verify
from termsearch.verify.sample import drawn

DIMENSION = 768
QUERIES = 300
NAMES = 30  #: that ``search`` asks each kind of evidence for


class Latency(BaseModel):
    """Milliseconds for one query of 30 names with their payload, everything warm."""

    p50: float
    p99: float


class Size(BaseModel):
    """What was measured at one size. Memory in MB, beyond the process before its first name."""

    names: int
    load_s: float
    optimize_s: float
    cpu_s: float  #: processor time of both: what counts where the machine is shared
    load_private: float
    load_mapped: float
    optimize_private: float
    optimize_mapped: float
    disk: float
    open_s: float
    resident_private: float
    resident_mapped: float
    dense: Latency
    lexical: Latency
    shapes: list[ShapeRecall]

    def worst(self, leg: str) -> ShapeRecall:
        """The filter with the lowest recall."""
        return min((s for s in self.shapes if s.leg == leg), key=lambda s: s.recall)


def measured(release: Path, store: Path, queries: int) -> Size:
    """Ingest ``release`` into ``store``, open it again and search."""
    encoder = FakeEncoder(DIMENSION)
    encoder.learn(lexicon())  # the model, which is there before the first name
    index: Index = EdgeIndex.open_or_create(store, Manifest(encoder=encoder.card))
    optimizing, peaks = list[float](), list[Memory]()

    def progress(summary: Summary) -> None:
        if summary.optimizing:
            optimizing.append(perf_counter())
            peaks.append(watch.lap())

    report = Report()
    options = Options(langs=LANGS, hierarchy=True)
    concepts = find_loader("umls").load([release], options, report)
    started, cpu = perf_counter(), process_time()
    with Watch() as watch:
        summary = ingest(concepts, "umls", encoder, index, report=report, progress=progress)
        ended, cpu = perf_counter(), process_time() - cpu
        load, optimize = (*peaks, watch.lap())
    size = index.size()
    index.publish()
    return Size(
        names=summary.names,
        load_s=optimizing[0] - started,
        optimize_s=ended - optimizing[0],
        cpu_s=cpu,
        load_private=load.private,
        load_mapped=load.mapped,
        optimize_private=optimize.private,
        optimize_mapped=optimize.mapped,
        disk=size / 1e6,
        **searched(store, queries),
    )


def searched(store: Path, queries: int) -> dict[str, object]:
    """Latency, recall and resident memory of the index in ``store``."""
    before = memory()
    started = perf_counter()
    index = EdgeIndex.open(store)
    opened = perf_counter() - started
    asked = list(drawn(index, index.ids([]), QUERIES, 1).values())
    dense = latency(index, asked, lambda each: Ask(Nearest(each.vector), NAMES))
    lexical = latency(index, asked, lambda each: Ask(Spelt(each.point.form), NAMES))
    resident = memory()
    shapes = verify(index, queries=queries, progress=_say).shapes
    index.close()
    return {
        "open_s": opened,
        "dense": dense,
        "lexical": lexical,
        "resident_private": resident.private - before.private,
        "resident_mapped": resident.mapped - before.mapped,
        "shapes": shapes,
    }


def latency(index: Index, asked: Sequence[Stored], ask: Callable[[Stored], Ask]) -> Latency:
    """Of ``asked``, one at a time, in the second round."""
    took = []
    for measuring in (False, True):
        for each in asked:
            started = perf_counter()
            index.search([ask(each)])
            if measuring:
                took.append((perf_counter() - started) * 1000)
    return Latency(p50=float(np.percentile(took, 50)), p99=float(np.percentile(took, 99)))


def _say(done: int, of: int) -> None:
    sys.stderr.write(f"\rverify {done}/{of} ")


def table(sizes: Sequence[Size]) -> list[str]:
    """Lines of Markdown: a row a size."""
    lines = [
        "| names | to store | last graph | processor time | disk | memory while loading "
        "| while building | open, then resident | dense p50 / p99 | spelling p50 / p99 "
        "| worst recall, dense | spelling |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for size in sizes:
        dense, lexical = size.worst("dense"), size.worst("lexical")
        lines.append(
            f"| {size.names:,} | {size.load_s:,.0f} s | {size.optimize_s:.0f} s "
            f"| {size.cpu_s:,.0f} s "
            f"| {size.disk:,.0f} MB "
            f"| {size.load_private:,.0f} + {size.load_mapped:,.0f} MB "
            f"| {size.optimize_private:,.0f} + {size.optimize_mapped:,.0f} MB "
            f"| {size.open_s:.1f} s, {size.resident_private:,.0f} + {size.resident_mapped:,.0f} MB "
            f"| {size.dense.p50:.1f} / {size.dense.p99:.1f} ms "
            f"| {size.lexical.p50:.1f} / {size.lexical.p99:.1f} ms "
            f"| {dense.recall:.3f} ({dense.filter}) | {lexical.recall:.3f} ({lexical.filter}) |"
        )
    return lines


def recall_table(size: Size) -> list[str]:
    """Lines of Markdown: a row for each filter and kind of evidence."""
    lines = [
        "| filter | names left | evidence | recall@10 | worst query | p50 / p99 | exact p50 |",
        "|---|---|---|---|---|---|---|",
    ]
    return lines + [
        f"| `{s.filter}` | {s.share:.1%} | {s.leg} | {s.recall:.3f} | {s.worst:.2f} "
        f"| {s.p50_ms:.1f} / {s.p99_ms:.1f} ms | {s.exact_p50_ms:.1f} ms |"
        for s in size.shapes
    ]


def extrapolated(largest: Size) -> list[str]:
    """Lines of Markdown: what would be at sizes that were not measured."""
    lines = [
        "Disk and processor time are taken to grow with the names; a "
        "search without filter with the number of parts, each of which it goes through.",
        "",
        "| names | parts | disk | processor time | dense p50 without filter |",
        "|---|---|---|---|---|",
    ]
    for names in (2_000_000, 10_000_000):
        times = names / largest.names
        parts, now = math.ceil(names / PART), math.ceil(largest.names / PART)
        hours = largest.cpu_s * times / 3600
        lines.append(
            f"| {names:,} | {parts} | {largest.disk * times / 1000:,.0f} GB | {hours:,.1f} h "
            f"| {largest.dense.p50 * parts / now:,.0f} ms |"
        )
    return [
        *lines,
        "",
        "Memory stays as it is, for a part is what bounds it; what the system can keep of the "
        "mapped files decides how fast a search is. Leave the embedded store for a server where "
        "the last column is more than you have time for, or where more than one process has to "
        "write: a server holds its graphs on several machines.",
    ]


def written(sizes: Sequence[Size]) -> str:
    """``growth.md``."""
    largest = sizes[-1]
    lines = [
        "# Growth of the embedded index",
        "",
        f"Synthetic UMLS (`benchmarks/synthetic.py`) with the hierarchy, {DIMENSION} dimensions, "
        "default settings; the encoder is a fake, so the time is that of everything else. "
        f"{os.cpu_count()} cores, shared with other work, which pauses and slows a run at will: "
        "processor time is what to compare. "
        f"qdrant-edge-py {version('qdrant-edge-py')}, Python {python_version()}.",
        "",
        "Memory is beyond the process before its first name: private, which only this process can "
        "use, plus mapped files, which the system takes back when it needs room. Latency is of one "
        "query of 30 names with payload, warm.",
        "",
        *table(sizes),
        "",
        f"## Filtered recall at {largest.names:,} names",
        "",
        "`termsearch verify`: stored names asked for under every shape of filter.",
        "",
        *recall_table(largest),
        "",
        "## Extrapolated, not measured",
        "",
        *extrapolated(largest),
        "",
        "Made by `python -m benchmarks.growth FOLDER --sizes ...`; plot: `growth.png`.",
    ]
    return "\n".join(lines) + "\n"


def draw(sizes: Sequence[Size], path: Path) -> None:
    """Four small plots over the number of names."""
    from matplotlib.figure import Figure  # draws without a display, unlike pyplot

    at = [size.names for size in sizes]
    figure = Figure(figsize=(9, 6.5), layout="constrained")
    (build, recall), (memory, time) = figure.subplots(2, 2)
    build.plot(at, [s.cpu_s for s in sizes], marker="o")
    build.set(ylabel="processor seconds to store and build", yscale="log")
    recall.plot(at, [s.worst("dense").recall for s in sizes], marker="o", label="dense")
    recall.plot(at, [s.worst("lexical").recall for s in sizes], marker="o", label="spelling")
    recall.set(ylabel="recall@10 of the worst filter", ylim=(0.9, 1.002))
    recall.legend(fontsize="small")
    for label, values in {
        "disk": [s.disk for s in sizes],
        "private, loading": [s.load_private for s in sizes],
        "private, building": [s.optimize_private for s in sizes],
        "private, open": [s.resident_private for s in sizes],
    }.items():
        memory.plot(at, values, marker="o", label=label)
    memory.set(ylabel="MB", yscale="log")
    for label, values in {
        "dense p50": [s.dense.p50 for s in sizes],
        "dense p99": [s.dense.p99 for s in sizes],
        "spelling p50": [s.lexical.p50 for s in sizes],
        "spelling p99": [s.lexical.p99 for s in sizes],
    }.items():
        time.plot(at, values, marker="o", label=label)
    time.set(ylabel="ms a query", yscale="log")
    for axes in (build, recall, memory, time):
        axes.set(xscale="log", xlabel="names")
    memory.legend(fontsize="small")
    time.legend(fontsize="small")
    figure.savefig(path, dpi=110)


def main(arguments: Sequence[str]) -> None:
    """Measure the sizes asked for and write what is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=50, help="for each shape of filter")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.one:
        here = given.folder / str(given.one)
        size = measured(here / "META", here / "index", given.queries)
        (here / "size.json").write_text(size.model_dump_json(indent=1), encoding="utf-8")
        return
    for names in given.sizes:
        release = given.folder / str(names) / "META"
        if not release.exists():
            write_release(release, rows=int(2.5 * names), names=names)
        command = [sys.executable, "-m", "benchmarks.growth", str(given.folder)]
        command += ["--queries", str(given.queries), "--one", str(names)]
        subprocess.run(command, check=True)  # noqa: S603  # ourselves
    found = [json.loads(file.read_text()) for file in given.folder.glob("*/size.json")]
    sizes = sorted(map(Size.model_validate, found), key=lambda size: size.names)
    (RESULTS / "growth.md").write_text(written(sizes), encoding="utf-8")
    draw(sizes, RESULTS / "growth.png")
    sys.stdout.write("\n".join(table(sizes)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
