"""The records of a MeSH XML file one by one, and what is asked of their elements.

NLM's description of the elements: https://www.nlm.nih.gov/mesh/xml_data_elements.html
"""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from termsearch.errors import BadRecordError
from termsearch.loader import Report
from termsearch_loaders.files import BROKEN, Member, damaged
from termsearch_loaders.mesh_files import Edition, Part

__all__ = ["broken", "child", "children", "heading", "records", "text", "ui"]

#: Bytes the parser is fed at once. lxml's own 32 kB cost 8 % more on desc2024.
_CHUNK = 1 << 18


def records(edition: Edition, report: Report) -> Iterator[etree._Element]:
    """Each record element of the file; it is emptied once the next one is asked for.

    The DTD that the file names is never fetched. Entities are never resolved: a file that
    declares or uses its own is refused, because its names would come out cut.

    Raises:
        BadRecordError: Not well-formed, or ending too early; says the line.
    """
    member, part = edition.member, edition.part
    with member.open(report) as stream:
        parser = _parser(stream, part)
        for event, element in _to_the_end(parser, member):
            if event == "start":
                if element.tag == part.root:
                    _refuse_entities(member, element)
            elif element.tag == part.record:
                _refuse_references(member, parser)
                yield element
                _forget(element)


def _parser(stream: BinaryIO, part: Part) -> "etree.iterparse":
    # Not huge_tree: under libxml2's limits one text may still hold 10 MB, a file any number of
    # them, and the longest scope notes have a few thousand characters.
    return etree.iterparse(
        stream,
        events=("start", "end"),
        tag=(part.root, part.record),
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
        chunk_size=_CHUNK,
    )


def _to_the_end(parser: "etree.iterparse", member: Member) -> Iterator[tuple[str, etree._Element]]:
    """What the parser yields; what it and the decompression raise gets file and line."""
    try:
        yield from parser
    except etree.XMLSyntaxError as error:
        # The parser's own log: the error's counts every file read before.
        line, message = error.lineno, error.msg
        for entry in parser.error_log:
            line, message = entry.line, entry.message
        message = " ".join(message.split())[:200]  # it may quote the file over several lines
        raise BadRecordError(
            str(member), f"line {line}", f"not well-formed XML, or cut short ({message})"
        ) from error
    except BROKEN as error:
        raise damaged(member, "before its end", error) from error


def child(element: etree._Element | None, tag: str) -> etree._Element | None:
    """The first child with this tag. Three times as fast as ``find``, which reads a path."""
    return None if element is None else next(element.iterchildren(tag), None)


def children(element: etree._Element | None, tag: str) -> Iterator[etree._Element]:
    """Children with this tag; none for no element."""
    return iter(()) if element is None else element.iterchildren(tag)


def text(element: etree._Element | None) -> str:
    """Text without the blanks and line ends NLM puts around it; nothing for no element."""
    return (element.text or "").strip() if element is not None else ""


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


def _refuse_entities(member: Member, root: etree._Element) -> None:
    dtd = root.getroottree().docinfo.internalDTD
    entity = next(dtd.iterentities(), None) if dtd is not None else None  # type: ignore[attr-defined]  # not in lxml-stubs 0.5
    if entity is not None:
        raise BadRecordError(
            str(member),
            f"line {root.sourceline}",
            f"the file declares an entity, {entity.name!r}; NLM's files declare none, and none "
            "is resolved here",
        )


def _refuse_references(member: Member, parser: "etree.iterparse") -> None:
    for entry in parser.error_log:
        if entry.type_name == "WAR_UNDECLARED_ENTITY":
            raise BadRecordError(
                str(member),
                f"line {entry.line}",
                f"{entry.message}; expected characters, as the DTD is never read",
            )


def _forget(record: etree._Element) -> None:
    """Take the record out of the tree, which lxml keeps whole otherwise."""
    parent = record.getparent()
    if parent is not None:
        parent.remove(record)
