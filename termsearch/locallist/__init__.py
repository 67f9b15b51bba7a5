"""Mapping a local list to concepts: its rows, what each maps to, and the files that say so.

A row is mapped where the search finds something that may be right; a person checks it. ``csv`` is
for whoever has a spreadsheet, ``sssom`` for registries (https://mapping-commons.github.io/sssom)
and ``usagi`` for OHDSI's program of that name (https://ohdsi.github.io/Usagi).
"""

from termsearch.locallist.mapped import Choice, Mapped, Tally, judged
from termsearch.locallist.plain import csv_lines
from termsearch.locallist.sssom import MappingSet, local_prefix, require_uri, sssom_lines
from termsearch.locallist.table import FIELDS, LocalList, Row, read_list
from termsearch.locallist.usagi import require_frequencies, usagi_lines

__all__ = [
    "FIELDS",
    "Choice",
    "LocalList",
    "Mapped",
    "MappingSet",
    "Row",
    "Tally",
    "csv_lines",
    "judged",
    "local_prefix",
    "read_list",
    "require_frequencies",
    "require_uri",
    "sssom_lines",
    "usagi_lines",
]
