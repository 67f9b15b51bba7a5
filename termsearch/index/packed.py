"""A point ready to be stored: texts, made beside the engine and passed between processes.

The embedded engine's binding makes a value of its own of every Python value, one by one (0.9.0:
3.5 us a string, 5 us a list and 5 us each string in it): 135 us for a point of nineteen fields,
15 us for three strings. And it keeps an index for each field, 30 us a point for eleven of them; one
index of words takes 10. So all that a point says is one JSON text, and all that it can be found by
are the words of another: ``types:T047 lang:en flags:active``.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import ValidationError

from termsearch.grams import hashes
from termsearch.index.point import Point, not_ours, said_by
from termsearch.index.where import KEYWORDS

__all__ = ["DIGEST", "FACTS", "SAID", "Packed", "fact", "packed", "unpacked"]

#: The field whose words are the facts. Words are parted at blanks and compared letter by letter.
FACTS = "facts"
#: Apart from the rest, so that it can be looked up without it.
DIGEST = "digest"
#: All that the point says.
SAID = "said"

#: Parts the facts until their own blanks are written out: in no text, and no white space.
_BETWEEN = "\0"
#: Fields with one value, and with any number.
_SINGLE = [field for field in KEYWORDS if Point.model_fields[field].annotation is str]
_SEVERAL = [field for field in KEYWORDS if field not in _SINGLE]

_WHITE = re.compile(r"\s")


class Packed(NamedTuple):
    """A point as texts, which pickle in 4 us."""

    id: str
    form: str  #: what is embedded
    digest: str
    said: str  #: JSON of the point, its digest included
    facts: str
    pieces: list[int]  #: of the spelling, as :func:`termsearch.grams.hashes`

    def payload(self) -> dict[str, Any]:
        """What a server stores, field by field."""
        fields: dict[str, Any] = json.loads(self.said)
        return fields

    def texts(self) -> dict[str, str]:
        """What the embedded engine stores."""
        return {SAID: self.said, DIGEST: self.digest, FACTS: self.facts}

    def point(self) -> Point:
        """What was packed. Not remembered, unlike :func:`unpacked`: it is asked for once."""
        return Point.model_validate_json(self.said)


def packed(point: Point) -> Packed:
    """``point`` with the digest of what it says."""
    said, digest = said_by(point)
    return Packed(
        id=point.id,
        form=point.form,
        digest=digest,
        said=f'{said[:-1]},"digest":"{digest}"}}',
        facts=_facts(point),
        pieces=hashes(point.form),
    )


def unpacked(payload: Mapping[str, Any] | None) -> Point:
    """The point of :meth:`Packed.texts`.

    Raises:
        IndexUnreadableError: Something else wrote it.
    """
    return _read(str((payload or {}).get(SAID, "")))


@lru_cache(4_096)
def _read(said: str) -> Point:
    """Remembered, in 18 MB: a name is found by several legs of a query, and by many queries."""
    try:
        return Point.model_validate_json(said)
    except ValidationError as error:
        raise not_ours(error) from error


def fact(field: str, value: str) -> str:
    """The word that says ``value`` of ``field``; no two pairs have the same."""
    return _one_word(f"{field}:{value}")


def _facts(point: Point) -> str:
    values = point.__dict__
    texts = [f"{field}:{values[field]}" for field in _SINGLE]
    texts += [_list(field, values[field]) for field in _SEVERAL if values[field]]
    return _one_word(_BETWEEN.join(texts)).replace(_BETWEEN, " ")


@lru_cache(1_024)
def _list(field: str, values: tuple[str, ...]) -> str:
    """Remembered, in 2 MB: names of one concept have the same ancestors, up to a hundred."""
    return _BETWEEN.join([f"{field}:{value}" for value in values])


def _one_word(text: str) -> str:
    """``text`` with white space and the sign that stands for it written as ``%20;``."""
    text = text.replace("%", "%25;").replace(" ", "%20;")
    if text.split(None, 1) == [text]:  # as nearly all; the pattern takes 2 us
        return text
    return _WHITE.sub(lambda white: f"%{ord(white[0]):x};", text)
