"""ValueSet/$expand: every way to name a value set and to search it, and how it comes back."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.concepts import concept
from tests.conftest import WordHash
from tests.fhir import EXPAND, MESH, SNOMED, ask, codes, echoed, expand, failed, get, post, served


def extensions(contained: Any) -> dict[str, Any]:
    return {
        each["url"].rpartition(":")[2]: next(v for k, v in each.items() if k != "url")
        for each in contained["extension"]
    }


def _release(url: str) -> str | None:
    if "ward_a" in url:
        return None
    return "20260101" if url.startswith(SNOMED) else "2026"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{SNOMED}?fhir_vs", ["29999992", "39999993", "49999994", "59999995"]),
        (f"{SNOMED}?fhir_vs|20260101", ["29999992", "39999993", "49999994", "59999995"]),
        (f"{SNOMED}/900000000000207008/version/20260101?fhir_vs=isa/49999994",
         ["49999994", "59999995"]),
        (f"{SNOMED}?fhir_vs=isa/49999994", ["49999994", "59999995"]),
        (f"{SNOMED}?fhir_vs=ecl/<<49999994", ["49999994", "59999995"]),
        (f"{SNOMED}?fhir_vs=ecl/<<49999994|20260101", ["49999994", "59999995"]),
        (f"{SNOMED}?fhir_vs=isa/49999994|20260101", ["49999994", "59999995"]),
        (f"{SNOMED}/vs|20260101", ["29999992", "39999993", "49999994", "59999995"]),
        (f"{SNOMED}?fhir_vs=ecl/%3C%3C%2049999994", ["49999994", "59999995"]),
        (f"{SNOMED}?fhir_vs=ecl/< 29999992 |Ankle, of a kind|", ["49999994", "59999995"]),
        (f"{MESH}?fhir_vs=isa/D990002", ["D990002", "D990003"]),
        (f"{MESH}?fhir_vs", ["D990002", "D990003", "D990001"]),
        (f"{MESH}/vs", ["D990002", "D990003", "D990001"]),
        ("urn:x-termsearch:ward_a?fhir_vs", ["W/1"]),
        ("urn:oid:2.16.840.1.113883.6.177?fhir_vs=ecl/<D990002", ["D990003"]),
    ],
)  # fmt: skip
def test_an_implicit_value_set_lists_its_codes_by_name(
    client: TestClient, url: str, expected: list[str]
) -> None:
    value_set = expand(client, url)

    assert codes(value_set) == expected
    assert value_set["expansion"]["total"] == len(expected)
    address = url.removesuffix("|20260101")
    # No address has a blank or a bar.
    assert value_set["url"] == address.replace(" ", "%20").replace("|", "%7C")
    assert value_set.get("version") == _release(url)


@pytest.mark.parametrize(
    ("url", "status", "code", "said"),
    [
        (f"{SNOMED}?fhir_vs=ecl/<<29999992 AND <<1", 400, "not-supported", "< and <<"),
        (f"{SNOMED}?fhir_vs=ecl/^29999992", 400, "not-supported", "< and <<"),
        (f"{SNOMED}?fhir_vs=refset/29999992", 400, "not-supported", "isa/CODE"),
        (f"{SNOMED}?fhir_vs=isa/1", 404, "not-found", "1 is no code of"),
        (f"{SNOMED}?fhir_vs=ecl/<<1", 404, "not-found", "1 is no code of"),
        (f"{SNOMED}?fhir_vs|20250101", 404, "not-found", "version 20260101 is"),
        (f"{SNOMED}?fhir_vs=ecl/<<29999992|20250101", 404, "not-found", "version 20260101 is"),
        (f"{SNOMED}/1/version/20250101?fhir_vs", 404, "not-found", "version 20260101 is"),
        (SNOMED, 404, "not-found", f"{SNOMED}?fhir_vs"),
        ("http://example.org/none", 404, "not-found", "no value set"),
        ("http://example.org/none?fhir_vs", 404, "not-found", "not in the index"),
        (f"{SNOMED}?other", 404, "not-found", "no value set"),
        ("http://loinc.org?fhir_vs=isa/99-9", 400, "not-supported", "no hierarchy"),
        ("http://loinc.org?fhir_vs", 400, "not-supported", "with filter"),
    ],
)
def test_a_value_set_that_is_not_to_be_had_is_refused(
    client: TestClient, url: str, status: int, code: str, said: str
) -> None:
    outcome = get(client, EXPAND, url=url, status=status)

    assert failed(outcome)[0] == code
    assert said in failed(outcome)[1]


def test_a_filter_finds_by_meaning_with_its_score(client: TestClient) -> None:
    value_set = expand(client, f"{MESH}?fhir_vs", filter="fever", count=2)

    first, second = value_set["expansion"]["contains"]
    assert (first["code"], first["display"]) == ("D990002", "Fever")
    assert extensions(first) == {"score": 1, "match-type": "exact", "matched-name": "Fever"}
    assert extensions(second)["score"] < 1
    assert value_set["expansion"]["total"] == 2


def filtered(client: TestClient, text: str) -> Any:
    """What a filter leaves of three codes that are sent."""
    three = [{"code": code} for code in ("D990001", "D990002", "D990003")]
    body = {"resourceType": "ValueSet", "status": "active",
            "compose": {"include": [{"system": MESH, "concept": three}]}}  # fmt: skip
    return post(client, f"{EXPAND}?filter={text}", body)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("zzzz", []),
        ("asdfgh", []),
        ("...", []),
        ("pyrexia", ["D990002"]),
        ("symp si", ["D990001"]),
        ("hyperpyrexea", ["D990003"]),
        ("raised body temperature", ["D990002"]),
    ],
)
def test_a_filter_leaves_out_what_it_does_not_mean(
    client: TestClient, text: str, left: list[str]
) -> None:
    value_set = filtered(client, text)

    assert codes(value_set) == left
    assert value_set["expansion"]["total"] == len(left)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("mening", ["Meningioma", "Meningitis", "Mining"]),  # rather half typed than misspelt
        ("htn", ["Hypertension", "Htnzz", "Htnz fever"]),  # an abbreviation that is whole
    ],
)
def test_a_word_that_is_read_otherwise_may_be_half_typed(
    tmp_path: Path, typed: str, expected: list[str]
) -> None:
    more = [concept("mesh", f"D99001{at}", name) for at, name in enumerate(sorted(expected))]

    with served(tmp_path, *more) as client:
        value_set = expand(client, f"{MESH}?fhir_vs", filter=typed)

    assert [each["display"] for each in value_set["expansion"]["contains"]] == expected


def test_what_a_half_typed_word_may_become_is_not_cut_short(tmp_path: Path) -> None:
    more = [concept("mesh", f"D9910{at}", f"Meningitis {at}") for at in range(10, 60)]

    with served(tmp_path, concept("mesh", "D990010", "Mining"), *more) as client:
        value_set = expand(client, f"{MESH}?fhir_vs", filter="mening", count=60)

    assert value_set["expansion"]["total"] == len(codes(value_set)) == 51


def test_the_floor_of_a_score_is_that_of_its_encoder(client: TestClient, tmp_path: Path) -> None:
    fitted = WordHash()
    as_fitted = {"model": "sentence-transformers/all-MiniLM-L6-v2", "max_tokens": 256}
    fitted.card = fitted.card.model_copy(update=as_fitted)

    with served(tmp_path, encoder=fitted) as other:
        lower = filtered(other, "fever of patient")

    assert codes(filtered(client, "fever of patient")) == ["D990002"]
    assert codes(lower) == ["D990002", "D990003"]
    assert 0.45 <= extensions(lower["expansion"]["contains"][1])["score"] < 0.6


def test_a_fuzzy_filter_is_what_every_filter_is(client: TestClient) -> None:
    plain = expand(client, f"{MESH}?fhir_vs", filter="pyrexya")
    fuzzy = expand(client, f"{MESH}?fhir_vs", filter="pyrexya~")

    assert codes(fuzzy) == codes(plain)
    assert codes(fuzzy)[0] == "D990002"


def test_a_word_half_typed_is_gone_on_with(client: TestClient) -> None:
    value_set = expand(client, f"{MESH}?fhir_vs", filter="hyperp")

    first = value_set["expansion"]["contains"][0]
    assert first["code"] == "D990003"
    assert extensions(first)["match-type"] == "prefix"


def test_a_filter_stays_below_the_root_of_the_set(client: TestClient) -> None:
    from_root = expand(client, f"{MESH}?fhir_vs=isa/D990002", filter="fever")
    below = expand(client, f"{MESH}?fhir_vs=ecl/<D990002", filter="fever")

    assert codes(from_root) == ["D990002", "D990003"]
    assert codes(below) == ["D990003"]
    assert below["expansion"]["total"] == 1


def test_codes_that_only_umls_knows_are_found_by_their_names(client: TestClient) -> None:
    value_set = expand(client, "http://loinc.org?fhir_vs", filter="lung oddness")

    assert value_set["expansion"]["contains"][0]["code"] == "99-9"
    assert value_set["expansion"]["contains"][0]["display"] == "Lung oddness"


def test_retired_codes_are_marked_or_left_out(client: TestClient) -> None:
    every = expand(client, f"{SNOMED}?fhir_vs")
    active = expand(client, f"{SNOMED}?fhir_vs", activeOnly=True)
    found = expand(client, f"{SNOMED}?fhir_vs", activeOnly=True, filter="febrile state")

    assert [each["code"] for each in every["expansion"]["contains"] if each.get("inactive")] == [
        "39999993"
    ]
    assert codes(active) == ["29999992", "49999994", "59999995"]
    assert "39999993" not in codes(found)


def test_the_set_below_a_retired_code_is_that_code_and_not_its_successor(
    client: TestClient,
) -> None:
    listed = expand(client, f"{SNOMED}?fhir_vs=isa/39999993")
    found = expand(client, f"{SNOMED}?fhir_vs=isa/39999993", filter="state")

    assert codes(listed) == codes(found) == ["39999993"]


def test_designations_and_another_language_are_shown(client: TestClient) -> None:
    value_set = expand(client, f"{SNOMED}?fhir_vs=isa/49999994", includeDesignations=True,
                       displayLanguage="es-ES,es;q=0.9")  # fmt: skip

    foot, toe = value_set["expansion"]["contains"]
    assert (foot["display"], toe["display"]) == ("pie izquierdo", "Toe of left foot")
    assert [each["value"] for each in foot["designation"]] == [
        "Left foot", "Left foot (body structure)", "pie izquierdo",
    ]  # fmt: skip
    assert [each["language"] for each in foot["designation"]] == ["en", "en", "es"]


def test_designations_of_one_language_or_use_are_shown(client: TestClient) -> None:
    value_set = expand(client, f"{SNOMED}?fhir_vs=isa/49999994",
                       designation="urn:ietf:bcp:47|es")  # fmt: skip

    foot, _ = value_set["expansion"]["contains"]
    assert [each["value"] for each in foot["designation"]] == ["pie izquierdo"]


def test_the_definition_is_shown_where_it_is_asked_for(client: TestClient) -> None:
    url = f"{SNOMED}?fhir_vs=isa/49999994"

    without, with_it = expand(client, url), expand(client, url, includeDefinition=True)

    assert "compose" not in without
    (include,) = with_it["compose"]["include"]
    assert include["filter"] == [{"property": "concept", "op": "is-a", "value": "49999994"}]


def test_every_parameter_comes_back_as_it_was_used(client: TestClient) -> None:
    value_set = expand(client, f"{MESH}?fhir_vs", filter="fever", count=5000, activeOnly=True,
                       displayLanguage="en", excludeNested=True)  # fmt: skip

    assert echoed(value_set) == [
        ("url", f"{MESH}?fhir_vs"), ("filter", "fever"), ("activeOnly", True),
        ("displayLanguage", "en"), ("excludeNested", True), ("count", 1000), ("offset", 0),
        ("used-codesystem", f"{MESH}|2026"), ("version", f"{MESH}|2026"),
    ]  # fmt: skip
    assert value_set["expansion"]["identifier"].startswith("urn:uuid:")
    assert value_set["expansion"]["timestamp"]


def test_a_code_system_is_left_out_where_the_client_wants_it(client: TestClient) -> None:
    body = {"resourceType": "ValueSet", "status": "active",
            "compose": {"include": [{"system": MESH}, {"system": SNOMED}]}}  # fmt: skip

    value_set = post(client, f"{EXPAND}?exclude-system={MESH}", body)

    assert {each["system"] for each in value_set["expansion"]["contains"]} == {SNOMED}


@pytest.mark.parametrize("name", ["system-version", "check-system-version", "force-system-version"])
def test_only_the_version_that_is_here_can_be_asked_for(client: TestClient, name: str) -> None:
    path = f"{EXPAND}?url={MESH}?fhir_vs&{name}={MESH}"

    here = ask(client.get(f"/fhir/{path}|2026"))
    outcome = ask(client.get(f"/fhir/{path}|2025"), 404)

    assert codes(here)
    assert failed(outcome)[0] == "not-found"


def test_a_version_that_a_definition_names_can_be_overridden(client: TestClient) -> None:
    include = {"system": MESH, "version": "2020", "concept": [{"code": "D990001"}]}
    body = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}}

    outcome = post(client, EXPAND, body, status=404)
    forced = post(client, f"{EXPAND}?force-system-version={MESH}|2026", body)

    assert "version 2026 is" in failed(outcome)[1]
    assert codes(forced) == ["D990001"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "invalid"),
        ({"url": f"{MESH}?fhir_vs", "count": "x"}, "invalid"),
        ({"url": f"{MESH}?fhir_vs", "count": -1}, "invalid"),
        ({"url": f"{MESH}?fhir_vs", "activeOnly": "perhaps"}, "invalid"),
        ({"url": f"{MESH}?fhir_vs", "date": "yesterday"}, "invalid"),
        ({"url": f"{MESH}?fhir_vs", "designation": "in German"}, "invalid"),
        ({"url": f"{MESH}?fhir_vs", "designation": "urn:ietf:bcp:47|"}, "invalid"),
        ({"url": f"{MESH}?fhir_vs", "context": "http://example.org"}, "not-supported"),
        ({"url": f"{MESH}?fhir_vs", "filter": "x" * 1001}, "invalid"),
        ({"url": "x" * 3000}, "invalid"),
        ({"url": f"{MESH}?fhir_vs", "displayLanguage": "de\n"}, "invalid"),
        ({"url": [f"{MESH}?fhir_vs", f"{SNOMED}?fhir_vs"]}, "invalid"),
    ],
)
def test_a_parameter_that_is_wrong_is_refused(
    client: TestClient, query: dict[str, Any], code: str
) -> None:
    outcome = get(client, EXPAND, status=400, **query)

    assert failed(outcome)[0] == code


def test_r5_shows_properties_that_are_asked_for(client: TestClient) -> None:
    value_set = get(client, f"r5/{EXPAND}", url=f"{MESH}?fhir_vs=isa/D990003",
                    property=["definition", "parent"])  # fmt: skip

    (contained,) = value_set["expansion"]["contains"]
    assert contained["property"] == [{"code": "parent", "valueCode": "D990002"}]
