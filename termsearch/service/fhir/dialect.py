"""The versions of FHIR that are spoken: R4 by default, R5 where it is asked for."""

import re
from typing import Final, NamedTuple

from termsearch.service.problems import Problem

__all__ = ["DIALECTS", "R4", "R5", "Dialect", "dialect_of"]


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

_ASKED: Final = re.compile(r"fhirVersion\s*=\s*\"?([^\s;,\"]+)", re.IGNORECASE)


def dialect_of(path: str, accept: str) -> tuple[Dialect, str]:
    """The version of FHIR that a request is in, and its path without it.

    Args:
        path: What follows ``/fhir``, with no slash at either end. It decides before ``accept``.
        accept: The ``Accept`` header.

    Raises:
        Problem: 406, another version is asked for.
    """
    first, _, rest = path.partition("/")
    if first in DIALECTS:
        return DIALECTS[first], rest
    asked = _ASKED.search(accept)
    if asked and asked[1] not in _BY_MIME:
        said = f"fhirVersion {asked[1]} is not spoken here; {', '.join(_BY_MIME)} are."
        raise Problem(406, said, code="not-supported")
    return (_BY_MIME[asked[1]] if asked else R4), path
