"""Codes, to what a tool tells of them. All of it runs on the engine's thread."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from termsearch.codes import richness, similar_codes
from termsearch.errors import TermsearchError, UnknownCodeError, UnknownValueError
from termsearch.hierarchy import Page, Related
from termsearch.index import Index
from termsearch.index.manifest import Manifest
from termsearch.index.point import Point
from termsearch.index.where import Condition
from termsearch.lookup import Entry, lookup
from termsearch.mappings import mappings, translations
from termsearch.mcp import asked, told
from termsearch.vocabulary import NO_CURIE, curie, known_vocabulary, split_curie, vocabulary_id

__all__ = ["cards", "descended", "translated", "validated", "vocabularies"]

#: Of a list within a concept.
_SHOWN: Final = 20
_DEFINITION: Final = 1_500
_NAME: Final = 200


def cards(index: Index, codes: Sequence[str], *, inactive: bool) -> told.Cards:
    """The concepts that ``codes`` mean, and which of them mean none.

    Raises:
        TermsearchError: None of them does.
    """
    found: list[told.Card] = []
    missing: list[told.Missing] = []
    problem: TermsearchError | None = None
    for code in codes:
        try:
            entries = lookup(index, code, inactive=inactive)
            found += [_card(code, entry, _elsewhere(index, entry)) for entry in entries]
        except (UnknownCodeError, UnknownValueError) as error:
            problem = error
            missing.append(told.Missing(code=code, problem=str(error)))
    if problem and not found:
        raise problem
    return told.Cards(results=found, missing=missing)


def descended(
    index: Index, this: asked.Descendants, below: Callable[..., Page[Related]]
) -> told.Descended:
    """A page of what ``below`` finds for the concept that the code means.

    Raises:
        TermsearchError: The code means none, or several.
    """
    entry = _one(index, this.code)
    page = below(index, entry.curie, offset=this.offset, limit=this.limit, inactive=this.inactive)
    end = this.offset + len(page.results)
    return told.Descended(
        curie=entry.curie,
        name=entry.name,
        total=page.total,
        results=_briefs(page.results),
        next_offset=end if page.results and end < page.total else None,
    )


def translated(index: Index, code: str, target: str) -> told.Translated:
    """The codes of ``target`` for the concept that ``code`` means; of a retired one, its successor.

    Raises:
        UnknownValueError: Nobody knows the vocabulary ``target``.
        UnknownCodeError: The code means none.
    """
    entries = lookup(index, code)
    redirect = entries[0].redirect
    itself = redirect.asked if redirect else entries[0].curie
    found = translations(index, itself, [entry.curie for entry in entries])
    wanted = vocabulary_id(target) if target else ""
    reached = dict.fromkeys(mapping.vocabulary for mapping in found)
    _require_known(index.manifest, target, wanted, reached)
    kept = [mapping for mapping in found if wanted in {"", mapping.vocabulary}]
    return told.Translated(
        curie=itself,
        name="" if redirect else entries[0].name,
        results=[
            told.Translation(curie=m.curie, name=_cut(m.name), relation=m.relation, via=m.via)
            for m in kept
        ],
        elsewhere=[] if kept else list(reached),
    )


def validated(index: Index, codes: Sequence[str]) -> told.ValidatedCodes:
    """Whether each exists and is in use, in one request for all that do."""
    canonical = {code: _canonical(code) for code in codes}
    wanted = tuple(dict.fromkeys(filter(None, canonical.values())))
    points: dict[str, list[Point]] = {each: [] for each in wanted}
    for point in index.points([Condition("curies", wanted)]) if wanted else ():
        for each in points.keys() & set(point.curies):
            points[each].append(point)
    return told.ValidatedCodes(
        results=[
            _validated(index, code, canonical[code], points.get(canonical[code], ()))
            for code in codes
        ]
    )


def vocabularies(manifest: Manifest, *, types: int) -> told.Vocabularies:
    """Those that concepts come from, then those that use names of them."""
    held = [*manifest.vocabularies(), *manifest.searchable_vocabularies()]
    return told.Vocabularies(
        results=[_vocabulary(manifest, each, types) for each in dict.fromkeys(held)]
    )


def _elsewhere(index: Index, entry: Entry) -> list[str]:
    """CURIEs of the same in other vocabularies, nearest first."""
    found = mappings(index, entry.curie)
    return [each.curie for each in found if each.relation not in {"replaced by", "replaces"}]


def _card(code: str, entry: Entry, elsewhere: Sequence[str]) -> told.Card:
    synonyms = dict.fromkeys(_cut(name.name) for name in entry.names)
    synonyms.pop(_cut(entry.name), None)
    return told.Card(
        asked=code if entry.redirect else "",
        redirect=entry.redirect.reason if entry.redirect else "",
        curie=entry.curie,
        name=entry.name,
        release=entry.release,
        definition=_cut(entry.definition, _DEFINITION),
        types=[kind.name for kind in entry.types],
        synonyms=list(synonyms)[:_SHOWN],
        more_synonyms=max(0, len(synonyms) - _SHOWN),
        parents=_briefs(entry.parents[:_SHOWN]),
        children=_briefs(entry.children[:_SHOWN]),
        more_children=max(0, len(entry.children) - _SHOWN),
        codes=list(elsewhere[:_SHOWN]),
        more_codes=max(0, len(elsewhere) - _SHOWN),
        active=entry.active,
        replaced_by=_briefs(entry.replaced_by[:_SHOWN]),
    )


def _one(index: Index, code: str) -> Entry:
    entries = lookup(index, code)
    if len(entries) > 1:
        users = [entry.curie for entry in entries]
        raise UnknownValueError("code", f"{code} alone: {len(users)} concepts use it", users)
    return entries[0]


def _require_known(manifest: Manifest, target: str, wanted: str, reached: Iterable[str]) -> None:
    """A slip of the pen is not an empty answer."""
    held = manifest.searchable_vocabularies()
    if wanted and wanted not in {*held, *reached} and not known_vocabulary(wanted):
        raise UnknownValueError("vocabulary", target, {*held, *reached})


def _canonical(code: str) -> str:
    parts = split_curie(code)
    return curie(*parts) if parts else ""


def _validated(index: Index, code: str, canonical: str, points: Sequence[Point]) -> told.Validated:
    own = [point for point in points if point.curie == canonical]
    if own:
        card = max(own, key=richness)
        return told.Validated(
            code=code,
            exists=True,
            active=card.live,
            display=card.concept_name,
            replaced_by=list(card.replaced_by),
        )
    if points:
        return _of_others(code, canonical, points)
    return told.Validated(code=code, exists=False, problem=_problem(index, code, canonical))


def _of_others(code: str, canonical: str, points: Sequence[Point]) -> told.Validated:
    """A code that went into another concept, or one of a compendium's sources."""
    merged = dict.fromkeys(point.curie for point in points if canonical in point.replaces)
    users = dict.fromkeys(point.curie for point in points)
    return told.Validated(
        code=code,
        exists=True,
        active=not merged,
        display=max(points, key=richness).concept_name,
        replaced_by=list(merged),
        used_by=[] if merged else list(users),
    )


