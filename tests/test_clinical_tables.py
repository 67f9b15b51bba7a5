"""A vocabulary answers as one of NLM's Clinical Tables."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import sampled_from, text
from starlette.testclient import TestClient

from termsearch.concept import Name, SemanticType, Source
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.ingest import ingest
from termsearch.search import TermSearch
from termsearch.service import ServiceConfig, create_app
from tests.concepts import ALL, OLD_FEVER, concept
from tests.conftest import WordHash

DISORDER = SemanticType("disorder", "disorder")
ICD = (
    concept("icd10cm", "Q99", "Odd lung illness", xrefs=("mesh:D990002",), release="2027"),
    concept(
        "icd10cm", "Q99.1", "Odd illness of the left lung", parents=("Q99",), ancestors=("Q99",),
        release="2027",
    ),
    concept(
        "icd10cm", "Q99.0", "Odd illness of the right lung", "right lunger", parents=("Q99",),
        ancestors=("Q99",), release="2027",
    ),
    concept("icd10cm", "Z98.1", "Stiff knee", release="2027"),
    concept(
        "icd10cm", "Z98.11", "Stiff left knee", parents=("Z98.1",), ancestors=("Z98.1",),
        release="2027",
    ),
    concept("snomedct", "49999994", "Lung oddity", types=(DISORDER,), release="20260101"),
    concept(
        "umls", "C9900002",
        Name(text="Lung oddness", sources=(Source("loinc", "99-9", "LN"),)),
        Name(text="Lung oddity", sources=(Source("snomedct", "49999994", "PT"),)),
        release="2026XX",
    ),
)  # fmt: skip
#: Which of them are best depends on how many are looked at; SNOMED CT's and UMLS's are spelt alike.
TREMORS = (
    *(concept("snomedct", f"s{n}", f"odd tremor {n}", release="20260101") for n in range(80)),
    *(
        concept("snomedct", f"l{n}", f"Tremor of the most uncommon sort {n}", release="20260101")
        for n in range(40)
    ),
    *(
        concept(
            "umls", f"C99001{n:02}",
            Name(text=f"tremor {n}", sources=(Source("snomedct", f"u{n}", "PT"),)),
            release="2026XX",
        )
        for n in range(100)
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Asked only, so that one does for all."""
    encoder = WordHash()
    folder = tmp_path_factory.mktemp("tables")
    index = EdgeIndex.open_or_create(folder / "terms", Manifest(encoder=encoder.card))
    ingest([*ALL, OLD_FEVER, *ICD, *TREMORS], "test", encoder, index)
    app = create_app(lambda: TermSearch(index, lambda: encoder),
                     ServiceConfig(cors=("https://forms.example.org",)))  # fmt: skip
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


def ask(client: TestClient, table: str, **parameters: object) -> Any:
    answer = client.get(
        f"/api/{table}/v3/search", params={k: str(v) for k, v in parameters.items()}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client: TestClient, table: str, **parameters: str) -> tuple[int, str]:
    answer = client.get(f"/api/{table}/v3/search", params=parameters)
    return answer.status_code, answer.json()["error"]["message"]


def test_the_answer_is_total_codes_nothing_extra_and_what_is_displayed(client: TestClient) -> None:
    answer = ask(client, "mesh", terms="hi bod")

    assert answer == [1, ["D990002"], None, [["D990002", "Fever"]]]


def test_words_match_by_their_beginnings_in_any_order(client: TestClient) -> None:
    _, codes, _, _ = ask(client, "icd10cm", terms="lu righ")

    assert codes == ["Q99.0"]


def test_a_vocabulary_goes_by_its_aliases(client: TestClient) -> None:
    assert ask(client, "MSH", terms="fever") == ask(client, "mesh", terms="fever")


def test_display_fields_are_columns_in_the_order_asked_for(client: TestClient) -> None:
    answer = ask(client, "mesh", terms="pyr", df="name,matched_name,type")

    assert answer[3] == [["Fever", "Pyrexia", "Signs and Conditions"]]


