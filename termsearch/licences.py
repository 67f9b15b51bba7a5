"""Under what terms a vocabulary may be passed on: what a copy of an index has to say.

Not legal advice: the publisher's page counts. A vocabulary that is not listed is taken to be
restricted, since a local list may hold anything.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

__all__ = ["Licence", "licence_of", "licences_of"]


class Licence(NamedTuple):
    """What a publisher asks of those who hold a copy."""

    vocabulary: str
    name: str
    url: str
    restricted: bool  #: a copy may go only to those who have a licence of their own


_UMLS: Final = (
    "UMLS Metathesaurus License",
    "https://www.nlm.nih.gov/research/umls/knowledge_sources/metathesaurus/release/license_agreement.html",
    True,
)
_SNOMED: Final = ("SNOMED CT Affiliate License", "https://www.snomed.org/get-snomed", True)
_NLM: Final = (
    "NLM terms and conditions (free, with attribution)",
    "https://www.nlm.nih.gov/databases/download/terms_and_conditions_mesh.html",
    False,
)
_US: Final = (
    "public domain in the United States",
    "https://www.usa.gov/government-copyright",
    False,
)
_CC_BY: Final = ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", False)
_CC0: Final = ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", False)

#: Vocabulary id to name, page, and whether copies are restricted.
_KNOWN: Final = {
    "umls": _UMLS,
    "snomedct": _SNOMED,
    "mesh": _NLM,
    "rxnorm": ("UMLS Metathesaurus License for some sources; RxNorm's own content is free",
               "https://www.nlm.nih.gov/research/umls/rxnorm/docs/termsofservice.html", True),
    "loinc": ("LOINC License (free, with notice)", "https://loinc.org/license/", False),
    "icd10cm": _US,
    "icd10pcs": _US,
    "icd9cm": _US,
    "ndc": _US,
    "hcpcs": _US,
    "medlineplus": _US,
    "chv": _US,
    "icd10": ("WHO licence", "https://www.who.int/standards/classifications", True),
    "icd11": ("CC BY-ND 3.0 IGO", "https://icd.who.int/en/docs/ICD11-license.pdf", False),
    "icf": ("WHO licence", "https://www.who.int/standards/classifications", True),
    "icdo": ("WHO licence", "https://www.who.int/standards/classifications", True),
    "atc": ("WHO Collaborating Centre, copying by permission", "https://www.whocc.no/copyright_disclaimer/",
            True),
    "meddra": ("MedDRA subscription", "https://www.meddra.org/subscription", True),
    "cpt": ("AMA CPT licence", "https://www.ama-assn.org/practice-management/cpt", True),
    "drugbank": ("DrugBank licence", "https://go.drugbank.com/legal", True),
    "omim": ("OMIM licence", "https://www.omim.org/help/agreement", True),
    "ncit": _CC_BY,
    "ordo": _CC_BY,
    "mondo": _CC_BY,
    "go": _CC_BY,
    "chebi": _CC_BY,
    "doid": _CC0,
    "hgnc": _CC0,
    "ncbitaxon": _US,
    "uberon": ("CC BY 3.0", "https://creativecommons.org/licenses/by/3.0/", False),
    "hp": ("HPO licence (free, cite, unaltered)", "https://hpo.jax.org/license", False),
}  # fmt: skip

_UNKNOWN: Final = ("not known to termsearch: ask who made it", "", True)


def licence_of(vocabulary: str) -> Licence:
    """That of a vocabulary id."""
    return Licence(vocabulary, *_KNOWN.get(vocabulary, _UNKNOWN))


def licences_of(vocabularies: Iterable[str]) -> list[Licence]:
    """Those of several, the restricted ones first."""
    found = [licence_of(vocabulary) for vocabulary in dict.fromkeys(vocabularies)]
    return sorted(found, key=lambda licence: (not licence.restricted, licence.vocabulary))
