"""MeSH files: which part of which release in which language each one is, told from its first bytes.

Where NLM keeps them: https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh/
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from termsearch.errors import BadReleaseError, TermsearchError
from termsearch_loaders.files import BROKEN, Member, damaged, members

__all__ = ["Edition", "Part", "editions", "holds_mesh"]


class Part(NamedTuple):
    """One of the files NLM ships a release in, and what its elements are called."""

    name: str
    root: str
    record: str
    ui: str
    heading: str
    in_trees: bool  #: records have tree numbers


PARTS = (
    Part("desc", "DescriptorRecordSet", "DescriptorRecord", "DescriptorUI", "DescriptorName", True),
    Part("qual", "QualifierRecordSet", "QualifierRecord", "QualifierUI", "QualifierName", True),
    Part("supp", "SupplementalRecordSet", "SupplementalRecord", "SupplementalRecordUI",
         "SupplementalRecordName", False),
)  # fmt: skip

#: LanguageCode of a file to BCP-47; translations use ISO 639-2 codes.
LANGS = {
    "chi": "zh", "cro": "hr", "cze": "cs", "dut": "nl", "eng": "en", "fin": "fi", "fre": "fr",
    "ger": "de", "gre": "el", "hrv": "hr", "ita": "it", "jpn": "ja", "lav": "lv", "nor": "no",
    "pol": "pl", "por": "pt", "rus": "ru", "scr": "hr", "slv": "sl", "spa": "es", "swe": "sv",
    "tur": "tr", "ukr": "uk",
}  # fmt: skip

_BY_ROOT = {part.root: part for part in PARTS}

#: How much of a file is looked at to find its root element, in bytes.
_HEAD = 4096
_ROOT = re.compile(rb"<([A-Za-z][\w.-]*)")
_LANG = re.compile(rb"""<[A-Za-z]+RecordSet\b[^>]*?\sLanguageCode\s*=\s*["'](\w+)["']""")
_DTD_YEAR = re.compile(rb"_((?:19|20)\d\d)\d{4}\.dtd")  # nlmdescriptorrecordset_20240101.dtd
_NAME_YEAR = re.compile(r"(?:desc|qual|supp)\D?((?:19|20)\d\d)")  # desc2024.xml, fredesc2024.xml


class Edition(NamedTuple):
    """One file, known to be MeSH."""

    member: Member
    part: Part
    release: str  #: four digits, or nothing where neither DTD nor file name says
    lang: str  #: BCP-47

    @property
    def replaces(self) -> str:
        """The part that an ingest of it replaces: ``desc``, of a translation ``desc-fr``."""
        return self.part.name if self.lang == "en" else f"{self.part.name}-{self.lang}"


def holds_mesh(path: Path) -> bool:
    """Whether any file of ``path`` has the root element of a MeSH part; never raises."""
    try:
        return any(_part(_head(member)) for member in members(path) if _may_be_xml(member))
    except (TermsearchError, OSError, *BROKEN):
        return False


def editions(paths: Sequence[Path]) -> list[Edition]:
    """The MeSH files of ``paths`` in their order; other files of a folder or zip are passed over.

    Raises:
        BadReleaseError: A path without any, or one part there twice.
    """
    found: list[Edition] = []
    for path in paths:
        here = _editions(path)
        if not here:
            raise BadReleaseError(
                path,
                f"no MeSH XML in it; expected a root element {', '.join(_BY_ROOT)}. "
                "Download desc, supp or qual from NLM's xmlmesh folder",
            )
        found += here
    _check_each_part_once(found)
    return found


def _may_be_xml(member: Member) -> bool:
    return member.path.lower().endswith((".xml", ".gz"))


def _head(member: Member) -> bytes:
    with member.open() as stream:
        return stream.read(_HEAD)


def _part(head: bytes) -> Part | None:
    """The part whose root element comes first in ``head``, after prolog and comments."""
    without_comments = re.sub(rb"<!--.*?-->", b"", head, flags=re.DOTALL)
    root = _ROOT.search(without_comments)
    return _BY_ROOT.get(root[1].decode()) if root else None


def _editions(path: Path) -> list[Edition]:
    found = []
    for member in filter(_may_be_xml, members(path)):
        try:
            head = _head(member)
        except BROKEN as error:
            raise damaged(member, "at its start", error) from error
        if part := _part(head):
            found.append(Edition(member, part, _release(member, head), _lang(head)))
    return found


def _lang(head: bytes) -> str:
    found = _LANG.search(head)
    code = found[1].decode() if found else "eng"
    return LANGS.get(code, code)


def _release(member: Member, head: bytes) -> str:
    if year := _DTD_YEAR.search(head):
        return year[1].decode()
    named = _NAME_YEAR.search(member.name.lower())
    return named[1] if named else ""


def _check_each_part_once(found: Sequence[Edition]) -> None:
    first: dict[str, Member] = {}
    for edition in found:
        part = edition.replaces
        if part in first:
            raise BadReleaseError(
                str(edition.member),
                f"a second {part} file beside {first[part]}; expected one of each "
                "part. Name the one to load",
            )
        first[part] = edition.member
