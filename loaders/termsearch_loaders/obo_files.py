"""OBO and obographs files: which files of a path they are, told from name and first bytes."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from termsearch.errors import BadReleaseError, TermsearchError
from termsearch.loader import Report
from termsearch_loaders.files import BROKEN, Member, damaged, members
from termsearch_loaders.obo_json import Obographs
from termsearch_loaders.obo_terms import Term
from termsearch_loaders.obo_text import OboText

__all__ = ["Ontology", "holds_ontology", "ontologies", "opened"]

#: How much of a file is looked at, in bytes.
_HEAD = 4096
_BOM = b"\xef\xbb\xbf"

#: By file name's end, what the first bytes must have. Of obographs, the list of graphs and a field
#: that a graph has: neither FHIR nor JSON-LD has both.
_SIGNS = {
    ".obo": re.compile(rb"^(?:format-version|data-version|ontology):|^\[Term\]", re.MULTILINE),
    ".json": re.compile(
        rb'\A\s*\{.*?"graphs"\s*:\s*\[\s*(?:\]|\{\s*"(?:id|lbl|meta|nodes|edges'
        rb'|equivalentNodesSets|logicalDefinitionAxioms|domainRangeAxioms|propertyChainAxioms)")',
        re.DOTALL,
    ),
}


class Ontology(Protocol):
    """A file in either format."""

    def says(self) -> list[str]:
        """What it calls itself, best first."""

    def release(self, vocabulary: str) -> str:
        """The edition of ``vocabulary`` that it is."""

    def terms(self, report: Report | None = None) -> Iterator[Term]:
        """Every record in order; can be asked again. Adds the file's size to ``report.done``."""


def holds_ontology(path: Path) -> bool:
    """Whether any file of ``path`` is OBO or obographs; never raises."""
    try:
        return any(_is_ontology(member) for member in members(path) if _sign(member))
    except (TermsearchError, OSError, *BROKEN):
        return False


def ontologies(paths: Sequence[Path]) -> list[Member]:
    """The ontology files of ``paths`` in their order; other files are passed over.

    Raises:
        BadReleaseError: A path without any.
        BadRecordError: The compressed data of one are damaged from the start.
    """
    return [member for path in paths for member in _ontologies(path)]


def opened(member: Member) -> Ontology:
    """The reader of an ontology file's format.

    Raises:
        BadRecordError: Its start is broken, or all of it where it must be read whole.
    """
    return Obographs(member) if member.name.lower().endswith(".json") else OboText(member)


def _ontologies(path: Path) -> list[Member]:
    found = []
    for member in filter(_sign, members(path)):
        try:
            if _is_ontology(member):
                found.append(member)
        except BROKEN as error:
            raise damaged(member, "at its start", error) from error
    if not found:
        raise BadReleaseError(
            path,
            "no ontology in it; expected a file that ends in .obo with a line 'format-version:', "
            "or in .json with a list of 'graphs' (obographs). Of the formats that a publisher "
            "offers, take .obo or .json, not .owl",
        )
    return found


def _sign(member: Member) -> re.Pattern[bytes] | None:
    name = member.name.lower()
    return next((sign for end, sign in _SIGNS.items() if name.endswith(end)), None)


def _is_ontology(member: Member) -> bool:
    sign = _sign(member)
    with member.open() as stream:
        head = stream.read(_HEAD).removeprefix(_BOM)
    return bool(sign and sign.search(head))
