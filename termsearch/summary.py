"""What an ingest did, or would do if it were done again."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from termsearch.diff import Kind
from termsearch.index.manifest import Manifest
from termsearch.loader import Report

__all__ = ["Summary", "other_options", "unchanged"]


@dataclass
class Summary:
    """What an ingest did; grows while it runs. ``names == embedded + reused`` at all times."""

    concepts: int = 0
    names: int = 0  #: points: one per concept, language and search form
    merged: int = 0  #: names that went into another's point, having its search form, or had none
    embedded: int = 0  #: names that got a vector in this run
    reused: int = 0  #: names whose vector was there
    rewritten: int = 0  #: of those, names whose payload changed
    removed: int = 0  #: names the origin no longer has
    seconds: float = 0.0
    share: float = 0.0  #: of the release that is stored, 0 to 1
    optimizing: bool = False  #: all is stored and the graph is being built
    built: float = 0.0  #: share of the graph, 0 to 1; 0 where the engine does not tell
    #: Concepts added, retired, renamed, ...; empty where there was nothing to compare with.
    changes: dict[Kind, int] = field(default_factory=dict)
    unchanged: bool = False  #: nothing was read: its files are those of the last time
    origins: tuple[str, ...] = ()  #: that it brought up to date, once it is finished
    report: Report = field(default_factory=Report)


def unchanged(manifest: Manifest, fingerprint: str) -> Summary | None:
    """What an ingest of the same again would do, without reading it; None if it must be read."""
    entries = manifest.of_fingerprint(fingerprint)
    if not entries:
        return None
    names = sum(entry.names for entry in entries)
    concepts = sum(entry.concepts for entry in entries)
    return Summary(
        concepts=concepts,
        names=names,
        reused=names,
        unchanged=True,
        origins=tuple(manifest.origins_of(fingerprint)),
    )


def other_options(manifest: Manifest, origins: Iterable[str], now: str | None) -> list[str]:
    """A warning for each of ``origins`` that was read otherwise the last time.

    Who forgets ``--hierarchy`` loses the parents, who forgets ``--lang`` names, and most of all
    that was there before stays, so that nothing else tells.

    Args:
        manifest: Of what was read the last time.
        origins: That are read now.
        now: Options as on the command line; None: nobody knows.
    """
    return [
        f"{origin} was read with {then or 'no options'} the last time, now with {now or 'none'}: "
        "names and parents that this leaves out are gone"
        for origin in origins
        for then in dict.fromkeys(e.options for e in manifest.loaded if e.origin == origin)
        if None not in {then, now} and then != now
    ]
