"""A mapped list as CSV: the columns of the list, and behind them what was found."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from termsearch.answer import Hit
from termsearch.locallist.mapped import Mapped
from termsearch.locallist.table import LocalList

__all__ = ["UNCHECKED", "csv_lines", "joined", "named_apart"]

#: Usagi's word: nobody has looked at the row yet.
UNCHECKED = "UNCHECKED"

_OURS = (
    "rank", "curie", "name", "matched_name", "sources", "match_type", "score", "probability",
    "resolution", "conflicts", "status",
)  # fmt: skip


def csv_lines(local: LocalList, rows: Iterable[Mapped]) -> Iterator[str]:
    """The header, and a line for each candidate; one without, where a row has no mapping."""
    yield joined([*local.header, *named_apart(_OURS, local.header)])
    for mapped in rows:
        for hit in mapped.candidates:
            yield joined([*mapped.row.cells, *_found(mapped, hit)])


def named_apart(ours: Sequence[str], header: Iterable[str]) -> list[str]:
    """``ours``, each with ``mapped_`` before it as often as the list has such a column itself."""
    there = {name.casefold() for name in header}
    found = []
    for name in ours:
        while name.casefold() in there:
            name = f"mapped_{name}"  # noqa: PLW2901  # until it is another
        found.append(name)
    return found


def joined(cells: Sequence[str], delimiter: str = ",") -> str:
    """One line, quoted as RFC 4180 has it."""
    line = StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _found(mapped: Mapped, hit: Hit | None) -> list[str]:
    if hit is None:
        return [""] * 8 + [mapped.resolution, "", UNCHECKED]
    probability = mapped.probability(hit)
    used_by = dict.fromkeys(source.curie for source in hit.sources if source.curie)
    return [
        f"{hit.rank}",
        hit.curie,
        hit.name,
        hit.matched_name,
        "; ".join(used_by),
        hit.match_type,
        f"{hit.score:g}",
        "" if probability is None else f"{probability:g}",
        mapped.resolution,
        "; ".join(hit.conflicts),
        UNCHECKED,
    ]
