"""Vocabulary ids, the other names people know them by, CURIEs, and language tags.

Ids are Bioregistry prefixes in lower case (https://bioregistry.io). Wherever a user names a
vocabulary, its UMLS source abbreviation (https://www.nlm.nih.gov/research/umls/sourcereleasedocs),
FHIR system URI or OID (https://terminology.hl7.org/external_terminologies.html) does as well.
A vocabulary that is not listed here works all the same: its id is its name in lower case.
"""

import re
from typing import NamedTuple
from unicodedata import normalize

__all__ = [
    "KNOWN",
    "NO_CURIE",
    "Vocabulary",
    "curie",
    "full_code",
    "known_vocabulary",
    "lang_includes",
    "split_curie",
    "vocabulary_id",
]


class Vocabulary(NamedTuple):
    """A vocabulary we know by more than one name."""

    id: str
    title: str
    uri: str = ""  #: FHIR ``system``
    oid: str = ""
    sabs: tuple[str, ...] = ()  #: UMLS source abbreviations; ``*`` stands for a language suffix
    prefixed: bool = False  #: codes carry the prefix themselves: ``HP:0001945``
    dotted: bool = False  #: codes have a dot behind their third character: ``E11.9``


KNOWN: tuple[Vocabulary, ...] = (
    Vocabulary("umls", "UMLS Metathesaurus", "http://www.nlm.nih.gov/research/umls",
               "2.16.840.1.113883.6.86", ("MTH",)),
    Vocabulary("mesh", "Medical Subject Headings", "https://www.nlm.nih.gov/mesh",
               "2.16.840.1.113883.6.177", ("MSH*",)),
    Vocabulary("snomedct", "SNOMED CT", "http://snomed.info/sct", "2.16.840.1.113883.6.96",
               ("SNOMEDCT_US", "SNOMEDCT_VET", "SNOMED", "SCTSPA")),
    Vocabulary("rxnorm", "RxNorm", "http://www.nlm.nih.gov/research/umls/rxnorm",
               "2.16.840.1.113883.6.88", ("RXNORM",)),
    Vocabulary("loinc", "LOINC", "http://loinc.org", "2.16.840.1.113883.6.1", ("LNC*",)),
    Vocabulary("icd10cm", "ICD-10-CM", "http://hl7.org/fhir/sid/icd-10-cm",
               "2.16.840.1.113883.6.90", ("ICD10CM",), dotted=True),
    Vocabulary("icd10pcs", "ICD-10-PCS", "http://www.cms.gov/Medicare/Coding/ICD10",
               "2.16.840.1.113883.6.4", ("ICD10PCS",)),
    Vocabulary("icd10", "ICD-10", "http://hl7.org/fhir/sid/icd-10", "2.16.840.1.113883.6.3",
               ("ICD10", "ICD10AE", "DMDICD10")),
    Vocabulary("icd9cm", "ICD-9-CM", "http://hl7.org/fhir/sid/icd-9-cm",
               "2.16.840.1.113883.6.103", ("ICD9CM",)),
    Vocabulary("icd11", "ICD-11 MMS", "http://id.who.int/icd/release/11/mms",
               "2.16.840.1.113883.6.347"),
    Vocabulary("icdo", "ICD-O", "http://terminology.hl7.org/CodeSystem/icd-o-3",
               "2.16.840.1.113883.6.43.1", ("ICDO",)),
    Vocabulary("icf", "ICF", "http://hl7.org/fhir/sid/icf-nl", "2.16.840.1.113883.6.254",
               ("ICF", "ICF-CY")),
    Vocabulary("icpc2", "ICPC-2", "http://hl7.org/fhir/sid/icpc-2", "2.16.840.1.113883.6.139",
               ("ICPC2*",)),
    Vocabulary("meddra", "MedDRA", "http://terminology.hl7.org/CodeSystem/mdr",
               "2.16.840.1.113883.6.163", ("MDR*",)),
    Vocabulary("ncit", "NCI Thesaurus", "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
               "2.16.840.1.113883.3.26.1.1", ("NCI", "NCIT")),
    Vocabulary("atc", "ATC", "http://www.whocc.no/atc", "2.16.840.1.113883.6.73", ("ATC",)),
    Vocabulary("drugbank", "DrugBank", "http://www.drugbank.ca", "", ("DRUGBANK",)),
    Vocabulary("ndc", "National Drug Code", "http://hl7.org/fhir/sid/ndc",
               "2.16.840.1.113883.6.69", ("NDC",)),
    Vocabulary("cpt", "CPT", "http://www.ama-assn.org/go/cpt", "2.16.840.1.113883.6.12",
               ("CPT",)),
    Vocabulary("hcpcs", "HCPCS Level II",
               "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
               "2.16.840.1.113883.6.285", ("HCPCS",)),
    Vocabulary("medlineplus", "MedlinePlus Health Topics", "", "2.16.840.1.113883.6.173",
               ("MEDLINEPLUS*",)),
    Vocabulary("ordo", "Orphanet", "http://www.orpha.net", "2.16.840.1.113883.2.4.3.46.10.4.1",
               ("ORPHANET",)),
    Vocabulary("omim", "OMIM", "http://www.omim.org", "2.16.840.1.113883.6.174", ("OMIM",)),
    Vocabulary("fma", "Foundational Model of Anatomy", "http://purl.org/sig/ont/fma", "",
               ("FMA",)),
    Vocabulary("hp", "Human Phenotype Ontology", "http://human-phenotype-ontology.org", "",
               ("HPO",), prefixed=True),
    Vocabulary("mondo", "Mondo Disease Ontology", "http://purl.obolibrary.org/obo/mondo.owl", "",
               ("MONDO",), prefixed=True),
    Vocabulary("doid", "Human Disease Ontology", "http://purl.obolibrary.org/obo/doid.owl", "",
               ("DOID",), prefixed=True),
    Vocabulary("go", "Gene Ontology", "http://www.geneontology.org", "2.16.840.1.113883.6.288",
               ("GO",), prefixed=True),
    Vocabulary("hgnc", "HGNC", "http://www.genenames.org", "2.16.840.1.113883.6.281", ("HGNC",),
               prefixed=True),
    Vocabulary("chebi", "ChEBI", "http://purl.obolibrary.org/obo/chebi.owl", "", ("CHEBI",),
               prefixed=True),
    Vocabulary("uberon", "Uberon", "http://purl.obolibrary.org/obo/uberon.owl", "", ("UBERON",),
               prefixed=True),
    Vocabulary("ncbitaxon", "NCBI Taxonomy", "http://purl.obolibrary.org/obo/ncbitaxon.owl",
               "2.16.840.1.113883.6.205", ("NCBI",)),
    Vocabulary("chv", "Consumer Health Vocabulary", "", "", ("CHV",)),
)  # fmt: skip

