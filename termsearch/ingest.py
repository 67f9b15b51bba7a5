"""The way in: concepts, to names, to vectors, to points.

Reading, embedding and writing overlap, each a bounded number of batches ahead, so memory does
not grow with the release. What is stored already is not embedded again: a run that was cut
goes on where it stopped, and a second run of the same release embeds nothing.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Unpack

from termsearch.batch import Batch, batches_of
from termsearch.concept import Concept
from termsearch.encoder import Encoder
from termsearch.index import Index
from termsearch.intake import IngestOptions, Intake
from termsearch.loader import Report
from termsearch.summary import Summary

__all__ = ["IngestOptions", "ingest", "store"]


def ingest(
    concepts: Iterable[Concept],
    loader: str,
    encoder: Encoder,
    index: Index,
    *,
    report: Report | None = None,
    **how: Unpack[IngestOptions],
) -> Summary:
    """Make ``index`` hold ``concepts`` and nothing else from the same origins; see :func:`store`.

    Args:
        concepts: Read once, never held whole.
        loader: The loader's name: first half of the origin.
        encoder: What embeds the names; it must be the one that built the index.
        index: Where the points go; its next generation.
        report: What the loader fills while it is read.
        how: As :class:`IngestOptions`.
    """
    report = report or Report()
    share = how.get("share")
    mine = share.taken(concepts) if share else concepts
    batches = batches_of(mine, loader, encoder.chunk, report)
    return store(batches, loader, encoder, index, report=report, **how)


def store(
    batches: Iterable[Batch],
    loader: str,
    encoder: Encoder,
    index: Index,
    *,
    report: Report,
    **how: Unpack[IngestOptions],
) -> Summary:
    """Make ``index`` hold what ``batches`` bring and nothing else from the same origins.

    Nobody sees it before ``index`` is published. An origin is the loader and, where releases come
    in parts, the part. Names that an origin had and has no longer are removed at the end; a run
    that fails before removes nothing.

    Args:
        batches: Read once, never held whole.
        loader: Whose they are; for messages.
        encoder: What embeds the names; it must be the one that built the index.
        index: Where the points go; its next generation.
        report: What the loader fills while it is read; or what batches bring.
        how: As :class:`IngestOptions`.

    Raises:
        ModelMismatchError: The index was built by another encoder.
        EmptyReleaseError: No name was kept, and ``replace_all`` is off, or the release has no
            parts, or nothing else would be in the index; that is as it was.
        LargeRemovalError: More than half of what an origin had is gone, and ``replace_all`` is off.
    """
    index.manifest.require(encoder.card, index.name)
    intake = Intake(loader, encoder, index, Summary(report=report), how)
    with ThreadPoolExecutor(1, "termsearch-index") as engine:
        intake.load(batches, engine)
    if how.get("share"):
        index.write_manifest(index.manifest)  # once all is applied
    else:
        intake.require_names()
        intake.finish()
    return intake.summary
