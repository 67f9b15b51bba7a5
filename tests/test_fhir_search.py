"""GET and POST of CodeSystem and ValueSet: what is found, in which pages, and what is refused."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.fhir import MESH, SNOMED, ask, failed, get

EVERY = ["mesh", "snomedct", "umls", "ward-a", "icd10cm", "loinc"]


def ids(bundle: Any) -> list[str]:
    return [each["resource"]["id"] for each in bundle.get("entry", [])]


def link(bundle: Any, relation: str) -> str:
    return next((each["url"] for each in bundle["link"] if each["relation"] == relation), "")


@pytest.mark.parametrize("kind", ["CodeSystem", "ValueSet", "r5/CodeSystem", "r5/ValueSet"])
def test_every_entry_has_its_whole_address(client: TestClient, kind: str) -> None:
    bundle = get(client, kind, url=f"{MESH}?fhir_vs" if "ValueSet" in kind else MESH)

    (entry,) = bundle["entry"]
    assert entry["fullUrl"] == f"http://127.0.0.1/fhir/{kind}/mesh"
    assert ask(client.get(entry["fullUrl"])) == entry["resource"]
    assert link(bundle, "self").startswith(f"http://127.0.0.1/fhir/{kind}?url=")
    assert ask(client.get(link(bundle, "self"))) == bundle


def test_what_is_only_meant_by_its_url_has_a_name_that_stays_the_same(client: TestClient) -> None:
    first, second = (get(client, "ValueSet", url=f"{MESH}?fhir_vs=isa/D990002") for _ in range(2))

    assert "id" not in first["entry"][0]["resource"]
    assert first["entry"][0]["fullUrl"].startswith("urn:uuid:")
    assert first == second


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name=SNOMED", ["snomedct"]),
        ("name=med", []),
        ("name:contains=MED", ["snomedct"]),
        ("name:exact=Snomedct", ["snomedct"]),
        ("name:exact=snomedct", []),
        ("name=mesh,snomed", ["mesh", "snomedct"]),
        ("title=m%C3%A9dical", ["mesh"]),
        ("title=subject", []),
        ("title:contains=subject", ["mesh"]),
        ("title=mesh\\,snomed", []),
        ("status=active", EVERY),
        ("status=http://hl7.org/fhir/publication-status|active", EVERY),
        ("status=draft,retired", []),
        ("status=draft,active&name=mesh", ["mesh"]),
        ("_id=mesh,umls", ["mesh", "umls"]),
        (f"url={MESH},{SNOMED}", ["mesh", "snomedct"]),
        (f"url={MESH}&version=2025,2026", ["mesh"]),
        (f"url={MESH}|2026", ["mesh"]),
        (f"url={MESH}|2025,{SNOMED}|20260101", ["snomedct"]),
        ("_elements=url", EVERY),
        ("_total=accurate", EVERY),
    ],
)
def test_a_search_finds_what_meets_all_that_is_asked_for(
    client: TestClient, query: str, expected: list[str]
) -> None:
    bundle = ask(client.get(f"/fhir/CodeSystem?{query}"))

    assert sorted(ids(bundle)) == sorted(expected)
    assert bundle["total"] == len(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name=mesh", ["mesh"]),
        ("title:contains=snomed", ["snomedct"]),
        (f"url={MESH}?fhir_vs,{SNOMED}?fhir_vs,http://example.org", ["mesh", "snomedct"]),
        (f"url={MESH}?fhir_vs&version=2025,2026", ["mesh"]),
        (f"url={MESH}?fhir_vs|2026,{SNOMED}?fhir_vs|1999", ["mesh"]),
        (f"url={MESH}?fhir_vs&status=draft", []),
        (f"url={MESH}?fhir_vs&_id=umls", []),
    ],
)
def test_value_sets_are_found_by_the_same_parameters(
    client: TestClient, query: str, expected: list[str]
) -> None:
    assert ids(ask(client.get(f"/fhir/ValueSet?{query}"))) == expected


@pytest.mark.parametrize("kind", ["CodeSystem", "ValueSet"])
@pytest.mark.parametrize(
    "query",
    ["url:below=http://hl7.org", "content-mode=complete", "_sort=name", "name:missing=true",
     "_lastUpdated=gt2020", "_has:ConceptMap:source:_id=1", "identifier=urn:oid:1", "_id:not=mesh",
     "reference=x", "_include=*"],
)  # fmt: skip
def test_what_would_narrow_a_search_and_is_not_supported_is_refused(
    client: TestClient, kind: str, query: str
) -> None:
    outcome = ask(client.get(f"/fhir/{kind}?{query}"), 400)

    assert failed(outcome)[0] == "not-supported"
    assert query.partition("=")[0] in failed(outcome)[1]


def test_pages_are_followed_by_their_links(client: TestClient) -> None:
    bundle = ask(client.get("/fhir/CodeSystem?_count=4&status=active"))
    second = ask(client.get(link(bundle, "next")))

    assert len(ids(bundle)) == 4
    assert sorted(ids(bundle) + ids(second)) == sorted(EVERY)
    assert bundle["total"] == second["total"] == 6
    assert link(second, "next") == ""


@pytest.mark.parametrize("query", ["_count=0", "_summary=count"])
def test_a_search_may_only_count(client: TestClient, query: str) -> None:
    bundle = ask(client.get(f"/fhir/CodeSystem?{query}"))

    assert bundle["total"] == 6
    assert "entry" not in bundle
    assert link(bundle, "next") == ""


@pytest.mark.parametrize("query", ["_count=-1", "_count=x", "_offset=-1", "name=a&name=b"])
def test_a_parameter_of_a_search_that_is_wrong_is_refused(client: TestClient, query: str) -> None:
    assert failed(ask(client.get(f"/fhir/CodeSystem?{query}"), 400))[0] == "invalid"


def test_a_search_may_be_posted(client: TestClient) -> None:
    posted = client.post("/fhir/CodeSystem/_search", data={"name": "snomed", "_pretty": "true"})
    both = client.post("/fhir/r5/CodeSystem/_search?status=active", data={"name": "snomed"})
    without = client.get("/fhir/CodeSystem/_search?name=snomed")

    assert ids(ask(posted)) == ids(ask(both)) == ids(ask(without)) == ["snomedct"]
    assert posted.text.startswith("{\n")
    assert link(ask(posted), "self") == "http://127.0.0.1/fhir/CodeSystem?name=snomed"


def test_a_posted_search_is_a_form(client: TestClient) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    json = client.post("/fhir/CodeSystem/_search", json={"name": "snomed"})
    bytes_ = client.post("/fhir/CodeSystem/_search", content=b"name=\xff", headers=kind)
    operation = client.post("/fhir/CodeSystem/$lookup", data={"code": "x"})

    assert failed(ask(json, 415))[0] == "not-supported"
    assert failed(ask(bytes_, 400))[0] == "invalid"
    assert failed(ask(operation, 415))[0] == "not-supported"


def test_every_search_parameter_is_declared(client: TestClient) -> None:
    (rest,) = get(client, "metadata")["rest"]

    declared = {each["type"]: {one["name"] for one in each.get("searchParam", [])}
                for each in rest["resource"]}  # fmt: skip
    assert declared["CodeSystem"] == {"_id", "url", "version", "name", "title", "status"}
    assert declared["CodeSystem"] == declared["ValueSet"]