#: Of a code by itself.
NO_CURIE = "a vocabulary, a colon and a code are expected, a CURIE such as mesh:D005334"

_BY_ID = {vocabulary.id: vocabulary for vocabulary in KNOWN}

#: Every spelling, case-folded, to the id. ``MSH*`` stands for MSH and MSHFRE, MSHSPA, ...
_ALIASES = {
    alias.casefold(): vocabulary.id
    for vocabulary in KNOWN
    for alias in (
        vocabulary.id,
        vocabulary.title,
        vocabulary.uri,
        vocabulary.oid,
        f"urn:oid:{vocabulary.oid}",
        *(sab.rstrip("*") for sab in vocabulary.sabs),
    )
    if alias and alias != "urn:oid:"
} | {
    "snomed": "snomedct",
    "sct": "snomedct",
    "http://snomed.info/id": "snomedct",
    "http://terminology.hl7.org/codesystem/umls": "umls",
}

#: Translations keep their mother's codes: MSHFRE, MDRSPA, LNC-ES-ES, ICPC2EDUT.
_TRANSLATED = tuple(
    (re.compile(rf"{sab[:-1].casefold()}[-_e]?[a-z]{{3}}|{sab[:-1].casefold()}-[a-z]{{2}}-[a-z]{{2}}"),
     vocabulary.id)
    for vocabulary in KNOWN
    for sab in vocabulary.sabs
    if sab.endswith("*")
)  # fmt: skip

