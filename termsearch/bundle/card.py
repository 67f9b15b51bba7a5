"""What a bundle says of itself, and the names of what is in it."""

from importlib.metadata import version
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field

from termsearch import __version__
from termsearch.errors import BadBundleError
from termsearch.index.manifest import Manifest
from termsearch.licences import Licence

__all__ = ["CARD", "ENCODER", "ENGINE", "INDEX", "SUMS", "BundleCard"]

#: Raised when bundles of an older termsearch can't be read any more.
FORMAT: Final = 1

#: The folders in a bundle.
INDEX: Final = "index"
ENCODER: Final = "encoder"

#: The first file in a bundle and the last.
CARD: Final = "bundle.json"
SUMS: Final = "SHA256SUMS"

#: The package whose files an index consists of.
ENGINE: Final = "qdrant-edge-py"


class BundleCard(BaseModel):
    """What a bundle says of itself."""

    format: int = FORMAT
    termsearch: str = Field(default=__version__, description="Version that wrote it.")
    engine: str = Field(description="Version of qdrant-edge-py whose files these are.")
    name: str = Field(description="Of the index it was made from.")
    manifest: Manifest
    encoder: bool = Field(description="Whether an encoder for queries is inside.")
    licences: list[Licence] = Field(
        description="Of the vocabularies inside, restricted ones first."
    )
    bytes: int = Field(description="Of all files together.")

    def require_readable(self, path: Path) -> None:
        """Refuse what this termsearch, or this version of the engine, can't open.

        Raises:
            BadBundleError: Says which version is needed.
        """
        if self.format != FORMAT:
            raise BadBundleError(
                path, f"format {self.format}, this termsearch reads {FORMAT}", _other(self)
            )
        ours = version(ENGINE)
        if _minor(self.engine) != _minor(ours):  # a beta: its files may change with every minor
            raise BadBundleError(path, f"files of {ENGINE} {self.engine}, here is {ours}",
                                 f"Install {ENGINE}=={self.engine}.")  # fmt: skip
        self.manifest.require_schema(str(path))


def _minor(of: str) -> str:
    return ".".join(of.split(".")[:2])


def _other(card: BundleCard) -> str:
    return f"Use the termsearch that wrote it ({card.termsearch}), or export it again."
