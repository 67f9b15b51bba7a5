"""The page that ``benchmarks.peers`` writes: what was found, as tables."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from termsearch.evaluate import Scores, Share

__all__ = ["RANKS", "Figure", "Speed", "accuracy_table", "page", "speed_table"]

#: Ranks that accuracy is told at.
RANKS: Final = (1, 5)

_INTRODUCTION: Final = """\
Acc@1/Acc@5, of concepts, for mentions as they are written; a homonym that stands before the gold
concept counts against an answer. All were given the same names, read by our loaders, and asked in
one run. What each peer is and where it differs from its package's defaults: `linkers.py`."""

_SPEED: Final = """\
Processor seconds to index, and texts answered per processor second, each text asked once (two busy
cores give twice that; other work ran beside, so no time on the wall is told). termsearch embeds
every text; its index was made before, by `termsearch ingest` (`mesh-2024.md`). TF-IDF and RapidFuzz
compare with every name."""


class Speed(NamedTuple):
    """How long a linker took, in processor time of all threads."""

    index_seconds: float | None  #: None: its index was there
    queries: int  #: distinct texts asked
    seconds: float  #: for all of them


class Figure(NamedTuple):
    """How one linker did on one split."""

    label: str
    split: str
    release: str  #: whose names were asked
    mentions: int  #: of the split; a slow linker is asked a sample
    scores: Scores
    speed: Speed

    @property
    def sample(self) -> bool:
        """Whether not every mention was asked."""
        return self.scores.mentions < self.mentions


def page(
    figures: Sequence[Figure],
    missing: Mapping[str, str],
    versions: Mapping[str, str],
    command: str,
) -> str:
    """The page in Markdown; ``missing`` says why a peer has no row."""
    parts = [
        "# Peers on the same names and mentions",
        _INTRODUCTION,
        "\n".join(accuracy_table(figures)),
        "Best in bold. \\* A random sample of the mentions, the same in every run.",
        _SPEED,
        "\n".join(speed_table(figures)),
        *(f"Not run: {label} ({reason})." for label, reason in missing.items()),
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
        + ".",
        f"Made by\n\n    {command}",
    ]
    return "\n\n".join(parts) + "\n"


def accuracy_table(figures: Sequence[Figure]) -> Iterator[str]:
    """Acc@1/Acc@5 by linker and split; the best of those that were asked every mention in bold."""
    sizes = {each.split: each.mentions for each in figures}
    whole = {split: [f for f in figures if f.split == split and not f.sample] for split in sizes}
    best = {
        split: {
            k: max((f.scores.accuracy[k].value for f in whole[split]), default=0.0) for k in RANKS
        }
        for split in sizes
    }
    yield f"| | {' | '.join(f'{split} ({size:,})' for split, size in sizes.items())} |"
    yield "|---" * (len(sizes) + 1) + "|"
    for label, row in _rows(figures).items():
        cells = (_accuracy(row[s], best[s]) if s in row else "" for s in sizes)
        yield f"| {label} | {' | '.join(cells)} |"
    reaches = (max((_reach(f.scores.accuracy[1]) for f in whole[s]), default=0.5) for s in sizes)
    yield f"| 95 % interval at 1, at most | {' | '.join(f'± {_short(r)}' for r in reaches)} |"


def speed_table(figures: Sequence[Figure]) -> Iterator[str]:
    """Seconds to index and distinct texts answered a second, by linker and release."""
    releases = list(dict.fromkeys(each.release for each in figures))
    yield f"| | {' | '.join(f'{release}: index s | queries/CPU s' for release in releases)} |"
    yield "|---" * (2 * len(releases) + 1) + "|"
    for label, row in _rows(figures).items():
        cells = (_speed([f.speed for f in row.values() if f.release == r]) for r in releases)
        yield f"| {label} | {' | '.join(cells)} |"


def _rows(figures: Sequence[Figure]) -> dict[str, dict[str, Figure]]:
    """Label to split to figure, in the order of the figures."""
    rows: dict[str, dict[str, Figure]] = {}
    for each in figures:
        rows.setdefault(each.label, {})[each.split] = each
    return rows


def _accuracy(each: Figure, best: Mapping[int, float]) -> str:
    shares = {k: each.scores.accuracy[k].value for k in RANKS}
    if each.sample:
        return f"{'/'.join(map(_short, shares.values()))} \\* ({each.scores.mentions:,})"
    return "/".join(
        f"**{_short(share)}**" if share == best[k] else _short(share) for k, share in shares.items()
    )


def _speed(speeds: Sequence[Speed]) -> str:
    if not speeds:
        return "| "
    made = "before" if speeds[0].index_seconds is None else f"{speeds[0].index_seconds:.1f}"
    rate = sum(each.queries for each in speeds) / sum(each.seconds for each in speeds)
    return f"{made} | {rate:,.0f}"


def _reach(share: Share) -> float:
    """Half of the interval."""
    return (share.high - share.low) / 2


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")
