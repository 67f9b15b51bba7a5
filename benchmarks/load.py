"""A load on ``termsearch serve``: requests per second and latency by number of clients.

    python -m benchmarks.load --index NAME [--path /search] [--seconds 10] [--clients 1]...

Starts the service on a port of its own, asks it from this process over loopback with one
connection a client, each asking again as soon as it is answered, and writes
``results/load-search.md`` or ``load-autocomplete.md``.
Every text is asked once: the service remembers vectors. The clients take a part of the same
cores, as callers on one machine do.
"""

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.parse import quote

import numpy as np

from benchmarks.memory import memory
from benchmarks.pages import RESULTS
from termsearch.connect import open_index
from termsearch.index.where import Condition
from termsearch.settings import Settings

CLIENTS = (1, 16, 64)
WARM_SECONDS = 1.0
READY_SECONDS = 120
TENTHS = 10


@dataclass
class Load:
    """What one number of clients got."""

    clients: int
    seconds: float
    latencies: list[float]  #: seconds, of answers with status 200
    failed: int
    megabytes: list[float]  #: private memory of the service, at each tenth of the time
    cpu: float  #: seconds of all cores that the service took

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the answers came."""
        return float(np.percentile(self.latencies, share)) * 1000


def opened(index: str) -> tuple[int, str, Iterator[str]]:
    """How many names the index has, its encoder, and queries."""
    held = open_index(Settings.from_env().model_copy(update={"index": index}))
    forms = [point.form for point in held.points([Condition("flags", ("card",))])]
    names, model = held.count(), held.manifest.encoder.model
    held.close()
    words = {word for form in forms for word in form.split() if word.isalpha()}
    return names, Path(model).name, texts(sorted(words))


def texts(words: Sequence[str]) -> Iterator[str]:
    """Two or three of ``words``, never the same twice."""
    chance = random.Random(0)  # noqa: S311  # a sample, no secret
    met: set[str] = set()
    while True:
        text = " ".join(chance.sample(words, chance.choice((2, 3))))
        if text not in met:
            met.add(text)
            yield text


async def asked(
    port: int, path: str, queries: Iterator[str], until: float, got: list[float]
) -> int:
    """Ask on one connection until the time is up; how many answers were none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    failed = 0
    while perf_counter() < until:
        line = f"GET {path}?q={quote(next(queries))} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        started = perf_counter()
        writer.write(line.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        if head.startswith(b"HTTP/1.1 200"):
            got.append(perf_counter() - started)
        else:
            failed += 1
    writer.close()
    return failed


async def loaded(
    port: int, service: int, path: str, queries: Iterator[str], clients: int, seconds: float
) -> Load:
    """What ``clients`` get in ``seconds``, after a moment in which nothing is counted."""

    async def together(seconds: float, got: list[float]) -> int:
        until = perf_counter() + seconds
        ask = [asked(port, path, queries, until, got) for _ in range(clients)]
        return sum(await asyncio.gather(*ask))

    await together(WARM_SECONDS, [])

    async def watched(megabytes: list[float]) -> None:
        while True:
            await asyncio.sleep(seconds / TENTHS)
            megabytes.append(memory(service).private)

    got: list[float] = []
    megabytes: list[float] = []
    watching = asyncio.create_task(watched(megabytes))
    started, before = perf_counter(), cpu_seconds(service)
    failed = await together(seconds, got)
    taken, cpu = perf_counter() - started, cpu_seconds(service) - before
    watching.cancel()
    return Load(clients, taken, got, failed, megabytes, cpu)


def cpu_seconds(process: int) -> float:
    """In user mode and in the kernel: proc_pid_stat(5), fields 14 and 15."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def table(loads: Sequence[Load]) -> str:
    """The rates side by side."""
    first = loads[0].rate
    rows = [
        f"| {each.clients} | {each.rate:,.0f} | {each.rate / first:.1f} | "
        f"{each.percentile(50):,.0f} | {each.percentile(99):,.0f} | "
        f"{each.cpu * 1000 / len(each.latencies):,.1f} | {each.failed} | "
        f"{', '.join(f'{mb:,.0f}' for mb in each.megabytes)} |"
        for each in loads
    ]
    head = (
        "| clients | answers/s | ratio | p50 ms | p99 ms | CPU ms each | failed | MB, by tenths |"
    )
    return "\n".join([head, "|---:|---:|---:|---:|---:|---:|---:|---:|", *rows])


def started(index: str, log: Path) -> tuple["subprocess.Popen[bytes]", int]:
    """The service, and its port."""
    command = [sys.executable, "-m", "termsearch", "serve", "--index", index, "--port", "0"]
    with log.open("wb") as file:  # no pipe: it would be full and stop the service
        service = subprocess.Popen(command, stderr=file)  # noqa: S603  # ours
    until = perf_counter() + READY_SECONDS
    while service.poll() is None and perf_counter() < until:
        if told := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text(encoding="utf-8")):
            return service, int(told[1])
        sleep(0.1)
    service.kill()
    raise SystemExit(f"the service did not start: {log.read_text(encoding='utf-8')}")


async def ready(port: int) -> None:
    """Wait until the encoder is loaded."""
    async with asyncio.timeout(READY_SECONDS):
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /ready HTTP/1.0\r\nHost: localhost\r\n\r\n")
            answer = await reader.read()
            writer.close()
            if b" 200 " in answer.splitlines()[0]:
                return
            await asyncio.sleep(0.2)


async def measured(wanted: argparse.Namespace, queries: Iterator[str], log: Path) -> list[Load]:
    """One load after the other, on one service."""
    service, port = started(wanted.index, log)
    try:
        await ready(port)
        return [
            await loaded(port, service.pid, wanted.path, queries, clients, wanted.seconds)
            for clients in wanted.clients or CLIENTS
        ]
    finally:
        service.terminate()
        service.wait()


def wanted() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", default="terms")
    parser.add_argument("--path", default="/search", choices=["/search", "/autocomplete"])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--clients", type=int, action="append")
    parser.add_argument("--output", default="", help="in results/; by default load-search.md")
    return parser.parse_args()


def main() -> None:
    """Measure, print and write."""
    asked_for = wanted()
    names, model, queries = opened(asked_for.index)
    with TemporaryDirectory() as folder:
        loads = asyncio.run(measured(asked_for, queries, Path(folder) / "log"))
    text = f"""\
# Load on the service

    python -m benchmarks.load {" ".join(sys.argv[1:])}

`GET {asked_for.path}`, {names:,} names, encoder {model}, {os.cpu_count()} cores shared with the
clients, {asked_for.seconds:g} seconds each, every text asked once.

{table(loads)}
"""
    print(text)  # noqa: T201  # a program
    file = asked_for.output or f"load{asked_for.path.replace('/', '-')}.md"
    (RESULTS / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
