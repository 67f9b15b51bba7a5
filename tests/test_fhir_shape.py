"""How much of a resource comes: _elements and _summary."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.fhir import EXPAND, FEVER, MESH, ask, failed

SUBSETTED = {"tag": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
                      "code": "SUBSETTED"}]}  # fmt: skip
REST = {"implementation", "rest"}


def read(client: TestClient, path: str) -> Any:
    return ask(client.get(f"/fhir/{path}"))


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("CodeSystem/mesh?_elements=url,CodeSystem.title",
         {"id", "url", "title", "status", "content"}),
        ("r5/CodeSystem/mesh?_elements=nothing", {"id", "status", "content"}),
        ("ValueSet/mesh?_summary=text", {"id", "status"}),
        ("ValueSet/mesh?_summary=true", {"id", "url", "version", "name", "title", "status"}),
        ("metadata?_elements=software",
         {"software", "status", "date", "kind", "fhirVersion", "format", *REST}),
        ("metadata?mode=terminology&_summary=true",
         {"name", "status", "date", "kind", "software", "implementation"}),
    ],
)  # fmt: skip
def test_what_is_not_wanted_is_left_out_and_the_rest_says_so(
    client: TestClient, path: str, left: set[str]
) -> None:
    resource = read(client, path)

    assert resource.keys() == {"resourceType", "meta", *left}
    assert resource["meta"] == SUBSETTED


@pytest.mark.parametrize("asked", ["_summary=false", "_summary=data", "_elements="])
@pytest.mark.parametrize("path", ["ValueSet/mesh", "CodeSystem", "metadata"])
def test_a_whole_resource_says_nothing_of_it(client: TestClient, path: str, asked: str) -> None:
    whole, same = read(client, path), read(client, f"{path}?{asked}")

    assert whole.get("entry") == same.get("entry")
    assert "meta" not in same


def test_each_resource_that_a_search_found_is_cut_also_on_the_next_page(
    client: TestClient,
) -> None:
    bundle = read(client, "ValueSet?_elements=url&_count=1")
    (next_page,) = [each["url"] for each in bundle["link"] if each["relation"] == "next"]

    for each in (bundle, ask(client.get(next_page))):
        (entry,) = each["entry"]
        assert entry["resource"].keys() == {"resourceType", "id", "meta", "url", "status"}


@pytest.mark.parametrize("asked", ["_summary=true", "_summary=text", "_elements=parameter"])
@pytest.mark.parametrize("path", [FEVER, f"{EXPAND}?url={MESH}?fhir_vs"])
def test_the_answer_of_an_operation_is_whole_or_refused(
    client: TestClient, path: str, asked: str
) -> None:
    outcome = ask(client.get(f"/fhir/{path}&{asked}"), 400)

    assert failed(outcome)[0] == "not-supported"
    assert read(client, f"{path}&_summary=false")["resourceType"] in {"Parameters", "ValueSet"}


@pytest.mark.parametrize(
    "asked", ["_summary=some", "_summary=count", "_summary=true&_summary=text"]
)
def test_no_such_summary_is_refused(client: TestClient, asked: str) -> None:
    assert failed(ask(client.get(f"/fhir/CodeSystem/mesh?{asked}"), 400))[0] == "invalid"
