"""Term types of RxNorm: what sort of drug, or part of one, a concept is.

https://www.nlm.nih.gov/research/umls/rxnorm/docs/appendix5.html
"""

from collections.abc import Container

from termsearch.concept import SemanticType
from termsearch_loaders.rxnorm_tables import OWN

__all__ = ["DOSE_FORMS", "RANKS", "TERM_TYPES", "term_types"]

#: What a concept can be. A name of such a type is the one that is displayed.
TERM_TYPES = {
    "IN": "Ingredient",
    "PIN": "Precise Ingredient",
    "MIN": "Multiple Ingredients",
    "BN": "Brand Name",
    "SCD": "Semantic Clinical Drug",
    "SBD": "Semantic Branded Drug",
    "SCDC": "Semantic Clinical Drug Component",
    "SBDC": "Semantic Branded Drug Component",
    "SCDF": "Semantic Clinical Drug Form",
    "SBDF": "Semantic Branded Drug Form",
    "SCDFP": "Semantic Clinical Drug Form Precise",
    "SBDFP": "Semantic Branded Drug Form Precise",
    "SCDG": "Semantic Clinical Dose Form Group",
    "SBDG": "Semantic Branded Dose Form Group",
    "SCDGP": "Semantic Clinical Dose Form Group Precise",
    "GPCK": "Generic Pack",
    "BPCK": "Brand Name Pack",
}

#: Concepts that are no drugs: "Oral Tablet".
DOSE_FORMS = ("DF", "DFG")

#: Further names, best first: to prescribe by, synonyms, in Tall Man letters, entry terms.
_NAMES = ("PSN", "SY", "TMSY", "ET")

#: Precedence of (SAB, TTY), higher first; names of other sources come last.
RANKS = {(OWN, tty): rank for rank, tty in enumerate(reversed((*TERM_TYPES, *_NAMES)), start=1)}


def term_types(found: Container[str]) -> tuple[SemanticType, ...]:
    """The types of a concept, of whose names ``found`` are the term types."""
    return tuple(SemanticType(tty, name) for tty, name in TERM_TYPES.items() if tty in found)
