"""MeSH descriptors, qualifiers and supplementary records, NLM's XML (desc, qual, supp).

A row is a ``Term`` element. Permuted terms ("Headache, Zz" for "Zz Headache") are dropped; they
say nothing that the term itself does not. A record holds several MeSH *concepts*: the terms of
its preferred one are its synonyms, those of the others are kept and marked as narrower, broader
or related. Supplementary records stand in no tree; what they are mapped to is above them.

A translation is a part of its own (``desc-fr``): it neither replaces nor is replaced by NLM's file.

Files are read as streams, those with tree numbers twice: a heading may come before its parent.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml.etree import _Element

from termsearch.concept import Concept
from termsearch.loader import Options, Report
from termsearch_loaders.mesh_files import Edition, editions, holds_mesh
from termsearch_loaders.mesh_names import concepts, names
from termsearch_loaders.mesh_tree import Tree
from termsearch_loaders.mesh_xml import broken, child, children, heading, records, text, ui

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


def load(paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
    """Yield the records of every part in ``paths``; memory holds the trees, not the records.

    Raises:
        BadRecordError: Broken or cut XML, or a record without id or name; says file and line.
        BadReleaseError: A path without MeSH XML, or one part there twice.
    """
    found = editions(paths)
    report.total = sum(e.member.size * (1 + e.part.in_trees) for e in found)
    tree = _tree(found, report)
    parts = [edition.part.name for edition in found]
    report.parts += [edition.replaces for edition in found]
    report.warnings += _doubts(found, parts, tree)
    for edition in found:
        yield from _concepts(edition, tree, options, report)
    if "desc" in parts and tree.unknown:
        report.warnings.append(
            f"{len(tree.unknown):,} headings that supplementary records are mapped to are not in "
            f"the descriptor file, {next(iter(tree.unknown))} for one; take both of one year"
        )


def _tree(found: Sequence[Edition], report: Report) -> Tree:
    """First pass: the tree numbers of descriptors and qualifiers, in English where there is any."""
    tree = Tree()
    for edition in sorted(found, key=lambda edition: edition.lang != "en"):
        met: set[str] = set()
        for record in records(edition, report) if edition.part.in_trees else ():
            code = ui(edition, record)
            if code in met:
                raise broken(edition, record, f"{code} a second time, expected each id once")
            met.add(code)
            if code in tree:  # of another language
                continue
            listed = children(child(record, "TreeNumberList"), "TreeNumber")
            tree.add(code, heading(edition, record), list(filter(None, map(text, listed))))
    return tree


def _doubts(found: Sequence[Edition], parts: Sequence[str], tree: Tree) -> Iterator[str]:
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


def _concepts(edition: Edition, tree: Tree, options: Options, report: Report) -> Iterator[Concept]:
    reason = options.unwanted(VOCABULARY, edition.lang)
    for record in records(edition, report):
        if reason:
            rows = sum(1 for _ in record.iter("Term"))
            report.read += rows
            report.drop(reason, rows)
            continue
        found = concepts(edition, record)
        code = ui(edition, record)
        kept = names(edition, found, report)
        if not kept:
            continue
        place = tree.place(code) if edition.part.in_trees else tree.below(_mapped_to(record))
        yield Concept(
            vocabulary=VOCABULARY,
            code=code,
            names=tuple(kept),
            release=edition.release,
            part=edition.replaces,
            types=place.types,
            parents=place.parents,
            ancestors=place.ancestors,
            definition=text(child(found[0], "ScopeNote")) or text(child(record, "Note")),
            xrefs=_xrefs(found[0]),
        )


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
