"""Which concepts may answer: vocabularies, types, languages, what they are under, retired ones."""

import pytest

from termsearch.concept import Name
from termsearch.errors import RetiredCodeError, UnknownValueError
from termsearch.index import Index
from termsearch.ingest import ingest
from termsearch.search import TermSearch, Where
from tests.concepts import concept
from tests.conftest import WordHash


def curies(search: TermSearch, text: str, where: Where) -> list[str]:
    return [hit.curie for hit in search.query(text, where).results]


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
        (Where(under="mesh:D1"), "unknown code 'mesh:D1'; nearest known: mesh:D9"),
        (Where(under="D990002"), "unknown code 'D990002'; .* a CURIE such as"),
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
    with pytest.raises(RetiredCodeError, match="loc:a9 is retired, and neither under it nor"):
        retired.query("fever", Where(under="loc:a9"))
    assert curies(retired, "fever", Where(under="loc:a9", inactive=True)) == ["loc:a9"]


def test_a_retired_code_with_something_in_use_under_it_is_answered(
    index: Index, encoder: WordHash
) -> None:
    dead = concept("loc", "a9", "Ague", active=False)
    below = concept("loc", "b", "Quartan ague", ancestors=("a9",))
    ingest([dead, below], "test", encoder, index)

    assert curies(TermSearch(index, lambda: encoder), "ague", Where(under="loc:a9")) == ["loc:b"]
