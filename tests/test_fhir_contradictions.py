"""Parameters that say two things, or a thing that is not done: refused, never half answered."""

from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from termsearch.service.fhir.dates import released
from tests.fhir import EXPAND, ICD, LOOKUP, MESH, SNOMED, failed, get, post, value

FEVER = {"system": MESH, "code": "D990002"}
ANKLE = {"system": SNOMED, "code": "29999992"}
SHOWN = {**FEVER, "display": "Fever"}
CONCEPT = {"coding": [ANKLE, SHOWN]}
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
        kinds = {"resourceType": "resource", "coding": "valueCodeableConcept"}
        kind = next((kinds[key] for key in kinds if key in said), "valueCoding")
        return {"name": name, kind: said}

    return {"resourceType": "Parameters", "parameter": [part(*each) for each in given.items()]}


@pytest.mark.parametrize(("path", "query"), DATED)
def test_what_held_before_a_release_is_not_here(
    client: TestClient, path: str, query: dict[str, Any]
) -> None:
    now = datetime.now(UTC)
    today = [f"{now:%Y}", f"{now:%Y-%m}", f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H:%M:%SZ}"]

    for date in ("1999", "2020-02", "2025-10-31", "2020-01-01T10:00:00Z"):
        outcome = get(client, path, status=400, **query, date=date)
        assert failed(outcome)[0] == "not-supported"
        assert failed(outcome)[1].startswith(f"date is {date}; what is here is {MESH}|2026")
    for date in (*today, "2025-11-30", "2025", "2026-01", "2999"):
        get(client, path, **query, date=date)


def test_a_past_date_is_passed_over_where_nobody_knows_the_release(client: TestClient) -> None:
    query = {"system": "urn:x-termsearch:ward_a", "code": "W/1", "date": "2020-01-01"}

    answer = client.get(f"/fhir/{LOOKUP}", params=query)
    strict = client.get(f"/fhir/{LOOKUP}", params=query, headers={"Prefer": "handling=strict"})

    assert (answer.status_code, answer.headers["warning"]) == (200, '299 - "ignored: date"')
    assert strict.status_code == 400


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("20260101", "2026-01-01"),
        ("releases/2024-01-16", "2024-01-16"),
        ("2026AB", "2026"),
        ("2026", "2025-11"),
        ("2025, 2026", "2025-11"),
        ("v1.2", ""),
        ("", ""),
    ],
)
def test_a_version_says_from_when_it_is(version: str, expected: str) -> None:
    assert released(version) == expected


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (EXPAND, {"url": f"{SNOMED}?fhir_vs", "valueSet": SET}),
        ("ValueSet/snomedct/$expand", {"valueSet": SET}),
        (f"ValueSet/snomedct/{VALIDATE}", {"valueSet": SET, **FEVER}),
        (f"ValueSet/{VALIDATE}", {"url": f"{MESH}?fhir_vs", "system": SNOMED, "coding": FEVER}),
        (f"ValueSet/{VALIDATE}", {"url": f"{MESH}?fhir_vs", "display": "Cough", "coding": SHOWN}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "system": SNOMED, "code": "D990002"}),
        (f"ValueSet/{VALIDATE}", {"url": f"{MESH}?fhir_vs", "systemVersion": "2025",
                                  "coding": {**FEVER, "version": "2026"}}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "display": "Cough", "coding": SHOWN}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "code": "D990001", "coding": FEVER}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "coding": FEVER, "codeableConcept": CONCEPT}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "codeableConcept": CONCEPT, "code": "D990001"}),
        (f"ValueSet/{VALIDATE}", {"url": f"{MESH}?fhir_vs", "system": SNOMED, "code": "D990002",
                                  "codeableConcept": CONCEPT}),
        (EXPAND, {"url": "http://x.org/set|1", "valueSet": {**SET, "url": "http://x.org/set",
                                                            "version": "2"}}),
        (f"ValueSet/{VALIDATE}", {"url": f"{MESH}?fhir_vs", "system": ICD,
                                  "codeableConcept": CONCEPT}),
        (f"CodeSystem/mesh/{VALIDATE}", {"system": SNOMED, "code": "D990002"}),
        (LOOKUP, {"coding": FEVER, **ANKLE}),
        (LOOKUP, {"coding": FEVER, "code": "D990001"}),
        (LOOKUP, {"coding": FEVER, "system": SNOMED}),
        ("CodeSystem/snomedct/$lookup", {"coding": FEVER}),
        ("CodeSystem/$subsumes", {"codeA": "D990001", "codingA": FEVER, "codingB": FEVER}),
        ("CodeSystem/$subsumes", {"system": MESH, "codeA": "D990001", "codeB": "D990003",
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
        (LOOKUP, {"coding": FEVER, **FEVER}),
        ("CodeSystem/mesh/$subsumes", {"codingA": FEVER, "codingB": FEVER}),
        ("CodeSystem/$subsumes", {"system": MESH, "codeA": "D990001", "codeB": "D990002",
                                  "codingB": FEVER}),
        ("ConceptMap/$translate", {"coding": {"system": SNOMED, "code": "59999995"},
                                   "system": SNOMED}),
        (EXPAND, {"url": "http://x.org/set|1", "valueSet": {**SET, "url": "http://x.org/set"}}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "display": "fever", "coding": SHOWN}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "display": "Fever", "coding": FEVER}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "display": "Fever", "codeableConcept": CONCEPT}),
        (f"ValueSet/{VALIDATE}", {"url": f"{MESH}?fhir_vs", "system": "MSH", "display": "Fever",
                                  "systemVersion": "2026", "code": "D990002", "coding": SHOWN}),
        (f"ValueSet/{VALIDATE}", {"url": f"{MESH}?fhir_vs", "system": MESH,
                                  "codeableConcept": CONCEPT}),
        (f"CodeSystem/{VALIDATE}", {"url": MESH, "system": "MSH", "code": "D990002"}),
        (f"CodeSystem/mesh/{VALIDATE}", {"coding": FEVER}),
    ],
)  # fmt: skip
def test_the_same_said_twice_is_answered(
    client: TestClient, path: str, given: dict[str, Any]
) -> None:
    answer = post(client, path, body(**given))

    assert "parameter" not in answer or value(answer, "result") is not False


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


