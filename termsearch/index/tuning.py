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
    "EF_PART",
    "FULL_SCAN_KB",
    "OVERSAMPLING",
    "PART",
    "QUANTILE",
    "SCAN",
]

#: Edges per node of the graph, and candidates while it is built: the engine's own defaults are
#: 16 and 100.
EDGES: Final = 16
EF_CONSTRUCT: Final = 128

#: Candidates of an unfiltered search: recall .998 at 256, .962 at 128; .998 on MeSH 2024 with
#: MiniLM (132,802 names of 384 dimensions), where comparing all takes 13 ms and this 3 to 10.
EF: Final = 256

#: The embedded engine keeps each number as a byte too (the extremes of a hundredth cut off), builds
#: and walks the graph by those, and compares this many times what is wanted by the vectors
#: themselves. All of MeSH 2024, 400 mentions, 30 names wanted of each, without and with, processor
#: time: MiniLM (384 dimensions) graph 77 and 25 s, query 1.1 and 0.4 ms, recall .9977 and .9976;
#: a fresh BERT-base (768) 161 and 46 s, 2.3 and 0.8 ms, .9893 and .9882.
#: The index takes a quarter more disk. A search that compares all points does so by vectors.
QUANTILE: Final = 0.99
OVERSAMPLING: Final = 4.0

#: Points of a graph in the embedded engine. While they have none they take 4.4 kB of memory each
#: beside their vectors (pieces 2 kB, facts 1.8 kB), so it bounds the memory of an ingest; building
#: one graph of 40,000 took 32 s of processor time, four of 10,000 took 20. Small parts cost at
#: search time, for each is searched: hence one for all of MeSH.
PART: Final = 150_000
#: Candidates in each part of more points than one graph takes. 500,000 synthetic names in four
#: parts: recall .980 with 128, .988 with 256, .995 with 512 (2.1, 3.4 and 6.1 ms at best). MeSH,
#: of which an update left two parts, needs no more than in one: .9972 with 256, where one part has
#: .9971, .9988 with 512 (600 mentions; 0.9 and 1.5 ms of processor time).
EF_PART: Final = 512

#: Filters that leave no more points than this are answered by comparing those points, which is
#: exact: 3 ms for 1 % of MeSH, 13 to 22 ms for 44 %, where the graph with ACORN finds .978 (and
#: for some names 4 of 10); 45 ms for 18 % with one of 23 types. Larger ones are searched in the
#: graph, with more candidates. One that leaves all (FHIR asks each code system by its name, on an
#: index of MeSH alone too) is searched as none: the same names for 250 of 250 queries, in 2.5 ms
#: for 13.
SCAN: Final = 200_000
EF_FILTERED: Final = 512

#: The engine's own threshold for the same choice, in kB of vectors, does not see how many points a
#: filter leaves (with its default of 10,000 kB two filters together lost every hit); we count
#: them instead. Above 200,000 kB it would compare all of MeSH for a search without filter.
FULL_SCAN_KB: Final = 20_000

#: Share of the points above which a filtered graph search needs no second hop: none. Five filters
#: that leave 50 to 63 % of those 500,000: .960 to .983 without it, .993 to .998 with it, 21 to 45
#: ms at best, where comparing all takes 76 to 196.
ACORN_SELECTIVITY: Final = 1.0
