"""How codes of an expansion are shown: in which words and languages, with which properties."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from termsearch.service.fhir import properties
from tests.fhir import EXPAND, LOOKUP, MESH, SNOMED, ask, failed, get, parts, post, value

VALIDATE = "ValueSet/$validate-code"

GERMAN = {"language": "de", "value": "Linker Fuß"}
USE = {"system": "http://example.org/uses", "code": "short"}


def value_set(*concepts: dict[str, Any], **more: Any) -> dict[str, Any]:
    include = {"system": SNOMED, "concept": list(concepts)}
    return {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]},
            **more}  # fmt: skip


def shown(answer: Any) -> list[str]:
    return [each["display"] for each in answer["expansion"]["contains"]]


def warnings(answer: Any) -> list[str]:
    return [each["valueString"] for each in answer["expansion"]["parameter"]
            if each["name"] == "warning"]  # fmt: skip


@pytest.mark.parametrize(
    ("listed", "langs", "expected"),
    [
        ({"display": "Foot, sinister"}, "en", "Foot, sinister"),
        ({"display": "Foot, sinister"}, "es", "pie izquierdo"),
        ({"display": "Foot, sinister"}, "fr", "Foot, sinister"),
        ({"designation": [GERMAN]}, "de-AT,de", "Linker Fuß"),
        ({"designation": [GERMAN]}, "fr", "Left foot"),
        ({"designation": [GERMAN]}, "es,de", "pie izquierdo"),
        ({"designation": [GERMAN]}, "de,es", "Linker Fuß"),
        ({"display": "Foot, sinister", "designation": [GERMAN]}, "de", "Linker Fuß"),
        ({"display": "Foot, sinister", "designation": [GERMAN]}, "fr", "Foot, sinister"),
    ],
)
def test_a_definitions_own_words_go_before_those_of_the_code_system(
    client: TestClient, listed: dict[str, Any], langs: str, expected: str
) -> None:
    body = value_set({"code": "49999994", **listed})

    answer = post(client, f"{EXPAND}?displayLanguage={langs}", body)

    assert shown(answer) == [expected]


@pytest.mark.parametrize(
    ("langs", "expected"), [("de", "Linker Fuß"), ("en", "Left foot"), ("fr", "Linker Fuß")]
)
def test_a_definition_says_in_which_language_it_displays(
    client: TestClient, langs: str, expected: str
) -> None:
    body = value_set({"code": "49999994", "display": "Linker Fuß"}, language="de")

    answer = post(client, f"{EXPAND}?displayLanguage={langs}", body)

    assert shown(answer) == [expected]
    assert answer["language"] == "de"


def test_designations_of_a_definition_are_shown_as_they_were_sent(client: TestClient) -> None:
    short = {"value": "L foot", "use": USE}
    body = value_set({"code": "49999994", "designation": [GERMAN, short]})

    every = post(client, f"{EXPAND}?includeDesignations=true&includeDefinition=true", body)
    by_use = post(client, f"{EXPAND}?designation={USE['system']}|{USE['code']}", body)
    by_language = post(client, f"{EXPAND}?designation=urn:ietf:bcp:47|de", body)

    assert every["expansion"]["contains"][0]["designation"][:2] == [GERMAN, short]
    assert every["compose"]["include"][0]["concept"][0]["designation"] == [GERMAN, short]
    assert by_use["expansion"]["contains"][0]["designation"] == [short]
    assert by_language["expansion"]["contains"][0]["designation"] == [GERMAN]


def test_a_designation_of_a_definition_is_a_display_that_is_valid(client: TestClient) -> None:
    body = {"resourceType": "Parameters", "parameter": [
        {"name": "valueSet", "resource": value_set({"code": "49999994", "designation": [GERMAN]})},
        {"name": "coding", "valueCoding": {"system": SNOMED, "code": "49999994",
                                           "display": "linker fuß"}},
    ]}  # fmt: skip

    assert value(post(client, VALIDATE, body), "result") is True


@pytest.mark.parametrize("status", ["draft", "retired", "unknown", "active"])
def test_a_definition_keeps_its_status(client: TestClient, status: str) -> None:
    assert post(client, EXPAND, value_set({"code": "49999994"}, status=status))["status"] == status


def test_a_status_that_fhir_does_not_have_is_refused(client: TestClient) -> None:
    outcome = post(client, EXPAND, value_set({"code": "49999994"}, status="new"), status=400)

    assert failed(outcome)[0] == "invalid"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("es", "pie izquierdo"),
        ("es-MX,es;q=0.8,en;q=0.5", "pie izquierdo"),
        ("en;q=0.5,es", "pie izquierdo"),
        ("en,es;q=0.5", "Left foot"),
        ("es;q=0", "Left foot"),
        ("*", "Left foot"),
        ("?!;;q=x,\t", "Left foot"),
        (",".join(["fr"] * 50 + ["es"]), "Left foot"),
    ],
)
def test_the_language_of_the_client_is_spoken_where_a_request_names_none(
    client: TestClient, header: str, expected: str
) -> None:
    def asked(path: str) -> Any:
        return client.get(f"/fhir/{path}", headers={"Accept-Language": header})

    expanded = asked(f"{EXPAND}?url={SNOMED}?fhir_vs=isa/49999994&count=1")
    looked_up = asked(f"{LOOKUP}?system={SNOMED}&code=49999994")
    named = asked(f"{LOOKUP}?system={SNOMED}&code=49999994&displayLanguage=en")

    assert shown(ask(expanded)) == [expected]
    assert value(ask(looked_up), "display") == expected
    assert value(ask(named), "display") == "Left foot"
    assert "Accept-Language" in expanded.headers["vary"]


def test_the_language_of_the_client_reaches_a_batch(client: TestClient) -> None:
    url = f"{LOOKUP}?system={SNOMED}&code=49999994"
    body = {"resourceType": "Bundle", "type": "batch",
            "entry": [{"request": {"method": "GET", "url": url}}]}  # fmt: skip

    bundle = post(client, "", body, headers={"Accept-Language": "es"})

    assert value(bundle["entry"][0]["resource"], "display") == "pie izquierdo"


def test_r5_shows_every_property_that_it_announces(client: TestClient) -> None:
    asked = ["child", "parent", "http://hl7.org/fhir/concept-properties#inactive", "semanticType"]

    answer = get(client, f"r5/{EXPAND}", url=f"{MESH}?fhir_vs=isa/D990002", property=asked)

    fever, hyper = (
        [next(v for k, v in each.items() if k != "code") for each in contained["property"]]
        for contained in answer["expansion"]["contains"]
    )
    assert fever == [False, "D990001", "C23", "D990003"]
    assert hyper == [False, "D990002", "C23"]
    assert [each["code"] for each in answer["expansion"]["property"]] == [
        "child", "parent", "inactive", "semanticType",
    ]  # fmt: skip
    assert warnings(answer) == []


def test_children_are_those_that_lookup_has(client: TestClient) -> None:
    expanded = get(client, f"r5/{EXPAND}", url=f"{SNOMED}?fhir_vs", property="child")
    listed = {
        each["code"]: [one["valueCode"] for one in each.get("property", [])]
        for each in expanded["expansion"]["contains"]
    }

    looked_up = {
        code: [p["value"] for p in parts(get(client, LOOKUP, system=SNOMED, code=code), "property")
               if p["code"] == "child"]
        for code in listed
    }  # fmt: skip

    assert listed == looked_up
    assert listed["49999994"] == ["59999995"]


def test_a_property_that_no_code_has_is_not_announced(client: TestClient) -> None:
    answer = get(client, f"r5/{EXPAND}", url=f"{MESH}?fhir_vs=isa/D990003",
                 property=["colour", "parent"])  # fmt: skip
    alone = get(client, f"r5/{EXPAND}", url=f"{MESH}?fhir_vs=isa/D990003", property="colour")

    assert answer["expansion"]["property"] == [
        {"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent"}
    ]
    assert "colour" in warnings(answer)[0]
    assert "property" not in alone["expansion"]


def test_more_children_than_can_be_read_at_once_are_too_costly(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(properties, "_CHILDREN", 0)

    outcome = get(client, f"r5/{EXPAND}", url=f"{MESH}?fhir_vs", property="child", status=422)

    assert failed(outcome)[0] == "too-costly"


def expansion(*contains: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As it is sent beside a code."""
    body = {"resourceType": "ValueSet", "status": "active", "url": "http://example.org/feet",
            "expansion": {"timestamp": "2026", "contains": list(contains), **more}}  # fmt: skip
    return {"name": "valueSet", "resource": body}


