"""How the codes of an expansion are shown."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from termsearch.concept import Kind
from termsearch.index import Index
from termsearch.service.fhir.call import Call
from termsearch.service.fhir.coded import Coded, Named, code_of, coded, languages
from termsearch.service.fhir.datatypes import Enumerated
from termsearch.service.fhir.filtered import Row
from termsearch.service.fhir.outcome import Json
from termsearch.service.fhir.properties import Fact, below, designation, facts, property_code
from termsearch.service.fhir.sets import Set
from termsearch.service.fhir.systems import LOCAL

__all__ = ["contained"]

#: Codes of which all names are read at once, in 0.2 s: others wait no longer than that.
_PIECE: Final = 200
#: Languages that are looked for among all names of each code.
_LANGUAGES: Final = 10


class _Details(NamedTuple):
    """All that is known of a code."""

    one: Coded
    below: Sequence[str] = ()  #: CURIEs of its children, where they are asked for


async def contained(call: Call, wanted: Set, rows: Sequence[Row]) -> list[Json]:
    """``ValueSet.expansion.contains``."""
    known = await _details(call, rows)
    return [_contains(call, row, wanted, known.get(row.curie)) for row in rows]


async def _details(call: Call, rows: Sequence[Row]) -> dict[str, _Details]:
    """All that is known of the codes, where more is to be shown than lies in ``rows``."""
    given = call.given
    more = ("includeDesignations", "designation", "displayLanguage", "property")
    if not any(given.texts(name) for name in more):
        return {}
    read = partial(_read, children="child" in map(property_code, given.texts("property")))
    known: dict[str, _Details] = {}
    for start in range(0, len(rows), _PIECE):
        piece = [row.curie for row in rows[start : start + _PIECE]]
        known |= await call.index(partial(read, curies=piece))
    return known


def _read(index: Index, curies: Sequence[str], *, children: bool) -> dict[str, _Details]:
    under = below(index, curies) if children else {}
    found = coded(index, curies)
    return {curie: _Details(one, under.get(curie, ())) for curie, one in found.items()}


def _contains(call: Call, row: Row, wanted: Set, known: _Details | None) -> Json:
    system = call.systems.of_vocabulary(row.vocabulary)
    listed = wanted.listed(row.curie)
    langs = languages(call.given.text("displayLanguage"))[:_LANGUAGES]
    shown = listed.display if listed else ""
    if known and langs:
        shown = _called(known.one, listed, wanted.lang).shown(langs)
    made: Json = {
        "system": system.uri if system else row.vocabulary,
        "code": row.code,
        "display": shown or row.display,
    }
    if not row.live:
        made["inactive"] = True
    if known:
        made |= _more(call, known, listed)
    if row.kind:
        made["extension"] = list(_evidence(row))
    return made


def _called(one: Coded, listed: Enumerated | None, lang: str) -> Coded:
    """A code by the names that a definition gives it, and then by its own.

    Args:
        one: As its code system has it.
        listed: What the definition says of it.
        lang: Of the definition. One that does not say is taken to be in that of the code system.
    """
    if listed is None:
        return one
    said = [(each.value, each.language) for each in listed.designation]
    if listed.display:
        said.append((listed.display, lang or one.lang))
    said.append((one.display, one.lang))
    first = [Named(text, tag, Kind.PREFERRED, active=True) for text, tag in said]
    return one._replace(
        display=listed.display or one.display, lang="", names=(*first, *one.names)
    )  # `lang` empty: the display is what is left where no name is in a language that is asked for


def _more(call: Call, known: _Details, listed: Enumerated | None) -> Json:
    own = [each.model_dump(exclude_defaults=True) for each in listed.designation] if listed else []
    names = [*own, *(designation(name) for name in known.one.names)]
    tokens = call.given.texts("designation")
    if tokens:
        names = [each for each in names if _is_one(each, tokens)]
    elif not call.given.flag("includeDesignations"):
        names = []
    wanted = set(map(property_code, call.given.texts("property")))
    properties = [
        {"code": fact.code, f"value{fact.kind}": fact.value}
        for fact in _facts(call, known)
        if fact.code in wanted
    ]
    return {key: value for key, value in
            (("designation", names), ("property", properties)) if value}  # fmt: skip


def _facts(call: Call, known: _Details) -> Iterator[Fact]:
    one = known.one
    yield from facts(call.search.manifest, one)
    yield from (Fact("child", "Code", code_of(one.vocabulary, each)) for each in known.below)


def _is_one(made: Json, tokens: Sequence[str]) -> bool:
    """Whether a designation is in a language or for a use that is asked for."""
    use = made.get("use", {})
    named = f"{use.get('system')}|{use.get('code')}"
    return named in tokens or f"urn:ietf:bcp:47|{made.get('language')}" in tokens


def _evidence(row: Row) -> Iterator[Json]:
    """Why a search found it."""
    if row.score is not None:
        yield {"url": f"{LOCAL}score", "valueDecimal": row.score}
    yield {"url": f"{LOCAL}match-type", "valueCode": row.kind}
    yield {"url": f"{LOCAL}matched-name", "valueString": row.matched}
