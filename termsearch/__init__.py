"""Semantic search over medical terminologies, on Qdrant and SapBERT.

Read in this order: ``concept`` (what is stored), ``loader`` (where it comes from), ``ingest``
(how it gets there), ``search`` (how it is found). ``encoder`` and ``index`` are the two
outside worlds; ``connect`` joins them to the settings.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from termsearch.concept import Concept, Name
from termsearch.errors import TermsearchError

if TYPE_CHECKING:
    from termsearch.answer import Answer, Hit
    from termsearch.index.where import Where
    from termsearch.search import TermSearch

__all__ = [
    "Answer",
    "Concept",
    "Hit",
    "Name",
    "TermSearch",
    "TermsearchError",
    "Where",
    "__version__",
]

__version__ = "0.1.0"

#: Name to the module that has it, imported when it is asked for: numpy and all else take 0.1 s,
#: which ``termsearch --help`` does not wait for. Not ``connect``: the module of that name would
#: take its place as soon as anything imports it.
_LATER = {
    "Answer": "answer",
    "Hit": "answer",
    "TermSearch": "search",
    "Where": "index.where",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
