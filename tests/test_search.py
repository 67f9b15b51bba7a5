"""Words in, concepts out."""

from typing import cast, get_args

import pytest

from termsearch.errors import ModelUnavailableError, UsageError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.search import Mode, TermSearch, Where
from tests.concepts import ALL, FEVER, concept
from tests.conftest import Store, WordHash

#: Whose scores are calibrated.
MINILM = "sentence-transformers/all-MiniLM-L6-v2"


def test_a_synonym_finds_its_concept_once_and_is_shown(search: TermSearch) -> None:
    best, *rest = search.query("  HIGH body–temperature").results

    assert (best.curie, best.name, best.matched_name) == (
        "mesh:D990002",
        "Fever",
        "high body temperature",
    )
    assert "mesh:D990002" not in {hit.curie for hit in rest}


def test_an_exact_match_stands_before_nearer_vectors_and_scores_one(search: TermSearch) -> None:
    answer = search.query("Pyrexia")

    assert answer.resolution == "unique"
    assert (answer.results[0].match_type, answer.results[0].score) == ("exact", 1.0)
    assert [hit.rank for hit in answer.results] == list(range(1, len(answer.results) + 1))


def test_two_concepts_of_the_same_name_are_ambiguous_and_the_preferred_leads(
    index: Index, encoder: WordHash
) -> None:
    ms = [concept("local", "1", "Mitral narrowing", "MS"), concept("local", "2", "MS", "Sclerosis")]
    ingest(ms, "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("ms")

    assert answer.resolution == "ambiguous"
    assert [hit.code for hit in answer.results] == ["2", "1"]
    assert TermSearch(index, lambda: encoder).query("ms", limit=1).resolution == "ambiguous"


def test_dense_scores_are_cosines_in_falling_order(search: TermSearch) -> None:
    scores = [hit.score for hit in search.query("high fever today", mode="dense").results]

    assert scores == sorted(scores, reverse=True)
    assert all(-1.0001 <= score <= 1.0001 for score in scores)


@pytest.mark.parametrize("text", ["fever high", "left foot", "coughs", "pain in ankle", "high"])
def test_the_first_hit_is_the_same_however_few_are_wanted(search: TermSearch, text: str) -> None:
    ten, one = search.query(text), search.query(text, limit=1)

    assert one.results == ten.results[:1]
    assert (one.probability, one.resolution) == (ten.probability, ten.resolution)


def test_a_name_that_is_only_spelt_alike_has_the_cosine_of_its_own(
    index: Index, encoder: WordHash
) -> None:
    near = [concept("local", str(n), f"earache of sort x{n} or y") for n in range(40)]
    ingest([*near, concept("local", "far", "bearache")], "test", encoder, index)

    with TermSearch(index, lambda: encoder) as search:
        few, all_ = search.query("earache b"), search.query("earache b", limit=100)

    (far,) = [hit for hit in all_.results if hit.code == "far"]
    assert far.match_type == "hybrid"
    assert far.score < few.results[-1].score
    assert [hit.code for hit in few.results] == [hit.code for hit in all_.results[:10]]


def test_rivals_beside_a_concept_of_many_names_count_however_few_are_wanted(store: Store) -> None:
    fitted = WordHash()
    fitted.card = fitted.card.model_copy(update={"model": MINILM, "max_tokens": 256})
    index = store.make(fitted)
    many = concept("local", "1", *(f"fever of sort x{number}" for number in range(60)))
    ingest([many, concept("local", "2", "fever ache of a sort")], "test", fitted, index)

    with TermSearch(index, lambda: fitted) as search:
        ten, one = search.query("fever of sorts y"), search.query("fever of sorts y", limit=1)

    assert [hit.code for hit in ten.results] == ["1", "2"]
    assert one.probability == ten.probability


def test_a_question_without_sense_is_refused(search: TermSearch) -> None:
    with pytest.raises(UsageError, match="limit is 0, expected 1 or more"):
        search.query("fever", limit=0)
    with pytest.raises(UsageError, match="min_score is nan, expected a number"):
        search.query("fever", min_score=float("nan"))
    with pytest.raises(UsageError, match="no mode 'fuzzy', expected one of auto, exact, lexical"):
        search.query("fever", mode=cast("Mode", "fuzzy"))


def test_modes_use_one_kind_of_evidence(search: TermSearch) -> None:
    assert search.query("high fever", mode="exact").results == []
    assert search.query("high fever", mode="exact").resolution == "none"
    assert {hit.match_type for hit in search.query("fever", mode="lexical").results} == {"lexical"}
    assert {hit.match_type for hit in search.query("fever", mode="dense").results} == {"dense"}


def test_the_same_words_twice_and_a_large_limit_are_answered_alike(search: TermSearch) -> None:
    one, _, two = search.query_many(["fever", "cough", "FEVER"], limit=1000)

    assert one.results == two.results
    assert len(one.results) == 5


def test_a_concept_with_many_near_names_does_not_push_others_out(
    index: Index, encoder: WordHash
) -> None:
    crowd = concept("local", "crowd", "fever 0", *(f"fever {n}" for n in range(1, 400)))
    ingest([crowd, FEVER], "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("fever x", limit=2)

    assert {hit.code for hit in answer.results} == {"crowd", "D990002"}


def test_min_score_leaves_out_what_is_farther(search: TermSearch) -> None:
    assert search.query("pyrexia").results[0].curie == "mesh:D990002"
    assert len(search.query("pyrexia", min_score=0.99).results) == 1


def test_many_queries_are_embedded_in_one_call_and_answered_in_order(
    search: TermSearch, encoder: WordHash
) -> None:
    encoder.embedded = []

    answers = search.query_many(["cough", "", "ankle", "cough"], limit=1)

    assert encoder.embedded == ["cough", "ankle"]
    assert [[hit.code for hit in answer.results] for answer in answers] == [
        ["C9900001"],
        [],
        ["29999992"],
        ["C9900001"],
    ]


def test_a_large_batch_is_answered_as_each_of_its_queries_alone(search: TermSearch) -> None:
    texts = [f"fever {number}" if number % 7 else "" for number in range(150)] + ["Fever"] * 20

    together = search.query_many(texts)

    assert [answer.query for answer in together] == texts
    alone = {text: search.query(text).results for text in dict.fromkeys(texts)}
    assert [answer.results for answer in together] == [alone[text] for text in texts]


def test_what_breaks_while_a_large_batch_is_embedded_reaches_the_caller(
    index: Index, encoder: WordHash
) -> None:
    ingest(ALL, "test", encoder, index)

    def broken() -> WordHash:
        raise ModelUnavailableError("no weights")

    with pytest.raises(ModelUnavailableError, match="no weights"):
        TermSearch(index, broken).query_many([f"fever {number}" for number in range(200)])


def test_types_are_shown_with_their_names(search: TermSearch) -> None:
    (hit,) = search.query("ankle", limit=1).results

    assert [(kind.code, kind.name) for kind in hit.types] == [("body structure", "body structure")]


def test_exact_and_lexical_modes_need_no_encoder(index: Index, encoder: WordHash) -> None:
    ingest(ALL, "test", encoder, index)

    def refuse() -> WordHash:
        raise AssertionError("loaded")

    assert TermSearch(index, refuse).query("fever", mode="exact").resolution == "unique"


def test_as_many_contexts_as_texts_are_expected(search: TermSearch) -> None:
    with pytest.raises(ValueError, match="shorter"):
        search.query_many(["fever", "cough"], contexts=["one"])


def test_a_hit_that_min_score_leaves_out_is_a_rival_all_the_same(store: Store) -> None:
    fitted = WordHash()
    fitted.card = fitted.card.model_copy(update={"model": MINILM, "max_tokens": 256})
    index = store.make(fitted)
    names = ("high fever of cattle", "high fever of sheep and goats", "slight cold")
    ingest([concept("local", str(n), name) for n, name in enumerate(names)], "test", fitted, index)

    with TermSearch(index, lambda: fitted) as search:
        whole = search.query("high fever")
        first, second = (hit.score for hit in whole.results[:2])
        cut = search.query("high fever", min_score=(first + second) / 2)
        none = search.query("high fever", min_score=first + 0.01)

    assert len(cut.results) == 1
    assert (cut.probability, cut.resolution) == (whole.probability, whole.resolution)
    assert (none.results, none.probability, none.resolution) == ([], 0.0, "none")


@pytest.mark.parametrize("mode", get_args(Mode))
def test_what_is_no_text_is_refused(search: TermSearch, mode: Mode) -> None:
    with pytest.raises(UsageError, match="half of a surrogate pair at character 3"):
        search.query("fe\ud800ver", mode=mode)
    with pytest.raises(UsageError, match="surrogate"):
        search.query("fever", context="fever (\ud800)", mode=mode)
    with pytest.raises(UsageError, match="surrogate"):
        search.query("fever", Where(under="mesh:\ud800"), mode=mode)
    with pytest.raises(UsageError, match="surrogate"):
        search.embed(["fe\ud800ver"])
    with pytest.raises(UsageError, match="surrogate"):
        search.vector("fe\ud800ver")
