"""Parameters that say two things, or a thing that is not done: refused, never half answered."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.fhir import EXPAND, LOOKUP, MESH, SNOMED, failed, get, post, value

FEVER = {"system": MESH, "code": "D990002"}
ANKLE = {"system": SNOMED, "code": "29999992"}
SET = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [{"system": MESH}]}}
VALIDATE = "$validate-code"
DATED = [
    (EXPAND, {"url": f"{MESH}?fhir_vs"}),
    (LOOKUP, FEVER),
    (f"CodeSystem/{VALIDATE}", {"url": MESH, "code": "D990002"}),
    (f"ValueSet/{VALIDATE}", {"url": f"{MESH}?fhir_vs", **FEVER}),
]


def body(**given: Any) -> dict[str, Any]:
    """Codings, resources and texts."""

    def part(name: str, said: Any) -> dict[str, Any]:
        if isinstance(said, str):
            return {"name": name, "valueString": said}
        return {"name": name, "resource" if "resourceType" in said else "valueCoding": said}

    return {"resourceType": "Parameters", "parameter": [part(*each) for each in given.items()]}


@pytest.mark.parametrize(("path", "query"), DATED)
def test_the_past_is_not_here(client: TestClient, path: str, query: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    past = ["1999", "2020-02", f"{now - timedelta(days=2):%Y-%m-%d}", "2020-01-01T10:00:00Z"]
    held = [f"{now:%Y}", f"{now:%Y-%m}", f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H:%M:%SZ}", "2999"]

    for date in past:
        outcome = get(client, path, status=400, **query, date=date)
        assert failed(outcome)[0] == "not-supported"
        assert date in failed(outcome)[1]
    for date in held:
        get(client, path, **query, date=date)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (EXPAND, {"url": f"{SNOMED}?fhir_vs", "valueSet": SET}),
        ("ValueSet/snomedct/$expand", {"valueSet": SET}),
        (f"ValueSet/snomedct/{VALIDATE}", {"valueSet": SET, **FEVER}),
        (f"ValueSet/{VALIDATE}", {"url": f"{MESH}?fhir_vs", "system": SNOMED, "coding": FEVER}),
        (f"ValueSet/{VALIDATE}", {"url": f"{MESH}?fhir_vs", "display": "Cough", "coding": FEVER}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "system": SNOMED, "code": "D990002"}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "display": "Cough", "coding": FEVER}),
        (f"CodeSystem/mesh/{VALIDATE}", {"system": SNOMED, "code": "D990002"}),
        (LOOKUP, {"coding": FEVER, **ANKLE}),
        (LOOKUP, {"coding": FEVER, "code": "D990002"}),
        (LOOKUP, {"coding": FEVER, "system": SNOMED}),
        ("CodeSystem/snomedct/$lookup", {"coding": FEVER}),
        ("CodeSystem/$subsumes", {"codeA": "D990001", "codingA": FEVER, "codingB": FEVER}),
        ("CodeSystem/$subsumes", {"system": MESH, "codeA": "D990001", "codeB": "D990002",
                                  "codingB": FEVER}),
        ("CodeSystem/snomedct/$subsumes", {"codingA": FEVER, "codingB": FEVER}),
        ("ConceptMap/$translate", {"coding": FEVER, "system": SNOMED}),
        ("r5/ConceptMap/$translate", {"sourceCode": "D990002", "system": MESH,
                                      "sourceSystem": SNOMED}),
        ("ConceptMap/$translate", {**FEVER, "targetsystem": SNOMED, "targetSystem": MESH}),
        (EXPAND, {"valueSet": {**SET, "resourceType": "CodeSystem"}}),
    ],
)  # fmt: skip
def test_of_two_things_none_is_dropped_without_a_word(
    client: TestClient, path: str, given: dict[str, Any]
) -> None:
    outcome = post(client, path, body(**given), status=400)

    assert failed(outcome)[0] == "invalid"


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("CodeSystem/mesh/$lookup", {"coding": FEVER}),
        ("CodeSystem/mesh/$lookup", {"coding": {"code": "D990002"}}),
        (LOOKUP, {"coding": FEVER, "version": "2026"}),
        (LOOKUP, {"coding": {"code": "D990002"}, "system": MESH}),
        ("CodeSystem/mesh/$subsumes", {"codingA": FEVER, "codingB": FEVER}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "system": "MSH", "code": "D990002"}),
        (f"CodeSystem/mesh/{VALIDATE}", {"coding": FEVER}),
    ],
)
def test_the_same_said_twice_is_answered(
    client: TestClient, path: str, given: dict[str, Any]
) -> None:
    answer = post(client, path, body(**given))

    assert value(answer, "result") is not False


def test_a_version_that_is_not_here_is_refused_beside_a_coding(client: TestClient) -> None:
    outcome = post(client, LOOKUP, body(coding=FEVER, version="1999"), status=404)

    assert "version 2026 is" in failed(outcome)[1]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("ConceptMap/$translate", "sourceSystem"),
        ("ConceptMap/$translate", "targetScope"),
        ("r5/ConceptMap/$translate", "code"),
        ("r5/ConceptMap/$translate", "reverse"),
        (EXPAND, "property"),
    ],
)
def test_a_parameter_of_the_other_version_is_refused(
    client: TestClient, path: str, name: str
) -> None:
    query: Any = {name: "x"}

    outcome = get(client, path, status=400, **query)

    assert failed(outcome)[0] == "not-supported"
    assert f"{name} is of FHIR" in failed(outcome)[1]


@pytest.mark.parametrize(("version", "code"), [("", "code"), ("r5/", "sourceCode")])
@pytest.mark.parametrize("spelling", ["targetsystem", "targetSystem"])
def test_both_versions_take_both_spellings_of_the_target(
    client: TestClient, version: str, code: str, spelling: str
) -> None:
    query: Any = {"system": "urn:x-termsearch:ward_a", code: "W/1", spelling: SNOMED}

    answer = get(client, f"{version}ConceptMap/$translate", **query)

    (match,) = [each for each in answer["parameter"] if each["name"] == "match"]
    assert match["part"][1]["valueCoding"]["system"] == SNOMED
