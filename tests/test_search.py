"""Words in, concepts out."""

from collections.abc import Iterator
from typing import cast, get_args

import pytest

from termsearch.concept import Kind, Name
from termsearch.errors import ModelUnavailableError, UnknownValueError, UsageError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.search import Mode, TermSearch, Where
from tests.concepts import ALL, FEVER, OLD_FEVER, concept
from tests.conftest import Store, WordHash

#: Whose scores are calibrated.
MINILM = "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture
def search(index: Index, encoder: WordHash) -> Iterator[TermSearch]:
    ingest([*ALL, OLD_FEVER], "test", encoder, index)
    with TermSearch(index, lambda: encoder) as opened:
        yield opened


def curies(search: TermSearch, text: str, where: Where, limit: int = 10) -> list[str]:
    return [hit.curie for hit in search.query(text, where, limit=limit).results]


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


def test_a_question_without_sense_is_refused(search: TermSearch) -> None:
    with pytest.raises(UsageError, match="limit is 0, expected 1 or more"):
        search.query("fever", limit=0)
    with pytest.raises(UsageError, match="no mode 'fuzzy', expected one of auto, exact, lexical"):
        search.query("fever", mode=cast("Mode", "fuzzy"))


def test_modes_use_one_kind_of_evidence(search: TermSearch) -> None:
    assert search.query("high fever", mode="exact").results == []
    assert search.query("high fever", mode="exact").resolution == "none"
    assert {hit.match_type for hit in search.query("fever", mode="lexical").results} == {"lexical"}
    assert {hit.match_type for hit in search.query("fever", mode="dense").results} == {"dense"}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Where(vocabularies=("MSH",)), {"mesh:D990001", "mesh:D990002", "mesh:D990003",
                                        "umls:C9900001"}),
        (Where(vocabularies=("http://snomed.info/sct",)), {"umls:C9900001", "snomedct:29999992"}),
        (Where(types=("sign or symptom",)), {"umls:C9900001"}),
        (Where(types=("DISO",)), {"umls:C9900001"}),
        (Where(types=("Diseases",)), {"mesh:D990001", "mesh:D990002", "mesh:D990003"}),
        (Where(types=("T184", "body structure")), {"umls:C9900001", "snomedct:29999992"}),
        (Where(langs=("ES",)), {"umls:C9900001"}),
        (Where(under="MESH:D990002"), {"mesh:D990002", "mesh:D990003"}),
        (Where(under="mesh:D990001", types=("T184",)), set()),
        (Where(vocabularies=("snomedct",), types=("body structure",), inactive=True),
         {"snomedct:29999992", "snomedct:39999993"}),
    ],
)  # fmt: skip
def test_filters_keep_all_of_their_hits_and_no_other(
    search: TermSearch, where: Where, expected: set[str]
) -> None:
    assert set(curies(search, "fever", where)) == expected


def test_a_filter_by_a_umls_source_shows_its_code_first(search: TermSearch) -> None:
    (hit,) = search.query("cough", Where(vocabularies=("mesh",)), limit=1).results

    assert [(source.curie, source.term_type) for source in hit.sources] == [
        ("mesh:D9", "MH"),
        ("snomedct:19999991", "PT"),
    ]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (Where(vocabularies=("meshh",)), "unknown vocabulary 'meshh'; nearest known: mesh"),
        (Where(types=("T18",)), "unknown type 'T18'; nearest known: T184"),
        (Where(langs=("de",)), "unknown language 'de'; "),
        (Where(under="mesh:d990002"), "unknown code 'mesh:d990002'; nearest known: mesh:D990002"),
        (Where(under="mesh:D1"), "unknown code 'mesh:D1'"),
        (Where(under="D990002"), "unknown code 'D990002'"),
    ],
)
def test_an_unknown_value_in_a_filter_is_refused_with_the_nearest(
    search: TermSearch, where: Where, message: str
) -> None:
    with pytest.raises(UnknownValueError, match=message):
        search.query("fever", where)


def test_under_a_source_code_means_the_concept_that_uses_it(search: TermSearch) -> None:
    assert curies(search, "fever", Where(under="snomedct:19999991")) == ["umls:C9900001"]


def test_under_a_retired_code_means_its_successor_too(search: TermSearch) -> None:
    assert curies(search, "fever", Where(under="snomedct:39999993")) == ["snomedct:29999992"]


