"""When Python looks for reference cycles; for processes of our own, not for a library's caller."""

import gc

__all__ = ["collect_less_often"]


def collect_less_often() -> None:
    """Let Python look for reference cycles among 50,000 new objects, not among 700.

    A query makes some thousand objects and no cycle: with Python's own thresholds a quarter of a
    batch's time went into looking (120 to 152 queries/s), and a fifth of an ingest's; with 20,000
    objects still 7 % of a batch's (270 to 290).
    """
    gc.set_threshold(50_000, 20, 50)
