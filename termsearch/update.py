"""From files to an index that answers with them: what ``termsearch ingest`` does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Self

from termsearch.batch import Batch, batches_of
from termsearch.concept import origin_of
from termsearch.connect import (
    export_encoder,
    ingest_encoder,
    open_index,
    open_or_create_index,
    served_manifest,
)
from termsearch.diff import Difference
from termsearch.elsewhere import elsewhere
from termsearch.encoder import Encoder
from termsearch.errors import IndexMissingError
from termsearch.index import Index
from termsearch.index.check import require_only
from termsearch.index.manifest import Generation, Manifest
from termsearch.ingest import store
from termsearch.loader import Options, Report, find_loader
from termsearch.release import ReleaseFiles
from termsearch.settings import Settings
from termsearch.share import Share
from termsearch.summary import Summary, unchanged

__all__ = ["How", "Update", "read_batches"]

#: Bytes of files from which on another process reads them: packed, 1 MB has some 30,000 names, and
#: the process takes 0.3 s to start.
_ELSEWHERE_FROM = 1_000_000


@dataclass(frozen=True)
class How:
    """What an update may take away and what it retains."""

    replace: bool = False  #: allow that most of what was ingested before is removed
    keep: bool = False  #: retain the generation that answers now
    force: bool = False  #: read files that have not changed since
    discard: bool = False  #: throw away what an update that was cut has left
    share: Share | None = None  #: store this share beside other machines, and publish nothing


class Update:
    """One or several loaders' releases, published together. A context manager.

    What is there already with the same fingerprint is not read; if that is all, nothing is
    opened, neither encoder nor the next generation. An update that ends early leaves what it has
    stored for the next one.
    """

    def __init__(
        self,
        plan: Mapping[str, Sequence[Path]],
        options: Options,
        settings: Settings,
        how: How = How(),
    ) -> None:
        """``plan``: loader to the paths it reads, as of :func:`termsearch.loader.grouped`.

        Raises:
            BadReleaseError: A file can't be read.
        """
        self._started = monotonic()
        self._options, self._settings, self._how = options, settings, how
        self._files = {loader: ReleaseFiles.at(paths) for loader, paths in plan.items()}
        self._prints = {
            loader: files.fingerprint(loader, options) for loader, files in self._files.items()
        }
        self._open = ExitStack()
        self.deleted: Generation | None = None  #: that had been kept, by :meth:`publish`
        self._stored = False
        self._ours: set[str] = set()  # origins that were brought up to date

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def ingest(
        self,
        loader: str,
        *,
        warnings: Sequence[str] = (),
        progress: Callable[[Summary], None] = lambda _: None,
    ) -> Summary:
        """What was stored of all that ``loader`` reads. See :func:`termsearch.ingest.store`.

        To be called in the order of the plan.

        Args:
            loader: One of the plan's.
            warnings: Begin the report with these.
            progress: Called after every batch.
        """
        report = Report(warnings=list(warnings))
        manifest = self._served or self._index.manifest
        known = None if self._how.force else unchanged(manifest, self._prints[loader])
        if known:
            known.report, known.seconds = report, monotonic() - self._started
            self._ours.update(known.origins)
            return known
        self._stored = True
        summary = store(
            self._batches(loader, report),
            loader,
            self._encoder,
            self._index,
            report=report,
            # What nobody has seen yet is no loss.
            replace_all=self._how.replace or not (self._how.share or self._answering),
            more_follows=loader != list(self._files)[-1],
            fingerprint=self._prints[loader],
            options=self._options.told(find_loader(loader).OPTIONS),
            difference=None if self._how.share else self._difference(),
            share=self._how.share,
            progress=progress,
        )
        self._ours.update(summary.origins)
        return summary

    def _batches(self, loader: str, report: Report) -> Iterator[Batch]:
        files, share = self._files[loader], self._how.share
        arguments = (loader, files, self._options, self._encoder.chunk, share, report)
        if files.size < _ELSEWHERE_FROM:
            return self._checked(loader, read_batches(*arguments), report)
        return self._checked(loader, elsewhere(read_batches, *arguments), report)

    def _checked(self, loader: str, batches: Iterator[Batch], report: Report) -> Iterator[Batch]:
        """``batches``, refused before any is stored or embedded if they are sure to be at the end.

        That is, where another part of the same loader was left behind.
        """
        known = False
        for batch in batches:
            said = batch.report or report
            if not known and said.parts and not said.more_parts:
                known = True
                self._require_parts(loader, said.parts)
            yield batch

    def _require_parts(self, loader: str, parts: Sequence[str]) -> None:
        loaders = list(self._files)
        later = loaders[loaders.index(loader) + 1 :]
        ours = {*self._ours, *(origin_of(loader, part) for part in parts)}
        self._require_only(
            self._index, lambda origin: origin in ours or origin.partition("/")[0] in later
        )

    def publish(self) -> str:
        """Let queries see it, and give them an encoder that starts fast.

        Returns:
            Why there is no such encoder, in one line; else an empty text, as where there was
            nothing to publish.

        Raises:
            UnfinishedIngestError: With it would be published what another ingest, which was cut
                or failed, has stored; nothing was.
        """
        if self._served is not None or self._how.share or self._only_discards:
            return ""
        self._require_only(self._index, self._ours.__contains__)
        warning = export_encoder(self._settings, self._encoder, self._index)
        kept = None if self._how.keep else self._index.kept()
        self._index.publish(keep=self._how.keep)
        self.deleted = kept
        return warning

    @property
    def _only_discards(self) -> bool:
        """Whether the next generation is a copy of the current one to which nothing came."""
        return self._how.discard and not self._stored

    def _difference(self) -> Difference | None:
        """From what answers now; None where nothing does."""
        return Difference(self._answering, listed=0) if self._answering else None

    @cached_property
    def _answering(self) -> Index | None:
        """What answers while the next generation is written, opened to read."""
        try:
            now = open_index(self._settings)
        except IndexMissingError:
            return None
        self._open.callback(now.close)
        return now

    @cached_property
    def _served(self) -> Manifest | None:
        """What answers now, if all of the plan is in it as it would be read again.

        Not if what waits to answer next has it otherwise: reading it again puts that right.
        """
        if self._how.force or self._how.discard:  # which is done as the index is opened to write
            return None
        manifest, waiting = served_manifest(self._settings)
        prints = self._prints.values()
        if manifest is None or not all(unchanged(manifest, each) for each in prints):
            return None
        ours = {origin for each in prints for origin in manifest.origins_of(each)}
        otherwise = waiting.changed_since(manifest) if waiting else ()
        return manifest if ours.isdisjoint(otherwise) else None

    @cached_property
    def _encoder(self) -> Encoder:
        return ingest_encoder(self._settings)

    @cached_property
    def _index(self) -> Index:
        index = open_or_create_index(
            self._settings,
            self._encoder.card,
            discard=self._how.discard,
            shared=self._how.share is not None,
        )
        self._open.callback(index.close)
        # What is sure to be refused at the end is refused before all is embedded.
        self._require_only(index, lambda origin: origin.partition("/")[0] in self._files)
        return index

    def _require_only(self, index: Index, ours: Callable[[str], bool]) -> None:
        """Unless it is shared: then others fill it too."""
        if not self._how.share:
            require_only(index, self._answering.manifest if self._answering else None, ours)


def read_batches(
    loader: str,
    files: ReleaseFiles,
    options: Options,
    size: int,
    share: Share | None,
    report: Report,
) -> Iterator[Batch]:
    """What ``loader`` reads, in batches that say what became of the rows; the last one is empty."""
    concepts = files.steadily(find_loader(loader).load(files.paths, options, report))
    entries = {}
    for batch in batches_of(share.taken(concepts) if share else concepts, loader, size, report):
        batch.report = report
        entries = batch.entries
        yield batch
    yield Batch(entries=entries, share=report.share, report=report)
