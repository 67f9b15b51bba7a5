"""A release that gives no name any more: whether what an index has of it may go.

One rule, for what an ingest does and for what a comparison foretells of it.
"""

from collections.abc import Iterable

from termsearch.concept import origin_of
from termsearch.errors import EmptyReleaseError
from termsearch.index.check import listed, way_out
from termsearch.loader import Report

__all__ = ["emptied"]


def emptied(
    loader: str,
    report: Report,
    there: Iterable[str],
    *,
    allowed: bool = True,
    more_follows: bool = False,
) -> list[str]:
    """What goes out of an index by a release of which no name was kept.

    Where nothing is left to go, a warning in ``report`` says so.

    Args:
        loader: Whose release it is.
        report: Of its reading, which has ended.
        there: Origins that the index has names of.
        allowed: Whether most of what is there may be removed.
        more_follows: Whether another release of the same command is read after it. No index is
            empty: that one is refused likewise, or gives names.

    Returns:
        Those of ``there`` that are parts of the release.

    Raises:
        EmptyReleaseError: That is not ``allowed``, the release has no parts, or nothing else would
            be in the index.
    """
    read, held = [origin_of(loader, part) for part in report.parts], list(dict.fromkeys(there))
    gone = [origin for origin in held if origin in read]
    if not (allowed and read and (more_follows or set(held) - set(gone))):
        reasons = ", ".join(f"{n:,} {why}" for why, n in report.dropped.items())
        way = way_out([origin for origin in held if origin in {loader, *read}], held)
        raise EmptyReleaseError(loader, report.read, reasons, way)
    if not gone:
        told = f"no name was kept, and none of {listed(read)} was left to remove"
        report.warnings.append(told)
    return gone
