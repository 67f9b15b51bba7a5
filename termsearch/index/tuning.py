"""What both engines are told, and the measurements that it rests on.

Measured on 100,000 synthetic vectors of 768 dimensions unless said otherwise; recall@10.
"""

from typing import Final

__all__ = ["ACORN_SELECTIVITY", "EDGES", "EF", "EF_CONSTRUCT", "FULL_SCAN_KB", "SCAN"]

#: Edges per node of the graph, and candidates while it is built: the engine's own defaults are
#: 16 and 100.
EDGES: Final = 16
EF_CONSTRUCT: Final = 128

#: Candidates of an unfiltered search: recall .998 at 256, .962 at 128.
EF: Final = 256

#: Filters that leave no more points than this are answered by scanning those points, which is
#: exact: 1.9 ms for 3 % of the points, where the graph with ACORN took 9.5 ms for .994.
SCAN: Final = 50_000

#: The engine's own threshold for the same choice, in kB of vectors per segment: 65,000 points of
#: 768 floats. With its default of 10,000 kB two filters together lost every hit (recall .000).
FULL_SCAN_KB: Final = 200_000

#: Share of the points above which a filtered graph search needs no second hop.
ACORN_SELECTIVITY: Final = 0.4
