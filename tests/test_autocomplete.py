"""A search box while somebody types."""

import pytest

from termsearch.autocomplete import autocomplete, has_words
from termsearch.concept import Name
from termsearch.errors import UnknownValueError, UsageError
from termsearch.index import Index
from termsearch.index.where import Where
from termsearch.ingest import ingest
from tests.concepts import ALL, OLD_FEVER, concept
from tests.conftest import WordHash

HEART = (
    concept("local", "1", "Heart attack", "Myocardial infarction"),
    concept("local", "2", "Attack of the heart, silent"),
    concept("local", "3", "Cardiac arrest", "Heart attack of any sort"),
    concept("local", "4", "Heartburn"),
    concept("local", "5", "Infarct", Name(text="infarto", lang="es")),
)


@pytest.fixture(autouse=True)
def _filled(index: Index, encoder: WordHash) -> None:
    ingest([*ALL, OLD_FEVER, *HEART], "test", encoder, index)


def found(index: Index, text: str, where: Where | None = None, limit: int = 10) -> list[str]:
    return [each.curie for each in autocomplete(index, text, where, limit=limit).results]


def test_every_beginning_of_a_name_finds_it(index: Index) -> None:
    name = "Hyperpyrexia"

    missed = [end for end in range(1, len(name)) if "mesh:D990003" not in found(index, name[:end])]

    assert missed == []


@pytest.mark.parametrize("text", ["heart att", "att heart", "Heart  ATT", "attack he"])
def test_words_may_come_in_any_order_the_last_one_cut(index: Index, text: str) -> None:
    assert sorted(found(index, text)) == ["local:1", "local:2", "local:3"]


def test_names_that_begin_so_lead_then_preferred_ones_then_short_ones(index: Index) -> None:
    completions = autocomplete(index, "heart").results

    assert [each.matched_name for each in completions] == [
        "Heartburn",
        "Heart attack",
        "Heart attack of any sort",
        "Attack of the heart, silent",
    ]


def test_a_concept_comes_once_with_the_name_that_has_the_words(index: Index) -> None:
    (only,) = autocomplete(index, "myocard").results

    assert (only.curie, only.name, only.matched_name) == (
        "local:1", "Heart attack", "Myocardial infarction",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "slips"),
    [("myocadial inf", 1), ("myocardail", 1), ("hyperpirexia", 1), ("haert a", 1)],
)
def test_a_slip_is_forgiven_and_told(index: Index, text: str, slips: int) -> None:
    best = autocomplete(index, text).results[0]

    assert best.slips == slips
    assert best.curie in {"local:1", "mesh:D990003"}


def test_what_is_typed_right_comes_before_what_would_need_a_slip(
    index: Index, encoder: WordHash
) -> None:
    ingest([concept("other", "1", "Heard voices")], "other", encoder, index)

    assert found(index, "heard")[0] == "other:1"
    assert found(index, "heart")[0] == "local:4"


def test_short_words_and_numbers_are_not_put_right(index: Index, encoder: WordHash) -> None:
    ingest([concept("other", "1", "BRCA2 gene", "ALS")], "other", encoder, index)

    assert found(index, "brca1") == []
    assert found(index, "alt") == []


def test_filters_hold(index: Index) -> None:
    assert found(index, "fev", Where(vocabularies=("mesh",))) == ["mesh:D990002", "mesh:D990003"]
    assert found(index, "fev", Where(under="mesh:D990003")) == ["mesh:D990003"]
    assert found(index, "infar", Where(langs=("es",))) == ["local:5"]
    assert found(index, "febrile") == []
    assert found(index, "febrile", Where(inactive=True)) == ["snomedct:39999993"]


def test_no_words_and_unknown_words_find_nothing(index: Index) -> None:
    assert found(index, "  -  ") == []
    assert found(index, "xylophone") == []


def test_an_unknown_filter_value_is_refused(index: Index) -> None:
    with pytest.raises(UnknownValueError, match="unknown vocabulary 'nope'"):
        autocomplete(index, "fev", Where(vocabularies=("nope",)))


