"""Files that no loader can read, told from how they begin: what they are, and what to do."""

from pathlib import Path
from zipfile import BadZipFile, ZipFile

__all__ = ["OFFICE", "why_unreadable"]

_AS_CSV = 'save the sheet with the list as "CSV UTF-8", and give that file'

#: What a workbook is, whatever wrote it and wherever it lies.
OFFICE = f"an Office file; {_AS_CSV}"

#: How files begin that no text can be had of, and what to do about them.
_SIGNS = {
    b"%PDF-": "a PDF; ask its publisher for the list as CSV or in a format that a loader reads",
    # Also today's .xlsx and .docx with a password: [MS-OFFCRYPTO] 2.3.
    b"\xd0\xcf\x11\xe0": f"an Office file of the old kind or with a password; {_AS_CSV}",
}


def why_unreadable(path: Path) -> str:
    """Why no loader can read anything from a file, and what to do; nothing where one might."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError:  # a folder
        return ""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):  # the second: a zip of nothing
        return _zip_fault(path)
    if path.suffix.lower() == ".zip":
        return f"no zip, whatever its name says: it begins with {head!r}; fetch it again"
    return next((fault for sign, fault in _SIGNS.items() if head.startswith(sign)), "")


def _zip_fault(path: Path) -> str:
    try:
        with ZipFile(path) as archive:
            found = archive.infolist()
    except (BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        return f"the zip is cut or damaged ({error}); fetch it again"
    names = {each.filename for each in found}
    if "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names:
        return OFFICE
    if any(each.flag_bits & 1 for each in found):
        return "the zip is encrypted; unpack it, and give the folder"
    return "" if names else "the zip is empty"
