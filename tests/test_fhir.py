"""What is the same for all of FHIR: versions, formats, errors, resources."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from termsearch.errors import IndexBusyError, UnknownCodeError, UnknownValueError
from termsearch.service.fhir.outcome import outcome_of
from termsearch.service.problems import Problem, problem_of
from tests.fhir import FEVER, MESH, SNOMED, ask, failed, get, served, value


def accepting(client: TestClient, path: str, accept: str) -> Any:
    return client.get(f"/fhir/{path}", headers={"Accept": accept})


@pytest.mark.parametrize(
    ("path", "accept", "version", "mime"),
    [
        ("metadata", "*/*", "4.0.1", "4.0"),
        ("metadata", "application/fhir+json; fhirVersion=4.3", "4.0.1", "4.0"),
        ("metadata", "application/fhir+json; fhirVersion=5.0", "5.0.0", "5.0"),
        ("r5/metadata", "*/*", "5.0.0", "5.0"),
        ("r4/metadata", "application/fhir+json; fhirVersion=5.0", "4.0.1", "4.0"),
    ],
)
def test_fhir_is_spoken_in_the_version_that_is_asked_for(
    client: TestClient, path: str, accept: str, version: str, mime: str
) -> None:
    response = accepting(client, path, accept)

    assert ask(response)["fhirVersion"] == version
    assert f"fhirVersion={mime}" in response.headers["content-type"]


def test_another_version_of_fhir_is_not_acceptable(client: TestClient) -> None:
    response = accepting(client, "metadata", "application/fhir+json; fhirVersion=3.0")
    kind = {"Content-Type": "application/fhir+json; fhirVersion=3.0"}
    sent = client.post("/fhir/ValueSet/$expand", json={}, headers=kind)

    assert failed(ask(response, 406))[0] == "not-supported"
    assert failed(ask(sent, 415))[0] == "not-supported"


@pytest.mark.parametrize(
    ("version", "accept", "mime"),
    [
        ("", "*/*", "5.0"),
        ("", "application/fhir+json; fhirVersion=4.0", "4.0"),
        ("r4/", "*/*", "4.0"),
    ],
)
def test_a_body_says_which_version_it_is_in_where_nothing_else_does(
    client: TestClient, version: str, accept: str, mime: str
) -> None:
    body = {"resourceType": "Parameters", "parameter": [
        {"name": "url", "valueUri": f"{MESH}?fhir_vs=isa/D990003"},
        {"name": "property", "valueString": "parent"},
    ]}  # fmt: skip

    response = client.post(
        f"/fhir/{version}ValueSet/$expand",
        content=json.dumps(body),
        headers={"Content-Type": "application/fhir+json; fhirVersion=5.0", "Accept": accept},
    )

    if mime == "5.0":
        assert "fhirVersion=5.0" in response.headers["content-type"]
        assert "property" in ask(response)["expansion"]
    else:
        assert "fhirVersion=4.0" in response.headers["content-type"]
        assert response.headers["warning"] == '299 - "ignored: property"'
        assert "property" not in ask(response)["expansion"]


@pytest.mark.parametrize("version", ["", "r5/"])
def test_every_operation_is_declared(client: TestClient, version: str) -> None:
    statement = get(client, f"{version}metadata")

    (rest,) = statement["rest"]
    declared = {f"{each['type']}/{operation['name']}"
                for each in rest["resource"] for operation in each["operation"]}  # fmt: skip
    assert declared == {
        "CodeSystem/lookup", "CodeSystem/validate-code", "CodeSystem/subsumes",
        "ValueSet/expand", "ValueSet/validate-code", "ConceptMap/translate",
    }  # fmt: skip


@pytest.mark.parametrize("version", ["", "r5/"])
def test_every_code_system_is_declared_with_its_version(client: TestClient, version: str) -> None:
    capabilities = get(client, f"{version}metadata", mode="terminology")

    versions = {each["uri"]: each["version"][0].get("code") for each in capabilities["codeSystem"]}
    assert versions == {
        MESH: "2026",
        SNOMED: "20260101",
        "http://www.nlm.nih.gov/research/umls": "2026XX",
        "urn:x-termsearch:ward_a": None,
        "http://hl7.org/fhir/sid/icd-10-cm": None,
        "http://loinc.org": None,
    }


@pytest.mark.parametrize("version", ["", "r5/"])
@pytest.mark.parametrize("mode", ["full", "terminology"])
def test_what_is_an_instance_says_which(client: TestClient, version: str, mode: str) -> None:
    resource = get(client, f"{version}metadata", mode=mode)

    assert resource["kind"] == "instance"
    assert resource["implementation"]["description"]
    assert resource["implementation"]["url"] == f"http://127.0.0.1/fhir/{version}".rstrip("/")


@pytest.mark.parametrize("version", ["", "r5/"])
def test_code_systems_are_read_and_found(client: TestClient, version: str) -> None:
    read = get(client, f"{version}CodeSystem/mesh")
    every = get(client, f"{version}CodeSystem")
    found = get(client, f"{version}CodeSystem", url=MESH, version="2026")
    none = get(client, f"{version}CodeSystem", url=MESH, version="2025")

    assert (read["url"], read["version"], read["count"]) == (MESH, "2026", 3)
    assert every["total"] == 6
    assert [each["resource"] for each in found["entry"]] == [read]
    assert none["total"] == 0


@pytest.mark.parametrize("version", ["", "r5/"])
def test_value_sets_are_read_and_found(client: TestClient, version: str) -> None:
    read = get(client, f"{version}ValueSet/mesh")
    every = get(client, f"{version}ValueSet")
    found = get(client, f"{version}ValueSet", url=f"{MESH}?fhir_vs")
    below = get(client, f"{version}ValueSet", url=f"{MESH}?fhir_vs=isa/D990002")
    none = get(client, f"{version}ValueSet", url="http://example.org")

    assert read["url"] == f"{MESH}?fhir_vs"
    assert every["total"] == 6
    assert [each["resource"] for each in found["entry"]] == [read]
    assert below["entry"][0]["resource"]["compose"]["include"][0]["filter"]
    assert none["total"] == 0
    assert get(client, "ConceptMap")["total"] == 0


def test_a_vocabulary_whose_name_is_no_id_has_one(client: TestClient) -> None:
    assert get(client, "CodeSystem/ward-a")["url"] == "urn:x-termsearch:ward_a"


def test_operations_of_an_instance_know_what_they_are_about(client: TestClient) -> None:
    looked_up = get(client, "CodeSystem/mesh/$lookup", code="D990002")
    expanded = get(client, "ValueSet/mesh/$expand", count=1)
    valid = get(client, "CodeSystem/mesh/$validate-code", code="D990002")
    held = get(client, "ValueSet/mesh/$validate-code", code="D990002", system=MESH)
    below = get(client, "CodeSystem/mesh/$subsumes", codeA="D990001", codeB="D990002")

    assert value(looked_up, "display") == "Fever"
    assert expanded["expansion"]["total"] == 3
    assert value(valid, "result") is value(held, "result") is True
    assert value(below, "outcome") == "subsumes"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("CodeSystem/none/$lookup?code=1", 404, "not-found"),
        (f"CodeSystem/mesh/$lookup?code=1&system={SNOMED}", 400, "invalid"),
        ("ConceptMap/1/$translate", 404, "not-found"),
        ("ConceptMap/1", 404, "not-found"),
        ("CodeSystem/none", 404, "not-found"),
        ("CodeSystem/$closure", 404, "not-supported"),
        ("ValueSet/$lookup", 404, "not-supported"),
        ("Patient/1", 404, "not-found"),
        ("Patient", 404, "not-found"),
        ("", 405, "not-supported"),
        ("metadata?mode=other", 400, "not-supported"),
        (f"{FEVER}&_format=xml", 406, "not-supported"),
    ],
)
def test_what_is_not_there_is_an_operation_outcome(
    client: TestClient, path: str, status: int, code: str
) -> None:
    outcome = ask(client.get(f"/fhir/{path}"), status)

    assert failed(outcome)[0] == code


@pytest.mark.parametrize("version", ["r4", "r5"])
def test_every_parameter_of_an_expansion_is_declared(client: TestClient, version: str) -> None:
    told = get(client, f"{version}/metadata", mode="terminology")["expansion"]["parameter"]

    names = {each["name"] for each in told}
    assert {"filter", "designation", "check-system-version", "force-system-version"} <= names
    assert names.isdisjoint({"context", "useSupplement"})
    assert ("property" in names) == (version == "r5")


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("OPTIONS", "/metadata")])
def test_what_is_not_answered_points_to_what_describes_fhir(
    client: TestClient, method: str, path: str
) -> None:
    outcome = ask(client.request(method, f"/fhir{path}"), 405)

    assert "See /fhir/metadata for what there is" in failed(outcome)[1]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("CodeSystem/mesh", "GET, HEAD"),
        ("metadata", "GET, HEAD"),
        ("r5/ValueSet", "GET, HEAD"),
        ("CodeSystem/_search", "GET, HEAD, POST"),
    ],
)
def test_a_method_that_is_not_for_it_is_refused(
    client: TestClient, path: str, allowed: str
) -> None:
    response = client.put(f"/fhir/{path}", json={})

    assert failed(ask(response, 405))[0] == "not-supported"
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"<Parameters/>", "application/fhir+xml", 415, "not-supported"),
        (b"{", "application/fhir+json", 400, "invalid"),
        (b'"\\ud800"', "application/fhir+json", 400, "invalid"),
        (b"[" * 5000, "application/fhir+json", 400, "invalid"),
        (b"[]", "application/json", 400, "invalid"),
        (b'{"resourceType": "Patient"}', "application/json", 400, "invalid"),
        (b'{"resourceType": "Parameters", "parameter": {}}', "application/json", 400, "invalid"),
        (b'{"resourceType": "Parameters", "parameter": [1]}', "application/json", 400, "invalid"),
        (b'{"resourceType": "Parameters", "parameter": [{"name": "code", "valueCode": "a", '
         b'"valueString": "b"}]}', "application/json", 400, "invalid"),
    ],
)  # fmt: skip
def test_a_body_that_can_not_be_read_is_refused(
    client: TestClient, body: bytes, kind: str, status: int, code: str
) -> None:
    response = client.post("/fhir/CodeSystem/$lookup", content=body, headers={"Content-Type": kind})

    assert failed(ask(response, status))[0] == code


@pytest.mark.parametrize("accept", ["application/fhir+xml", "text/turtle"])
def test_only_json_is_spoken(client: TestClient, accept: str) -> None:
    refused = accepting(client, FEVER, accept)
    answered = accepting(client, f"{FEVER}&_format=json", accept)
    not_encoded = accepting(client, f"{FEVER}&_format=application/fhir+json", accept)

    assert failed(ask(refused, 406))[0] == "not-supported"
    assert ask(answered) == ask(not_encoded)


def test_an_answer_is_laid_out_for_people_where_that_is_asked_for(client: TestClient) -> None:
    response = client.get(f"/fhir/{FEVER}&_pretty=true")

    assert response.text.startswith('{\n  "resourceType"')


def test_an_unknown_parameter_is_named_or_refused(client: TestClient) -> None:
    lenient = client.get(f"/fhir/{FEVER}&colour=red%0d%0a")
    strict = client.get(f"/fhir/{FEVER}&colour=red", headers={"Prefer": "handling=strict"})

    assert value(ask(lenient), "display") == "Fever"
    assert lenient.headers["warning"] == '299 - "ignored: colour"'
    assert "colour" in client.get("/fhir/CodeSystem?colour=red").headers["warning"]
    assert "colour" in failed(ask(strict, 400))[1]


def test_limits_of_the_service_speak_fhir(tmp_path: Path) -> None:
    with served(tmp_path, body_bytes=10) as client:
        response = client.post("/fhir/CodeSystem/$lookup", content=b"x" * 11)

    assert failed(ask(response, 413))[0] == "too-long"


def test_who_has_no_key_is_told_so_in_fhir(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("ward:read:0123456789abcdef0123456789abcdef\n")
    keys.chmod(0o600)
    with served(tmp_path, keys_file=keys) as client:
        without = client.get("/fhir/CodeSystem")
        key = {"Authorization": "Bearer 0123456789abcdef0123456789abcdef"}
        with_it = client.get("/fhir/CodeSystem", headers=key)

    assert failed(ask(without, 401))[0] == "login"
    assert without.headers["www-authenticate"] == "Bearer"
    assert ask(with_it)["resourceType"] == "Bundle"


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (Problem(429, "busy"), "throttled"),
        (Problem(500, "a bug"), "exception"),
        (Problem(503, "not open"), "transient"),
        (Problem(504, "late"), "timeout"),
        (problem_of(IndexBusyError("there")), "transient"),
        (problem_of(UnknownCodeError("mesh:1", [], {})), "not-found"),
        (problem_of(UnknownValueError("code", "x", [])), "invalid"),
    ],
)
def test_every_problem_has_its_issue_type(problem: Problem, code: str) -> None:
    assert failed(outcome_of(problem))[0] == code


def test_what_is_searched_for_is_logged_only_where_that_is_wanted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "termsearch")
    query = f"/fhir/ValueSet/$expand?url={MESH}?fhir_vs&filter=burning"

    with served(tmp_path / "quiet") as client:
        client.get(query)
    quiet = "\n".join(
        each.getMessage() for each in caplog.records if each.name.startswith("termsearch")
    )
    with served(tmp_path / "loud", log_queries=True) as client:
        client.get(query)

    assert "burning" not in quiet
    assert "'burning'" in caplog.messages
