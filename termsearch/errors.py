"""Errors a caller can act on.

Each message says what was found, what was expected, and what to do next. The command line
prints it as one line and exits with the class's ``exit_code``; anything that is not a
``TermsearchError`` is a bug and keeps its traceback.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

__all__ = [
    "BadBundleError",
    "BadRecordError",
    "BadReleaseError",
    "BadVectorError",
    "BrokenLoaderError",
    "ConfigError",
    "EmptyReleaseError",
    "EncoderExportError",
    "IndexBusyError",
    "IndexMissingError",
    "IndexUnreadableError",
    "LargeRemovalError",
    "ModelMismatchError",
    "ModelUnavailableError",
    "NothingKeptError",
    "ProcessEndedError",
    "RetiredCodeError",
    "TermsearchError",
    "UnfinishedIngestError",
    "UnknownCodeError",
    "UnknownLoaderError",
    "UnknownReleaseError",
    "UnknownValueError",
    "UsageError",
    "extra_missing",
    "first_line",
    "how_to_install",
    "note_bug",
]


#: Nobody reads a longer list in one line.
_READABLE = 12


class TermsearchError(Exception):
    """Base of every error a caller can act on."""

    exit_code = 1


class UsageError(TermsearchError):
    """The question itself is wrong: no index and no release can answer it."""

    exit_code = 2


class ConfigError(UsageError):
    """A setting is missing, misspelt or out of range."""


def how_to_install(extra: str) -> str:
    """The command that installs an extra: there is no release on PyPI that pip could find."""
    return f"pip install -c constraints.txt '.[{extra}]' in the clone of termsearch"


def extra_missing(package: str, extra: str) -> ConfigError:
    """To raise where there is no ``package``, which comes with the extra ``extra``."""
    return ConfigError(f"{package} is not installed; it comes with {how_to_install(extra)}.")


class UnknownValueError(UsageError):
    """A filter names a vocabulary, type, language or code that the index does not hold."""

    def __init__(self, what: str, value: str, known: Iterable[str], hint: str = "") -> None:
        self.what, self.value = what, value
        super().__init__(f"unknown {what} {value!r}; {hint or _nearest(value, known)}")


class RetiredCodeError(UsageError):
    """A filter names a retired code under which nothing is in use."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code} is retired, and neither under it nor under a successor is anything in use; "
            "ask for another code, or for retired names too (--inactive).",
        )


class UnknownCodeError(TermsearchError):
    """The vocabulary is in the index and has no such code."""

    def __init__(self, code: str, similar: Iterable[str], releases: Mapping[str, str]) -> None:
        held = ", ".join(
            f"{vocabulary} {release}".strip() for vocabulary, release in releases.items()
        )
        super().__init__(f"{code} is not in the index ({held}); {_nearest(code, similar)}")


class UnknownLoaderError(UsageError):
    """No installed package registers a loader under this name."""

    def __init__(self, name: str, installed: Iterable[str]) -> None:
        self.name = name
        super().__init__(
            f"no loader is called {name!r}; installed: {', '.join(sorted(installed)) or 'none'}. "
            "A package adds one with a 'termsearch.loaders' entry point."
        )


class UnknownReleaseError(UsageError):
    """No installed loader, or more than one, recognises the files."""

    def __init__(
        self,
        path: Path,
        claimed_by: Iterable[str],
        installed: Iterable[str],
        reasons: Iterable[tuple[str, str]] = (),
    ) -> None:
        """``reasons``: loader, and why it does not know the path, of those that say so."""
        self.path = path
        names = sorted(claimed_by)
        like = " and ".join(names)
        found = f"looks like {like}" if names else "is no release that a loader knows"
        # First: who made a table with other columns need not choose among loaders.
        told = "".join(f"{why.rstrip('.')} (not read by {loader}). " for loader, why in reasons)
        super().__init__(
            f"{told}{path} {found}; installed loaders: {', '.join(sorted(installed)) or 'none'}. "
            "Name the right one with --loader."
        )


class BadReleaseError(TermsearchError):
    """A release as a whole is not what its specification promises (a file missing, say)."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


class BadRecordError(TermsearchError):
    """One place in a release file does not have the shape its specification promises."""

    def __init__(self, path: Path | str, where: str, problem: str) -> None:
        self.path, self.where = path, where
        super().__init__(
            f"{path}, {where}: {problem}. Mend the file or fetch it again, and repeat the command."
        )


class EmptyReleaseError(TermsearchError):
    """A release was read to its end and no name was kept."""

    def __init__(self, loader: str, read: int, dropped: str, way_out: str = "") -> None:
        """``way_out``: how names that were read from it before leave the index, or why not."""
        super().__init__(
            f"the {loader} loader read {read:,} rows and kept no name"
            f"{f' (dropped: {dropped})' if dropped else ''}; the index is as it was. "
            f"Check the file, --vocab and --lang. {way_out}".rstrip()
        )


class LargeRemovalError(TermsearchError):
    """Most of what an origin had would be removed: more likely a slip than a new release."""

    def __init__(self, origin: str, gone: int, had: int) -> None:
        super().__init__(
            f"{gone:,} of the {had:,} names that {origin} had are not in what was read, and would "
            "be removed; none was. If that is meant (another release, other --vocab or --lang, "
            "another file of the same name), repeat the command with --replace."
        )


class ModelUnavailableError(TermsearchError):
    """The weights of a model are neither on this machine nor to be had from the hub."""


class EncoderExportError(TermsearchError):
    """An encoder can't be written as a graph; queries need torch then."""