def test_the_same_words_twice_and_a_large_limit_are_answered_alike(search: TermSearch) -> None:
    one, _, two = search.query_many(["fever", "cough", "FEVER"], limit=1000)

    assert one.results == two.results
    assert len(one.results) == 5


def test_retired_concepts_answer_only_when_asked_and_name_their_successor(
    search: TermSearch,
) -> None:
    hidden = search.query("febrile state").results
    shown = search.query("febrile state", Where(inactive=True)).results

    assert "snomedct:39999993" not in {hit.curie for hit in hidden}
    assert (shown[0].curie, shown[0].active, shown[0].replaced_by) == (
        "snomedct:39999993",
        False,
        ["snomedct:29999992"],
    )


def test_a_retired_name_of_a_live_concept_is_found_when_asked_for_and_said(
    index: Index, encoder: WordHash
) -> None:
    dropsy = Name(text="Dropsy", active=False)
    ingest([concept("local", "1", "Edema", dropsy)], "test", encoder, index)
    search = TermSearch(index, lambda: encoder)

    hidden = search.query("dropsy").results[0]
    shown = search.query("dropsy", Where(inactive=True)).results[0]

    assert (hidden.matched_name, hidden.retired_name) == ("Edema", False)
    assert (shown.matched_name, shown.retired_name, shown.active) == ("Dropsy", True, True)


def test_a_concept_with_many_near_names_does_not_push_others_out(
    index: Index, encoder: WordHash
) -> None:
    crowd = concept("local", "crowd", "fever 0", *(f"fever {n}" for n in range(1, 400)))
    ingest([crowd, FEVER], "test", encoder, index)

    answer = TermSearch(index, lambda: encoder).query("fever x", limit=2)

    assert {hit.code for hit in answer.results} == {"crowd", "D990002"}


def test_min_score_leaves_out_what_is_farther(search: TermSearch) -> None:
    assert curies(search, "pyrexia", Where(), limit=10)[0] == "mesh:D990002"
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


DIABETES = [
    concept("local", "1", "Type 1 diabetes mellitus", "T1DM"),
    concept("local", "2", "Type 2 diabetes mellitus", "T2DM"),
    concept("local", "3", "Seizure of unknown cause"),
    concept("local", "4", "Hip replacement", Name(text="THR", kind=Kind.ABBREVIATION)),
    concept("local", "5", "Left hip replacement"),
    concept("local", "6", "Anaemia, Haemolytic"),
]


@pytest.fixture
def clinic(index: Index, encoder: WordHash) -> TermSearch:
    ingest(DIABETES, "test", encoder, index)
    return TermSearch(index, lambda: encoder)


def test_another_spelling_order_and_number_is_a_normalized_match(clinic: TermSearch) -> None:
    hit = clinic.query("hemolytic anemias").results[0]

    assert (hit.code, hit.match_type, hit.score) == ("6", "normalized", 0.98)
    assert clinic.query("diabetes mellitus type II").results[0].code == "2"


def test_a_name_that_contradicts_the_words_is_moved_down_and_says_so(clinic: TermSearch) -> None:
    one, two = clinic.query("severe type 1 diabetes mellitus", limit=2).results

    assert (one.code, one.conflicts) == ("1", [])
    assert (two.code, two.conflicts) == ("2", ["asked for type 1, this is type 2"])
    assert two.score < one.score - 0.2


def test_a_misspelt_word_is_read_right_and_said(clinic: TermSearch) -> None:
    answer = clinic.query("siezure of unknown cause")

    assert answer.read_as == "seizure of unknown cause"
    assert (answer.results[0].code, answer.results[0].score) == ("3", 0.9)
    assert answer.resolution == "ambiguous"


def test_an_abbreviation_in_a_phrase_is_written_out_and_said(clinic: TermSearch) -> None:
    answer = clinic.query("lt THR")

    assert answer.read_as == "left hip replacement"
    assert answer.results[0].code == "5"


def test_words_that_are_names_are_not_read_otherwise(clinic: TermSearch) -> None:
    assert clinic.query("THR").read_as == ""
    assert clinic.query("type 2 diabetes mellitus").read_as == ""


