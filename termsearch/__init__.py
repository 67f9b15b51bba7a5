"""Semantic search over medical terminologies, on Qdrant and SapBERT.

Read in this order: ``concept`` (what is stored), ``loader`` (where it comes from), ``ingest``
(how it gets there), ``search`` (how it is found). ``encoder`` and ``index`` are the two
outside worlds; ``connect`` joins them to the settings.
"""

from termsearch.concept import Concept, Name
from termsearch.errors import TermsearchError

__all__ = ["Concept", "Name", "TermsearchError", "__version__"]

__version__ = "0.1.0"
