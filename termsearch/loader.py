"""The contract of a loader, and the finding of installed ones.

A loader is a module (or any object) with what :class:`Loader` lists, registered by
one line in its package's ``pyproject.toml``::

    [project.entry-points."termsearch.loaders"]
    mesh = "termsearch_loaders.mesh"

It reads releases from disk and yields concepts. It never downloads, embeds or stores, so it
can be tested with a ten-line file and no model.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast

from termsearch.concept import Concept
from termsearch.errors import BrokenLoaderError, UnknownLoaderError, UnknownReleaseError

__all__ = [
    "GROUP",
    "Loader",
    "Options",
    "Report",
    "find_loader",
    "grouped",
    "installed_loaders",
    "recognise",
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

    def wants_lang(self, lang: str) -> bool:
        """Whether names in ``lang`` are to be kept: asked for, or more or less exact than that.

        ``en`` asks for ``en-GB`` too; ``en-GB`` for ``en``, which may be just that.
        """
        tag = f"{lang.casefold()}-"
        wanted = (f"{each.casefold().replace('_', '-')}-" for each in self.langs)
        return not self.langs or any(tag.startswith(w) or w.startswith(tag) for w in wanted)

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


def grouped(paths: Sequence[Path], loader: str = "") -> dict[str, list[Path]]:
    """Loader to the paths it reads together, in the order given.

    Args:
        paths: Releases, or parts of one (International edition and extension, say).
        loader: Reads them all; empty: each is recognised.

    Raises:
        UnknownLoaderError: No installed package registers ``loader``.
        UnknownReleaseError: A path is recognised by no loader, or by more than one.
    """
    if loader:
        find_loader(loader)
        return {loader: list(paths)}
    found: dict[str, list[Path]] = {}
    for path in paths:
        found.setdefault(recognise(path), []).append(path)
    return found


def recognise(path: Path) -> str:
    """Name of the one installed loader that knows ``path``.

    Raises:
        UnknownReleaseError: None does, or more than one.
    """
    names = installed_loaders()
    claims, broken = [], []
    for name in names:
        try:
            if find_loader(name).recognises(path):
                claims.append(name)
        except BrokenLoaderError as error:  # of no matter if another one knows the path
            broken.append(error)
    if len(claims) == 1:
        return claims[0]
    if broken:
        raise broken[0]
    raise UnknownReleaseError(path, claims, names)
