"""Zip archives, as publishers pack releases in them."""

import io
import zipfile
from collections.abc import Mapping

__all__ = ["zipped"]


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """The archive of ``files``, by the names that they have in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
