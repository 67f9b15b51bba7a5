"""Titles of ICD-10-CM as its conventions let them be read.

Round brackets hold words that a diagnosis may or may not have without any change of code, square
ones synonyms, other wordings and remarks (ICD-10-CM Official Guidelines, section I.A.7).
"""

import re
from collections.abc import Iterator

__all__ = ["is_residual", "plain", "readings"]

#: Of its own, as in "Essential (primary) hypertension"; "muscle(s)" is one word.
_NONESSENTIAL = re.compile(r"\s\([^()]*\)")
_ALTERNATIVE = re.compile(r"\s\[[^][]*\]")
#: One word for one word before the noun: "ascending [right] colon". A capital is an abbreviation of
#: several words, a comma a remark ("ear [any part, except ear drum]").
_ONE_FOR_ONE = re.compile(r"[^\W\d_]+ \[([a-z]+)\](?= (?!(?:and|by|due|in|of|with|without)\b)\w)")
#: "Zoster [herpes zoster]"
_ALL_OF_IT = re.compile(r"[^\W\d_]+ \[([^][,.]+)\]")
_OTHER = re.compile(r"\bother\b", re.IGNORECASE)


def is_residual(title: str) -> bool:
    """Whether a code is for what its neighbours leave: "Other viral pneumonia"."""
    return bool(_OTHER.search(title))


def plain(title: str) -> str:
    """``title`` without what stands in brackets."""
    return _ALTERNATIVE.sub("", _NONESSENTIAL.sub("", title))


def readings(title: str) -> tuple[str, ...]:
    """Other ways to read ``title``, each once: without brackets, and with what they offer."""
    return tuple(dict.fromkeys(text for text in _readings(title) if text != title))


def _readings(title: str) -> Iterator[str]:
    yield plain(title)
    essential = _NONESSENTIAL.sub("", title)
    if whole := _ALL_OF_IT.fullmatch(essential):
        yield whole[1]
    else:
        yield plain(_ONE_FOR_ONE.sub(r"\1", essential))
