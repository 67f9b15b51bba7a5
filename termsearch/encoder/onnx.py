"""An encoder exported to a folder: what a query needs, without torch and transformers.

``encoder.json`` says whose vectors these are; ``tokenizer.json`` and ``encoder.onnx`` with its
``encoder.onnx.data`` make them. One folder serves every index of the same encoder.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from termsearch.encoder import EncoderCard, Vectors
from termsearch.encoder.batches import sound_rows
from termsearch.encoder.tokens import Tokens
from termsearch.errors import ModelUnavailableError, first_line

__all__ = ["CARD", "GRAPH", "TOKENIZER", "ExportCard", "File", "OnnxEncoder", "exported", "verify"]

CARD, GRAPH, TOKENIZER = "encoder.json", "encoder.onnx", "tokenizer.json"


class File(BaseModel):
    """What a file of the export has to be."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "File":
        """As it is now."""
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return cls(bytes=path.stat().st_size, sha256=digest)


class ExportCard(BaseModel):
    """Content of ``encoder.json``."""

    model_config = ConfigDict(frozen=True)

    format: Literal[2] = 2
    encoder: EncoderCard = Field(description="Of the encoder it was exported from.")
    arithmetic: str = Field(description="How products with weights are computed.")
    cosine: float = Field(description="The worst to the original, over a sample of names.")
    names: int = Field(description="How many names that sample had.")
    files: dict[str, File]


class OnnxEncoder:
    """Embeds on the CPU, in ONNX Runtime.

    Raises:
        ModelUnavailableError: The folder is no export, or a file has not the size it had.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """``threads`` at most embed together; 0: one a core."""
        from termsearch.encoder.session import Session

        self.export = _checked_sizes(folder)
        self._tokens = Tokens.load(folder / TOKENIZER, self.export.encoder.max_tokens)
        self._session = Session(folder / GRAPH, threads=threads)

    @property
    def card(self) -> EncoderCard:
        """That of the encoder it was exported from: the vectors can be searched together."""
        return self.export.encoder

    @property
    def chunk(self) -> int:
        """Enough that each token length fills a batch."""
        return 8_192

    def encode(self, names: Sequence[str], *, unit: bool = True) -> Vectors:
        """Embed ``names``. Shape ``(len(names), dimension)``, float32, in input order.

        Raises:
            BadVectorError: The model gave a vector that is not finite or has no direction.
        """
        if not len(names):
            return np.empty((0, self.card.dimension), np.float32)
        return sound_rows(self._session.states(self._tokens.ids(names)), names, unit=unit)


def exported(folder: Path, card: EncoderCard, threads: int = 0) -> OnnxEncoder | None:
    """The encoder in ``folder``; None if there is none, or not a usable one for ``card``.

    Its vectors could be made by the original just as well, so a damaged export is no error here;
    :func:`verify` says what is wrong.
    """
    if not (folder / CARD).is_file():
        return None
    try:
        encoder = OnnxEncoder(folder, threads)
    except (ModelUnavailableError, OSError, ValueError):
        return None
    return encoder if encoder.card.agrees_with(card) else None


def verify(folder: Path) -> ExportCard:
    """What ``folder`` says of itself, once every file has the digest it had.

    Reads all of it: 150 MB for BERT-base.

    Raises:
        ModelUnavailableError: The folder is no export, or a file was changed.
    """
    export = _checked_sizes(folder)
    for name, file in export.files.items():
        if File.of(folder / name) != file:
            raise ModelUnavailableError(f"{folder / name} was changed since it was made; {_AGAIN}")
    tokens = Tokens.load(folder / TOKENIZER, export.encoder.max_tokens)
    if tokens.digest != export.encoder.tokenizer:
        raise ModelUnavailableError(f"{folder / TOKENIZER} splits names otherwise; {_AGAIN}")
    return export


_AGAIN = "delete the folder: 'termsearch ingest --force' of a release makes it again."


def _checked_sizes(folder: Path) -> ExportCard:
    """Sizes, since hashing 150 MB would cost each query 0.1 s."""
    try:
        export = ExportCard.model_validate_json((folder / CARD).read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelUnavailableError(
            f"{folder / CARD} can't be read ({first_line(error)}); {_AGAIN}"
        ) from error
    for name, file in export.files.items():
        path = folder / name
        found = path.stat().st_size if path.is_file() else None
        if found != file.bytes:
            raise ModelUnavailableError(
                f"{path} has {'no' if found is None else f'{found:,}'} bytes, expected "
                f"{file.bytes:,}; {_AGAIN}"
            )
    return export
