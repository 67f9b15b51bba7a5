"""A picture of an evaluation. Needs matplotlib, which the extra ``plot`` brings."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from termsearch.errors import ConfigError, extra_missing
from termsearch.evaluate.results import Run, Share

__all__ = ["plot", "require_plot"]

_KINDS = (".png", ".svg")
#: Of the room between two groups of bars, what the bars take.
_FULL = 0.8


def require_plot(path: Path) -> None:
    """See, before anything is measured, whether ``path`` could be drawn.

    Raises:
        ConfigError: matplotlib is not installed, or ``path`` is neither .png nor .svg.
    """
    if path.suffix not in _KINDS:
        raise ConfigError(f"{path} is no picture that can be drawn; expected .png or .svg.")
    try:
        import matplotlib.figure  # noqa: F401  # whether it is there
    except ImportError as error:
        raise extra_missing("matplotlib", "plot") from error


def plot(runs: Sequence[Run], path: Path) -> None:
    """Draw accuracy by rank, for each run a bar with its 95 % interval.

    Raises:
        ConfigError: As :func:`require_plot`; or the file can't be written.
    """
    require_plot(path)
    from matplotlib.figure import Figure  # draws without a display, unlike pyplot

    ranks = sorted({k for run in runs for k in run.scores.accuracy})
    figure = Figure(figsize=(3.5 + 1.6 * len(ranks), 4.5), layout="constrained")
    axes = figure.subplots()
    width = _FULL / len(runs)
    for number, run in enumerate(runs):
        shares = [share for share in run.scores.accuracy.values() if share.of]
        left = number * width - (_FULL - width) / 2
        at = [left + ranks.index(k) for k, share in run.scores.accuracy.items() if share.of]
        heights = [share.value for share in shares]
        axes.bar(at, heights, width, yerr=_reach(shares), label=_label(run, runs), capsize=2)
    axes.set_xticks(range(len(ranks)), [f"Acc@{k}" for k in ranks])
    axes.set(ylim=(0, 1.05), ylabel="share of mentions, 95 % interval")
    figure.legend(fontsize="small", loc="outside right upper")
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise ConfigError(f"{path} can't be written ({error.strerror}).") from error


def _reach(shares: Iterable[Share]) -> list[tuple[float, ...]]:
    """How far the interval reaches below and above each bar."""
    return list(zip(*((s.value - s.low, s.high - s.value) for s in shares), strict=True))


def _label(run: Run, runs: Iterable[Run]) -> str:
    """The mode, and the index where there are several."""
    several = len({each.index for each in runs}) > 1
    return f"{run.index}, {run.mode}" if several else run.mode
