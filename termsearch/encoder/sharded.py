"""Several devices as one encoder."""

from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, Final

import numpy as np

from termsearch.encoder import Encoder, EncoderCard, Vectors

__all__ = ["Sharded"]

#: Names of a chunk at most, whatever the number of devices. An index asks for the ids of a chunk in
#: one list, and its vectors are 1.6 GB at a width of 768; eight GPUs still get two batches of each
#: of 16 lengths.
_MOST: Final = 524_288


class Sharded:
    """Gives each of ``encoders``, all of one card, an equal share of the names, in threads.

    Every n-th name goes to one device: shares of neighbours would differ in length.
    """

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = encoders
        self._threads = ThreadPoolExecutor(len(encoders), thread_name_prefix="encoder")

    @property
    def card(self) -> EncoderCard:
        """That of each."""
        return self._encoders[0].card

    @property
    def chunk(self) -> int:
        """What keeps all of them busy, up to ``_MOST``."""
        return min(_MOST, sum(encoder.chunk for encoder in self._encoders))

    @property
    def precision(self) -> str:
        """What they compute in, each precision once: ``fp32``; ``bf16, int8``."""
        found = (getattr(encoder, "precision", "fp32") for encoder in self._encoders)
        return ", ".join(dict.fromkeys(found))

    @property
    def exportable(self) -> Any:
        """See :meth:`TransformerEncoder.exportable`."""
        return getattr(self._encoders[0], "exportable", None)

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        """As :meth:`Encoder.encode`; what one device can't do is raised while others still work."""
        count = min(len(self._encoders), len(names)) or 1
        shares = [list(names[first::count]) for first in range(count)]
        jobs = [
            self._threads.submit(encoder.encode, share, unit=unit)
            for encoder, share in zip(self._encoders, shares, strict=False)  # fewer names
        ]
        ended, _ = wait(jobs, return_when=FIRST_EXCEPTION)
        for job in ended:
            job.result()
        rows: Vectors = np.empty((len(names), self.card.dimension), np.float32)
        for first, job in enumerate(jobs):
            rows[first::count] = job.result()
        return rows
