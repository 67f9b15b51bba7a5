"""Progress of an ingest on stderr: a bar on a terminal, now and then a line elsewhere."""

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

if TYPE_CHECKING:
    from termsearch.summary import Summary

__all__ = ["Bar"]

#: Seconds between lines where stderr is a file: enough for a log of a night's run.
_EVERY = 10.0


class Bar:
    """Shows names per second and the time left."""

    def __init__(self, title: str) -> None:
        self._title, self._started, self._said = title, monotonic(), monotonic()
        self._first: tuple[float, float] | None = None  # when the first batch was in, and share
        self._console = Console(file=sys.stderr, highlight=False)
        # Without a thread of its own: Qdrant Edge holds Python's lock while it works, and a
        # bar that moves by jumps would look broken. It is drawn after every batch.
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[detail]}"),
            console=self._console,
            auto_refresh=False,
            transient=True,
        )
        self._task = self._progress.add_task(title, total=1.0, detail="reading")

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._progress.start()
            self._progress.refresh()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._progress.stop()

    def show(self, summary: "Summary") -> None:
        """Draw, or write a line if the last one is old."""
        detail = self._detail(summary)
        if self._console.is_terminal:
            share = 1.0 if summary.optimizing else summary.share
            self._progress.update(self._task, completed=share, detail=detail)
            self._progress.refresh()
        elif (summary.optimizing and not summary.built) or monotonic() - self._said >= _EVERY:
            self._said = monotonic()
            print(f"{self._title}: {detail}", file=sys.stderr, flush=True)  # noqa: T201  # a log line

    def _detail(self, summary: "Summary") -> str:
        if summary.optimizing:
            share = f"{summary.built:.0%}" if summary.built else "this may take minutes"
            return f"{summary.names:,} names stored; building the graph ({share})"
        seconds = monotonic() - self._started
        rate = summary.names / seconds if seconds else 0.0
        return f"{summary.names:,} names, {rate:,.0f}/s, {self._left(summary.share)} left"

    def _left(self, share: float) -> str:
        """By the pace since the first batch: what came before it is reading ahead."""
        if self._first is None:
            self._first = monotonic(), share
        since, first_share = self._first
        if share <= first_share:
            return "?"
        return _clock((monotonic() - since) * (1 - share) / (share - first_share))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
