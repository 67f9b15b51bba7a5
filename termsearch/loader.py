"""The contract of a loader, and the finding of installed ones.

A loader is a module (or any object) with what :class:`Loader` lists, registered by
one line in its package's ``pyproject.toml``::

    [project.entry-points."termsearch.loaders"]
    mesh = "termsearch_loaders.mesh"

It reads releases from disk and yields concepts. It never downloads, embeds or stores, so it
can be tested with a ten-line file and no model.
"""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from termsearch.concept import Concept
from termsearch.errors import (
    BadReleaseError,
    BrokenLoaderError,
    UnknownLoaderError,
    UnknownReleaseError,
)
from termsearch.files import files_in
from termsearch.normalize import search_form
from termsearch.unreadable import OFFICE, why_unreadable
from termsearch.vocabulary import lang_includes

__all__ = [
    "GROUP",
    "OFFICE",
    "Explains",
    "Loader",
    "Options",
    "Report",
    "files_in",
    "find_loader",
    "grouped",
    "installed_loaders",
    "recognise",
    "visible",
]

#: The entry-point group a package registers its loaders under.
GROUP = "termsearch.loaders"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user asked to have read. A loader ignores what its format has no notion of."""

    #: Vocabulary ids to keep; empty keeps all.
    vocabularies: tuple[str, ...] = ()
    #: BCP-47 languages to keep; empty is the loader's default (UMLS: ``en``; others: all).
    langs: tuple[str, ...] = ()
    #: Whose preferred names are displayed, e.g. ``en-GB`` (SNOMED CT language reference sets).
    dialect: str = ""
    #: Keep concepts and names that the publisher has retired.
    inactive: bool = False
    #: Read parents where that is costly (UMLS MRREL).
    hierarchy: bool = False
    #: Column of a user's table for each field of ours: ``{"code": "LocalCode"}``.
    columns: Mapping[str, str] = field(default_factory=dict)
    #: Read a user's tables as one file of this name: what was read under it before is replaced.
    part: str = ""

    def wants_lang(self, lang: str) -> bool:
        """Whether names in ``lang`` are to be kept: asked for, or more or less exact than that.

        ``en`` asks for ``en-GB`` too; ``en-GB`` for ``en``, which may be just that.
        """
        return not self.langs or any(
            lang_includes(each, lang) or lang_includes(lang, each) for each in self.langs
        )

    def unwanted(self, vocabulary: str, lang: str) -> str:
        """Why these options leave names of ``vocabulary`` in ``lang`` out; nothing if they don't.

        A reason for :meth:`Report.drop`.
        """
        if self.vocabularies and vocabulary not in self.vocabularies:
            return f"vocabulary {vocabulary}"
        return "" if self.wants_lang(lang) else f"language {lang}"

    def told(self, acted_on: Container[str]) -> str:
        """Those that were given and that a loader acts on, as on the command line; may be empty.

        Args:
            acted_on: The loader's ``OPTIONS``.
        """
        told = {
            "vocabularies": [f"--vocab {each}" for each in self.vocabularies],
            "langs": [f"--lang {each}" for each in self.langs],
            "dialect": [f"--dialect {self.dialect}"],
            "inactive": ["--inactive"],
            "hierarchy": ["--hierarchy"],
            "columns": [f"--column {ours}={theirs}" for ours, theirs in self.columns.items()],
            "part": [f"--as {self.part}"],
        }
        given = self.given()
        return " ".join(
            flag
            for name, flags in told.items()
            if name in given and name in acted_on
            for flag in flags
        )

    def given(self) -> set[str]:
        """Names of the options that differ from their default."""
        default = Options()
        return {f.name for f in fields(self) if getattr(self, f.name) != getattr(default, f.name)}


@dataclass
class Report:
    """What became of every row; a loader fills it while it yields.

    ``read == kept + sum(dropped.values())`` holds at the end: nothing is dropped in silence.
    A *row* is one record that can give a name (a MRCONSO row, a MeSH term, a description).
    """

    read: int = 0
    kept: int = 0
    #: Reason, in words a user understands, to rows.
    dropped: Counter[str] = field(default_factory=Counter)
    #: Things worth a line in the summary that cost no row.
    warnings: list[str] = field(default_factory=list)
    #: Parts that were read, those without a concept too: what an index has of them is replaced.
    #: All of them before the first concept, unless ``more_parts`` says otherwise.
    parts: list[str] = field(default_factory=list)
    #: Whether parts may be met later, since files are looked into one after the other.
    more_parts: bool = False
    #: Vocabulary and part of names in rows that don't say whose they are, each once: the id is that
    #: of a file, and may be another's by chance.
    assumed: dict[tuple[str, str], None] = field(default_factory=dict)
    #: Progress in units of the loader's choice (bytes, concepts); 0 of 0 while unknown.
    done: int = 0
    total: int = 0

    def drop(self, reason: str, rows: int = 1) -> None:
        """Count ``rows`` that were read and not kept."""
        self.dropped[reason] += rows

    @property
    def share(self) -> float:
        """How much of the release has been read, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0


