"""CodeSystem/$lookup: what is said of a code."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termsearch.service.fhir.properties import PROPERTY_URIS
from tests.concepts import concept
from tests.fhir import (
    HEIRS,
    ICD,
    LOINC,
    LOOKUP,
    MESH,
    SNOMED,
    UMLS,
    failed,
    get,
    parts,
    post,
    sent,
    served,
    value,
)  # fmt: skip


def properties(answer: Any, code: str) -> list[tuple[Any, Any]]:
    return [(each["value"], each.get("description")) for each in parts(answer, "property")
            if each["code"] == code]  # fmt: skip


def designations(answer: Any) -> list[str]:
    return [each["value"] for each in parts(answer, "designation")]


def test_lookup_says_what_a_code_means(client: TestClient) -> None:
    answer = get(client, LOOKUP, system=MESH, code="D990002")

    assert value(answer, "name") == "Medical Subject Headings"
    assert value(answer, "version") == "2026"
    assert value(answer, "display") == "Fever"
    assert designations(answer) == ["Fever", "high body temperature", "Pyrexia"]
    assert properties(answer, "inactive") == [(False, None)]
    assert properties(answer, "parent") == [("D990001", "Signs and Symptoms")]
    assert properties(answer, "child") == [("D990003", "Hyperpyrexia")]
    assert properties(answer, "semanticType") == [("C23", "Signs and Conditions")]
    assert properties(answer, "definition") == [("Being too hot.", None)]


def test_a_definition_is_a_parameter_of_its_own_in_r5(client: TestClient) -> None:
    answer = get(client, f"r5/{LOOKUP}", system=MESH, code="D990002")

    assert value(answer, "definition") == "Being too hot."
    assert properties(answer, "definition") == []


def test_lookup_shows_only_the_properties_that_are_asked_for(client: TestClient) -> None:
    parent = get(client, LOOKUP, system=MESH, code="D990002", property="parent")
    spanish = get(client, LOOKUP, system=SNOMED, code="49999994", property=["lang.es", "inactive"])
    every = get(client, LOOKUP, system=MESH, code="D990002", property="*")
    by_address = get(client, LOOKUP, system=MESH, code="D990002", property=PROPERTY_URIS["parent"])
    of_the_answer = get(client, LOOKUP, system=MESH, code="D990002", property=["display", "name"])

    assert {each["code"] for each in parts(parent, "property")} == {"parent"}
    assert parts(by_address, "property") == parts(parent, "property")
    assert parts(of_the_answer, "property") == []
    assert designations(parent) == []
    assert designations(spanish) == ["pie izquierdo"]
    assert len(parts(every, "property")) == 5


def test_lookup_displays_in_the_language_that_is_asked_for(client: TestClient) -> None:
    spanish = get(client, LOOKUP, system=SNOMED, code="49999994", displayLanguage="es")
    none = get(client, LOOKUP, system=SNOMED, code="49999994", displayLanguage="fr")

    assert value(spanish, "display") == "pie izquierdo"
    assert value(none, "display") == "Left foot"


def test_lookup_takes_a_coding(client: TestClient) -> None:
    coding = {"system": MESH, "code": "D990002", "version": "2026"}

    answer = post(client, LOOKUP, sent(coding=coding))

    assert value(answer, "display") == "Fever"


def test_a_retired_code_says_so_and_what_to_use(client: TestClient) -> None:
    answer = get(client, LOOKUP, system=SNOMED, code="39999993")

    assert value(answer, "display") == "Febrile state"
    assert properties(answer, "inactive") == [(True, None)]
    assert properties(answer, "replacedBy") == [("29999992", None)]


def test_a_code_that_only_umls_knows_is_shown_as_its_source_names_it(client: TestClient) -> None:
    answer = get(client, LOOKUP, system=ICD, code="Q99")

    assert value(answer, "display") == "Lung oddness"
    assert designations(answer) == ["Lung oddness", "odd lungs"]
    assert properties(answer, "xref") == [("umls:C9900002", None)]


@pytest.mark.parametrize(
    "system", [f"{MESH}|2026", "MSH", "mesh", "urn:oid:2.16.840.1.113883.6.177", f"{MESH}/"]
)
def test_a_code_system_goes_by_all_its_names(client: TestClient, system: str) -> None:
    answer = get(client, LOOKUP, system=system, code="D990002")

    assert value(answer, "display") == "Fever"


def test_a_code_without_its_dot_is_told_how_it_is_written(tmp_path: Path) -> None:
    with served(tmp_path, concept("icd10cm", "E11.9", "Sweet blood")) as client:
        outcome = get(client, LOOKUP, status=404, system=ICD, code="E119")

    assert failed(outcome)[1].endswith("; it has E11.9.")


def test_a_code_that_is_gone_is_not_told_for_one_that_is_near(tmp_path: Path) -> None:
    with served(tmp_path, *HEIRS) as client:
        outcome = get(client, LOOKUP, status=404, system=SNOMED, code="1000000")

    assert failed(outcome)[1].endswith("|20260101.")


def test_umls_goes_by_the_address_of_hl7s_terminology_too(client: TestClient) -> None:
    answer = get(client, LOOKUP, system="http://terminology.hl7.org/CodeSystem/umls",
                 code="C9900001")  # fmt: skip

    assert value(answer, "display") == "Coughing"


@pytest.mark.parametrize(
    ("query", "status", "code", "said"),
    [
        ({"system": MESH, "code": "D1"}, 404, "not-found", "D1 is no code of"),
        ({"system": MESH, "code": "d990002"}, 404, "not-found", "it has D990002"),
        ({"system": SNOMED, "code": "D990002"}, 404, "not-found", "mesh:D990002 is known"),
        ({"system": UMLS, "code": "C9900000"}, 404, "not-found", "is retired and not in this"),
        ({"system": "http://example.org", "code": "D1"}, 404, "not-found", "not in the index"),
        ({"system": MESH, "code": "D990002", "version": "1999"}, 404, "not-found", "2026"),
        ({"system": LOINC, "code": "99-9", "version": "2"}, 404, "not-found", "not known"),
        ({"system": MESH}, 400, "invalid", "no code"),
        ({"code": "D990002"}, 400, "invalid", "no system"),
        ({"coding": f"{MESH}|D990002"}, 400, "invalid", "POST"),
        ({"system": MESH, "code": " D990002"}, 400, "invalid", "blank"),
        ({"system": f"{MESH}|1999", "code": "D990002"}, 404, "not-found", "2026"),
    ],
)
def test_lookup_of_what_is_not_there_is_an_error(
    client: TestClient, query: dict[str, Any], status: int, code: str, said: str
) -> None:
    outcome = get(client, LOOKUP, status=status, **query)

    assert failed(outcome)[0] == code
    assert said in failed(outcome)[1]
