"""How long a query takes: cold, warm, under filters, and in large batches.

    python -m benchmarks.query --index mesh --filter "--vocab mesh --type C" ... -- mentions.tsv ...

The mentions are asked one by one in one process, after a first few that are not counted; each text
once: vectors are remembered. Cold is the whole command, started anew. The index's files are in the
system's cache throughout. Writes ``results/query.md``.
"""

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

import numpy as np

from benchmarks.pages import RESULTS
from termsearch.answer import Mode
from termsearch.connect import connect
from termsearch.evaluate import read_mentions
from termsearch.garbage import collect_less_often
from termsearch.search import TermSearch, Where
from termsearch.settings import Settings

COLD_RUNS: Final = 7
WARM_UP: Final = 20
WARM: Final = 180
BATCH: Final = 1_000
BATCHES: Final = 3


def where_of(flags: str) -> Where:
    """The filter that ``flags`` of the command line mean: --vocab, --type, --under."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--vocab", action="append", default=[])
    parser.add_argument("--type", action="append", default=[])
    parser.add_argument("--under", default="")
    found = parser.parse_args(flags.split())
    return Where(vocabularies=tuple(found.vocab), types=tuple(found.type), under=found.under)


def warm(search: TermSearch, texts: Sequence[str], where: Where, mode: Mode) -> str:
    """p50 and p99 of one query at a time, in milliseconds."""
    times = []
    for number, text in enumerate(texts):
        started = perf_counter()
        search.query(text, where, mode=mode)
        if number >= WARM_UP:
            times.append(1000 * (perf_counter() - started))
    return f"{np.percentile(times, 50):.1f} / {np.percentile(times, 99):.1f}"


def batch(search: TermSearch, texts: Sequence[str]) -> float:
    """Queries per second where all are given at once."""
    started = perf_counter()
    search.query_many(texts)
    return len(texts) / (perf_counter() - started)


def cached(folder: Path) -> None:
    """Read all files of an index, which the engine takes out of the system's cache on closing."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.read_bytes()


def cold(index: str, text: str) -> list[float]:
    """Seconds of the whole command, each in a process of its own."""
    command = [sys.executable, "-m", "termsearch", "query", text, "--index", index, "--local"]
    times = []
    for _ in range(COLD_RUNS):
        started = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # ourselves
        times.append(perf_counter() - started)
    return times


def main(arguments: Sequence[str]) -> None:
    """Measure, and write the results down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("mentions", type=Path, nargs="+")
    parser.add_argument("--index", default="terms")
    parser.add_argument("--filter", action="append", default=[], dest="filters")
    asked = parser.parse_args(arguments)
    texts = list(
        dict.fromkeys(mention.text for file in asked.mentions for mention in read_mentions(file))
    )
    left = len(texts) - BATCHES * BATCH
    wanted = 2 * (1 + len(asked.filters)) * (WARM_UP + WARM)
    if left < wanted:
        parser.error(f"{len(texts):,} different texts, expected {wanted + BATCHES * BATCH:,}")
    collect_less_often()  # as the command does
    settings = Settings.from_env().model_copy(update={"index": asked.index})
    cached(settings.home / asked.index)
    starts = cold(asked.index, texts[0])
    rows = []
    with connect(settings) as search:
        search.embed(())  # loads the encoder
        turns = iter(range(0, left, WARM_UP + WARM))
        for flags in ["", *asked.filters]:
            times = []
            for mode in ("auto", "dense"):
                start = next(turns)  # other texts: vectors are remembered
                times.append(
                    warm(search, texts[start : start + WARM_UP + WARM], where_of(flags), mode)
                )
            rows.append(f"| `{flags or 'no filter'}` | {times[0]} | {times[1]} |")
        manifest = search.manifest
        starts_of_batches = range(left, len(texts), BATCH)
        rates = [batch(search, texts[start : start + BATCH]) for start in starts_of_batches]
    load = os.getloadavg()[0]
    releases = ", ".join(f"{name} {which}" for name, which in manifest.releases().items())
    table = "\n".join(rows)
    (RESULTS / "query.md").write_text(
        "# How long a query takes\n\n"
        f"Index of {releases}: {manifest.names or 0:,} names, encoder {manifest.encoder.model}. "
        f"{os.cpu_count()} cores, {platform.machine()}, load {load:.1f}; Python "
        f"{platform.python_version()}, qdrant-edge-py {version('qdrant-edge-py')}.\n\n"
        "Cold, the whole command `termsearch query`, files in the system's cache: median "
        f"{median(starts):.2f} s, {min(starts):.2f} to {max(starts):.2f} s ({COLD_RUNS} runs).\n\n"
        f"A batch of {BATCH:,}: median {median(rates):,.0f} queries/s, {min(rates):,.0f} to "
        f"{max(rates):,.0f} ({BATCHES} batches of other texts).\n\n"
        f"Warm, one at a time, p50 / p99 in ms ({WARM} texts each):\n\n"
        f"| filter | all evidence | dense alone |\n|---|---|---|\n{table}\n\n"
        "Made by `python -m benchmarks.query --index NAME --filter ... -- MENTIONS ...`.\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(sys.argv[1:])
