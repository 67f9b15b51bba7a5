"""Tables by CUI, side by side, without holding one in memory.

Full releases are sorted by CUI; subsets and samples need not be. A table is looked through
first, which also finds a broken row before an hour of embedding, and is sorted in runs on disk
only where it has to be.
"""

import heapq
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby, islice

from termsearch.errors import BadRecordError
from termsearch.loader import Report
from termsearch_loaders.rrf import Table

__all__ = ["Cursor", "in_order", "survey"]

Row = list[str]

_RUN = 400_000  # rows that are sorted in memory: about 100 MB
_BATCH = 8_000  # rows handed on at a time
_LAST = "\U0010ffff"  # sorts behind every CUI


def survey(table: Table, report: Report, watch: Collection[str] = ()) -> tuple[bool, set[str]]:
    """Whether ``table`` is sorted by CUI, and which CUIs of ``watch`` are in it.

    Raises:
        BadRecordError: A row is broken, or has no CUI.
    """
    (at,), watched = table.at("CUI"), frozenset(watch)
    ordered, last, seen, rows = True, "", set[str](), 0
    for lines in table.checked(report):
        cuis = [line.split("|", at + 1)[at] for line in lines]
        if "" in cuis:
            raise BadRecordError(
                str(table), f"line {rows + cuis.index('') + 1}", "no CUI; expected one"
            )
        ordered = ordered and last <= cuis[0] and sorted(cuis) == cuis
        seen.update(watched.intersection(cuis) if watched else ())
        last, rows = cuis[-1], rows + len(cuis)
    return ordered, seen


def in_order(table: Table, report: Report, *, ordered: bool) -> Iterator[list[str]]:
    """The rows of a surveyed table by CUI, many at a time; rows of one CUI in the file's order."""
    if ordered:
        yield from table.batches(report)
        return
    report.warnings.append(f"{table.name} is not sorted by CUI: sorted before it was read")
    with ExitStack() as stack:
        rows = heapq.merge(*_runs(table, report, stack), key=_cui(table))
        while batch := list(islice(rows, _BATCH)):
            yield batch


class Cursor:
    """A table that is read along with another one that is in the same order."""

    def __init__(self, table: Table, report: Report) -> None:
        """Survey ``table`` and stand before its first row."""
        ordered, _ = survey(table, report)
        self._at = table.at("CUI")[0]
        self._groups = groupby(
            (line.split("|") for batch in in_order(table, report, ordered=ordered)
             for line in batch), key=lambda row: row[self._at]
        )  # fmt: skip
        self._cui = ""
        self._rows: Iterator[Row] = iter(())

    def rows(self, cui: str) -> list[Row]:
        """The rows of ``cui``; ask in ascending order."""
        while self._cui < cui:
            self._cui, self._rows = next(self._groups, (_LAST, iter(())))
        return list(self._rows) if self._cui == cui else []


def _cui(table: Table) -> Callable[[str], str]:
    (at,) = table.at("CUI")
    return lambda line: line.split("|", at + 1)[at]


def _runs(table: Table, report: Report, stack: ExitStack) -> list[Iterable[str]]:
    """The rows in sorted runs: all but the last one on disk."""
    runs: list[Iterable[str]] = []
    run: list[str] = []
    for batch in table.batches(report):
        run += batch
        if len(run) >= _RUN:
            runs.append(_spilled(sorted(run, key=_cui(table)), stack))
            run = []
    return [*runs, sorted(run, key=_cui(table))]


def _spilled(run: list[str], stack: ExitStack) -> Iterator[str]:
    r"""The run again, from an unnamed file. A row ends at ``\n`` only."""
    file = stack.enter_context(
        tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115  # the stack closes it
    )
    file.writelines(f"{row}\n" for row in run)
    file.seek(0)
    return (line.removesuffix("\n") for line in file)
