"""What clinicians write for a word when they are in a hurry."""

from typing import Final

__all__ = ["written_out"]

#: Common in notes, and of one meaning beside other words. A concept's own abbreviations are not
#: here: they are names in the index.
_WORDS: Final = {
    "#": "fracture", "fx": "fracture", "lt": "left", "rt": "right", "l": "left", "r": "right",
    "bilat": "bilateral", "ca": "cancer", "hx": "history of", "fhx": "family history of",
    "pt": "patient", "w/": "with", "w/o": "without", "c/o": "", "s/p": "history of",
    "abd": "abdominal",
    "chr": "chronic", "ac": "acute", "op": "operation", "tab": "tablet", "tabs": "tablet",
    "cap": "capsule", "caps": "capsule", "inj": "injection", "po": "oral",
}  # fmt: skip


def written_out(form: str) -> str:
    """A search form of several words with its shorthand written out; else itself."""
    words = form.replace("#", "# ").split()
    if len(words) == 1:
        return form
    return " ".join(filter(None, (_WORDS.get(word, word) for word in words)))
