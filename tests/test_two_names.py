"""A code that two tables name has one name, whichever route shows it."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from termsearch.concept import SemanticType
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.ingest import ingest
from termsearch.mcp.codes import validated
from termsearch.search import TermSearch
from termsearch.service import create_app
from tests.concepts import concept
from tests.conftest import WordHash
from tests.fhir import MESH, expand, get, value

#: Of so many, a third each: equal in all, with a definition by the one, with a type by the one.
CODES = [f"D99{n:03}" for n in range(24)]
KIND = SemanticType("C23", "Signs and Conditions")
NAMED = {code: f"odd {'other' if n % 3 == 0 else 'one'} {n}" for n, code in enumerate(CODES)}
BELOW = {"parents": ("D990",), "ancestors": ("D990",)}


class Asked(NamedTuple):
    client: TestClient
    opened: EdgeIndex


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Asked only, so that one does for all."""
    encoder = WordHash()
    folder = tmp_path_factory.mktemp("two") / "terms"
    index = EdgeIndex.open_or_create(folder, Manifest(encoder=encoder.card))
    one = [
        concept("mesh", code, f"odd one {n}", **BELOW, definition="Odd." if n % 3 == 1 else "",
                types=(KIND,) if n % 3 == 2 else ())
        for n, code in enumerate(CODES)
    ]  # fmt: skip
    other = [
        concept("mesh", code, f"odd other {n}", **BELOW, definition="Odd." if n % 3 == 2 else "")
        for n, code in enumerate(CODES)
    ]
    ingest([concept("mesh", "D990", "Oddity"), *one], "one", encoder, index)
    ingest(other, "other", encoder, index)
    app = create_app(lambda: TermSearch(index, lambda: encoder))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield Asked(client, index)


def below(client: TestClient, step: str) -> dict[str, str]:
    page = client.get(f"/concepts/mesh/D990/{step}").json()["results"]
    return {each["curie"].removeprefix("mesh:"): each["name"] for each in page}


def test_a_code_by_itself(asked: Asked) -> None:
    shown = {code: asked.client.get(f"/concepts/mesh/{code}").json()["name"] for code in CODES}

    assert shown == NAMED


def test_one_step_below_the_code_of_another(asked: Asked) -> None:
    entry = asked.client.get("/concepts/mesh/D990").json()

    assert {e["curie"].removeprefix("mesh:"): e["name"] for e in entry["children"]} == NAMED


@pytest.mark.parametrize("step", ["children", "descendants"])
@pytest.mark.parametrize("most", [2_000, 1])
def test_below_a_code_in_pages(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, step: str, most: int
) -> None:
    monkeypatch.setattr("termsearch.hierarchy._SORTED", most)

    assert below(asked.client, step) == NAMED


def test_a_code_in_fhir(asked: Asked) -> None:
    found = {
        code: get(asked.client, "CodeSystem/$lookup", system=MESH, code=code) for code in CODES
    }

    assert {code: value(one, "display") for code, one in found.items()} == NAMED


def test_a_value_set_of_fhir_in_the_order_of_what_it_displays(asked: Asked) -> None:
    contains = expand(asked.client, f"{MESH}?fhir_vs=isa/D990")["expansion"]["contains"]

    below = [each for each in contains if each["code"] != "D990"]
    assert {each["code"]: each["display"] for each in below} == NAMED
    assert [each["display"] for each in below] == sorted(NAMED.values())


def test_children_in_fhir_in_the_order_of_their_names(asked: Asked) -> None:
    children = get(asked.client, "CodeSystem/$lookup", system=MESH, code="D990", property="child")

    listed = [
        part["valueCode"]
        for each in children["parameter"]
        for part in each.get("part", ())
        if part["name"] == "value" and "valueCode" in part
    ]
    assert listed == sorted(CODES, key=NAMED.__getitem__)


def test_a_row_of_a_clinical_table(asked: Asked) -> None:
    query = {"terms": "odd", "count": "500", "maxList": "500", "df": "code,name"}

    _, _, _, rows = asked.client.get("/api/mesh/v3/search", params=query).json()

    assert {code: name for code, name in rows if code != "D990"} == NAMED


def test_a_code_that_an_agent_checks(asked: Asked) -> None:
    found = validated(asked.opened, [f"mesh:{code}" for code in CODES]).results

    assert {each.code.removeprefix("mesh:"): each.display for each in found} == NAMED
