"""Parents and ancestors (MRREL), and concepts that were merged into others (MRCUI)."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from termsearch.errors import BadRecordError
from termsearch.loader import Options, Report
from termsearch_loaders.rrf import Table
from termsearch_loaders.steps import MOST, Steps
from termsearch_loaders.umls_names import Refusals
from termsearch_loaders.umls_tables import Tables
from termsearch_loaders.walk import ends, reached

__all__ = ["Hierarchy", "Merges"]

_FORM = 10**8  # numbers for each form of a CUI
_CUI = re.compile(r"(\D*)(\d{1,8})")


class Numbers:
    """CUIs as numbers below 2**32 and back: ``C0000005``, and ``CL000005`` of NCI."""

    def __init__(self) -> None:
        self._forms: list[tuple[str, int]] = []  # letters and digits, as C and 7
        self._known: dict[tuple[str, int], int] = {}

    def number(self, cui: str) -> int | None:
        """None for what is no CUI."""
        match = _CUI.fullmatch(cui)
        if not match:
            return None
        form = match[1], len(match[2])
        if form not in self._known:
            self._known[form] = len(self._forms)
            self._forms.append(form)
        number = self._known[form] * _FORM + int(match[2])
        return number if number <= MOST else None

    def cui(self, number: int) -> str:
        form, digits = divmod(number, _FORM)
        letters, width = self._forms[form]
        return f"{letters}{digits:0{width}}"


class Hierarchy:
    """The concepts above a concept, over the sources that are kept.

    8 bytes for each step up. The graph has cycles, for each source contributes its own order.
    """

    def __init__(self, table: Table, options: Options, report: Report) -> None:
        """Read MRREL to its end.

        Raises:
            BadRecordError: A row is broken.
        """
        self._numbers = Numbers()
        steps = Steps()
        for child, parent in self._read(table, options, report):
            steps.add(child, parent)
        steps.sort()  # both directions are there: halves it
        self._up = lru_cache(maxsize=1 << 17)(steps.above)

    def parents(self, cui: str) -> tuple[str, ...]:
        """CUIs one step up, ascending."""
        number = self._numbers.number(cui)
        return tuple(sorted(map(self._numbers.cui, self._up(number)))) if number is not None else ()

    def ancestors(self, cui: str) -> tuple[str, ...]:
        """CUIs of all concepts above, nearest first; never ``cui`` itself, cycle or not."""
        number = self._numbers.number(cui)
        above = reached(number, self._up) if number is not None else ()
        return tuple(map(self._numbers.cui, above))

    def _read(self, table: Table, options: Options, report: Report) -> Iterator[tuple[int, int]]:
        """(child, parent). ``CUI1|PAR|CUI2`` says that CUI2 is the parent: read right to left."""
        at = table.at("CUI1", "REL", "CUI2", "SAB", "SUPPRESS")
        sources, status = Refusals.by_source(options), Refusals.by_status(options)
        number = 0
        for lines in table.checked(report):
            for line in lines:
                number += 1
                if "|PAR|" not in line and "|CHD|" not in line:  # most rows are siblings
                    continue
                row = line.split("|")
                low, rel, high, sab, suppress = (row[place] for place in at)
                if rel not in {"PAR", "CHD"} or low == high or sources[sab] or status[suppress]:
                    continue
                low, high = (low, high) if rel == "PAR" else (high, low)
                yield self._number(low, table, number), self._number(high, table, number)

    def _number(self, cui: str, table: Table, line: int) -> int:
        number = self._numbers.number(cui)
        if number is None:
            raise BadRecordError(
                str(table), f"line {line}", f"{cui!r} is no CUI; expected one like C0000001"
            )
        return number


class Merges:
    """Which retired CUIs a current one stands for."""

    def __init__(self, tables: Tables, report: Report) -> None:
        """Read MRCUI, and MERGEDCUI (the last release's part of it) for releases without.

        Only REL SY is the same meaning. RB, RN and RO lead to something broader, narrower or
        merely related, and nobody may be redirected there in silence.
        """
        self._into: dict[str, tuple[str, ...]] = {}
        self._old: dict[str, tuple[str, ...]] = {}
        if history := tables.get("MRCUI"):
            for _, (old, rel, new) in history.records(report, "CUI1", "REL", "CUI2"):
                if rel == "SY":
                    self._merge(old, new)
        if merged := tables.get("MERGEDCUI"):
            for _, (old, new) in merged.records(report, "PCUI", "CUI"):
                self._merge(old, new)

    @property
    def retired(self) -> Collection[str]:
        """CUIs that were merged into another one at some time."""
        return self._into.keys()

    def resolve(self, current: Collection[str]) -> None:
        """Follow each retired CUI, once, to the concepts that stand.

        A CUI of ``current`` is in use (again), so it leads nowhere and chains end there.
        """

        def stands(cui: str) -> bool:
            return cui in current or cui not in self._into

        for old in self._into:
            if old not in current:
                for cui in ends(old, self._leads, stands):
                    self._old[cui] = (*self._old.get(cui, ()), old)
        self._into = {}

    def replaces(self, cui: str) -> tuple[str, ...]:
        """Retired CUIs that now mean ``cui``, in the order of the file."""
        return self._old.get(cui, ())

    def _merge(self, old: str, new: str) -> None:
        known = self._into.get(old, ())
        if old and new and old != new and new not in known:
            self._into[old] = (*known, new)

    def _leads(self, cui: str) -> tuple[str, ...]:
        return self._into.get(cui, ())
