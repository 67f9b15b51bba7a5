"""A point as the embedded engine stores it: three strings.

The engine's binding makes a value of its own of every Python value, one by one (0.9.0: 3.5 us a
string, 5 us a list and 5 us each string in it): 135 us for a point of nineteen fields, 15 us for
three strings. And it keeps an index for each field, 30 us a point for eleven of them; one index of
words takes 10. So all that a point says is one JSON text, and all that it can be found by are the
words of another: ``types:T047 lang:en flags:active``.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from termsearch.index.point import Point, not_ours
from termsearch.index.where import KEYWORDS

__all__ = ["DIGEST", "FACTS", "SAID", "fact", "packed", "unpacked"]

#: The field whose words are the facts. Words are parted at blanks and compared letter by letter.
FACTS = "facts"
#: Apart from the rest, so that it can be looked up without it.
DIGEST = "digest"
#: All that the point says.
SAID = "said"

#: Parts the facts until their own blanks are written out: in no text, and no white space.
_BETWEEN = "\0"
_WHITE = re.compile(r"\s")


def packed(point: Point) -> dict[str, str]:
    """What the engine stores of ``point``."""
    facts: list[str] = []
    for field in KEYWORDS:
        value = getattr(point, field)
        if isinstance(value, str):
            facts.append(f"{field}:{value}")
        elif value:
            facts += [f"{field}:{each}" for each in value]
    return {
        SAID: point.model_dump_json(exclude_defaults=True),
        DIGEST: point.digest,
        FACTS: _one_word(_BETWEEN.join(facts)).replace(_BETWEEN, " "),
    }


def unpacked(payload: Mapping[str, Any] | None) -> Point:
    """What :func:`packed` was given.

    Raises:
        IndexUnreadableError: Something else wrote it.
    """
    return _read(str((payload or {}).get(SAID, "")))


@lru_cache(4_096)
def _read(said: str) -> Point:
    """Remembered: a name is found by several legs of a query, and by many queries."""
    try:
        return Point.model_validate_json(said)
    except ValidationError as error:
        raise not_ours(error) from error


def fact(field: str, value: str) -> str:
    """The word that says ``value`` of ``field``; no two pairs have the same."""
    return _one_word(f"{field}:{value}")


def _one_word(text: str) -> str:
    """``text`` with white space and the sign that stands for it written as ``%20;``."""
    text = text.replace("%", "%25;").replace(" ", "%20;")
    return _WHITE.sub(lambda white: f"%{ord(white[0]):x};", text)
