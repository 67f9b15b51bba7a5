"""FHIR's terminology service, R4 and R5, on one index.

https://hl7.org/fhir/R4/terminology-service.html
"""

from termsearch.service.fhir.routes import SPEAKERS, router

__all__ = ["SPEAKERS", "router"]
