"""The routes: what is asked, what is answered, and every way to be refused."""

from typing import Any

import httpx
import pytest

from termsearch.concept import Name, Source
from termsearch.lookup import lookup
from tests.concepts import concept
from tests.serving import Shelf, get


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


def ask(shelf: Shelf, path: str, **request: Any) -> httpx.Response:
    return get(shelf.app(), path, **request)


def problem(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["status"] == answer.status_code
    assert error["message"]
    return answer.status_code, error["code"]


def test_search_answers_as_the_library_does(shelf: Shelf) -> None:
    with shelf.open() as search:
        expected = search.query("pyrexia", limit=2).model_dump(mode="json")

    answer = ask(shelf, "/search?q=pyrexia&limit=2")

    assert answer.status_code == 200
    assert answer.json() | {"took_ms": 0} == expected | {"took_ms": 0}


def test_search_takes_every_filter_of_the_command_line(shelf: Shelf) -> None:
    everything = (
        "q=fever&vocab=MSH&vocab=umls&type=C23&lang=en&under=mesh:D990002&limit=5"
        "&mode=lexical&min_score=0.1&inactive=true&context=none"
    )

    answer = ask(shelf, f"/search?{everything}")

    assert [hit["curie"] for hit in answer.json()["results"]] == ["mesh:D990002", "mesh:D990003"]


def test_a_context_defines_an_abbreviation(shelf: Shelf) -> None:
    answer = ask(shelf, "/search?q=HBT&context=high+body+temperature+(HBT)")

    assert answer.json()["read_as"] == "high body temperature"
    assert answer.json()["results"][0]["curie"] == "mesh:D990002"


def test_bulk_keeps_the_order_and_echoes_ids_as_they_are(shelf: Shelf) -> None:
    queries = [
        {"id": "b", "text": "cough"},
        {"id": 7, "text": "fever"},
        {"text": "ankle"},
        {"id": "b", "text": "cough"},
    ]

    answer = ask(shelf, "/search/bulk", method="POST", json={"queries": queries, "limit": 1})

    told = [(each["id"], each["query"]) for each in answer.json()["answers"]]
    assert told == [("b", "cough"), (7, "fever"), (None, "ankle"), ("b", "cough")]


def test_a_row_that_can_not_be_searched_refuses_itself_alone(shelf: Shelf) -> None:
    texts = ["fever", "", " ", "x" * 1001, "cough"]
    queries = [{"id": number, "text": text} for number, text in enumerate(texts)]

    answers = ask(shelf, "/search/bulk", method="POST", json={"queries": queries}).json()["answers"]

    assert [(each["id"], each["query"]) for each in answers] == list(enumerate(texts))
    assert [each["resolution"] == "none" for each in answers] == [False, True, True, True, False]
    assert [bool(each["results"]) for each in answers] == [True, False, False, False, True]
    long = "the text has 1,001 characters; 1,000 are allowed."
    assert [each["error"] for each in answers] == ["", "", "", long, ""]


def test_autocomplete_finds_a_name_whose_words_are_cut(shelf: Shelf) -> None:
    answer = ask(shelf, "/autocomplete?q=bod+hig&limit=1")

    (found,) = answer.json()["results"]
    assert (found["curie"], found["matched_name"]) == ("mesh:D990002", "high body temperature")


def test_a_concept_is_what_lookup_shows(shelf: Shelf) -> None:
    with shelf.open() as search:
        (entry,) = lookup(search.index, "mesh:D990002")

    answer = ask(shelf, "/concepts/MSH/D990002")

    assert answer.json() == entry.model_dump(mode="json")


def test_a_retired_code_answers_with_its_successor_unless_it_is_wanted_itself(
    shelf: Shelf,
) -> None:
    successor = ask(shelf, "/concepts/snomedct/39999993").json()
    itself = ask(shelf, "/concepts/snomedct/39999993?inactive=true").json()

    assert (successor["curie"], successor["redirect"]["reason"]) == (
        "snomedct:29999992",
        "replaced",
    )
    assert (itself["curie"], itself["active"]) == ("snomedct:39999993", False)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("mesh/D990002/parents", ["mesh:D990001"]),
        ("mesh/D990003/ancestors", ["mesh:D990002", "mesh:D990001"]),
        ("mesh/D990001/children", ["mesh:D990002"]),
        ("mesh/D990001/descendants", ["mesh:D990002", "mesh:D990003"]),
        ("mesh/D990001/descendants?offset=1&limit=1", ["mesh:D990003"]),
        ("umls/C9900001/mappings", ["umls:C9900000", "mesh:D9", "snomedct:19999991"]),
        ("umls/C9900000/mappings", ["umls:C9900001", "mesh:D9", "snomedct:19999991"]),
        ("snomedct/39999993/mappings", ["snomedct:29999992"]),
        ("snomedct/19999991/mappings", ["umls:C9900001", "mesh:D9"]),
    ],
)
def test_what_hangs_on_a_concept_comes_in_pages(
    shelf: Shelf, path: str, expected: list[str]
) -> None:
    page = ask(shelf, f"/concepts/{path}").json()

    assert [each["curie"] for each in page["results"]] == expected
    assert page["total"] == max(len(expected), 2 if "descendants" in path else 0)


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("mesh/D990002/{}", "mesh:D990002"),
        ("MSH/D990002/{}", "mesh:D990002"),
        ("umls/C9900000/{}", "umls:C9900001"),
        ("snomedct/39999993/{}", "snomedct:29999992"),
        ("snomedct/39999993/{}?inactive=true", "snomedct:39999993"),
    ],
)
@pytest.mark.parametrize("part", ["names", "parents", "children", "ancestors", "descendants"])
def test_a_page_says_whose_it_is(shelf: Shelf, path: str, part: str, owner: str) -> None:
    assert ask(shelf, f"/concepts/{path.format(part)}").json()["curie"] == owner


