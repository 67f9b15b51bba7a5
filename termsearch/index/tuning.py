"""What both engines are told, and the measurements that it rests on.

Measured on 100,000 synthetic vectors of 768 dimensions unless said otherwise; recall@10.
"""

from typing import Final

__all__ = [
    "ACORN_SELECTIVITY",
    "EDGES",
    "EF",
    "EF_CONSTRUCT",
    "EF_FILTERED",
    "FULL_SCAN_KB",
    "SCAN",
]

#: Edges per node of the graph, and candidates while it is built: the engine's own defaults are
#: 16 and 100.
EDGES: Final = 16
EF_CONSTRUCT: Final = 128

#: Candidates of an unfiltered search: recall .998 at 256, .962 at 128; .998 on MeSH 2024 with
#: MiniLM (132,802 names of 384 dimensions), where comparing all takes 13 ms and this 3 to 10.
EF: Final = 256

#: Filters that leave no more points than this are answered by comparing those points, which is
#: exact: 3 ms for 1 % of MeSH, 13 to 22 ms for 44 %, where the graph with ACORN finds .978 (and
#: for some names 4 of 10). Larger ones are searched in the graph, with more candidates.
SCAN: Final = 200_000
EF_FILTERED: Final = 512

#: The engine's own threshold for the same choice, in kB of vectors, does not see how many points a
#: filter leaves (with its default of 10,000 kB two filters together lost every hit); we count
#: them instead. Above 200,000 kB it would compare all of MeSH for a search without filter.
FULL_SCAN_KB: Final = 20_000

#: Share of the points above which a filtered graph search needs no second hop.
ACORN_SELECTIVITY: Final = 0.4
