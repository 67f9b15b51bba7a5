"""Files in formats that no loader reads and of which a table can be made, and how."""

import re
from collections.abc import Iterable

from termsearch.loader import OFFICE
from termsearch_loaders.files import Member

__all__ = ["what_else"]

_MAKE = "make a table of it, with the columns code and name"
_ORDER = "give the order file of the release (icd10cm_order_2026.txt, say)"

#: How much of a file is looked at, in bytes.
_HEAD = 4096

#: By file name's end, what the file may begin with behind a byte order mark, and what it is then.
_FORMATS = tuple(
    (end, re.compile(rb"\A(?:\xef\xbb\xbf)?" + start, re.DOTALL), told)
    for end, start, told in (
        (
            ".csv",
            rb'"?LOINC_NUM"?,',
            "a table of LOINC, but not Loinc.csv or LoincTableCore.csv as published; give one of "
            "these, or this one alone, unpacked, with --vocab LOINC --column code=LOINC_NUM "
            "--column name=LONG_COMMON_NAME --column type=CLASS --column active=STATUS",
        ),
        (
            ".txt",
            rb"(?=[A-Z]\d[0-9A-Z]{1,5} {1,5}\S)[0-9A-Z ]{8}\S",
            f"a codes file of ICD-10-CM, which has no headers; {_ORDER}",
        ),
        (
            ".txt",
            rb"(?:Add|Delete|Revise from|Revise to|No change):",
            f"addenda of ICD-10-CM or ICD-10-PCS, which say what has changed; {_ORDER}",
        ),
        (".xml", rb".*?<ICD10CM\.index\b", f"an index of ICD-10-CM; {_ORDER}"),
        (".xml", rb".*?<ClaML\b", f"a classification in ClaML; {_MAKE}"),
        (".json", rb'\s*\{.*?"resourceType"\s*:\s*"CodeSystem"', f"a FHIR CodeSystem; {_MAKE}"),
        (
            ".json",
            rb'\s*\{.*?"resourceType"\s*:\s*"ValueSet"',
            "a FHIR ValueSet; make a table of it, with the columns vocabulary, code and name",
        ),
        (
            ".json",
            rb"\s*\[",
            "a JSON array; write one object with code and name a line, into a file that ends in "
            ".jsonl",
        ),
        (".xlsx", b"", OFFICE),
        (".xls", b"", OFFICE),
        (".ods", b"", OFFICE),
    )
)


def what_else(members: Iterable[Member]) -> str:
    """What the first of ``members`` is that is in one of these formats, and what to do about it.

    Nothing where none is.

    Raises:
        BadReleaseError: An archive can't be opened, or is encrypted.
    """
    found = ((member, _told(member)) for member in members)
    return next((f"{member} is {told}" for member, told in found if told), "")


def _told(member: Member) -> str:
    name = member.name.lower()
    formats = [(start, told) for end, start, told in _FORMATS if name.endswith(end)]
    if not formats:
        return ""
    with member.open() as stream:
        head = stream.read(_HEAD)
    return next((told for start, told in formats if start.match(head)), "")
