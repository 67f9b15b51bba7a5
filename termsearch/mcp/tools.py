"""The tools: what each is asked, what it tells, and how it comes by it."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from termsearch.aio import AsyncTermSearch, Question, Terms
from termsearch.answer import Answer, Hit
from termsearch.hierarchy import children, descendants
from termsearch.mcp import asked, codes, told
from termsearch.mcp.asked import MAX_TEXT, Asked
from termsearch.mcp.told import Told
from termsearch.rivals import CANDIDATES, other_meaning, resolution_of

__all__ = ["TOOLS", "Tool"]

#: Type names of a vocabulary that are listed; a filter takes any.
_TYPES_SHOWN: Final = 40

#: Characters of a term that is too long.
_ECHOED: Final = 100


class Tool(NamedTuple):
    """One tool."""

    name: str
    title: str
    description: str  #: for a language model that chooses among tools
    asked: type[Asked]
    told: type[Told]
    answer: Callable[[AsyncTermSearch, Any], Awaitable[Told]]


async def _search_concepts(
    search: AsyncTermSearch, this: asked.SearchConcepts
) -> told.FoundConcepts:
    terms = Terms(this.where, this.limit)
    (answer,) = await search.ask([Question(this.query, terms, this.context)])
    return told.FoundConcepts(
        resolution=answer.resolution,
        probability=answer.probability if answer.results else None,
        read_as=answer.read_as,
        results=[_found(hit) for hit in answer.results],
    )


async def _map_terms(search: AsyncTermSearch, this: asked.MapTerms) -> told.MappedTerms:
    terms = Terms(this.where, limit=CANDIDATES)
    short = [text if len(text) <= MAX_TEXT else "" for text in this.terms]
    answers = await search.ask([Question(text, terms, this.context) for text in short])
    return told.MappedTerms(
        results=[
            _mapped(answer) if len(text) <= MAX_TEXT else _too_long(text)
            for text, answer in zip(this.terms, answers, strict=True)
        ]
    )


async def _get_concept(search: AsyncTermSearch, this: asked.GetConcept) -> told.Cards:
    return await search.call(lambda s: codes.cards(s.index, this.codes, inactive=this.inactive))


async def _descendants(search: AsyncTermSearch, this: asked.Descendants) -> told.Descended:
    return await search.call(lambda s: codes.descended(s.index, this,
        children if this.children_only else descendants))  # fmt: skip


async def _translate_code(search: AsyncTermSearch, this: asked.TranslateCode) -> told.Translated:
    return await search.call(lambda s: codes.translated(s.index, this.code, this.target))


async def _validate_codes(
    search: AsyncTermSearch, this: asked.ValidateCodes
) -> told.ValidatedCodes:
    return await search.call(lambda s: codes.validated(s.index, this.codes))


async def _list_vocabularies(search: AsyncTermSearch, _: Asked) -> told.Vocabularies:
    return codes.vocabularies(search.manifest, types=_TYPES_SHOWN)


def _found(hit: Hit) -> told.Found:
    return told.Found(
        curie=hit.curie,
        name=hit.name,
        matched_name=_if_other(hit.matched_name, hit.name),
        match_type=hit.match_type,
        score=round(hit.score, 3),
        types=[kind.name for kind in hit.types],
        conflicts=hit.conflicts,
        codes=list(dict.fromkeys(source.curie for source in hit.sources if source.curie))[:5],
        active=hit.active,
        replaced_by=hit.replaced_by,
    )


def _mapped(answer: Answer) -> told.Mapped:
    """The first hit, unless it is not near enough to be right: an agent would take it."""
    best = answer.results[0] if answer.resolution != "none" else None
    other = other_meaning(best, answer.results) if best else next(iter(answer.results), None)
    return told.Mapped(
        term=answer.query,
        resolution=resolution_of(answer),
        probability=answer.probability if best else None,
        read_as=answer.read_as,
        curie=best.curie if best else "",
        name=best.name if best else "",
        matched_name=_if_other(best.matched_name, best.name) if best else "",
        score=round(best.score, 3) if best else None,
        conflicts=best.conflicts if best else [],
        runner_up=told.RunnerUp(curie=other.curie, name=other.name, score=round(other.score, 3))
        if other
        else None,
    )


def _too_long(text: str) -> told.Mapped:
    said = f"{len(text):,} characters; {MAX_TEXT:,} are allowed"
    return told.Mapped(term=f"{text[:_ECHOED]}…", resolution="none", problem=said)


def _if_other(name: str, displayed: str) -> str:
    return "" if name == displayed else name


TOOLS: Final = {
    tool.name: tool
    for tool in (
        Tool(
            "search_concepts",
            "Search concepts",
            "Find the concepts of medical vocabularies that some words mean: exact names, "
            "synonyms, misspellings, abbreviations, and paraphrases. Use filters where the kind of "
            "thing or the vocabulary is known.",
            asked.SearchConcepts, told.FoundConcepts, _search_concepts,
        ),
        Tool(
            "map_terms",
            "Map terms to concepts",
            "Map up to 100 terms to one concept each, with how sure that is and the runner-up. "
            "Accept unique ones; check ambiguous ones with search_concepts; none has no concept.",
            asked.MapTerms, told.MappedTerms, _map_terms,
        ),
        Tool(
            "get_concept",
            "Get concepts by code",
            "All about up to 10 codes: definition, synonyms, parents, children, codes elsewhere. A "
            "retired or merged code answers with its successor and says so.",
            asked.GetConcept, told.Cards, _get_concept,
        ),
        Tool(
            "descendants",
            "List concepts below a code",
            "The concepts below one (its subtypes), in pages: for building value sets.",
            asked.Descendants, told.Descended, _descendants,
        ),
        Tool(
            "translate_code",
            "Translate a code",
            "The codes that stand for the same concept in another vocabulary, and how each is "
            "known; what replaces a retired code comes first. Cross-references are followed in "
            "both directions.",
            asked.TranslateCode, told.Translated, _translate_code,
        ),
        Tool(
            "validate_codes",
            "Validate codes",
            "Whether up to 100 codes exist and are in use, what each means, and what replaces it. "
            "Check every code that did not come from these tools.",
            asked.ValidateCodes, told.ValidatedCodes, _validate_codes,
        ),
        Tool(
            "list_vocabularies",
            "List vocabularies",
            "The vocabularies that are searched, their releases, semantic types and languages.",
            asked.ListVocabularies, told.Vocabularies, _list_vocabularies,
        ),
    )
}  # fmt: skip
