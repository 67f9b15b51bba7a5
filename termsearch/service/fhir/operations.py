"""Every operation that is answered."""

from typing import Final

from termsearch.service.fhir.expand import EXPAND
from termsearch.service.fhir.lookup import LOOKUP
from termsearch.service.fhir.subsumes import SUBSUMES
from termsearch.service.fhir.translate import TRANSLATE
from termsearch.service.fhir.validate import VALIDATE_CODE_SYSTEM, VALIDATE_VALUE_SET

__all__ = ["KINDS", "OPERATIONS"]

OPERATIONS: Final = (
    LOOKUP,
    VALIDATE_CODE_SYSTEM,
    SUBSUMES,
    EXPAND,
    VALIDATE_VALUE_SET,
    TRANSLATE,
)

#: Resource types. There is no concept map to read: see ``translate``.
KINDS: Final = ("CodeSystem", "ValueSet", "ConceptMap")
