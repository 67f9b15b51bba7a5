"""$validate-code of a CodeSystem and of a ValueSet: whether a code is one, and what is wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.fhir import HEIRS, LOOKUP, MESH, SNOMED, failed, get, post, sent, served, value

IN_CODE_SYSTEM = "CodeSystem/$validate-code"
IN_VALUE_SET = "ValueSet/$validate-code"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("fhir"), *HEIRS) as opened:
        yield opened


def issues(answer: Any) -> list[tuple[str, str]]:
    return [(each["severity"], each["details"]["coding"][0]["code"])
            for each in value(answer, "issues")["issue"]]  # fmt: skip


def test_a_code_of_a_code_system_is_valid(client: TestClient) -> None:
    answer = get(client, IN_CODE_SYSTEM, url=MESH, code="D990002", display="pyrexia")

    assert value(answer, "result") is True
    assert value(answer, "display") == "Fever"
    assert (value(answer, "system"), value(answer, "code")) == (MESH, "D990002")
    assert value(answer, "version") == "2026"
    assert value(answer, "issues") is None


def test_a_code_that_is_not_there_is_not_valid(client: TestClient) -> None:
    answer = get(client, IN_CODE_SYSTEM, url=MESH, code="D1")

    assert value(answer, "result") is False
    assert "D1 is no code" in value(answer, "message")
    assert issues(answer) == [("error", "invalid-code")]


def test_another_display_is_not_valid_unless_that_is_let_pass(client: TestClient) -> None:
    query: Any = {"system": MESH, "code": "D990002", "display": "Cough"}

    wrong = get(client, IN_CODE_SYSTEM, **query)
    lenient = get(client, IN_CODE_SYSTEM, lenient_display_validation=True, **query)

    assert value(wrong, "result") is False
    assert issues(wrong) == [("error", "invalid-display")]
    assert "expected 'Fever'" in value(wrong, "message")
    assert value(lenient, "result") is True
    assert issues(lenient) == [("warning", "invalid-display")]


def test_a_code_is_in_a_value_set_or_is_not(client: TestClient) -> None:
    url = f"{SNOMED}?fhir_vs=ecl/<29999992"

    inside = get(client, IN_VALUE_SET, url=url, system=SNOMED, code="59999995")
    outside = get(client, IN_VALUE_SET, url=url, system=SNOMED, code="29999992")
    elsewhere = get(client, IN_VALUE_SET, url=url, system=MESH, code="D990001")

    assert value(inside, "result") is True
    assert value(outside, "result") is value(elsewhere, "result") is False
    assert issues(outside) == issues(elsewhere) == [("error", "not-in-vs")]
    assert value(outside, "display") == "Ankle"


def test_a_retired_code_is_valid_with_a_warning(client: TestClient) -> None:
    query: Any = {"url": f"{SNOMED}?fhir_vs", "system": SNOMED, "code": "39999993"}

    answer = get(client, IN_VALUE_SET, **query)
    active = get(client, IN_VALUE_SET, activeOnly=True, **query)

    assert value(answer, "result") is True
    assert "Use snomedct:29999992" in value(answer, "message")
    assert value(active, "result") is False


def test_a_system_is_inferred_where_that_is_asked_for(client: TestClient) -> None:
    compose = {"include": [{"system": SNOMED}, {"system": MESH}]}
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": compose}
    body = sent(code="D990002")
    body["parameter"].append({"name": "valueSet", "resource": value_set})

    refused = post(client, IN_VALUE_SET, body, status=400)
    inferred = post(client, f"{IN_VALUE_SET}?inferSystem=true", body)
    alone = get(client, IN_VALUE_SET, url=f"{MESH}?fhir_vs", code="D990002")

    assert "inferSystem" in failed(refused)[1]
    assert value(inferred, "system") == value(alone, "system") == MESH


def test_the_system_of_a_code_that_is_gone_is_inferred_too(client: TestClient) -> None:
    compose = {"include": [{"system": MESH}, {"system": SNOMED}]}
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": compose}
    body = sent(code="10000006", inferSystem=True)
    body["parameter"].append({"name": "valueSet", "resource": value_set})

    answer = post(client, IN_VALUE_SET, body)

    assert value(answer, "system") == SNOMED
    assert value(answer, "result") is True


@pytest.mark.parametrize("infer", [True, False])
def test_no_code_is_in_a_set_of_which_all_is_left_out(client: TestClient, infer: bool) -> None:
    answer = get(client, IN_VALUE_SET, url=f"{MESH}?fhir_vs", code="D990002", inferSystem=infer,
                 exclude_system=MESH)  # fmt: skip

    assert value(answer, "result") is False
    assert value(answer, "code") == "D990002"
    assert issues(answer) == [("error", "not-in-vs")]


def test_a_concept_is_valid_if_one_of_its_codings_is(client: TestClient) -> None:
    coding = [{"system": "http://example.org", "code": "x"}, {"system": MESH, "code": "D990002"}]

    valid = post(client, f"{IN_VALUE_SET}?url={MESH}?fhir_vs",
                 sent(codeableConcept={"coding": coding}))  # fmt: skip
    wrong = post(client, f"{IN_VALUE_SET}?url={MESH}?fhir_vs",
                 sent(codeableConcept={"coding": coding[:1]}))  # fmt: skip

    assert value(valid, "result") is True
    assert value(valid, "code") == "D990002"
    assert value(wrong, "result") is False
    assert issues(wrong) == [("error", "not-found")]


def test_a_coding_of_another_code_system_is_not_valid_in_this_one(client: TestClient) -> None:
    coding = {"system": SNOMED, "code": "29999992"}

    answer = post(client, f"{IN_CODE_SYSTEM}?url={MESH}", sent(coding=coding))

    assert value(answer, "result") is False


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"url": f"{MESH}?fhir_vs"}, 400, "invalid"),
        ({"url": "http://example.org", "code": "1", "system": MESH}, 404, "not-found"),
        ({"code": "D990002", "system": MESH}, 400, "invalid"),
    ],
)
def test_what_can_not_be_validated_is_an_error(
    client: TestClient, query: dict[str, Any], status: int, code: str
) -> None:
    outcome = get(client, IN_VALUE_SET, status=status, **query)

    assert failed(outcome)[0] == code


def test_a_retired_code_that_was_left_out_is_valid_with_a_warning(client: TestClient) -> None:
    """As REST redirects from it and MCP says that it exists."""
    query: Any = {"url": SNOMED, "code": "10000006"}

    unknown = get(client, LOOKUP, status=404, system=SNOMED, code="10000006")
    answer = get(client, IN_CODE_SYSTEM, display="Whatever it was called", **query)
    active = get(client, IN_VALUE_SET, activeOnly=True,
                 **{**query, "url": f"{SNOMED}?fhir_vs", "system": SNOMED})  # fmt: skip

    assert "retired and not in this index; use 69999996 or 79999997" in failed(unknown)[1]
    assert value(answer, "result") is True
    assert issues(answer) == [("warning", "status-check")]
    assert "Use snomedct:69999996, snomedct:79999997" in value(answer, "message")
    assert value(answer, "display") is None
    assert value(active, "result") is False
    assert issues(active) == [("error", "status-check")]


@pytest.mark.parametrize(
    ("include", "result"),
    [
        ({}, True),
        ({"concept": [{"code": "10000006"}]}, True),
        ({"concept": [{"code": "29999992"}]}, False),
        ({"filter": [{"property": "concept", "op": "is-a", "value": "29999992"}]}, False),
        ({"filter": [{"property": "inactive", "op": "=", "value": "false"}]}, False),
    ],
)
def test_a_retired_code_that_was_left_out_is_in_a_set_that_asks_no_more_than_the_code(
    client: TestClient, include: dict[str, Any], result: bool
) -> None:
    value_set = {"resourceType": "ValueSet", "status": "active",
                 "compose": {"include": [{"system": SNOMED, **include}]}}  # fmt: skip
    body = sent(code="10000006", system=SNOMED)
    body["parameter"].append({"name": "valueSet", "resource": value_set})

    answer = post(client, IN_VALUE_SET, body)

    assert value(answer, "result") is result


@pytest.mark.parametrize(
    "path", [f"{IN_CODE_SYSTEM}?url={MESH}", f"{IN_VALUE_SET}?url={MESH}?fhir_vs"]
)
def test_a_text_alone_is_not_valid(client: TestClient, path: str) -> None:
    body = {"resourceType": "Parameters", "parameter": [
        {"name": "codeableConcept", "valueCodeableConcept": {"text": "hot and bothered"}}
    ]}  # fmt: skip

    answer = post(client, path, body)

    assert value(answer, "result") is False
    assert "a text alone" in value(answer, "message")


@pytest.mark.parametrize("name", ["system-version", "check-system-version", "force-system-version"])
def test_the_version_of_a_code_system_counts_where_the_set_has_codes_of_it(
    client: TestClient, name: str
) -> None:
    query: Any = {"url": f"{MESH}?fhir_vs", "code": "D990002", "system": MESH}

    other = get(client, IN_VALUE_SET, **{**query, name: f"{SNOMED}|1999"})
    own = get(client, IN_VALUE_SET, status=404, **{**query, name: f"{MESH}|1999"})

    assert value(other, "result") is True
    assert "version 2026 is" in failed(own)[1]
