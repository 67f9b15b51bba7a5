"""ValueSet/$expand in pages: one list whatever their size, and what is too much of it."""

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from termsearch.service.fhir import listing
from tests.concepts import concept
from tests.fhir import EXPAND, MESH, SNOMED, codes, echoed, expand, failed, get, inline, served


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


@pytest.mark.parametrize(
    ("text", "many"),
    [("trem", 400), ("tremor", 400), ("odd tremor 7", 300), ("uncommon tremor", 100)],
)
def test_pages_of_any_size_are_parts_of_one_list(large: TestClient, text: str, many: int) -> None:
    def paged(size: int, end: int) -> list[str]:
        pages = [expand(large, "urn:x-termsearch:ward_b?fhir_vs", filter=text, count=size,
                        offset=start) for start in range(0, end, size)]  # fmt: skip
        return [code for page in pages for code in codes(page)]

    whole = codes(expand(large, "urn:x-termsearch:ward_b?fhir_vs", filter=text, count=1000))

    assert len(set(whole)) == len(whole) == many
    assert paged(5, 45) == whole[:45]
    assert paged(100, 400) == whole
    assert paged(135, 270) == whole[:270]


@pytest.mark.parametrize("url", [f"{SNOMED}?fhir_vs", f"{SNOMED}?fhir_vs=ecl/<29999992"])
def test_a_count_of_nothing_asks_how_many(client: TestClient, url: str) -> None:
    whole = expand(client, url)
    none = expand(client, url, count=0)

    assert "contains" not in none["expansion"]
    assert none["expansion"]["total"] == whole["expansion"]["total"]


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    """What is kept of each index: nothing yet, of none."""
    empty: dict[Any, Any] = {}
    monkeypatch.setattr(listing, "_LISTS", empty)
    return empty


@pytest.mark.usefixtures("lists")
def test_a_set_that_is_too_large_to_sort_is_paged_in_another_order(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_SORTED", 1)

    pages = [expand(client, f"{SNOMED}?fhir_vs=ecl/<29999992", count=1, offset=start)
             for start in (0, 1)]  # fmt: skip

    assert sorted(codes(pages[0]) + codes(pages[1])) == ["49999994", "59999995"]
    assert pages[0]["expansion"]["total"] == 2


def kept(lists: dict[Any, Any]) -> dict[Any, Any]:
    """What is in memory of the orders of one index."""
    (one,) = lists.values()
    return dict(one._kept)


def test_sets_that_clients_send_do_not_fill_the_memory(
    client: TestClient, lists: dict[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of codes that the index does not have, too: nothing is found, and much was sent."""
    monkeypatch.setattr(listing, "_KEPT", 100_000)

    for number in range(10):
        concepts = [{"code": f"{number}-{each}"} for each in range(200)]
        value_set = inline(client, {"system": MESH, "concept": concepts})
        assert value_set["expansion"]["total"] == 0

    assert 1 < len(kept(lists)) < 8
    assert len(pickle.dumps(kept(lists))) < 100_000


def test_a_long_list_that_a_client_sends_is_not_kept(
    client: TestClient, lists: dict[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_ENUMERATED", 2)

    short = inline(client, {"system": MESH, "concept": [{"code": "D990001"}, {"code": "?"}]})
    long = inline(client, {"system": MESH, "concept": [
        {"code": "D990001"}, {"code": "?"}, {"code": "D990002"}]})  # fmt: skip

    assert (codes(short), codes(long)) == (["D990001"], ["D990001", "D990002"])
    assert {several for _, several, _ in kept(lists)} == {("mesh:D990001", "mesh:?")}


@pytest.mark.usefixtures("lists")
def test_a_set_that_is_too_large_to_list_is_too_costly(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_LISTED", 1)

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
    [("urn:x-termsearch:ward_c?fhir_vs", "tremor", 1000), (f"{MESH}?fhir_vs", "fever", 2)],
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
