"""MeSH descriptors, qualifiers and supplementary records, NLM's XML (desc, qual, supp).

A row is a ``Term`` element. Permuted terms ("Headache, Zz" for "Zz Headache") are dropped; they
say nothing that the term itself does not. A record holds several MeSH *concepts*: the terms of
its preferred one are its synonyms, those of the others are kept and marked as narrower, broader
or related. Supplementary records stand in no tree; what they are mapped to is above them.

A translation is a part of its own (``desc-fr``): it neither replaces nor is replaced by NLM's file.

A heading may come before its parent: of all files with tree numbers memory holds what is taken
from their records, 80 MB for the descriptors of 2024 in each language, before the first is yielded.
To read them twice instead took a quarter longer. Supplementary records are read as a stream.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lxml.etree import _Element

from termsearch.concept import Concept, Name
from termsearch.loader import Options, Report
from termsearch_loaders.mesh_files import Edition, editions, holds_mesh
from termsearch_loaders.mesh_names import concepts, names
from termsearch_loaders.mesh_tree import Tree
from termsearch_loaders.mesh_xml import broken, heading, records, ui
from termsearch_loaders.xml_elements import child, children, text

__all__ = ["OPTIONS", "load", "recognises"]

OPTIONS = frozenset({"vocabularies", "langs"})

VOCABULARY = "mesh"

#: RegistryNumber by its form. ``0`` stands for none; other forms have no prefix of their own.
REGISTRIES = (
    (re.compile(r"(\d{2,7}-\d\d-\d)"), "cas"),
    (re.compile(r"([A-Z0-9]{10})"), "unii"),
    (re.compile(r"EC (\d+\.\d+\.\d+\.\d+)"), "ec"),
    (re.compile(r"txid(\d+)"), "ncbitaxon"),
)


def recognises(path: Path) -> bool:
    """Whether ``path`` is, or holds, XML with MeSH's root elements."""
    return holds_mesh(path)


class _Record(NamedTuple):
    """What a record says of itself."""

    code: str
    names: tuple[Name, ...]
    definition: str
    xrefs: tuple[str, ...]
    mapped_to: Sequence[str]  #: headings, of a supplementary record


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield the records of every part in ``paths``, supplementary ones last.

    Those with tree numbers count twice in the progress: as they are read and as they are yielded.

    Raises:
        BadRecordError: Broken or cut XML, or a record without id or name; says file and line.
        BadReleaseError: A path without MeSH XML, or one part there twice.
    """
    found = editions(paths)
    report.total = sum(e.member.size * (1 + e.part.in_trees) for e in found)
    report.parts += [edition.replaces for edition in found]
    tree = Tree()
    # In English where there is any: a translation adds only headings of its own.
    first = sorted((e for e in found if e.part.in_trees), key=lambda e: e.lang != "en")
    held = {edition: list(_read(edition, tree, options, report)) for edition in first}
    report.warnings += _doubts(found, tree)
    for edition in sorted(found, key=lambda e: not e.part.in_trees):
        if edition in held:
            read = _yielded(edition, held.pop(edition), report)
        else:
            read = _read(edition, tree, options, report)
        for record in read:
            yield _concept(edition, record, tree)
    if tree.unknown and any(edition.part.name == "desc" for edition in found):
        report.warnings.append(
            f"{len(tree.unknown):,} headings that supplementary records are mapped to are not in "
            f"the descriptor file, {next(iter(tree.unknown))} for one; take both of one year"
        )


def _yielded(edition: Edition, read: Sequence[_Record], report: Report) -> Iterator[_Record]:
    """What was ``read`` of a file, and its size in the progress once more."""
    size, rows = edition.member.size, len(read)
    for number, record in enumerate(read):
        report.done += size * (number + 1) // rows - size * number // rows
        yield record
    report.done += 0 if read else size


def _read(edition: Edition, tree: Tree, options: Options, report: Report) -> Iterator[_Record]:
    """The records with a name that is kept; every heading goes into ``tree``."""
    reason = options.unwanted(VOCABULARY, edition.lang)
    met: set[str] = set()
    for record in records(edition, report):
        code = ui(edition, record)
        if edition.part.in_trees:
            if code in met:
                raise broken(edition, record, f"{code} a second time, expected each id once")
            met.add(code)
            _plant(edition, record, code, tree)
        if reason:
            rows = sum(1 for _ in record.iter("Term"))
            report.read += rows
            report.drop(reason, rows)
            continue
        found = concepts(edition, record)
        kept = names(edition, found, report)
        if kept:
            definition = text(child(found[0], "ScopeNote")) or text(child(record, "Note"))
            mapped_to = () if edition.part.in_trees else _mapped_to(record)
            yield _Record(code, tuple(kept), definition, _xrefs(found[0]), mapped_to)


def _plant(edition: Edition, record: _Element, code: str, tree: Tree) -> None:
    """Add the record's tree numbers, unless the file of another language had them."""
    if code not in tree:
        listed = children(child(record, "TreeNumberList"), "TreeNumber")
        tree.add(code, heading(edition, record), list(filter(None, map(text, listed))))


def _concept(edition: Edition, record: _Record, tree: Tree) -> Concept:
    in_trees = edition.part.in_trees
    place = tree.place(record.code) if in_trees else tree.below(record.mapped_to)
    return Concept(
        vocabulary=VOCABULARY,
        code=record.code,
        names=record.names,
        release=edition.release,
        part=edition.replaces,
        types=place.types,
        parents=place.parents,
        ancestors=place.ancestors,
        definition=record.definition,
        xrefs=record.xrefs,
    )


def _doubts(found: Sequence[Edition], tree: Tree) -> Iterator[str]:
    parts = {edition.part.name for edition in found}
    years = dict.fromkeys(edition.release for edition in found if edition.release)
    if len(years) > 1:
        yield f"the files are of different years: {', '.join(years)}"
    if "supp" in parts and "desc" not in parts:
        yield (
            "supplementary records reach no further than the headings they are mapped to: for "
            "their types and ancestors give the descriptor file in the same command"
        )
    if loose := tree.loose():
        yield f"{loose:,} tree numbers have no heading one step above: not the whole of a release"


def _mapped_to(record: _Element) -> list[str]:
    """Headings of a supplementary record, each once; ``*`` marks a major topic, not the id."""
    path = "HeadingMappedToList/HeadingMappedTo/DescriptorReferredTo/DescriptorUI"
    headings = (text(found).lstrip("*") for found in record.iterfind(path))
    return list(dict.fromkeys(filter(None, headings)))


def _xrefs(concept: _Element) -> tuple[str, ...]:
    """CURIEs of the registry numbers; since 2025 they stand in a list."""
    numbers = [*children(concept, "RegistryNumber")]
    numbers += children(child(concept, "RegistryNumberList"), "RegistryNumber")
    found = [
        f"{prefix}:{match[1]}"
        for number in numbers
        for form, prefix in REGISTRIES
        if (match := form.fullmatch(text(number)))
    ]
    return tuple(dict.fromkeys(found))
