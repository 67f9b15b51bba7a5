"""What is spoken: FHIR R4 by default, R5 where it is asked for; and in which languages."""

import re
from typing import Final, NamedTuple

from termsearch.service.problems import Problem

__all__ = ["DIALECTS", "R4", "R5", "Dialect", "dialect_of", "languages_of"]


class Dialect(NamedTuple):
    """One version of FHIR."""

    name: str
    version: str  #: of the specification
    mime: str  #: ``fhirVersion`` of the media type, https://hl7.org/fhir/R5/versioning.html#mt-version


R4: Final = Dialect("R4", "4.0.1", "4.0")
R5: Final = Dialect("R5", "5.0.0", "5.0")

#: By the first part of a path behind ``/fhir``.
DIALECTS: Final = {"r4": R4, "r5": R5}

#: R4B changed nothing that is spoken of here.
_BY_MIME: Final = {"4.0": R4, "4.3": R4, "5.0": R5}

#: One choice of ``Accept-Language``: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4.
_LANGUAGE: Final = re.compile(
    r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?"
)
#: Nobody reads more; each is looked for among all names of a code.
_LANGUAGES: Final = 10

_ASKED: Final = re.compile(r"fhirVersion\s*=\s*\"?([^\s;,\"]+)", re.IGNORECASE)


def dialect_of(path: str, accept: str, sent: str = "") -> tuple[Dialect, str]:
    """The version of FHIR that a request is in, and its path without it.

    Args:
        path: What follows ``/fhir``, with no slash at either end. It decides before ``accept``.
        accept: The ``Accept`` header. It decides before ``sent``.
        sent: The ``Content-Type`` of the body.

    Raises:
        Problem: 406 or 415, another version is asked for or sent.
    """
    first, _, rest = path.partition("/")
    if first in DIALECTS:
        return DIALECTS[first], rest
    return _named(accept, 406) or _named(sent, 415) or R4, path


def _named(media_type: str, status: int) -> Dialect | None:
    """The version that a media type names; None if it names none."""
    named = _ASKED.search(media_type)
    if named and named[1] not in _BY_MIME:
        said = f"fhirVersion {named[1]} is not spoken here; {', '.join(_BY_MIME)} are."
        raise Problem(status, said, code="not-supported")
    return _BY_MIME[named[1]] if named else None


def languages_of(accept: str) -> str:
    """The tags of an ``Accept-Language``, best first, as ``displayLanguage`` has them; or empty."""
    choices = [_LANGUAGE.fullmatch(part.strip()) for part in accept.split(",")]
    weighed = [(float(each[2] or 1), each[1]) for each in choices if each]
    weighed.sort(key=lambda each: -each[0])
    return ",".join([tag for weight, tag in weighed if weight][:_LANGUAGES])
