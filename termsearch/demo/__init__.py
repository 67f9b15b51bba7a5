"""The release that comes with termsearch: everyday clinical concepts, all of it invented.

Made by ``tools/make_demo.py`` in the formats of UMLS, MeSH and SNOMED CT.
"""

from pathlib import Path

__all__ = ["INDEX", "QUERIES", "releases"]

#: Its own index: invented codes must never stand among real ones.
INDEX = "demo"

#: What people type: plain, lay, colloquial, misspelt.
QUERIES = (
    "high fever",
    "heart attack",
    "sugar disease",
    "can't breathe",
    "high blood presure",
)


def releases() -> tuple[Path, ...]:
    """The three releases, as their publishers would ship them."""
    folder = Path(__file__).parent / "release"
    return folder / "umls", folder / "mesh", folder / "snomedct"
