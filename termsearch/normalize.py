"""The search form and the key of a name, used on both sides.

Stored names and users' words pass through the same functions, so that a match is found by an
equality of strings inside the index. The *form* keeps the words as they are (an exact match, and
what is embedded); the *key* keeps what they mean (a normalized match).

``match`` has the last word on the few that are found: it refuses some names of an equal key
("right to left shunt" for the shunt from left to right), and takes others whose words are only
joined otherwise ("preauricular", "pre-auricular") for the same.
"""

import re
import unicodedata

from termsearch.lexicon import words

__all__ = ["search_form", "search_key"]

#: Hyphens, dashes (all of Unicode's category Pd) and minus signs, and the apostrophes and quotation
#: marks that keyboards and word processors put for one another. NFKC leaves them apart.
_LOOK_ALIKE = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹘﹣－⸺⸻⸗⸚⹀⹝֊־᐀᠆〜〰゠\U00010ead", "-")
    | dict.fromkeys("‘’‛ʼ´`′", "'")
    | dict.fromkeys("“”„‟″", '"')
)

#: Characters that are invisible and change nothing: controls but blanks (Cc), soft hyphen,
#: zero-width space and joiners, byte order mark, direction marks, tags (Cf but the Arabic, Syriac
#: and Kaithi signs that are seen), variation selectors, fillers. Written out, for another Python
#: knows another Unicode, and keys must not depend on that; tests/test_normalize.py compares them.
_INVISIBLE = re.compile(
    "[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
    "\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)


def search_form(text: str) -> str:
    """``text`` in the form that is compared and embedded: NFKC, case-folded, single blanks.

    Idempotent. Empty for a text without a visible character: such a name can't be searched.
    """
    if text.isascii() and text.isprintable():  # nine names in ten; NFKC leaves ASCII as it is
        return " ".join(text.casefold().replace("`", "'").split())
    visible = _INVISIBLE.sub("", text).translate(_LOOK_ALIKE)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return " ".join(_INVISIBLE.sub("", folded).translate(_LOOK_ALIKE).split())


def search_key(form: str) -> str:
    """What a search form means whatever its spelling, number and word order; never empty.

    "Anemia, Hemolytic" and "haemolytic anaemias" have one key, as have "type II diabetes" and
    "diabetes type 2". The manner of NLM's lexical tools (norm): words are split, stemmed and
    sorted, words without meaning are left out. Idempotence is not promised: a key is compared
    with keys only.
    """
    return " ".join(sorted(set(words(form)))) or form
