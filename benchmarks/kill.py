"""An ingest that is killed again and again, then finished, against one that was not.

    python -m benchmarks.kill --names 130000 --kills 20 [--seed 0]

Each run is a process of its own that ingests a synthetic UMLS release with the fake encoder
beside a smaller release that answers; SIGKILL ends it after a time drawn from the whole length of
an undisturbed run. After each, readers must find the old release whole; at the end ids, payloads,
vectors and manifest must be those of the undisturbed run.
"""

import argparse
import hashlib
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.synthetic import LANGS, FakeEncoder, write_release
from termsearch.index import batches
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.ingest import ingest
from termsearch.loader import Options, Report, find_loader

_DIMENSION = 64


def load(release: Path, folder: Path) -> int:
    """Ingest and publish; how many names had a vector from a run before."""
    encoder, report = FakeEncoder(_DIMENSION), Report()
    index = EdgeIndex.open_or_create(folder, Manifest(encoder=encoder.card))
    try:
        concepts = find_loader("umls").load([release], Options(langs=LANGS), report)
        summary = ingest(concepts, "umls", encoder, index, report=report, replace_all=True)
        index.publish()
    finally:
        index.close()
    return summary.reused


def digest(folder: Path) -> str:
    """Of all that readers get: manifest but for its generation, ids, payloads and vectors."""
    index = EdgeIndex.open(folder)
    whole = hashlib.sha256(index.manifest.model_copy(update={"base": 0}).model_dump_json().encode())
    for page in batches(index.ids([]), 4_096):
        for id_, (point, vector) in sorted(index.stored(page).items()):
            whole.update(id_.encode() + point.model_dump_json().encode() + vector.tobytes())
    index.close()
    return whole.hexdigest()


def killed(release: Path, folder: Path, after: float) -> bool:
    """Whether the run was still going on ``after`` seconds."""
    command = [sys.executable, "-m", "benchmarks.kill", "--one", str(release), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as run:  # noqa: S603  # ourselves
        try:
            return bool(run.wait(after))
        except subprocess.TimeoutExpired:
            run.kill()
            return True


def say(line: str) -> None:
    """At once: a run takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def compare(names: int, kills: int, seed: int, folder: Path) -> None:
    """Print what happened, a line for each kill."""
    old, new = folder / "old", folder / "new"
    write_release(old, rows=names // 2, names=names // 4, seed=seed)
    write_release(new, rows=2 * names, names=names, seed=seed + 1)
    load(old, folder / "alone")
    load(old, folder / "killed")
    before, started = digest(folder / "killed"), perf_counter()
    killed(new, folder / "alone", 1e6)
    length = perf_counter() - started
    chance, same, cut = random.Random(seed), 0, 0  # noqa: S311  # a sample, no secret
    for number in range(kills):
        after = chance.uniform(0.5, length)
        cut += killed(new, folder / "killed", after)
        same += digest(folder / "killed") in {before, digest(folder / "alone")}
        say(f"{number + 1:>3} after {after:6.1f} s: whole {same} of {number + 1}")
    reused = load(new, folder / "killed")
    equal = digest(folder / "killed") == digest(folder / "alone")
    say(
        f"{names:,} names, a run of {length:.1f} s: killed {cut} times, readers found a release "
        f"whole {same} of {kills} times; the last run reused {reused:,} names; the index is "
        f"{'equal to' if equal else 'NOT'} that of one run."
    )
    sys.exit(0 if equal and same == kills else 1)


def main(arguments: Sequence[str]) -> None:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill")
    parser.add_argument("--names", type=int, default=130_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.one:
        load(*given.one)
        return
    with TemporaryDirectory() as folder:
        compare(given.names, given.kills, given.seed, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