def test_each_leg_says_its_rank_and_score(clinic: TermSearch) -> None:
    hit = clinic.query("hip replacements left side").results[0]

    assert hit.match_type == "hybrid"
    assert hit.ranks.keys() == {"dense", "lexical"}
    assert 0 < hit.scores["lexical"] < 1


def test_an_encoder_that_nobody_has_calibrated_gives_no_probability(clinic: TermSearch) -> None:
    assert clinic.query("type 2 diabetes mellitus").probability is None


def test_shorthand_that_stands_for_nothing_is_no_reading(clinic: TermSearch) -> None:
    answers = clinic.query_many(["c/o c/o", "type 2 diabetes mellitus"])

    assert answers[0].read_as == ""
    assert answers[1].results[0].name == "Type 2 diabetes mellitus"


def test_an_abbreviation_is_read_as_its_context_defines_it(index: Index, encoder: WordHash) -> None:
    heart = concept("mesh", "D990020", "Myocardial Infarction", "MI")
    valve = concept("mesh", "D990021", "Mitral Insufficiency")
    ingest([heart, valve], "test", encoder, index)
    search = TermSearch(index, lambda: encoder)

    alone, defined = search.query_many(
        ["MI", "MI"], contexts=["", "Echo: mitral insufficiency (M.I.), moderate."]
    )

    assert (alone.results[0].curie, alone.read_as) == ("mesh:D990020", "")
    assert (defined.results[0].curie, defined.read_as) == ("mesh:D990021", "mitral insufficiency")
    assert defined.resolution == "unique"


@pytest.mark.parametrize(
    "text", ["MI", "myocardial infarction", "MI - Myocardial infarction", "myocardial infarct (MI)"]
)
def test_a_name_that_defines_an_abbreviation_is_found_by_each_of_its_halves(
    index: Index, encoder: WordHash, text: str
) -> None:
    heart = concept("snomedct", "49999994", "Heart attack", "MI - Myocardial infarction")
    other = concept("snomedct", "59999995", "Migraine")
    ingest([heart, other], "test", encoder, index)

    best = TermSearch(index, lambda: encoder).query(text).results[0]

    assert (best.curie, best.matched_name) == ("snomedct:49999994", "MI - Myocardial infarction")


def test_as_many_contexts_as_texts_are_expected(search: TermSearch) -> None:
    with pytest.raises(ValueError, match="shorter"):
        search.query_many(["fever", "cough"], contexts=["one"])


def test_a_hit_that_min_score_leaves_out_is_a_rival_all_the_same(store: Store) -> None:
    fitted = WordHash()
    fitted.card = fitted.card.model_copy(update={"model": MINILM})
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


@pytest.fixture
def retired(index: Index, encoder: WordHash) -> TermSearch:
    split = concept("loc", "a2", "Old fever", active=False, replaced_by=("a1", "a3", "gone"))
    before = concept("loc", "a0", "Older fever", active=False, replaced_by=("a2",))
    dead = concept("loc", "a9", "Ague", active=False)
    heirs = (concept("loc", "a1", "Fever"), concept("loc", "a3", "High fever"))
    ingest([*heirs, split, before, dead, concept("loc", "b", "Cough")], "test", encoder, index)
    return TermSearch(index, lambda: encoder)


@pytest.mark.parametrize("code", ["loc:a2", "loc:a0"])
def test_under_a_code_that_was_split_means_all_its_successors(
    retired: TermSearch, code: str
) -> None:
    assert sorted(curies(retired, "fever", Where(under=code))) == ["loc:a1", "loc:a3"]


def test_under_a_retired_code_without_a_successor_is_refused_or_itself(
    retired: TermSearch,
) -> None:
    with pytest.raises(UnknownValueError, match="loc:a9 is retired, and neither under it nor"):
        retired.query("fever", Where(under="loc:a9"))
    assert curies(retired, "fever", Where(under="loc:a9", inactive=True)) == ["loc:a9"]


def test_a_retired_code_with_something_in_use_under_it_is_answered(
    index: Index, encoder: WordHash
) -> None:
    dead = concept("loc", "a9", "Ague", active=False)
    below = concept("loc", "b", "Quartan ague", ancestors=("a9",))
    ingest([dead, below], "test", encoder, index)

    assert curies(TermSearch(index, lambda: encoder), "ague", Where(under="loc:a9")) == ["loc:b"]


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
