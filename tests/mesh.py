"""MeSH files, invented, and the concepts of them."""

from pathlib import Path

from termsearch.concept import Concept
from termsearch.loader import Options, Report
from termsearch_loaders.mesh import load

__all__ = ["DATA", "DESC", "FEVER", "QUAL", "RECORD", "SUPP", "french", "loaded", "written"]

DATA = Path(__file__).parent / "data" / "mesh"
DESC, SUPP, QUAL = DATA / "desc2025.xml", DATA / "supp2025.xml", DATA / "qual2025.xml"

#: Stands below a heading that comes later in its file.
FEVER = "D990003"

#: One record that parses; tests break it in one place each.
RECORD = """\
<?xml version="1.0"?>
<DescriptorRecordSet LanguageCode="eng">
<DescriptorRecord DescriptorClass="1">
<DescriptorUI>D990001</DescriptorUI>
<DescriptorName><String>Zz One</String></DescriptorName>
<ConceptList><Concept PreferredConceptYN="Y"><ConceptUI>M1</ConceptUI><TermList>
<Term RecordPreferredTermYN="N"><String>Zz Other</String></Term>
<Term RecordPreferredTermYN="N"><String>Zz One</String></Term>
</TermList></Concept></ConceptList>
</DescriptorRecord>
</DescriptorRecordSet>
"""


def loaded(*paths: Path, options: Options | None = None) -> dict[str, Concept]:
    found = load(paths, options or Options(), Report())
    return {concept.code: concept for concept in found}


def written(folder: Path, text: str, name: str = "desc2025.xml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def french(folder: Path) -> Path:
    """The descriptors of 2025, each name "Fr" where it was "Zz"."""
    text = DESC.read_text(encoding="utf-8").replace('LanguageCode = "eng"', "LanguageCode='fre'")
    return written(folder, text.replace("<String>Zz", "<String>Fr"), "fredesc2025.xml")
