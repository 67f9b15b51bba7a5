"""The demo release: one hand-written table, written out in three publishers' formats.

Read in this order: ``source`` (the table), ``codes`` (invented identifiers), ``mesh``,
``snomedct`` and ``umls`` (the formats; UMLS cites the codes of the other two).
"""
