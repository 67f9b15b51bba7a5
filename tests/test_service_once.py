"""A parameter that has one value is given once; lists may be repeated."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.serving import Shelf


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Asked only, so that one does for all."""
    app = Shelf(tmp_path_factory.mktemp("shelf")).app()
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened


def test_every_parameter_of_every_route_is_refused_twice_unless_it_is_a_list(
    client: TestClient,
) -> None:
    paths = client.app.openapi()["paths"]  # type: ignore[attr-defined]  # an ASGI app to starlette
    single: list[tuple[str, str]] = []
    lists: list[tuple[str, str]] = []
    for path, operations in paths.items():
        for each in operations.get("get", {}).get("parameters", []):
            if each["in"] == "query":
                is_list = each["schema"].get("type") == "array"
                (lists if is_list else single).append((path, each["name"]))

    for path, name in single:
        answer = client.get(f"{_filled(path)}?{name}=1&{name}=1")
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "invalid-request"), (path, name)
        assert [each["where"] for each in error["details"]] == [f"query.{name}"]

    assert ("/search", "limit") in single
    assert ("/api/{table}/v3/search", "maxList") in single
    assert ("/concepts/{vocabulary}/{code}/names", "offset") in single
    assert {name for _, name in lists} == {"vocab", "type", "lang"}


def _filled(path: str) -> str:
    values = {"{vocabulary}": "mesh", "{code}": "D990002", "{table}": "mesh"}
    for name, value in values.items():
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=fever&vocab=mesh&vocab=snomedct&lang=en&lang=es",
        "/autocomplete?q=fev&lang=en&lang=es",
        "/api/mesh/v3/search?terms=fev&authenticity_token=1&authenticity_token=2",
    ],
)
def test_lists_and_what_means_nothing_may_be_repeated(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_head_is_refused_as_get_is(client: TestClient) -> None:
    assert client.head("/search?q=fever&q=cough").status_code == 422