def _problem(index: Index, code: str, canonical: str) -> str:
    held = index.manifest.searchable_vocabularies()
    vocabulary = (split_curie(code) or ("", ""))[0]
    if not canonical:
        return str(UnknownValueError("code", code, (), NO_CURIE))
    if vocabulary not in held:
        return str(UnknownValueError("vocabulary", vocabulary, held))
    alike = similar_codes(index, canonical)
    near = f"; nearest known: {', '.join(alike)}" if alike else ""
    return f"not in {vocabulary} {index.manifest.releases().get(vocabulary, '')}".strip() + near


def _vocabulary(manifest: Manifest, name: str, types: int) -> told.VocabularyTold:
    known = known_vocabulary(name)
    loaded = [entry for entry in manifest.loaded if entry.vocabulary == name]
    kinds = list(dict.fromkeys(kind.name for kind in manifest.types(name)))
    return told.VocabularyTold(
        id=name,
        title=known.title if known else "",
        release=manifest.releases().get(name, ""),
        concepts=sum(entry.concepts for entry in loaded),
        inside=sorted(_users(manifest, name)),
        langs=sorted({lang for entry in loaded for lang in entry.langs}),
        types=kinds[:types],
        more_types=max(0, len(kinds) - types),
    )


def _users(manifest: Manifest, name: str) -> Iterator[str]:
    own = {entry.vocabulary for entry in manifest.loaded if name in entry.used_by}
    yield from own - {name}


def _briefs(concepts: Iterable[Related]) -> list[told.Brief]:
    return [told.Brief(curie=each.curie, name=_cut(each.name)) for each in concepts]


def _cut(text: str, most: int = _NAME) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
