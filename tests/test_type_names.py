"""A type's code means what its own vocabulary says, whoever else uses the code."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from termsearch.concept import SemanticType
from termsearch.index.edge import EdgeIndex
from termsearch.index.manifest import Manifest
from termsearch.ingest import ingest
from termsearch.search import TermSearch
from termsearch.service import create_app
from tests.concepts import concept
from tests.conftest import WordHash
from tests.fhir import MESH, get, parts


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Asked only, so that one does for all."""
    encoder = WordHash()
    folder = tmp_path_factory.mktemp("types") / "terms"
    index = EdgeIndex.open_or_create(folder, Manifest(encoder=encoder.card))
    named = {"mesh": "Signs and Conditions", "ward": "Rooms", "zoo": "Animals"}
    ingest(
        [concept(each, "D1", "odd", types=(SemanticType("C23", kind),))
         for each, kind in named.items()],
        "test", encoder, index,
    )  # fmt: skip
    app = create_app(lambda: TermSearch(index, lambda: encoder))
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


def test_of_each_vocabulary_alone(client: TestClient) -> None:
    manifest = client.get("/vocabularies").json()

    assert [each["types"] for each in manifest] == [
        [{"code": "C23", "name": "Signs and Conditions"}],
        [{"code": "C23", "name": "Rooms"}],
        [{"code": "C23", "name": "Animals"}],
    ]


@pytest.mark.parametrize(
    "path",
    ["/concepts/mesh/D1", "/search?q=odd&vocab=mesh", "/autocomplete?q=odd&vocab=mesh"],
)
def test_in_our_own_routes(client: TestClient, path: str) -> None:
    answer = client.get(path).json()
    (shown,) = answer.get("results", [answer])

    assert shown["types"] == [{"code": "C23", "name": "Signs and Conditions"}]


def test_in_fhir(client: TestClient) -> None:
    found = get(client, "CodeSystem/$lookup", system=MESH, code="D1", property="semanticType")

    assert parts(found, "property") == [
        {"code": "semanticType", "value": "C23", "description": "Signs and Conditions"}
    ]


@pytest.mark.parametrize(("table", "kind"), [("mesh", "Signs and Conditions"), ("zoo", "Animals")])
def test_in_a_clinical_table(client: TestClient, table: str, kind: str) -> None:
    answer = client.get(f"/api/{table}/v3/search?terms=odd&df=type").json()

    assert answer[3] == [[kind]]