def visible(text: str) -> bool:
    """Whether ``text`` has a visible character; a name without one can't be searched."""
    return bool(search_form(text))


class Loader(Protocol):
    """Reads releases of one format. Its docstring's first line is what ``loaders`` lists."""

    #: Which of :class:`Options` it acts on; the user is told of others that were given.
    OPTIONS: frozenset[str]

    def recognises(self, path: Path) -> bool:
        """Whether ``path`` is such a release or a file of one. Looks at names and headers only.

        Never raises for a file that is something else, however broken.
        """

    def load(self, paths: Sequence[Path], options: Options, report: Report) -> Iterator[Concept]:
        """Yield the concepts of the release that ``paths`` make up together, each once.

        Streaming: memory stays flat. Deterministic: same files, same concepts, same order.

        Raises:
            BadRecordError: A row is broken or a file ends too early; says file and line.
            BadReleaseError: A file that the format needs is missing.
        """


@runtime_checkable
class Explains(Protocol):
    """What a loader may have besides: the reason why it does not know a file of its kind."""

    def why_not(self, path: Path) -> str:
        """Why ``path``, which has the look of its format, is not recognised, as one sentence.

        Nothing where it is something else. Asked only of what no loader recognises. Never raises.
        """


def installed_loaders() -> list[str]:
    """Names of every registered loader, sorted. Imports none of them."""
    return sorted({entry.name for entry in entry_points(group=GROUP)})


def find_loader(name: str) -> Loader:
    """Import and return the loader registered as ``name``.

    Raises:
        UnknownLoaderError: No installed package registers it.
        BrokenLoaderError: What it registers can't be imported, or is no loader.
    """
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise UnknownLoaderError(name, installed_loaders())
    entry = next(iter(found))
    try:
        loader = entry.load()
    except Exception as error:  # what another package does at import is not ours to foresee
        raise BrokenLoaderError(name, entry.value, f"can't be imported: {error}") from error
    missing = [part for part in ("OPTIONS", "recognises", "load") if not hasattr(loader, part)]
    if missing:
        raise BrokenLoaderError(name, entry.value, f"has no {' and no '.join(missing)}")
    return cast("Loader", loader)


def grouped(
    paths: Sequence[Path], loader: str = "", *, otherwise: str = ""
) -> dict[str, list[Path]]:
    """Loader to the paths it reads together, in the order given.

    Args:
        paths: Releases, or parts of one (International edition and extension, say).
        loader: Reads them all; empty: each is recognised.
        otherwise: Reads what none recognises; empty: that is refused.

    Raises:
        UnknownLoaderError: No installed package registers ``loader``.
        BadReleaseError: A path is a file that nothing can be read from.
        UnknownReleaseError: A path is recognised by no loader, or by more than one.
    """
    if loader:
        find_loader(loader)
        return {loader: list(paths)}
    found: dict[str, list[Path]] = {}
    for path in paths:
        found.setdefault(recognise(path, otherwise=otherwise), []).append(path)
    return found


def recognise(path: Path, *, otherwise: str = "") -> str:
    """Name of the one installed loader that knows ``path``; ``otherwise`` where none does.

    Raises:
        BadReleaseError: None does, and it is damaged, encrypted, or an Office file or PDF.
        UnknownReleaseError: None does and there is no other, or more than one.
    """
    names = installed_loaders()
    claims, broken = [], []
    for name in names:
        try:
            if find_loader(name).recognises(path):
                claims.append(name)
        except BrokenLoaderError as error:  # of no matter if another one knows the path
            broken.append(error)
    if not claims and not broken and (reason := why_unreadable(path)):
        raise BadReleaseError(path, reason)
    if not claims and otherwise:
        return otherwise
    if len(claims) == 1:
        return claims[0]
    if broken:
        raise broken[0]
    raise UnknownReleaseError(path, claims, names, () if claims else _reasons(path, names))


def _reasons(path: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Loader and its reason, of those that have one."""
    for name in names:
        loader = find_loader(name)
        if isinstance(loader, Explains) and (reason := loader.why_not(path)):
            yield name, reason
