"""The one search form of a name, used on both sides.

Stored names and users' words pass through the same function, so that an exact match is an
equality of strings inside the index and needs no rule at query time.
"""

import re
import unicodedata

__all__ = ["search_form"]

#: Hyphens, dashes and minus signs, and the apostrophes and quotation marks that keyboards and
#: word processors put for one another. NFKC leaves them apart.
_LOOK_ALIKE = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
    | dict.fromkeys("‘’‛ʼ´`′", "'")
    | dict.fromkeys("“”„‟″", '"')
)

#: Characters that are invisible and change nothing: soft hyphen, zero-width space and joiners,
#: byte order mark, direction marks.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def search_form(text: str) -> str:
    """``text`` in the form that is compared and embedded: NFKC, case-folded, single blanks.

    Idempotent. Empty for a text without a visible character: such a name can't be searched.
    """
    if text.isascii():  # nine names in ten; NFKC leaves ASCII as it is
        return " ".join(text.casefold().replace("`", "'").split())
    visible = _INVISIBLE.sub("", text).translate(_LOOK_ALIKE)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return " ".join(_INVISIBLE.sub("", folded).translate(_LOOK_ALIKE).split())