def test_a_limit_is_kept(index: Index) -> None:
    assert found(index, "heart", limit=2) == ["local:4", "local:1"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_asks_for_nothing_is_refused(index: Index, limit: int) -> None:
    with pytest.raises(UsageError, match=f"limit is {limit}, expected 1 or more"):
        autocomplete(index, "heart", limit=limit)


def test_a_lower_limit_gives_the_beginning_of_what_a_higher_one_gives(
    index: Index, encoder: WordHash
) -> None:
    short = [concept("other", f"s{n}", f"odd tremor {n}") for n in range(300)]
    long = [concept("other", f"l{n}", f"Tremor of the most uncommon sort {n}") for n in range(100)]
    ingest([*short, *long], "other", encoder, index)

    whole = found(index, "trem", limit=500)
    parts = [found(index, "trem", limit=limit) for limit in (5, 12, 30, 160, 399)]
    misspelt = [found(index, "tremmor", limit=limit) for limit in (5, 12, 30)]

    assert len(set(whole)) == 400
    assert [part == whole[: len(part)] for part in parts] == [True] * 5
    assert misspelt[0] == misspelt[2][:5]
    assert misspelt[1] == misspelt[2][:12]


EPONYMS = (
    concept("other", "menière", "Ménière's disease"),
    concept("other", "sjögren", "Sjögren syndrome"),
    concept("other", "barré", "Guillain-Barré syndrome"),
    concept("other", "plain", "Meniere-like vertigo"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("me", ["other:plain", "other:menière"]),
        ("menie", ["other:plain", "other:menière"]),
        ("meniere", ["other:plain", "other:menière"]),
        ("menière", ["other:plain", "other:menière"]),
        ("Ménière", ["other:plain", "other:menière"]),
        ("ménière like", ["other:plain"]),
        ("meniere's", ["other:plain", "other:menière"]),
        ("Meniere’s dis", ["other:menière"]),
        ("sjo", ["other:sjögren"]),
        ("sjogren's", ["other:sjögren"]),
        ("Sjögren's syn", ["other:sjögren"]),
        ("syndrome barre", ["other:barré"]),
    ],
)
def test_accents_and_an_apostrophe_with_its_s_may_be_left_out(
    index: Index, encoder: WordHash, text: str, expected: list[str]
) -> None:
    ingest(EPONYMS, "other", encoder, index)

    results = autocomplete(index, text, Where(vocabularies=("other",))).results

    assert sorted(each.curie for each in results) == sorted(expected)
    assert {each.slips for each in results} == {0}


LETTERS = (
    concept("other", "gamma", "Interferon gamma"),
    concept("other", "γ", "Interferon-γ receptor"),
    concept("other", "tnf", "TNF-alpha"),
    concept("other", "thal", "beta-Thalassemia"),
    concept("other", "α1", "α1-Antitrypsin"),
    concept("other", "νόσος", "Καρδιακή νόσος"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("interferon γ", ["gamma", "γ"]),
        ("interferon gam", ["gamma", "γ"]),
        ("γ", ["gamma", "γ"]),
        ("gamma", ["gamma", "γ"]),
        ("gamma receptor", ["γ"]),
        ("tnf-α", ["tnf"]),
        ("TNF α", ["tnf"]),
        ("TNFα", ["tnf"]),
        ("β-thal", ["thal"]),
        ("β-Thalassemia", ["thal"]),
        ("alpha 1-anti", ["α1"]),
        ("α1", ["α1"]),
        ("νό", ["νόσος"]),
        ("νοσος", ["νόσος"]),
        ("nu", []),
    ],
)
def test_a_greek_letter_is_its_name(
    index: Index, encoder: WordHash, text: str, expected: list[str]
) -> None:
    ingest(LETTERS, "other", encoder, index)

    results = autocomplete(index, text, Where(vocabularies=("other",))).results

    assert sorted(each.code for each in results) == sorted(expected)
    assert {each.slips for each in results} <= {0}


@pytest.mark.parametrize(("name", "text"), [("TNF-alpha", "tnf α"), ("IFN-γ", "ifn gam")])
def test_a_name_has_a_greek_letter_by_its_name_too(name: str, text: str) -> None:
    assert has_words(name, text)
    assert not has_words(name, "β")


def test_a_name_that_is_the_words_but_for_a_greek_letter_leads(
    index: Index, encoder: WordHash
) -> None:
    longer = concept("other", "1", "TNF-alpha")
    ingest([longer, concept("other", "2", "Cachectin", "zz TNF-β")], "other", encoder, index)

    assert found(index, "zz tnf-beta") == ["other:2"]
    assert found(index, "tnf-α")[0] == "other:1"


def test_a_name_that_is_the_words_but_for_accents_leads(index: Index, encoder: WordHash) -> None:
    longer = concept("other", "1", "Behcet disease of the eye")
    ingest([longer, concept("other", "2", "Maladie de cour", "Behçet")], "other", encoder, index)

    assert found(index, "behcet") == ["other:2", "other:1"]


def test_marks_that_tell_words_of_other_scripts_apart_are_kept(
    index: Index, encoder: WordHash
) -> None:
    ingest([concept("other", "1", "かん"), concept("other", "2", "がん")], "other", encoder, index)

    assert found(index, "がん") == ["other:2"]


def test_what_is_no_text_is_refused(index: Index) -> None:
    with pytest.raises(UsageError, match="half of a surrogate pair at character 3"):
        autocomplete(index, "fe\ud800ver")
