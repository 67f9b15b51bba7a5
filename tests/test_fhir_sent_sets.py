"""ValueSet/$expand of a definition that a client sends: its codes, filters and exclusions."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from termsearch.service.fhir import filtered
from tests.fhir import EXPAND, MESH, SNOMED, codes, echoed, failed, inline, post


def test_a_set_that_a_client_sends_keeps_its_order_and_its_displays(client: TestClient) -> None:
    value_set = inline(client, {
        "system": MESH,
        "concept": [{"code": "D990003", "display": "Very hot"}, {"code": "D990002"}, {"code": "?"}],
    })  # fmt: skip

    assert [(each["code"], each["display"]) for each in value_set["expansion"]["contains"]] == [
        ("D990003", "Very hot"), ("D990002", "Fever"),
    ]  # fmt: skip
    said = "codes of the definition that are not in the index: 1 (mesh:?)"
    assert ("warning", said) in echoed(value_set)


@pytest.mark.parametrize(
    "narrower", ["", "?activeOnly=true", "?count=0", "?filter=fever", "?filter=fever&count=1"]
)
@pytest.mark.parametrize("inactive", [True, False])
def test_a_listed_code_that_is_not_in_the_index_is_told_whatever_is_asked(
    client: TestClient, narrower: str, inactive: bool
) -> None:
    """Those that are not shown for another reason are in the index, and not told."""
    lists = [{"code": "D990002"}, {"code": "D990001"}, *({"code": f"D{n}"} for n in range(5))]
    compose = {
        "inactive": inactive,
        "include": [
            {"system": MESH, "concept": lists, "valueSet": [f"{MESH}?fhir_vs=isa/D990002"]},
            {"system": SNOMED, "filter": [
                {"property": "concept", "op": "in", "value": "39999993,1"}]},
        ],
        "exclude": [{"system": MESH, "concept": [{"code": "D9"}, {"code": "D990002"}]}],
    }  # fmt: skip
    body = {"resourceType": "ValueSet", "status": "active", "compose": compose}

    told = echoed(post(client, f"{EXPAND}{narrower}", body))

    assert [said for name, said in told if name == "warning"] == [
        "codes of the definition that are not in the index: 7 "
        "(mesh:D0, mesh:D1, mesh:D2, mesh:D3, mesh:D4, ...)"
    ]


def test_a_set_that_a_client_sends_can_be_searched(client: TestClient) -> None:
    value_set = {
        "resourceType": "ValueSet",
        "status": "active",
        "compose": {
            "include": [
                {"system": MESH, "concept": [{"code": "D990003"}, {"code": "D990001"}]},
                {"system": SNOMED},
                {"system": "http://loinc.org", "concept": [{"code": "99-9"}]},
            ],
            "exclude": [{"system": SNOMED, "concept": [{"code": "49999994"}]}],
        },
    }

    found = post(client, f"{EXPAND}?filter=fever", value_set)
    left_out = post(client, f"{EXPAND}?filter=left+foot", value_set)
    listed = post(client, EXPAND, value_set)

    assert codes(found)[0] == "D990003"
    assert "D990002" not in codes(found)
    assert codes(left_out)[0] == "59999995"
    assert "49999994" not in codes(left_out)
    assert codes(listed) == ["D990003", "D990001", "29999992", "39999993", "59999995", "99-9"]


@pytest.mark.parametrize("text", ["ankle", "ank"])
def test_a_search_in_an_empty_set_finds_nothing(client: TestClient, text: str) -> None:
    include = {"system": MESH, "filter": [
        {"property": "concept", "op": "in", "value": code} for code in ("D990001", "D990002")
    ]}  # fmt: skip
    nothing = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}}
    beside = {**nothing, "compose": {"include": [include, {"system": SNOMED}]}}

    empty = post(client, f"{EXPAND}?filter={text}", nothing)
    other = post(client, f"{EXPAND}?filter={text}", beside)

    assert codes(empty) == []
    assert empty["expansion"]["total"] == 0
    assert {each["system"] for each in other["expansion"]["contains"]} == {SNOMED}


def test_a_search_finds_only_the_codes_that_are_listed(client: TestClient) -> None:
    """The retired code that is listed is one of the codes of its successor."""
    umls = "http://www.nlm.nih.gov/research/umls"
    listed = {"system": umls, "concept": [{"code": "C9900000"}]}
    body = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [listed]}}

    found = post(client, f"{EXPAND}?filter=cough", body)

    assert codes(found) == []


def test_the_root_that_one_part_leaves_out_may_be_in_another(client: TestClient) -> None:
    below = {"property": "concept", "op": "descendent-of", "value": "D990002"}
    parts = [{"system": MESH, "filter": [below]},
             {"system": MESH, "concept": [{"code": "D990002"}]}]  # fmt: skip
    body = {"resourceType": "ValueSet", "status": "active", "compose": {"include": parts}}

    found = post(client, f"{EXPAND}?filter=fever", body)

    assert codes(found) == ["D990002", "D990003"]


def test_a_long_list_of_codes_is_searched_as_a_short_one_is(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    concepts = [{"code": "D990003"}, {"code": "D990001"}]
    body = {"resourceType": "ValueSet", "status": "active",
            "compose": {"include": [{"system": MESH, "concept": concepts}]}}  # fmt: skip

    short = post(client, f"{EXPAND}?filter=fever", body)
    monkeypatch.setattr(filtered, "_IN_ENGINE", 1)
    long = post(client, f"{EXPAND}?filter=fever", body)

    assert codes(long) == codes(short)
    assert codes(long)[0] == "D990003"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"property": "concept", "op": "is-a", "value": "D990002"}, ["D990002", "D990003"]),
        ({"property": "concept", "op": "descendent-of", "value": "D990002"}, ["D990003"]),
        ({"property": "concept", "op": "is-a", "value": " D990002"}, ["D990002", "D990003"]),
        ({"property": "concept", "op": "descendent-of", "value": "D990002 "}, ["D990003"]),
        ({"property": "concept", "op": "in", "value": "D990002, D990001"}, ["D990002", "D990001"]),
        ({"property": "constraint", "op": "=", "value": "<<D990002"}, ["D990002", "D990003"]),
        ({"property": "parent", "op": "=", "value": "D990001"}, ["D990002"]),
        ({"property": "semanticType", "op": "=", "value": "C23"},
         ["D990002", "D990003", "D990001"]),
        ({"property": "inactive", "op": "=", "value": "false"},
         ["D990002", "D990003", "D990001"]),
    ],
)  # fmt: skip
def test_filters_of_a_definition_narrow_it(
    client: TestClient, said: dict[str, str], expected: list[str]
) -> None:
    value_set = inline(client, {"system": MESH, "filter": [said]})

    assert codes(value_set) == expected


def test_filters_hold_together_and_value_sets_are_cut_with_each_other(client: TestClient) -> None:
    both = inline(client, {"system": MESH, "filter": [
        {"property": "concept", "op": "is-a", "value": "D990001"},
        {"property": "concept", "op": "descendent-of", "value": "D990002"},
    ]})  # fmt: skip
    cut = inline(client, {"system": MESH, "concept": [{"code": "D990001"}, {"code": "D990003"}],
                          "valueSet": [f"{MESH}?fhir_vs=isa/D990002"]})  # fmt: skip
    imported = inline(client, {"valueSet": [f"{MESH}?fhir_vs=isa/D990002"]})

    assert codes(both) == ["D990003"]
    assert codes(cut) == ["D990003"]
    assert codes(imported) == ["D990002", "D990003"]


def test_what_a_definition_excludes_or_calls_inactive_is_left_out(client: TestClient) -> None:
    value_set = inline(
        client, {"system": SNOMED}, inactive=False,
        exclude=[{"system": SNOMED, "filter": [
            {"property": "concept", "op": "descendent-of", "value": "49999994"}]}],
    )  # fmt: skip

    assert codes(value_set) == ["29999992", "49999994"]


@pytest.mark.parametrize(
    ("include", "status", "code"),
    [
        ({"system": MESH, "filter": [{"property": "x", "op": "regex", "value": "a"}]}, 400,
         "not-supported"),
        ({"system": MESH, "filter": [{"property": "concept", "op": "is-a"}]}, 400, "invalid"),
        ({"system": MESH, "filter": [{"property": "concept", "op": "is-a", "value": "?"}]}, 404,
         "not-found"),
        ({"system": MESH, "filter": [{"property": "semanticType", "op": "=", "value": "?"}]}, 404,
         "not-found"),
        ({"system": "http://example.org"}, 404, "not-found"),
        ({"system": MESH, "version": "1999"}, 404, "not-found"),
        ({"concept": [{"code": "D990001"}]}, 400, "invalid"),
        ({"system": MESH, "concept": [{"code": 1}]}, 400, "invalid"),
    ],
)  # fmt: skip
def test_a_definition_that_can_not_be_followed_is_refused(
    client: TestClient, include: dict[str, Any], status: int, code: str
) -> None:
    outcome = inline(client, include, status=status)

    assert failed(outcome)[0] == code


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"url": "http://example.org/mine"}, 404, "neither compose nor all codes"),
        ({"url": "http://example.org/mine", "expansion": {
            "timestamp": "2026-01-01T00:00:00Z", "total": 2,
            "contains": [{"system": MESH, "code": "D990002"}]}}, 404,
         "neither compose nor all codes"),
        ({}, 400, "nor url"),
    ],
)  # fmt: skip
def test_a_value_set_without_codes_and_with_a_foreign_address_is_refused_for_that(
    client: TestClient, sent: dict[str, Any], status: int, said: str
) -> None:
    body = {"resourceType": "ValueSet", "status": "active", **sent}

    outcome = post(client, EXPAND, body, status=status)

    assert said in failed(outcome)[1]
    assert ("http://example.org/mine" in failed(outcome)[1]) == ("url" in sent)


def test_a_value_set_may_be_meant_by_its_address_alone(client: TestClient) -> None:
    body = {"resourceType": "ValueSet", "status": "active", "url": f"{MESH}?fhir_vs=isa/D990002"}

    assert codes(post(client, EXPAND, body)) == ["D990002", "D990003"]