def test_extra_fields_go_by_their_aliases(client: TestClient) -> None:
    answer = ask(client, "mesh", terms="pyr", ef="synonyms:also,definition,curie:id")

    assert answer[2] == {
        "also": [["high body temperature", "Pyrexia"]],
        "definition": ["Being too hot."],
        "id": ["mesh:D990002"],
    }


def test_a_field_that_nlm_has_and_the_index_has_not_is_empty(client: TestClient) -> None:
    answer = ask(client, "mesh", terms="pyr", df="name,term_icd9_text",
                 ef="info_link_data,icd10cm,STRENGTHS_AND_FORMS:strengths,code")  # fmt: skip
    codes, displayed, extra = ask(client, "mesh", suggest=1, field_val="Pyrexia",
                                  df="info_link_data", ef="info_link_data")  # fmt: skip

    assert answer == [1, ["D990002"], {
        "info_link_data": [None], "icd10cm": [None], "strengths": [None], "code": ["D990002"],
    }, [["Fever", ""]]]  # fmt: skip
    assert (codes[0], displayed[0], extra["info_link_data"][0]) == ("D990002", [""], None)


def test_a_field_that_the_index_has_not_is_no_code(client: TestClient) -> None:
    status, message = refused(client, "mesh", terms="pyr", cf="info_link_data")

    assert status == 400
    assert "info_link_data" in message


def test_the_code_field_may_be_another(client: TestClient) -> None:
    answer = ask(client, "icd10cm", terms="odd lung illness", cf="mesh_codes", ef="code")

    assert answer[1][0] == "D990002"
    assert answer[2]["code"][0] == "Q99"


def test_code_systems_come_only_if_they_are_asked_for(client: TestClient) -> None:
    with_systems = ask(client, "mesh", terms="pyr", ef="code_system")

    assert with_systems[4] == ["https://www.nlm.nih.gov/mesh"]
    assert len(ask(client, "mesh", terms="pyr")) == 4


@pytest.mark.parametrize("typed", ["q99", "Q99", "Q99."])
def test_a_code_finds_itself_and_those_below_that_begin_like_it(
    client: TestClient, typed: str
) -> None:
    answer = ask(client, "icd10cm", terms=typed)

    assert answer[0] == 3
    assert answer[1] == ["Q99", "Q99.0", "Q99.1"]


@pytest.mark.parametrize("typed", ["z981", "Z98.1"])
def test_a_code_is_found_without_its_dot(client: TestClient, typed: str) -> None:
    assert ask(client, "icd10cm", terms=typed)[1] == ["Z98.1", "Z98.11"]


def test_what_was_displayed_is_found_again(client: TestClient) -> None:
    answer = ask(client, "icd10cm", terms="Q99.0 Odd illness of the right lung")

    assert answer[1] == ["Q99.0"]


def test_names_alone_are_searched_if_that_is_said(client: TestClient) -> None:
    assert ask(client, "icd10cm", terms="Q99", sf="name") == [0, [], None, []]
    assert ask(client, "icd10cm", terms="odd", sf="code") == [0, [], None, []]


def test_a_source_of_a_compendium_is_a_table_with_its_own_codes(client: TestClient) -> None:
    assert ask(client, "loinc_items", terms="oddn", df="code,name") == [
        1, ["99-9"], None, [["99-9", "Lung oddness"]],
    ]  # fmt: skip


def test_a_code_is_one_row_even_where_a_compendium_has_it_too(client: TestClient) -> None:
    """SNOMED CT's lung oddity is used by a UMLS concept that is spelt alike."""
    by_name = ask(client, "snomedct", terms="lung odd")
    by_code = ask(client, "snomedct", terms="49999994")
    suggested = ask(client, "snomedct", suggest=1, field_val="lung oddity")

    assert by_name[1] == by_code[1] == ["49999994"]
    assert suggested[0].count("49999994") == 1


def test_conditions_are_those_of_the_first_vocabulary_that_has_some(client: TestClient) -> None:
    assert ask(client, "conditions", terms="lung") == [1, ["49999994"], None, [["Lung oddity"]]]
    assert ask(client, "conditions", terms="ankle")[0] == 0