@pytest.mark.parametrize("kind", ["CodeSystem", "ValueSet"])
def test_what_stands_beside_a_concept_is_that_of_its_codings(client: TestClient, kind: str) -> None:
    given = {"url": MESH if kind == "CodeSystem" else f"{MESH}?fhir_vs"}
    bare = {"coding": [{"code": "D990002"}]}

    def valid(**more: Any) -> Any:
        return value(post(client, f"{kind}/{VALIDATE}", body(**given, **more)), "result")

    assert valid(**FEVER, codeableConcept={"coding": []}) is True
    assert valid(system=MESH, codeableConcept=bare) is True
    assert valid(display="Fever", codeableConcept={"coding": [FEVER]}) is True
    assert valid(display="Cough", codeableConcept={"coding": [FEVER]}) is False


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (LOOKUP, {"coding": {**ANKLE, "version": f"{SNOMED}/900000000000207008/version/20260101"},
                  "version": "20260101"}),
        (LOOKUP, {"coding": {**ANKLE, "system": f"{SNOMED}|20260101"}, "system": SNOMED}),
        (f"ValueSet/{VALIDATE}", {"url": f"{SNOMED}?fhir_vs", "coding": ANKLE,
                                  "system": f"{SNOMED}|20260101"}),
        ("r5/ConceptMap/$translate", {"sourceCode": "59999995", "system": SNOMED,
                                      "sourceSystem": f"{SNOMED}|20260101"}),
    ],
)  # fmt: skip
def test_two_spellings_of_one_system_or_version_are_no_contradiction(
    client: TestClient, path: str, given: dict[str, Any]
) -> None:
    post(client, path, body(**given))


def test_a_version_beside_a_coding_is_looked_at_without_an_address(client: TestClient) -> None:
    answer = post(client, f"CodeSystem/{VALIDATE}", body(coding=FEVER, version="1999"))

    assert value(answer, "result") is False


def test_all_that_is_passed_over_is_named_and_in_a_batch_too(client: TestClient) -> None:
    query = "&".join(f"u{each}=1" for each in range(25))
    url = f"{LOOKUP}?system={MESH}&code=D990002&property=colour&{query}"
    entry = {"request": {"method": "GET", "url": url}}

    header = client.get(f"/fhir/{url}").headers["warning"]
    sent = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
    (one,) = post(client, "", sent)["entry"]

    assert header.startswith('299 - "ignored: property:colour, u0, u1,')
    assert header.endswith(', u18, and 6 more"')
    (issue,) = one["response"]["outcome"]["issue"]
    assert issue["details"]["text"] == header.partition('"')[2].rstrip('"')


def test_a_display_beside_a_coding_without_one_is_that_of_the_coding(client: TestClient) -> None:
    given = {"url": MESH, "display": "Cough", "coding": FEVER}

    assert value(post(client, f"CodeSystem/{VALIDATE}", body(**given)), "result") is False


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (
            "r5/ConceptMap/$translate",
            {"sourceCode": "59999995", "system": SNOMED, "reverse": False},
        ),
        (LOOKUP, {**FEVER, "useSupplement": None}),
        (LOOKUP, {**FEVER, "useSupplement": ""}),
    ],
)
def test_what_asks_for_nothing_is_not_refused(
    client: TestClient, path: str, given: dict[str, Any]
) -> None:
    parts = [{"name": name, "valueString": said} for name, said in given.items()]

    post(client, path, {"resourceType": "Parameters", "parameter": parts})


@pytest.mark.parametrize(
    ("path", "query", "ignored"),
    [
        (LOOKUP, {**FEVER, "property": ["parent", "moduleId", "status"]},
         "property:moduleId, property:status"),
        (f"r5/{EXPAND}", {"url": f"{MESH}?fhir_vs", "count": 1, "property": "colour",
                          "filter": "hyperpyrexia"}, "property:colour"),
        (EXPAND, {"url": f"{MESH}?fhir_vs", "count": 1, "property": "parent",
                  "filter": "hyperpyrexia"}, "property"),
    ],
)  # fmt: skip
def test_what_is_not_to_be_had_is_named_in_a_header(
    client: TestClient, path: str, query: dict[str, Any], ignored: str
) -> None:
    answer = client.get(f"/fhir/{path}", params=query)
    strict = client.get(f"/fhir/{path}", params=query, headers={"Prefer": "handling=strict"})

    assert (answer.status_code, answer.headers["warning"]) == (200, f'299 - "ignored: {ignored}"')
    assert ("D990001" in answer.text) == (path == LOOKUP)  # the parent
    assert strict.status_code == 400


def test_a_language_by_itself_is_a_designation(client: TestClient) -> None:
    query: Any = {"url": f"{SNOMED}?fhir_vs", "filter": "left foot"}

    by_tag = get(client, EXPAND, **query, designation="es")
    by_token = get(client, EXPAND, **query, designation="urn:ietf:bcp:47|es")
    wrong = get(client, EXPAND, status=400, **query, designation="no tag")

    assert by_tag["expansion"]["contains"] == by_token["expansion"]["contains"]
    (foot, *_) = by_tag["expansion"]["contains"]
    assert [each["value"] for each in foot["designation"]] == ["pie izquierdo"]
    assert "is no system|code" in failed(wrong)[1]
