"""RF2 files by their names: which of a release's files the loader reads.

``[x|z]{sct2|der2}_{Content}_[Summary]{Full|Snapshot|Delta}[-lang]_{Country}_{Date}.txt``: only the
base name counts, as packages differ in their folders.
https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from termsearch.errors import BadReleaseError
from termsearch.loader import Report
from termsearch_loaders.files import Member, base_names, members

__all__ = ["REFSET", "File", "RF2Name", "file_date", "holds_release", "rf2_name", "select"]

#: Content of a file whose reference set is told by its header.
REFSET = "Refset"

_NAME = re.compile(
    r"[xz]?(?:sct|der|rel)2_"
    r"(?P<content>Concept|Description|TextDefinition|Relationship|c[sci]*Refset)_"
    r"(?P<rest>.+)\.txt"
)
_VIEW = re.compile(r"(Full|Snapshot|Delta)(?=(?:-[A-Za-z-]+)?_)")
_EDITION = re.compile(r"_(?P<country>[^_]*)_(?P<date>\d{8})(?:T\d+Z)?\.txt$")
_INNER_ZIP = re.compile(r"snomed.*\.zip", re.IGNORECASE)

#: A header is longer: ``id effectiveTime active moduleId definitionStatusId`` has 51 bytes.
#: Packages hold stub files of some 10 bytes for content that they do not have.
_STUB = 50


class RF2Name(NamedTuple):
    """What a base name says."""

    content: str  #: ``Concept``, ``Description``, ..., or :data:`REFSET`
    summary: str  #: what follows the content: ``LanguageSnapshot-en_INT_20250101``
    view: str  #: ``Full``, ``Snapshot``, ``Delta``; empty where the name does not say

    @property
    def twin(self) -> tuple[str, str]:
        """Equal for the Full and the Snapshot file of the same content of one package."""
        return self.content, _VIEW.sub("", self.summary)


class File(NamedTuple):
    """A file to read."""

    member: Member
    name: RF2Name


def rf2_name(base: str) -> RF2Name | None:
    """What ``base`` says, if it names a file that the loader can use."""
    found = _NAME.fullmatch(base.removesuffix(".gz"))
    if not found:
        return None
    content, rest = found["content"], found["rest"]
    view = _VIEW.search(rest)
    return RF2Name(
        REFSET if content.endswith(REFSET) else content, rest, view.group(1) if view else ""
    )


def holds_release(path: Path) -> bool:
    """Whether ``path`` is an RF2 file, or a folder or zip with a Concept file.

    By names alone; a package zipped inside a zip is believed by its name, as its own names
    can't be had without unpacking it. Packages of nothing but Delta files count: they get a
    better answer from :func:`select` than "unknown".
    """
    try:
        if path.is_dir():
            return any(map(_is_concepts, base_names(path)))
        if rf2_name(path.name):
            return path.is_file()
        zipped = islice(base_names(path), 1, None)  # the first is its own, and may be anything
        return any(_is_concepts(name) or _INNER_ZIP.fullmatch(name) for name in zipped)
    except OSError:
        return False


def _is_concepts(base: str) -> bool:
    name = rf2_name(base)
    return name is not None and name.content == "Concept"


def select(paths: Sequence[Path], report: Report) -> list[File]:
    """The files to read: no Delta, no stub, and no Full where its Snapshot is there as well.

    Raises:
        BadReleaseError: A path has no RF2 file, or Deltas only; no Concept or Description file.
    """
    found = [file for path in paths for file in _package(path, report)]
    newest = {file.name.twin for file in found if file.name.view != "Full"}
    chosen = [f for f in found if f.name.view != "Full" or f.name.twin not in newest]
    for content in ("Concept", "Description"):
        if not any(file.name.content == content for file in chosen):
            raise BadReleaseError(
                ", ".join(map(str, paths)),
                f"no {content} file; expected sct2_{content}_Snapshot_..._YYYYMMDD.txt "
                "(or Full). Give the whole release package, as a folder or as its zip",
            )
    return chosen


def _package(path: Path, report: Report) -> list[File]:
    try:
        files = list(_files(members(path)))
    except OSError as error:
        raise BadReleaseError(path, f"can't be read ({error})") from error
    whole = [file for file in files if file.name.view != "Delta"]
    if not files:
        raise BadReleaseError(
            path, "no RF2 file; expected names such as sct2_Concept_Snapshot_INT_20250101.txt"
        )
    if not whole:
        raise BadReleaseError(
            path,
            "only Delta files; a Delta lists changes and can't stand alone. Give the Snapshot "
            "or Full files of the same release",
        )
    for country, date in _late_deltas(files):
        report.warnings.append(
            f"{path}: the Delta files of {country} {date} are not read, and no Snapshot or Full "
            "file has their changes; give those of that date"
        )
    stubs = [file.member.name for file in whole if file.member.size < _STUB]
    if stubs:
        report.warnings.append(f"{path}: stub files without a header skipped: {', '.join(stubs)}")
    return [file for file in whole if file.member.size >= _STUB]


def _files(found: Iterable[Member]) -> Iterator[File]:
    for member in found:
        name = rf2_name(member.name)
        if name:
            yield File(member, name)


def _late_deltas(files: Iterable[File]) -> Iterator[tuple[str, str]]:
    """Country and date of Delta files that are newer than all other files of the country."""
    newest: dict[str, dict[bool, str]] = {}
    for file in files:
        if edition := _EDITION.search(file.member.name):
            dates = newest.setdefault(edition["country"], {True: "", False: ""})
            is_delta = file.name.view == "Delta"
            dates[is_delta] = max(dates[is_delta], edition["date"])
    for country, dates in newest.items():
        if dates[True] > dates[False]:
            yield country, dates[True]


def file_date(files: Iterable[File]) -> str:
    """The newest date in the files' names, ``YYYYMMDD``; empty if none has one."""
    editions = (_EDITION.search(file.member.name) for file in files)
    return max((edition["date"] for edition in editions if edition), default="")