def test_mappings_of_a_merged_code_are_its_own_and_begin_with_its_successor(shelf: Shelf) -> None:
    page = ask(shelf, "/concepts/umls/C9900000/mappings").json()

    first = page["results"][0]
    assert page["curie"] == "umls:C9900000"
    assert (first["curie"], first["name"], first["relation"]) == (
        "umls:C9900001", "Coughing", "replaced by",
    )  # fmt: skip


def test_names_come_in_pages_with_their_total(shelf: Shelf) -> None:
    page = ask(shelf, "/concepts/mesh/D990002/names?offset=1&limit=1").json()

    assert (page["total"], page["offset"], page["limit"]) == (3, 1, 1)
    assert [each["name"] for each in page["results"]] == ["high body temperature"]


def test_vocabularies_tell_releases_counts_types_and_languages(shelf: Shelf) -> None:
    told = {each["id"]: each for each in ask(shelf, "/vocabularies").json()}

    assert set(told) == {"mesh", "snomedct", "umls"}
    assert told["mesh"] == {
        "id": "mesh",
        "title": "Medical Subject Headings",
        "uri": "https://www.nlm.nih.gov/mesh",
        "release": "2026",
        "names": 6,
        "concepts": 3,
        "types": [{"code": "C23", "name": "Signs and Conditions"}],
        "langs": ["en"],
    }
    assert told["umls"]["langs"] == ["en", "es"]


def test_health_and_version_answer(shelf: Shelf) -> None:
    assert ask(shelf, "/health").json() == {"status": "ok"}
    assert ask(shelf, "/version").json() == {"version": shelf.app().version}


def test_ready_names_the_releases_that_are_served(shelf: Shelf) -> None:
    told = ask(shelf, "/ready").json()

    assert told["ready"]
    assert told["releases"] == {"mesh": "2026", "snomedct": "20260101", "umls": "2026XX"}


def test_metrics_count_requests_by_template_and_say_what_is_served(shelf: Shelf) -> None:
    app = shelf.app()
    get(app, "/concepts/mesh/D990002")

    text = get(app, "/metrics").text

    route = 'route="/concepts/{vocabulary}/{code:path}",status="200"'
    assert f'termsearch_requests_total{{method="GET",{route}}} 1.0' in text
    assert 'termsearch_index_names{vocabulary="mesh"} 6.0' in text
    assert 'release="2026XX",vocabulary="umls"} 1.0' in text
    assert "termsearch_queue_depth 0.0" in text
    assert "D990002" not in text


