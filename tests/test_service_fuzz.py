"""No text, however odd, makes the service fail."""

from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.serving import Shelf, client_of, run

TEXTS = st.text(min_size=1, max_size=60)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


def statuses(shelf: Shelf, paths: list[str], bodies: list[bytes]) -> set[int]:
    async def ask() -> set[int]:
        async with client_of(shelf.app()) as client:
            answers: list[httpx.Response] = [await client.get(path) for path in paths]
            for body in bodies:
                answers.append(await client.post("/search/bulk", content=body))
            return {answer.status_code for answer in answers}

    return run(ask())


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(TEXTS, min_size=20, max_size=20))
@example(
    [
        "\0",
        "%",
        "%00",
        "\x1f",
        "…",
        "a…",
        "' \"",
        "(((",
        "  ",
        "\u202e",
        "ﷺ" * 60,
        "1 mg/",
        "no",
        ".",
    ]
)
def test_a_query_is_answered_or_refused(shelf: Shelf, texts: list[str]) -> None:
    paths = [
        f"{path}{quote(text, safe='')}"
        for text in texts
        for path in (
            "/search?limit=2&q=",
            "/search?q=fever&context=",
            "/search?q=fever&vocab=",
            "/search?q=fever&under=",
            "/autocomplete?q=",
            "/concepts/mesh/",
            "/concepts/mesh/D990002/",
        )
    ]

    assert statuses(shelf, paths, []) <= {200, 400, 404, 422}


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.binary(max_size=60), min_size=20, max_size=20))
@example([b"null", b'{"queries": null}', b'{"queries": [[]]}', b'"' * 50, b"1e999", b"[" * 50_000])
def test_a_body_is_answered_or_refused(shelf: Shelf, bodies: list[bytes]) -> None:
    assert statuses(shelf, [], bodies) <= {200, 400, 422}