#: What stands before and behind the dot, whether it is there or not; no range such as E08-E13.
_DOTTED = re.compile(r"([A-Z]\d[0-9A-Z])\.?([0-9A-Z]{0,4})")

#: Parted by the first colon behind the host, which may have another one before its port.
_URI_AND_CODE = re.compile(r"(https?://[^/:]*(?::\d+(?=[/:]))?+(?:/[^:]*)?):(.+)", re.IGNORECASE)


def known_vocabulary(name: str) -> Vocabulary | None:
    """Title and addresses of the vocabulary of this id, in an index or not; None: not known."""
    return _BY_ID.get(name)


def vocabulary_id(name: str) -> str:
    """The id for any name of a vocabulary: ``MSH``, ``http://snomed.info/sct``, an OID.

    A name that is not known is its own id, in lower case, and the same whether its accents are
    characters of their own (as in file names of macOS) or not.
    """
    folded = normalize("NFC", name.strip().casefold()).rstrip("/")
    if folded in _ALIASES:
        return _ALIASES[folded]
    if folded.startswith("http://snomed.info/sct/"):  # a FHIR URI with edition and version
        return "snomedct"
    for pattern, vocabulary in _TRANSLATED:
        if pattern.fullmatch(folded):
            return vocabulary
    return folded


def curie(vocabulary: str, code: str) -> str:
    """``mesh:D005334``; a code that already carries its prefix is its own CURIE: ``HP:0001945``."""
    prefix, colon, rest = code.partition(":")
    if colon and rest and prefix.casefold() == vocabulary:
        return code
    return f"{vocabulary}:{code}"


def full_code(vocabulary: str, code: str) -> str:
    """``HP:0001945`` of ``0001945`` and ``hp:0001945``, for a vocabulary that writes codes so.

    Likewise ``E11.9`` of ``E119``. Of any other, and with another prefix, ``code`` itself.
    """
    known = _BY_ID.get(vocabulary)
    if known and known.dotted and (parts := _DOTTED.fullmatch(code)):
        return ".".join(filter(None, parts.groups()))
    if not known or not known.prefixed:
        return code
    prefix, colon, rest = code.partition(":")
    if colon and prefix.casefold() != vocabulary:
        return code
    return f"{vocabulary.upper()}:{rest if colon else code}"


def split_curie(text: str) -> tuple[str, str] | None:
    """Vocabulary id and code of a CURIE or of FHIR's ``system|code``; None if it is neither.

    ``curie(*split_curie(text))`` is the canonical CURIE.
    """
    text = text.strip()
    if text.casefold().startswith(("http://", "https://")):
        name, code = _split_uri(text)
    elif text.casefold().startswith("urn:"):
        name, _, code = text.rpartition("|" if "|" in text else ":")
    else:  # what comes first parts them: a code may have the other in it
        name, _, code = text.partition("|" if "|" in text.partition(":")[0] else ":")
    if not name or not code.strip():
        return None
    vocabulary = vocabulary_id(name)
    return vocabulary, full_code(vocabulary, code.strip())


def lang_includes(wanted: str, tag: str) -> bool:
    """Whether the BCP-47 tag ``wanted`` is ``tag``, or the same and less exact.

    ``en`` includes ``en-GB`` and ``EN_gb``; neither includes ``en``, and ``en`` no ``enm``.
    """
    return f"{_tag(tag)}-".startswith(f"{_tag(wanted)}-")


def _tag(lang: str) -> str:
    return lang.casefold().replace("_", "-")


def _split_uri(text: str) -> tuple[str, str]:
    """``system|code``, ``system:code`` as we print it, or ``system/code`` as RDF has it."""
    if "|" in text:
        name, _, code = text.rpartition("|")
        return name, code
    name, _, code = text.rpartition("/")
    printed = _URI_AND_CODE.fullmatch(text)
    if printed and vocabulary_id(name) not in _BY_ID:
        return printed[1], printed[2]
    return name, code
