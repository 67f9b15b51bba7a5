"""What a generation must pass before readers see it, on every engine."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import numpy as np

from termsearch.errors import IndexUnreadableError, UnfinishedIngestError, UsageError
from termsearch.index import Index, Stored
from termsearch.index.manifest import Manifest
from termsearch.index.point import as_written
from termsearch.index.rules import rules

__all__ = [
    "listed",
    "other_rules",
    "require_only",
    "require_others",
    "require_sound",
    "stranded",
    "way_out",
]

#: Points looked at: one damaged point in a hundred is found with a probability of .92. They are
#: the first by id, and ids are hashes: a fair sample.
_SAMPLE = 256

#: Vectors are stored as float32, of length 1.
_TOLERANCE = 1e-3

#: Nobody reads more origins in one line.
_SHOWN = 4


def require_sound(index: Index) -> None:
    """Refuse to publish what is not all there.

    Raises:
        UnfinishedIngestError: An ingest into it was cut.
        IndexUnreadableError: Points were lost or damaged, or another ingest has put some.
    """
    if cut := index.manifest.cut:
        raise UnfinishedIngestError(index.location, cut)
    expected, there = index.manifest.names or 0, index.count()
    why = "another ingest has written to it" if there > expected else "some were lost"
    todo = f"{why}; nothing was published. Repeat the ingest with --discard."
    index.manifest.require_whole(there, f"the next generation of {index.location}", todo)
    sample = list(islice(index.ids([]), _SAMPLE))
    stored = index.stored(sample)
    bad = [id_ for id_ in sample if id_ not in stored or not _whole(id_, stored[id_])]
    if bad:
        raise IndexUnreadableError(
            f"{len(bad)} of {len(sample)} names looked at in the next generation of "
            f"{index.location} are damaged (point {bad[0]}); nothing was published. Repeat the "
            "ingest with --discard."
        )


def require_only(index: Index, answers: Manifest | None, ours: Callable[[str], bool]) -> None:
    """Refuse an index that will answer otherwise than now for another reason than ours.

    Nobody asked for what an ingest that failed has left there, unless this one goes on with it.

    Args:
        index: The next generation.
        answers: What answers now says of itself.
        ours: Whether an origin is one that this run brings up to date.

    Raises:
        UnfinishedIngestError: It will.
    """
    others = [each for each in index.manifest.changed_since(answers) if not ours(each)]
    if others:
        told = [entry.told for entry in index.manifest.loaded if entry.origin in others]
        raise UnfinishedIngestError(index.location, told or others)


def require_others(origins: Sequence[str], there: Iterable[str]) -> None:
    """Refuse to take ``origins`` out of an index that has names of those ``there``: all of them.

    Raises:
        UsageError: They are all.
    """
    if set(origins) == set(there):
        raise UsageError(_all_there(origins))


def other_rules(manifest: Manifest) -> str:
    """Whose search keys another version has made, and what to do; nothing where nobody's."""
    origins = manifest.made_otherwise(rules())
    if not origins:
        return ""
    return (
        f"the search keys of {listed(origins)} are another version's, and names may rank lower "
        f"for it: repeat the ingest of {'it' if len(origins) == 1 else 'them'}, which embeds only "
        "names whose search form has changed."
    )


def stranded(begun: str) -> str:
    """What becomes of a generation that an ingest has ``begun``, by a rollback of what answers."""
    return (
        f"{begun}, which an ingest that is running or was cut has begun, can't be published now: "
        "another 'termsearch rollback' undoes this one; the next ingest deletes it."
    )


def way_out(held: Sequence[str], there: Iterable[str]) -> str:
    """How ``held`` goes out of an index that has names of those ``there``; nothing where none is.

    Of all of them the reason why they can't.
    """
    if held and set(held) == set(there):
        return _all_there(held)
    remove = f"termsearch remove {shlex.join(held)}"
    return f"To take out what the index has of it: {remove}" if held else ""


def listed(origins: Sequence[str]) -> str:
    """Origins in one line, as a sentence begins with them."""
    shown = origins if len(origins) <= _SHOWN else [*origins[: _SHOWN - 1]]
    more = len(origins) - len(shown)
    *first, last = [*shown, f"{more} more"] if more else shown
    return f"{', '.join(first)} and {last}" if first else last


def _all_there(origins: Sequence[str]) -> str:
    return (
        f"{', '.join(origins)} is all that is in the index, and none can be empty: delete the "
        "index with 'termsearch remove --all --index NAME', or ingest something else first."
    )


def _whole(id_: str, stored: Stored) -> bool:
    """Whether the point is the one its id says, as it was written, with a direction."""
    point, vector = stored
    length = float(np.linalg.norm(vector))
    return point.id == id_ and as_written(point) and abs(length - 1) < _TOLERANCE
