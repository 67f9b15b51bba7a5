"""What an ingest did, or would do if it were done again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from termsearch.diff import Kind
from termsearch.index import Index
from termsearch.index.check import listed
from termsearch.index.manifest import Loaded, Manifest
from termsearch.index.rules import rules
from termsearch.index.where import CARD, Condition
from termsearch.loader import Options, Report
from termsearch.pipeline import batches

__all__ = ["Summary", "namesakes", "other_options", "unchanged"]

#: By name of a flag, without dashes.
_Flags: TypeAlias = defaultdict[str, set[str]]

#: Language, without a region, and search form of a name.
_Word: TypeAlias = tuple[str, str]

#: Concepts compared in one request.
_PAGE = 512


@dataclass
class Summary:
    """What an ingest did; grows while it runs. ``names == embedded + reused`` at all times."""

    concepts: int = 0  #: each once for every origin that has it
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
    """What an ingest of the same again would do, without reading it; None if it must be read.

    As it must where other rules made its search keys.
    """
    entries = manifest.of_fingerprint(fingerprint)
    if not entries or any(entry.rules != rules() for entry in entries):
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
    manifest: Manifest,
    origins: Iterable[str],
    now: str | None,
    read: Iterable[tuple[str, str]] = (),
) -> list[str]:
    """A warning for those of ``origins`` that were read otherwise the last time, to their loss.

    Who forgets ``--hierarchy`` loses the parents, who forgets ``--column`` synonyms, and most of
    all that was there before stays, so that nothing else tells. Origins that were read alike the
    last time share a warning.

    Args:
        manifest: Of what was read the last time.
        origins: That are read now.
        now: Options as on the command line; None: nobody knows.
        read: Each origin and language that names were read of now, where that is known.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    langs = set(read)
    for origin in origins if now is not None else ():
        entries = [entry for entry in manifest.loaded if entry.origin == origin]
        gone = {lang for e in entries for lang in e.langs if (origin, lang) not in langs}
        for then in dict.fromkeys(entry.options for entry in entries):
            if then is not None and (loss := _loss(entries, gone, _flags(then), _flags(now or ""))):
                alike.setdefault((then, loss), []).append(origin)
    return [
        f"{listed(found)} {'was' if len(found) == 1 else 'were'} read with {then or 'no options'} "
        f"the last time, now with {now or 'none'}: {loss}"
        for (then, loss), found in alike.items()
    ]


def namesakes(
    index: Index, read: Iterable[tuple[str, str]], assumed: Sequence[tuple[str, str]]
) -> list[str]:
    """A warning for every two origins that have codes in common and no name of these.

    Of one of the two nobody has said that it is of this vocabulary, and one was read now: which of
    them is read first is of no matter.

    Args:
        index: As it is after the ingest; its manifest says what was assumed earlier.
        read: Vocabularies, each with the origin that has it, which were read now.
        assumed: Those of which nobody said so now.
    """
    now = {*read, *assumed}
    there = {(e.vocabulary, e.origin): e.assumed for e in index.manifest.loaded}
    before = [each for each, unsaid in there.items() if unsaid and each not in now]
    counts: dict[tuple[str, str, str], int] = {}
    compared = set[tuple[str, str]]()
    for own in (*assumed, *before):
        among = dict.fromkeys(there if own in now else now)
        others = [o for o in among if o[0] == own[0] and o != own and o not in compared]
        for origin, count in _strangers(index, own, [origin for _, origin in others]).items():
            counts[*own, origin] = count
        compared.add(own)
    return [
        f"{count:,} codes of {vocabulary} are also in {other}, under other names. If {own} is "
        "another list, name its vocabulary: --vocab"
        for (vocabulary, own, other), count in counts.items()
        if count
    ]


def _strangers(index: Index, own: tuple[str, str], others: Sequence[str]) -> dict[str, int]:
    """How many concepts each of ``others`` has in common with ``own`` and no name of these.

    Two origins are compared from that of fewer concepts: a table of one row may stand beside a
    terminology, and is read at each ingest of the other.
    """
    vocabulary, origin = own
    sizes = {each: _concepts(index, vocabulary, each) for each in (origin, *others) if others}
    larger = [each for each in others if sizes[each] >= sizes[origin]]
    counts = Counter(_met(index, vocabulary, origin, larger))
    for each in others:
        if each not in larger:
            counts[each] = sum(1 for _ in _met(index, vocabulary, each, [origin]))
    return {each: counts[each] for each in others}


def _concepts(index: Index, vocabulary: str, origin: str) -> int:
    """Not the manifest's: that counts what was there before."""
    where = [Condition("vocabulary", (vocabulary,)), Condition("origin", (origin,)), CARD]
    return index.count(where)


def _met(index: Index, vocabulary: str, own: str, others: Sequence[str]) -> Iterator[str]:
    """For each concept of the origin ``own``, those of ``others`` whose names of it are others."""
    if not others:
        return
    here = Condition("vocabulary", (vocabulary,))
    cards = index.points([here, Condition("origin", (own,)), CARD])
    for page in batches((card.curie for card in cards), _PAGE):
        names: dict[str, dict[str, set[_Word]]] = {curie: {own: set()} for curie in page}
        both = Condition("origin", (own, *others))
        for point in index.points([here, both, Condition("curies", tuple(page))]):
            if point.curie in names:
                word = point.lang.partition("-")[0], point.form
                names[point.curie].setdefault(point.origin, set()).add(word)
        for by_origin in names.values():
            mine = by_origin.pop(own)
            yield from (other for other, theirs in by_origin.items() if _differ(mine, theirs))


def _differ(some: Iterable[_Word], others: Iterable[_Word]) -> bool:
    """Whether names have a language in common, and none is the same: else one may translate."""
    langs, forms = (set(each) for each in zip(*some, strict=True))
    other_langs, other_forms = (set(each) for each in zip(*others, strict=True))
    return not langs.isdisjoint(other_langs) and forms.isdisjoint(other_forms)


def _loss(entries: Sequence[Loaded], langs: Iterable[str], then: _Flags, now: _Flags) -> str:
    """What becomes of ``entries``, which were read with ``then``, by ``now``; nothing if nothing.

    ``langs``: of theirs, those that may be gone.
    """
    if _less(entries, langs, then, now):
        return "names and parents that this leaves out are gone"
    return "other names are displayed" if then["dialect"] and not now["dialect"] else ""


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
