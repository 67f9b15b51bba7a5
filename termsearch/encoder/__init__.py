"""Names to vectors. This package alone imports torch, transformers and onnxruntime.

What is here needs neither, so that reading a manifest stays cheap; :func:`load_encoder` brings
them in.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from termsearch.choices import Pooling, Precision

__all__ = ["Encoder", "EncoderCard", "Pooling", "Precision", "Vectors", "load_encoder"]

#: One row per name, shape ``(n_names, dimension)``, float32.
Vectors: TypeAlias = npt.NDArray[np.float32]


class EncoderCard(BaseModel):
    """What makes two encoders the same: vectors of one can be searched with the other."""

    model_config = ConfigDict(frozen=True)

    model: str = Field(description="Hub id, or the folder the weights were read from.")
    revision: str = Field(default="", description="Commit of the hub repository, if from there.")
    weights: str = Field(description="SHA-256 of the weight files.")
    tokenizer: str = Field(default="", description="Digest of how it splits a sample of texts.")
    pooling: Pooling
    dimension: int = Field(gt=0)
    max_tokens: int = Field(gt=0, description="Longer names are cut, [CLS] and [SEP] included.")

    def agrees_with(self, other: "EncoderCard") -> bool:
        """Whether both give the same vectors; where the files lie does not matter."""
        return self._essence() == other._essence()

    def essence_digest(self) -> str:
        """Names what :meth:`agrees_with` compares; 32 hexadecimal digits."""
        return blake2b(repr(self._essence()).encode(), digest_size=16).hexdigest()

    def __str__(self) -> str:
        """One line that tells two cards apart."""
        return (
            f"{self.model} ({self.pooling}, {self.dimension} dimensions, "
            f"{self.max_tokens} tokens, weights {self.weights[:8]}, tokenizer {self.tokenizer[:4]})"
        )

    def _essence(self) -> tuple[str, str, str, int, int]:
        return self.weights, self.tokenizer, self.pooling, self.dimension, self.max_tokens


class Encoder(Protocol):
    """Maps names to unit vectors: a transformer in production, a hash of words in tests."""

    @property
    def card(self) -> EncoderCard:
        """Stored with the index, so that a query is never scored against other vectors."""

    @property
    def chunk(self) -> int:
        """Names per call that keep the device busy."""

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        """Embed ``names``; row ``i`` is ``names[i]``, of length 1 unless ``unit`` is off."""


def load_encoder(
    model: str,
    *,
    pooling: Pooling | None = None,
    max_tokens: int | None = None,
    device: str = "auto",
    precision: Precision = "auto",
) -> Encoder:
    """Find the weights of ``model`` and load them.

    Args:
        model: ``sapbert``, ``sapbert-multilingual``, ``minilm``, a hub id or a folder.
        pooling: Overrides what the model's own files say.
        max_tokens: Likewise.
        device: ``auto`` (CUDA, then MPS, then CPU, the first that computes), a torch device such
            as ``cuda:1``, or several with commas between, which share the names.
        precision: See :data:`Precision`.

    Raises:
        ModelUnavailableError: The files are not here and can't be fetched, or are damaged.
        ConfigError: The files don't say how to pool, or ask for what is not computed here; there is
            no such device, or it computes wrongly.
        TermsearchError: The device is full or failed.
    """
    from termsearch.encoder.transformer import TransformerEncoder
    from termsearch.encoder.weights import find_weights

    weights = find_weights(model, pooling=pooling, max_tokens=max_tokens)
    devices = device.split(",")
    encoders = [TransformerEncoder(weights, device=one, precision=precision) for one in devices]
    if len(encoders) == 1:
        return encoders[0]
    from termsearch.encoder.sharded import Sharded

    return Sharded(encoders)
