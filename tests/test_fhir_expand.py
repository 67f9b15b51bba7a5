"""ValueSet/$expand: every way to name a value set, to search it and to page through it."""

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from termsearch.service.fhir import filtered, listing
from tests.concepts import concept
from tests.fhir import MESH, SNOMED, ask, failed, get, post, served

EXPAND = "ValueSet/$expand"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("fhir")) as opened:
        yield opened


def codes(value_set: Any) -> list[str]:
    return [each["code"] for each in value_set["expansion"].get("contains", [])]


def expand(client: TestClient, url: str, **query: Any) -> Any:
    return get(client, EXPAND, url=url, **query)


def inline(client: TestClient, *include: Any, status: int = 200, **more: Any) -> Any:
    value_set = {"resourceType": "ValueSet", "status": "active",
                 "compose": {"include": list(include), **more}}  # fmt: skip
    given = [{"name": "valueSet", "resource": value_set}]
    body = {"resourceType": "Parameters", "parameter": given}
    return post(client, EXPAND, body, status=status)


def extensions(contained: Any) -> dict[str, Any]:
    return {
        each["url"].rpartition(":")[2]: next(v for k, v in each.items() if k != "url")
        for each in contained["extension"]
    }


def echoed(value_set: Any) -> list[tuple[str, Any]]:
    return [tuple(each.values()) for each in value_set["expansion"]["parameter"]]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{SNOMED}?fhir_vs", ["29999992", "39999993", "49999994", "59999995"]),
        (f"{SNOMED}?fhir_vs|20260101", ["29999992", "39999993", "49999994", "59999995"]),
        (f"{SNOMED}/900000000000207008/version/20260101?fhir_vs=isa/49999994",
         ["49999994", "59999995"]),
        (f"{SNOMED}?fhir_vs=isa/49999994", ["49999994", "59999995"]),
        (f"{SNOMED}?fhir_vs=ecl/<<49999994", ["49999994", "59999995"]),
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
    assert value_set["url"] == url.replace(" ", "%20")  # no address has a blank