FOOT = {"system": SNOMED, "code": "49999994", "display": "Foot, sinister"}
TOE = {"system": SNOMED, "code": "59999995"}


def test_a_value_set_may_be_sent_as_its_expansion(client: TestClient) -> None:
    heading = {"display": "Feet", "abstract": True, "contains": [FOOT, {**TOE, "contains": [
        {"system": MESH, "code": "D990002"}]}]}  # fmt: skip
    sent = expansion(heading, total=4)

    def valid(code: str, system: str = SNOMED) -> Any:
        coding = {"name": "coding", "valueCoding": {"system": system, "code": code}}
        body = {"resourceType": "Parameters", "parameter": [sent, coding]}
        return value(post(client, VALIDATE, body), "result")

    answer = post(client, EXPAND, {"resourceType": "Parameters", "parameter": [sent]})

    assert shown(answer) == ["Foot, sinister", "Toe of left foot", "Fever"]
    assert answer["url"] == "http://example.org/feet"
    assert [valid("49999994"), valid("29999992"), valid("D990002", MESH)] == [True, False, True]


@pytest.mark.parametrize("more", [{"total": 3}, {"contains": []}])
def test_a_page_of_an_expansion_is_no_value_set(client: TestClient, more: dict[str, Any]) -> None:
    sent = expansion(FOOT, TOE)
    sent["resource"]["expansion"] |= more
    del sent["resource"]["url"]

    outcome = post(client, EXPAND, {"resourceType": "Parameters", "parameter": [sent]}, status=400)

    assert "expansion" in failed(outcome)[1]