class ModelMismatchError(TermsearchError):
    """The index was built by another encoder; its scores would be meaningless."""

    def __init__(self, index: str, built_by: str, asked_for: str) -> None:
        super().__init__(
            f"index {index!r} holds vectors from {built_by}, but {asked_for} was asked for. "
            "Use the encoder that built it, or ingest into another index (--index NAME)."
        )


class BrokenLoaderError(TermsearchError):
    """A loader is registered and can't be used."""

    def __init__(self, name: str, module: str, problem: str) -> None:
        super().__init__(
            f"the loader {name!r} ({module}) {problem}. Mend or uninstall its package, or name "
            "another loader with --loader."
        )


class BadVectorError(TermsearchError):
    """A vector is zero, not finite, or of the wrong width: searching it would lie."""


class BadBundleError(TermsearchError):
    """A bundle can't be written, or is not what was packed."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {problem}. {remedy}")


class IndexMissingError(TermsearchError):
    """There is no such index yet; an empty answer would claim it had been searched."""

    def __init__(self, where: str, *, begun: bool = False, others: Iterable[str] = ()) -> None:
        """``begun``: its first ingest has not ended; ``others``: indexes that are there."""
        todo = "make one with 'termsearch ingest PATH'"
        if begun:
            todo = "its first ingest is running or was cut: wait for it, or run it again to go on"
        there = ", ".join(others)
        choose = f"; there are: {there} (choose with --index or TERMSEARCH_INDEX)" if there else ""
        super().__init__(f"no index at {where}; {todo}{choose}.")


class IndexBusyError(TermsearchError):
    """One ingest at a time writes to an index; queries go on meanwhile."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"another ingest writes to the index: {where}. Wait for it to end, then repeat the "
            "command, or ingest into another --index."
        )


class UnfinishedIngestError(TermsearchError):
    """The next generation holds what nobody asked to publish, or part of a release."""

    def __init__(self, where: str, waiting: Iterable[str]) -> None:
        super().__init__(
            f"an earlier ingest of {', '.join(waiting)} was cut or failed, and what it stored "
            f"waits in the same next generation of {where}: nothing was published. Ingest both in "
            "one command and all of it is, or repeat this one with --discard to give that up."
        )


class ProcessEndedError(TermsearchError):
    """A process that this one had started ended before it was done."""

    def __init__(self, status: int) -> None:
        """``status``: as of :class:`subprocess.Popen`, negative for a signal."""
        how = f"was killed by signal {-status}" if status < 0 else f"ended with {status}"
        super().__init__(
            f"a process of this command {how}, perhaps for want of memory. Nothing that was stored "
            "is lost; run it again to go on."
        )


class NothingKeptError(TermsearchError):
    """There is no earlier generation to go back to."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} keeps no other generation to go back to; 'termsearch ingest --keep' leaves "
            "one."
        )


class IndexUnreadableError(TermsearchError):
    """The files or the server behind an index do not answer as they should."""


def first_line(error: Exception, said: str | None = None) -> str:
    """Of what ``error`` says, or of ``said`` in its place; what it is, where that is nothing."""
    text = str(error) if said is None else said
    return (text.strip().splitlines() or [type(error).__name__])[0]


def note_bug(log: str, error: Exception, where: str = "") -> None:
    """Log to ``log`` what it is and its frames, not its message: that may quote a user's text."""
    import logging  # here and not above, as is the next: who imports termsearch meets no bug
    from traceback import format_tb

    frames = "".join(format_tb(error.__traceback__)).rstrip()
    kind = type(error).__name__
    logging.getLogger(log).error("a bug: %s%s at\n%s", kind, where and f" in {where}", frames)


def _nearest(value: str, known: Iterable[str]) -> str:
    """The known values most like ``value``, as the end of a sentence."""
    all_known = sorted(set(known))
    folded = {name.casefold(): name for name in all_known}
    close = [folded[name] for name in get_close_matches(value.casefold(), folded, n=5, cutoff=0.5)]
    if close:
        return f"nearest known: {', '.join(close)}"
    if len(all_known) > _READABLE:
        return f"known: {', '.join(all_known[:_READABLE])} and {len(all_known) - _READABLE} more"
    return f"known: {', '.join(all_known)}" if all_known else "nothing known is like it"