@pytest.mark.parametrize(
    ("url", "status", "code", "said"),
    [
        (f"{SNOMED}?fhir_vs=ecl/<<29999992 AND <<1", 400, "not-supported", "< and <<"),
        (f"{SNOMED}?fhir_vs=ecl/^29999992", 400, "not-supported", "< and <<"),
        (f"{SNOMED}?fhir_vs=refset/29999992", 400, "not-supported", "isa/CODE"),
        (f"{SNOMED}?fhir_vs=isa/1", 404, "not-found", "1 is no code of"),
        (f"{SNOMED}?fhir_vs=ecl/<<1", 404, "not-found", "1 is no code of"),
        (f"{SNOMED}?fhir_vs|20250101", 404, "not-found", "version 20260101 is"),
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
    value_set = expand(client, f"{MESH}?fhir_vs", filter="pyrexia", count=2)

    first, second = value_set["expansion"]["contains"]
    assert (first["code"], first["display"]) == ("D990002", "Fever")
    assert extensions(first) == {"score": 1, "match-type": "exact", "matched-name": "Pyrexia"}
    assert extensions(second)["score"] < 1
    assert value_set["expansion"]["total"] == 3


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


def test_pages_follow_each_other_and_know_the_total(client: TestClient) -> None:
    pages = [expand(client, f"{SNOMED}?fhir_vs", count=3, offset=start) for start in (0, 3, 6)]

    assert [codes(page) for page in pages] == [["29999992", "39999993", "49999994"], ["59999995"],
                                               []]  # fmt: skip
    assert [page["expansion"]["total"] for page in pages] == [4, 4, 4]
    assert [page["expansion"]["offset"] for page in pages] == [0, 3, 6]


def test_pages_of_a_search_follow_each_other(client: TestClient) -> None:
    whole = expand(client, f"{SNOMED}?fhir_vs", filter="foot")
    pages = [expand(client, f"{SNOMED}?fhir_vs", filter="foot", count=1, offset=start)
             for start in range(3)]  # fmt: skip

    assert [code for page in pages for code in codes(page)] == codes(whole)[:3]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Beside the others 400 concepts: which of them are best depends on how many are looked at."""
    short = [concept("ward_b", f"s{n}", f"odd tremor {n}") for n in range(300)]
    long = [concept("ward_b", f"l{n}", f"Tremor of the most uncommon sort {n}") for n in range(100)]
    with served(tmp_path_factory.mktemp("large"), *short, *long) as opened:
        yield opened


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Beside the others more concepts of one name than a search goes deep."""
    many = [concept("ward_c", f"t{n}", f"odd tremor {n}") for n in range(1_100)]
    with served(tmp_path_factory.mktemp("deep"), *many) as opened:
        yield opened


@pytest.mark.parametrize("text", ["trem", "tremor", "odd tremor 7", "uncommon tremor"])
def test_pages_of_any_size_are_parts_of_one_list(large: TestClient, text: str) -> None:
    def paged(size: int, end: int) -> list[str]:
        pages = [expand(large, "urn:x-termsearch:ward_b?fhir_vs", filter=text, count=size,
                        offset=start) for start in range(0, end, size)]  # fmt: skip
        return [code for page in pages for code in codes(page)]

    whole = codes(expand(large, "urn:x-termsearch:ward_b?fhir_vs", filter=text, count=1000))

    assert len(set(whole)) == len(whole) == 400
    assert paged(5, 45) == whole[:45]
    assert paged(100, 400) == whole
    assert paged(135, 270) == whole[:270]


@pytest.mark.parametrize("url", [f"{SNOMED}?fhir_vs", f"{SNOMED}?fhir_vs=ecl/<29999992"])
def test_a_count_of_nothing_asks_how_many(client: TestClient, url: str) -> None:
    whole = expand(client, url)
    none = expand(client, url, count=0)

    assert "contains" not in none["expansion"]
    assert none["expansion"]["total"] == whole["expansion"]["total"]


def test_a_set_that_is_too_large_to_sort_is_paged_in_another_order(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_SORTED", 1)
    monkeypatch.setattr(listing, "_LISTS", {})

    pages = [expand(client, f"{SNOMED}?fhir_vs=ecl/<29999992", count=1, offset=start)
             for start in (0, 1)]  # fmt: skip

    assert sorted(codes(pages[0]) + codes(pages[1])) == ["49999994", "59999995"]
    assert pages[0]["expansion"]["total"] == 2


def kept(lists: dict[Any, Any]) -> dict[Any, Any]:
    """What is in memory of the orders of one index."""
    (one,) = lists.values()
    return dict(one._kept)


def test_sets_that_clients_send_do_not_fill_the_memory(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of codes that the index does not have, too: nothing is found, and much was sent."""
    lists: dict[Any, Any] = {}
    monkeypatch.setattr(listing, "_KEPT", 100_000)
    monkeypatch.setattr(listing, "_LISTS", lists)

    for number in range(10):
        concepts = [{"code": f"{number}-{each}"} for each in range(200)]
        value_set = inline(client, {"system": MESH, "concept": concepts})
        assert value_set["expansion"]["total"] == 0

    assert 1 < len(kept(lists)) < 8
    assert len(pickle.dumps(kept(lists))) < 100_000


def test_a_long_list_that_a_client_sends_is_not_kept(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists: dict[Any, Any] = {}
    monkeypatch.setattr(listing, "_ENUMERATED", 2)
    monkeypatch.setattr(listing, "_LISTS", lists)

    short = inline(client, {"system": MESH, "concept": [{"code": "D990001"}, {"code": "?"}]})
    long = inline(client, {"system": MESH, "concept": [
        {"code": "D990001"}, {"code": "?"}, {"code": "D990002"}]})  # fmt: skip

    assert (codes(short), codes(long)) == (["D990001"], ["D990001", "D990002"])
    assert len(kept(lists)) == 1


def test_a_set_that_is_too_large_to_list_is_too_costly(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_LISTED", 1)
    monkeypatch.setattr(listing, "_LISTS", {})

    outcome = get(client, EXPAND, url=f"{SNOMED}?fhir_vs", count=10, status=422)

    assert failed(outcome)[0] == "too-costly"


@pytest.mark.parametrize(
    ("offset", "count", "many"), [(995, 10, 5), (995, None, 5), (20, 1000, 980), (0, 1000, 1000)]
)
def test_the_last_page_of_a_search_ends_where_the_search_does(
    deep: TestClient, offset: int, count: int | None, many: int
) -> None:
    asked = {"offset": offset, **({} if count is None else {"count": count})}

    page = expand(deep, "urn:x-termsearch:ward_c?fhir_vs", filter="tremor", **asked)

    assert len(codes(page)) == many
    assert page["expansion"]["total"] == 1000
    assert ("count", many) in echoed(page)


@pytest.mark.parametrize(
    ("url", "text", "total"),
    [("urn:x-termsearch:ward_c?fhir_vs", "tremor", 1000), (f"{MESH}?fhir_vs", "fever", 3)],
)
def test_a_count_of_nothing_asks_how_many_are_found(
    deep: TestClient, url: str, text: str, total: int
) -> None:
    answer = expand(deep, url, filter=text, count=0)

    assert "contains" not in answer["expansion"]
    assert answer["expansion"]["total"] == total


def test_a_search_is_not_gone_through_to_its_end(client: TestClient) -> None:
    outcome = get(client, EXPAND, url=f"{SNOMED}?fhir_vs", filter="x", offset=1000, status=422)

    assert failed(outcome)[0] == "too-costly"


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
    found = expand(client, f"{SNOMED}?fhir_vs=isa/39999993", filter="ankle state")

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


def test_a_set_that_a_client_sends_keeps_its_order_and_its_displays(client: TestClient) -> None:
    value_set = inline(client, {
        "system": MESH,
        "concept": [{"code": "D990003", "display": "Very hot"}, {"code": "D990002"}, {"code": "?"}],
    })  # fmt: skip

    assert [(each["code"], each["display"]) for each in value_set["expansion"]["contains"]] == [
        ("D990003", "Very hot"), ("D990002", "Fever"),
    ]  # fmt: skip
    assert ("warning", "codes of the definition that are not in the index: 1") in echoed(value_set)


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


@pytest.mark.parametrize("text", ["fever", "fev"])
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