def test_pages_follow_each_other(client: TestClient) -> None:
    first = ask(client, "icd10cm", terms="odd", count=2)
    second = ask(client, "icd10cm", terms="odd", count=2, offset=2)

    assert first[0] == second[0] == 3
    assert len(first[1]) == 2
    assert len(set(first[1] + second[1])) == 3


@pytest.mark.parametrize("terms", ["trem", "tremmor"])
def test_pages_of_any_size_are_parts_of_one_list(client: TestClient, terms: str) -> None:
    whole = ask(client, "snomedct", terms=terms, count=500)[1]
    pages = [ask(client, "snomedct", terms=terms, count=7, offset=start)[1]
             for start in range(0, len(whole), 7)]  # fmt: skip

    assert len(set(whole)) == len(whole)
    assert [code for page in pages for code in page] == whole
    assert terms == "tremmor" or len(whole) == 120


def test_an_empty_list_length_means_as_many_as_there_are(client: TestClient) -> None:
    assert len(ask(client, "icd10cm", terms="odd", maxList="")[1]) == 3
    assert len(ask(client, "icd10cm", terms="odd", maxList="9999")[1]) == 3
    assert len(ask(client, "icd10cm", terms="odd", maxList="1")[1]) == 1


def test_slips_count_only_where_nothing_matches_without(client: TestClient) -> None:
    assert ask(client, "mesh", terms="fevre")[1] == ["D990002", "D990003"]
    assert ask(client, "mesh", terms="pyrexia")[1] == ["D990002"]


def test_q_narrows_by_type_language_and_place(client: TestClient) -> None:
    of_type = ask(client, "mesh", terms="fever", q='type:"Signs and Conditions" AND lang:en')
    below = ask(client, "mesh", terms="fever", q="under:mesh:D990003")

    assert of_type[1] == ["D990002", "D990003"]
    assert below[1] == ["D990003"]


@pytest.mark.parametrize("q", ["name:fever", "type:C23 OR lang:en", "fever", "lang:en lang:es"])
def test_a_q_that_says_more_is_refused(client: TestClient, q: str) -> None:
    status, message = refused(client, "mesh", terms="fever", q=q)

    assert status == 400
    assert "type:" in message


def test_unknown_names_are_refused_with_the_known_ones(client: TestClient) -> None:
    table = refused(client, "npi_idv", terms="fever")
    field = refused(client, "mesh", terms="fever", df="npi")
    lang = refused(client, "mesh", terms="fever", q="lang:xx")

    assert table[0] == 404
    assert "conditions" in table[1]
    assert field[0] == 400
    assert "matched_name" in field[1]
    assert lang[0] == 400


def test_suggestions_come_in_their_own_order(client: TestClient) -> None:
    codes, displayed, extra = ask(client, "mesh", suggest=1, field_val="Pyrexia", ef="lang")

    assert codes[0] == "D990002"
    assert displayed[0] == ["D990002", "Fever"]
    assert extra["lang"][0] == "en"


def test_what_widgets_send_besides_is_no_error(client: TestClient) -> None:
    answer = ask(client, "mesh", terms="pyr", authenticity_token="")

    assert answer[0] == 1


def test_nothing_typed_finds_nothing(client: TestClient) -> None:
    assert ask(client, "mesh", terms=" ") == [0, [], None, []]
    assert ask(client, "mesh", suggest=1, field_val="") == [[], [], None]


@given(text(max_size=60), sampled_from(["terms", "q", "df", "sf", "cf", "ef", "maxList"]))
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_nothing_that_is_sent_makes_the_service_fail(
    client: TestClient, value: str, name: str
) -> None:
    parameters = {"terms": "lung", name: value.encode(errors="replace").decode()}

    answer = client.get("/api/mesh/v3/search", params=parameters)

    assert answer.status_code in {200, 400, 422}


def test_pages_of_other_origins_may_ask_where_that_is_allowed(client: TestClient) -> None:
    theirs = {"Origin": "https://forms.example.org"}
    answer = client.get("/api/mesh/v3/search", params={"terms": "pyr"}, headers=theirs)

    assert answer.headers["access-control-allow-origin"] == "https://forms.example.org"
    assert answer.headers["content-type"] == "application/json"