def test_the_schema_has_every_route_with_its_errors_and_examples(shelf: Shelf) -> None:
    schema = ask(shelf, "/openapi.json").json()

    assert {"/search", "/search/bulk", "/autocomplete", "/vocabularies", "/ready"} <= set(
        schema["paths"]
    )
    refused = schema["paths"]["/search"]["get"]["responses"]["422"]
    assert refused["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorBody")
    (q,) = [p for p in schema["paths"]["/search"]["get"]["parameters"] if p["name"] == "q"]
    assert q["schema"]["examples"] == ["high fever"]
    assert "HTTPValidationError" not in schema["components"]["schemas"]


def test_docs_are_one_page_that_loads_nothing(shelf: Shelf) -> None:
    page = ask(shelf, "/docs")

    assert "/search/bulk" in page.text
    assert "<script" not in page.text
    assert "src=" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/search?q=x&vocab=nope", (400, "unknown-value")),
        ("/search?q=x&type=nope", (400, "unknown-value")),
        ("/search?q=x&lang=xx", (400, "unknown-value")),
        ("/search?q=x&under=mesh:nope", (400, "unknown-value")),
        ("/autocomplete?q=x&vocab=nope", (400, "unknown-value")),
        ("/concepts/mesh/nope", (404, "unknown-code")),
        ("/concepts/nope/1", (404, "unknown-value")),
        ("/concepts/mesh/nope/children", (404, "unknown-code")),
        ("/nothing", (404, "not-found")),
        ("/search", (422, "invalid-request")),
        ("/search?q=", (422, "invalid-request")),
        ("/search?q=x&limit=1001", (422, "invalid-request")),
        ("/search?q=x&limit=ten", (422, "invalid-request")),
        ("/search?q=x&min_score=nan", (422, "invalid-request")),
        ("/search?q=x&vocabulary=mesh", (422, "invalid-request")),
        (f"/search?q={'x' * 1001}", (422, "invalid-request")),
        ("/concepts/mesh/D990002/names?offset=-1", (422, "invalid-request")),
    ],
)
def test_every_refusal_has_one_shape(shelf: Shelf, path: str, expected: tuple[int, str]) -> None:
    assert problem(ask(shelf, path)) == expected


def test_an_unknown_filter_value_says_the_same_as_the_command_line(shelf: Shelf) -> None:
    answer = ask(shelf, "/search?q=x&vocab=mesch")

    assert answer.json()["error"]["message"] == "unknown vocabulary 'mesch'; nearest known: mesh"


def test_another_method_is_refused_with_those_that_are_allowed(shelf: Shelf) -> None:
    answer = ask(shelf, "/search", method="DELETE")

    assert problem(answer) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"queries": []}',
        b'{"queries": [{"text": null}]}',
        b'{"queries": [{"text": "x", "ids": 1}]}',
        b'{"queries": [{"text": "x", "id": 1.5}]}',
        b'{"queries": [{"text": "\\ud800"}]}',
        b'{"queries": [{"text": "x"}], "limit": 101}',
        b'{"queries": [' + b",".join([b'{"text": "x"}'] * 1001) + b"]}",
    ],
)
def test_a_body_of_another_shape_is_refused(shelf: Shelf, body: bytes) -> None:
    answer = ask(
        shelf, "/search/bulk", method="POST", content=body,
        headers={"content-type": "application/json"},
    )  # fmt: skip

    assert problem(answer) == (422, "invalid-request")


def test_what_was_sent_is_not_repeated_in_a_refusal(shelf: Shelf) -> None:
    answer = ask(shelf, f"/search?q={'secretive' * 200}")

    assert "secretive" not in answer.text


def test_a_code_of_several_concepts_lists_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    shelf = Shelf(tmp_path_factory.mktemp("several"))
    used = Name(text="croup", sources=(Source("mesh", "D990099", "MH"),))
    users = [concept("umls", "C9900008", "Croup", used), concept("umls", "C9900009", "Cry", used)]
    shelf.publish(users, "other")

    answer = ask(shelf, "/concepts/mesh/D990099")

    assert problem(answer) == (300, "ambiguous-code")
    assert sorted(answer.json()["error"]["choices"]) == ["umls:C9900008", "umls:C9900009"]


def test_security_headers_are_on_answers_and_on_refusals(shelf: Shelf) -> None:
    for path in ("/search?q=fever", "/nothing"):
        headers = ask(shelf, path).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
