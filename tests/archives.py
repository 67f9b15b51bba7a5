"""Zip archives, as publishers pack releases in them."""

import io
import zipfile
from collections.abc import Mapping

__all__ = ["encrypted", "zipped"]


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """The archive of ``files``, by the names that they have in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def encrypted(archive: bytes) -> bytes:
    """The same with the flag that says so (APPNOTE.TXT 4.4.4), which the library does not write."""
    found = bytearray(archive)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found[found.index(signature) + flags] |= 1
    return bytes(found)
