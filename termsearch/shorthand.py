"""What clinicians write for a word when they are in a hurry."""

import re
from typing import Final

__all__ = ["SHORTHAND", "slashes_written_out", "written_out"]

#: Common in notes, and of one meaning beside other words. A concept's own abbreviations are not
#: here: they are names in the index.
SHORTHAND: Final = {
    "#": "fracture", "fx": "fracture", "lt": "left", "rt": "right", "l": "left", "r": "right",
    "bilat": "bilateral", "ca": "cancer", "hx": "history of", "h/o": "history of",
    "s/p": "history of", "fhx": "family history of", "f/h": "family history of",
    "r/o": "rule out", "pt": "patient", "w/": "with", "w/o": "without", "c/o": "",
    "b/l": "bilateral", "d/o": "disorder", "d/t": "due to", "exac": "exacerbation",
    "abd": "abdominal", "chr": "chronic", "ac": "acute", "op": "operation", "tab": "tablet",
    "tabs": "tablet", "cap": "capsule", "caps": "capsule", "inj": "injection", "po": "oral",
}  # fmt: skip

#: "Hx of stroke" says what "hx" stands for in part.
_TWICE: Final = re.compile(r"\b(of|to) \1\b")

#: Elsewhere than first: "pain s/p appendectomy" is no history of pain.
_BEHIND: Final = {"s/p": "after"}

#: Not within words: "with/or without" says nothing of a history.
_SLASHED: Final = re.compile(
    rf"(?<!\w)(?:{'|'.join(re.escape(short) for short in SHORTHAND if '/' in short)})(?!\w)"
)


def written_out(form: str) -> str:
    """A search form of several words with its shorthand written out; else itself."""
    words = form.replace("#", "# ").split()
    if len(words) == 1:
        return form
    meant = " ".join(filter(None, (_meaning(word, at) for at, word in enumerate(words))))
    return _TWICE.sub(r"\1", meant)


def slashes_written_out(form: str) -> str:
    """A search form with the shorthand that has a slash written out, and no other."""
    return _SLASHED.sub(lambda short: f"{_meaning(short[0], short.start())} ", form)


def _meaning(word: str, at: int) -> str:
    """What ``word`` stands for, else itself; ``at`` is 0 where it comes first ("H/O: stroke")."""
    bare = word.removesuffix(":")
    return _BEHIND[bare] if at and bare in _BEHIND else SHORTHAND.get(bare, word)
