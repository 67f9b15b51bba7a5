"""The challenge set is what its hand-written source says, and each category asks what it claims."""

from collections import Counter
from pathlib import Path

import pytest

from tools.demo.source import DemoConcept, SourceError, read_concepts, read_retired
from tools.make_challenge import CHALLENGE, SOURCE, Query, curies, make_challenge, read_queries
from tools.make_demo import TABLES

CONCEPTS = {concept.key: concept for concept in read_concepts(TABLES / "concepts.tsv")}
RETIRED = read_retired(TABLES / "retired.tsv", tuple(CONCEPTS.values()))
QUERIES = read_queries(SOURCE, CONCEPTS)
HEADER = "mention\tgold\tcategory\tcontext\n"
LEAST = {
    "exact": 25,
    "case": 20,
    "plural": 25,
    "word_order": 30,
    "spelling_variant": 25,
    "typo": 35,
    "abbreviation": 25,
    "lay_word": 35,
    "number": 30,
    "laterality": 20,
    "polarity": 30,
    "negation": 10,
    "no_answer": 35,
}


def names(concept: DemoConcept) -> set[str]:
    """Every string that means the concept, abbreviations and Spanish included."""
    short = (abbreviation.short for abbreviation in concept.abbreviations)
    given = {*concept.names, concept.heading, concept.spanish, *short}
    return given - {""}


def loose_names(concept: DemoConcept) -> set[str]:
    """Likewise, with those that mean less, are outdated or too vague."""
    return names(concept) | {*concept.narrower, *concept.outdated, *concept.suppressed}


def of(category: str) -> list[Query]:
    return [query for query in QUERIES if query.category == category]


def gold_names(query: Query) -> set[str]:
    return set().union(*(names(CONCEPTS[key]) for key in query.gold))


def folded(texts: set[str]) -> set[str]:
    return {text.casefold() for text in texts}


ANY_NAME = folded(
    {name for concept in CONCEPTS.values() for name in loose_names(concept)}
    | {old.name for old in RETIRED}
)


def test_writing_it_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    make_challenge(tmp_path / "challenge.tsv")

    assert (tmp_path / "challenge.tsv").read_bytes() == CHALLENGE.read_bytes()


def test_there_are_enough_queries_of_every_category() -> None:
    counts = Counter(query.category for query in QUERIES)

    assert counts.keys() == LEAST.keys()
    assert {name: counts[name] for name, least in LEAST.items() if counts[name] < least} == {}
    assert len(QUERIES) >= 330


def test_no_mention_comes_twice_in_a_category() -> None:
    counts = Counter((query.category, query.mention) for query in QUERIES)

    assert [key for key, count in counts.items() if count > 1] == []


def test_mentions_are_tidy() -> None:
    texts = [text for query in QUERIES for text in (query.mention, query.context)]

    assert [text for text in texts if text != " ".join(text.split())] == []


def test_each_gold_concept_is_given_in_all_three_vocabularies() -> None:
    written = CHALLENGE.read_text(encoding="utf-8").removesuffix("\n").split("\n")[1:]
    gold = [line.split("\t")[1] for line in written]

    assert gold[0].split("|") == list(curies(CONCEPTS["mi"]))
    assert [text.count("|") + bool(text) for text in gold] == [
        3 * len(query.gold) for query in QUERIES
    ]


def test_a_medicine_with_a_strength_is_a_supplementary_record() -> None:
    assert curies(CONCEPTS["aspirin-81"])[1] == "mesh:C990296"


def test_exact_mentions_are_names_to_the_letter() -> None:
    assert [query.mention for query in of("exact") if query.mention not in gold_names(query)] == []


def test_case_mentions_are_names_but_for_their_case() -> None:
    wrong = [
        query.mention
        for query in of("case")
        if query.mention in gold_names(query)
        or query.mention.casefold() not in folded(gold_names(query))
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "category", ["plural", "word_order", "spelling_variant", "typo", "laterality", "polarity"]
)
def test_changed_mentions_are_no_names_as_they_stand(category: str) -> None:
    found = [query.mention for query in of(category) if query.mention.casefold() in ANY_NAME]

    assert found == []


def test_at_most_a_third_of_the_lay_words_are_names() -> None:
    queries = of("lay_word")

    copied = [query for query in queries if query.mention.casefold() in folded(gold_names(query))]

    assert len(copied) <= len(queries) / 3


def test_only_an_abbreviation_with_two_meanings_has_a_context() -> None:
    contexts = [query for query in QUERIES if query.context]

    assert {query.category for query in contexts} == {"abbreviation"}
    assert [query.mention for query in contexts if query.mention not in query.context] == []
    assert {len(query.gold) for query in contexts} == {1}


@pytest.mark.parametrize("short", ["MI", "MS", "CP", "BT"])
def test_a_bare_abbreviation_may_mean_every_concept_that_has_it(short: str) -> None:
    (query,) = (query for query in of("abbreviation") if query.mention == short)

    assert set(query.gold) == {key for key, concept in CONCEPTS.items() if short in names(concept)}


@pytest.mark.parametrize("category", ["number", "laterality", "polarity", "typo", "plural"])
def test_where_one_word_decides_one_concept_is_right(category: str) -> None:
    assert [query.mention for query in of(category) if len(query.gold) != 1] == []


def test_what_is_denied_or_of_a_relative_is_a_situation_or_nothing() -> None:
    tags = {CONCEPTS[key].tag for query in of("negation") for key in query.gold}

    assert tags == {"situation"}


def test_mentions_without_an_answer_have_no_gold_and_are_no_names() -> None:
    queries = of("no_answer")

    assert [query.mention for query in queries if query.gold] == []
    assert [query.mention for query in queries if query.mention.casefold() in ANY_NAME] == []


def test_every_other_mention_has_an_answer() -> None:
    without = {query.category for query in QUERIES if not query.gold}

    assert without == {"negation", "no_answer"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mention\tgold\n", "the first line"),
        (f"{HEADER}fever\tfever\texact\n", "3 columns, expected 4"),
        (f"{HEADER}fever\tnowhere\texact\t\n", "no concept has the key 'nowhere'"),
        (f"{HEADER}\tfever\texact\t\n", "needs a mention"),
    ],
)
def test_a_broken_source_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    table = tmp_path / "source.tsv"
    table.write_text(text, encoding="utf-8")

    with pytest.raises(SourceError, match=problem):
        read_queries(table, CONCEPTS)
