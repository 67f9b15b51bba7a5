"""The records of a MeSH XML file one by one, and what is asked of their elements.

NLM's description of the elements: https://www.nlm.nih.gov/mesh/xml_data_elements.html
"""

from collections.abc import Iterator

from lxml import etree

from termsearch.errors import BadRecordError
from termsearch.loader import Report
from termsearch_loaders.mesh_files import Edition
from termsearch_loaders.xml_elements import child, elements, text

__all__ = ["broken", "heading", "records", "ui"]


def records(edition: Edition, report: Report) -> Iterator[etree._Element]:
    """Each record element of the file; it is emptied once the next one is asked for.

    Raises:
        BadRecordError: Not well-formed, or ending too early; says the line.
    """
    part = edition.part
    for record in elements(edition.member, part.root, (part.record,), report):
        yield record
        _forget(record)


def ui(edition: Edition, record: etree._Element) -> str:
    """The id of a record: ``D005334``.

    Raises:
        BadRecordError: It has none.
    """
    found = text(child(record, edition.part.ui))
    if not found:
        raise broken(edition, record, f"no {edition.part.ui}, expected the record's id")
    return found


def heading(edition: Edition, record: etree._Element) -> str:
    """The name of a record, as its head has it."""
    return text(child(child(record, edition.part.heading), "String"))


def broken(edition: Edition, element: etree._Element, problem: str) -> BadRecordError:
    """The error for an element that is not what NLM's format promises."""
    return BadRecordError(str(edition.member), f"line {element.sourceline}", problem)


def _forget(record: etree._Element) -> None:
    """Take the record out of the tree, which lxml keeps whole otherwise."""
    parent = record.getparent()
    if parent is not None:
        parent.remove(record)
