"""What an ingest did, or would do if it were done again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from termsearch.diff import Kind
from termsearch.index import Index
from termsearch.index.manifest import Loaded, Manifest
from termsearch.index.where import CARD, Condition
from termsearch.loader import Options, Report
from termsearch.pipeline import batches

__all__ = ["Summary", "namesakes", "other_options", "unchanged"]

#: By name of a flag, without dashes.
_Flags: TypeAlias = defaultdict[str, set[str]]

#: Concepts compared in one request.
_PAGE = 512

#: Nobody reads more origins in one line.
_SHOWN = 4


@dataclass
class Summary:
    """What an ingest did; grows while it runs. ``names == embedded + reused`` at all times."""

    concepts: int = 0
    names: int = 0  #: points: one per concept, language and search form
    merged: int = 0  #: names without a point: their search form is another name's, or empty
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


def other_options(
    manifest: Manifest, origins: Iterable[str], now: str | None, read: Iterable[Loaded] = ()
) -> list[str]:
    """A warning for those of ``origins`` of which the last time something was read that is not now.

    Who forgets ``--hierarchy`` loses the parents, who forgets ``--column`` synonyms, and most of
    all that was there before stays, so that nothing else tells. Origins that were read alike the
    last time share a warning.

    Args:
        manifest: Of what was read the last time.
        origins: That are read now.
        now: Options as on the command line; None: nobody knows.
        read: What was read now, where that is known.
    """
    alike: dict[str, list[str]] = {}
    langs = {(entry.origin, lang) for entry in read for lang in entry.langs}
    for origin in origins if now is not None else ():
        entries = [entry for entry in manifest.loaded if entry.origin == origin]
        gone = {lang for e in entries for lang in e.langs if (origin, lang) not in langs}
        for then in dict.fromkeys(entry.options for entry in entries):
            if then is not None and _less(entries, gone, _flags(then), _flags(now or "")):
                alike.setdefault(then, []).append(origin)
    return [
        f"{_listed(found)} {'was' if len(found) == 1 else 'were'} read with {then or 'no options'} "
        f"the last time, now with {now or 'none'}: names and parents that this leaves out are gone"
        for then, found in alike.items()
    ]


def namesakes(index: Index, assumed: Iterable[str], origins: Sequence[str]) -> list[str]:
    """A warning for every two origins that have codes in common and no name of these.

    Args:
        index: As it is after the ingest.
        assumed: Vocabularies of which nobody said that they are one and the same.
        origins: Of this ingest; one of each two is among them.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    for vocabulary in dict.fromkeys(assumed):
        here = [e.origin for e in index.manifest.loaded if e.vocabulary == vocabulary]
        for own in origins if len(here) > 1 else ():
            earlier = set(origins[: origins.index(own)])  # was compared with this one
            for other in _strangers(index, vocabulary, own):
                counts[vocabulary, own, other] += other not in earlier
    return [
        f"{count:,} codes of {vocabulary} are also in {other}, under other names. If {own} is "
        "another list, name its vocabulary: --vocab"
        for (vocabulary, own, other), count in counts.items()
        if count
    ]


def _strangers(index: Index, vocabulary: str, own: str) -> Iterator[str]:
    """For each concept of the origin ``own``, the others that have it and none of its names."""
    here = Condition("vocabulary", (vocabulary,))
    cards = index.points([here, Condition("origin", (own,)), CARD])
    for page in batches((card.curie for card in cards), _PAGE):
        forms: dict[str, dict[str, set[str]]] = {curie: {own: set()} for curie in page}
        for point in index.points([here, Condition("curies", tuple(page))]):
            if point.curie in forms:
                forms[point.curie].setdefault(point.origin, set()).add(point.form)
        for by_origin in forms.values():
            yield from (o for o, f in by_origin.items() if f.isdisjoint(by_origin[own]))


def _less(entries: Sequence[Loaded], langs: Iterable[str], then: _Flags, now: _Flags) -> bool:
    """Whether something of ``entries``, which were read with ``then``, is left out by ``now``.

    ``langs``: of theirs, those that may be gone. Without ``--lang`` only English may be meant.
    """
    vocabularies, kept = {entry.vocabulary for entry in entries}, now["vocab"]
    wants_lang = Options(langs=tuple(now["lang"] or ("en",))).wants_lang
    return bool(
        (kept and not vocabularies <= kept and not (then["vocab"] or vocabularies) <= kept)
        or (then["lang"] != now["lang"] and not all(map(wants_lang, langs)))
        or (then["inactive"] and not now["inactive"] and any(each.inactive for each in entries))
        or (then["hierarchy"] and not now["hierarchy"])
        or then["column"] - now["column"]
    )


def _flags(told: str) -> _Flags:
    """Values by flag, of what :meth:`termsearch.loader.Options.told` gave; a switch has one."""
    found: _Flags = defaultdict(set)
    for flag in f" {told}".split(" --")[1:]:
        name, _, value = flag.partition(" ")
        found[name].add(value)
    return found


def _listed(origins: Sequence[str]) -> str:
    """Origins in one line, as a sentence begins with them."""
    shown = origins if len(origins) <= _SHOWN else [*origins[: _SHOWN - 1]]
    more = len(origins) - len(shown)
    *first, last = [*shown, f"{more} more"] if more else shown
    return f"{', '.join(first)} and {last}" if first else last
