"""HEAD is answered wherever GET is, with the same headers and nothing behind them."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import Shelf, client_of, get, run
from tests.test_serve import on_a_port, raw

PATHS = [
    "/", "/web/app.js", "/search?q=fever&mode=exact", "/autocomplete?q=fev", "/vocabularies",
    "/concepts/mesh/D990002", "/concepts/mesh/D990002/names", "/health", "/ready", "/version",
    "/openapi.json", "/docs", "/api/mesh/v3/search?terms=fev", "/fhir/metadata",
    "/fhir/CodeSystem/mesh", "/nothing", "/concepts/mesh/nope", "/fhir/CodeSystem/nope", "/search",
]  # fmt: skip


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


def test_a_head_is_answered_as_the_get_without_its_body(shelf: Shelf) -> None:
    async def both() -> list[tuple[httpx.Response, httpx.Response]]:
        async with client_of(shelf.app()) as client:
            return [(await client.get(path), await client.head(path)) for path in PATHS]

    for whole, head in run(both()):
        told, expected = dict(head.headers), dict(whole.headers)
        assert (head.status_code, head.content) == (whole.status_code, b""), head.url
        # How long it took is in some of them.
        assert int(told.pop("content-length")) == pytest.approx(
            int(expected.pop("content-length")), abs=5
        )
        assert told == expected


@pytest.mark.parametrize(
    ("path", "allowed"), [("/mcp", "POST"), ("/search/bulk", "POST"), ("/admin/reload", "POST")]
)
def test_what_is_only_posted_to_has_no_head(shelf: Shelf, path: str, allowed: str) -> None:
    keys = shelf.store.folder.parent / "keys"
    keys.write_text("office:admin:admin-key-0123456789\n", encoding="utf-8")

    answer = get(shelf.app(keys_file=keys), path, "admin-key-0123456789", method="HEAD")

    assert (answer.status_code, answer.content) == (405, b"")
    assert answer.headers["allow"] == allowed


def test_a_head_needs_a_key_where_a_get_does(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("ward:read:read-key-0123456789\n", encoding="utf-8")
    app = shelf.app(keys_file=tmp_path / "keys")

    answer = get(app, "/version", method="HEAD")

    assert (answer.status_code, answer.content) == (401, b"")


def test_a_head_is_counted_and_logged_as_one_under_its_route(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "termsearch.access")
    app = shelf.app()

    async def ask() -> str:
        async with client_of(app) as client:
            await client.head("/concepts/mesh/D990002")
            return (await client.get("/metrics")).text

    text = run(ask())

    route = 'route="/concepts/{vocabulary}/{code:path}"'
    assert f'termsearch_requests_total{{method="HEAD",{route},status="200"}} 1.0' in text
    assert "HEAD /concepts/{vocabulary}/{code:path} 200" in caplog.text


def test_a_head_ends_on_a_port_so_that_the_next_request_can_come(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    def request(method: str, more: str) -> bytes:
        return f"{method} /version HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode()

    async def ask() -> tuple[bytes, bytes]:
        async with on_a_port(shelf, caplog) as (port, _):
            two = await raw(port, request("HEAD", "") + request("GET", "Connection: close\r\n"))
            return two, await raw(port, request("GET", "Connection: close\r\n"))

    two, one = run(ask())

    def length(said: bytes) -> Any:
        return next(line for line in said.lower().splitlines() if b"content-length" in line)

    head, _, rest = two.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert length(head) == length(one)
    assert rest.startswith(b"HTTP/1.1 200")
    assert rest.endswith(one.partition(b"\r\n\r\n")[2])
