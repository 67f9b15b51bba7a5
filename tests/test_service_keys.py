"""Who may ask: keys, roles, hosts and origins; and what is never written down."""

import logging
import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from termsearch.errors import ConfigError
from termsearch.service import ServiceConfig, create_app
from termsearch.service.app import look
from termsearch.service.keys import Keys
from tests.serving import Shelf, client_of, get, run

READ, ADMIN, HASHED = "read-key-0123456789", "admin-key-0123456789", "hashed-key-0123456789"
FILE = f"""\
# who, as what, with which key
ward:read:{READ}
office:admin:{ADMIN}

lab:read:sha256${sha256(HASHED.encode()).hexdigest()}
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    (tmp_path / "keys").write_text(FILE, encoding="utf-8")
    return tmp_path / "keys"


def ask(shelf: Shelf, path: str, key: str, keys_file: Path, **request: Any) -> httpx.Response:
    return get(shelf.app(keys_file=keys_file), path, key, **request)


@pytest.mark.parametrize("key", [READ, ADMIN, HASHED])
def test_a_known_key_is_let_in(shelf: Shelf, keys_file: Path, key: str) -> None:
    assert ask(shelf, "/search?q=fever", key, keys_file).status_code == 200


@pytest.mark.parametrize("key", ["", "wrong-key-0123456789", READ[:-1], f"{READ}x", "\xe9" * 20])
def test_another_key_or_none_is_refused(shelf: Shelf, keys_file: Path, key: str) -> None:
    header = {"authorization": f"Bearer {key}".encode("latin-1")}

    answer = ask(shelf, "/search?q=fever", "", keys_file, headers=header)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "unauthorized"


def test_the_digest_in_the_file_is_no_key(shelf: Shelf, keys_file: Path) -> None:
    digest = f"sha256${sha256(HASHED.encode()).hexdigest()}"

    assert ask(shelf, "/search?q=fever", digest, keys_file).status_code == 401


def test_probes_need_no_key_and_learn_nothing_of_the_content(shelf: Shelf, keys_file: Path) -> None:
    assert ask(shelf, "/health", "", keys_file).status_code == 200
    assert ask(shelf, "/ready", "", keys_file).json() == {
        "ready": True, "index": "", "model": "", "releases": {},
    }  # fmt: skip
    assert ask(shelf, "/ready", READ, keys_file).json()["releases"]["mesh"] == "2026"


@pytest.mark.parametrize(
    "path", ["/docs", "/openapi.json", "/fhir/metadata", "/fhir/r5/metadata?_format=json"]
)
def test_what_describes_the_service_needs_none_and_tells_nothing_of_the_content(
    shelf: Shelf, keys_file: Path, path: str
) -> None:
    answer = ask(shelf, path, "", keys_file)

    assert answer.status_code == 200
    assert "2026XX" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/version", "/nothing", "/fhir/metadata?mode=terminology",
     "/fhir/r4/metadata?_format=json&m%6Fde=terminology", "/fhir/CodeSystem"],
)  # fmt: skip
def test_all_else_needs_one(shelf: Shelf, keys_file: Path, path: str) -> None:
    assert ask(shelf, path, "", keys_file).status_code == 401


def test_a_body_is_not_read_before_the_key_is_known(shelf: Shelf, keys_file: Path) -> None:
    answer = ask(shelf, "/search/bulk", "", keys_file, method="POST", content=b"x" * 2_000_000)

    assert answer.status_code == 401


def test_admin_routes_need_the_role(shelf: Shelf, keys_file: Path) -> None:
    refused = ask(shelf, "/admin/reload", READ, keys_file, method="POST")

    assert refused.status_code == 403
    assert "role read" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("key", "path", "said"),
    [
        ("", "/search", "401 caller=- problem=unauthorized"),
        (READ, "/admin/reload", "403 caller=ward problem=forbidden"),
        (READ, "/search/bulk", "413 caller=ward problem=body-too-large"),
    ],
)
def test_the_log_says_why_a_request_was_refused(
    shelf: Shelf, keys_file: Path, caplog: pytest.LogCaptureFixture, key: str, path: str, said: str
) -> None:
    with caplog.at_level(logging.INFO, "termsearch.access"):
        ask(shelf, path, key, keys_file, method="POST", content=b"x" * 2_000_000)

    line = next(each for each in caplog.messages if each.startswith("POST"))
    assert re.sub(r"\S+ms ", "", line).endswith(said)


def test_without_keys_there_is_no_admin(shelf: Shelf) -> None:
    assert get(shelf.app(), "/admin/reload", method="POST").status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "10.0.0.1", ""])
def test_without_keys_only_this_machine_may_ask(shelf: Shelf, host: str) -> None:
    answer = get(shelf.app(), "/search?q=fever", headers={"host": host})

    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:1", "[::1]"])
def test_this_machine_has_several_names(shelf: Shelf, host: str) -> None:
    assert get(shelf.app(), "/version", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104  # refused
def test_other_machines_are_not_listened_to_without_keys(shelf: Shelf, host: str) -> None:
    with pytest.raises(ConfigError, match=r"no API keys; give --keys FILE"):
        create_app(shelf.open, ServiceConfig(host=host))


def test_other_machines_are_listened_to_with_keys(shelf: Shelf, keys_file: Path) -> None:
    app = shelf.app(host="192.0.2.1", keys_file=keys_file)

    assert get(app, "/version", READ, headers={"host": "terms.example"}).status_code == 200


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ward", "line 1: expected 'name:role:key'"),
        ("ward:write:0123456789abcdef", "line 1: expected 'name:role:key'"),
        (":read:0123456789abcdef", "line 1: expected 'name:role:key'"),
        ("ward:read:short", "fewer than 16 characters"),
        ("a:read:0123456789abcdef\na:read:0123456789abcdeg", "line 2: this name or key"),
        ("a:read:0123456789abcdef\nb:read:0123456789abcdef", "line 2: this name or key"),
        ("# nothing", "has no key"),
    ],
)
def test_a_broken_key_file_names_the_line_and_no_key(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "keys").write_text(line, encoding="utf-8")

    with pytest.raises(ConfigError, match=said) as error:
        Keys(tmp_path / "keys")

    assert "0123456789" not in str(error.value)


def test_a_key_file_that_is_missing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none can't be read \(No such file"):
        Keys(tmp_path / "none")


def test_a_changed_key_file_is_read_again_and_a_broken_one_is_not(
    shelf: Shelf, keys_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = shelf.app(keys_file=keys_file)

    async def change() -> list[int]:
        told: list[int] = []
        async with client_of(app, "new-key-0123456789") as client:
            for content in (FILE, "new:read:new-key-0123456789", "broken", ""):
                keys_file.write_text(content, encoding="utf-8")
                os.utime(keys_file, ns=(len(told), len(told)))
                await look(app)
                told.append((await client.get("/version")).status_code)
        return told

    assert run(change()) == [401, 200, 200, 200]
    assert "expected 'name:role:key'" in caplog.text


def test_pages_of_other_origins_are_let_in_by_name(shelf: Shelf) -> None:
    app = shelf.app(cors=("https://forms.example",))
    preflight = {"access-control-request-method": "GET"}

    allowed = get(app, "/search?q=fever", headers={"origin": "https://forms.example"})
    asked = get(app, "/search", method="OPTIONS",
                headers={"origin": "https://forms.example", **preflight})  # fmt: skip
    refused = get(app, "/search", method="OPTIONS",
                  headers={"origin": "https://evil.example", **preflight})  # fmt: skip

    assert allowed.headers["access-control-allow-origin"] == "https://forms.example"
    assert asked.status_code == 200
    assert "access-control-allow-origin" not in refused.headers


def test_pages_of_other_origins_may_send_and_read_the_headers_that_are_meant_for_them(
    shelf: Shelf, keys_file: Path
) -> None:
    app = shelf.app(cors=("https://forms.example",), keys_file=keys_file)
    origin = {"origin": "https://forms.example"}
    wanted = ["authorization", "content-type", "prefer", "mcp-protocol-version", "mcp-method",
              "mcp-name", "mcp-session-id", "last-event-id"]  # fmt: skip

    asked = get(app, "/mcp", method="OPTIONS",
                headers={**origin, "access-control-request-method": "POST",
                         "access-control-request-headers": ", ".join(wanted)})  # fmt: skip
    refused = get(app, "/search?q=fever", headers=origin)

    assert asked.status_code == 200
    assert refused.status_code == 401
    assert refused.headers["access-control-expose-headers"].split(", ") == [
        "Retry-After", "Warning", "WWW-Authenticate", "Mcp-Session-Id",
    ]  # fmt: skip


@pytest.mark.parametrize("origin", ["*", "forms.example", "https://x/path", "ftp://x"])
def test_an_origin_that_is_none_or_all_without_keys_is_refused(shelf: Shelf, origin: str) -> None:
    with pytest.raises(ConfigError, match="--cors"):
        shelf.app(cors=(origin,))


def test_neither_key_nor_text_nor_code_is_logged(
    shelf: Shelf, keys_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "termsearch")

    for key in (READ, "wrong-key-0123456789"):
        for path in ("/search?q=secretive", "/autocomplete?q=secretive", "/concepts/mesh/D990002"):
            ask(shelf, path, key, keys_file)
        ask(shelf, "/search/bulk", key, keys_file, method="POST",
            json={"queries": [{"text": "secretive"}]})  # fmt: skip

    logged = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("termsearch"))
    assert "GET /search 200" in logged
    assert "caller=ward" in logged
    assert "GET /search 401" not in logged  # a route is matched behind the key
    assert "GET unknown 401" in logged
    assert not any(word in logged for word in ("secretive", "key-0123", "D990002"))


def test_a_bug_is_logged_without_its_message_and_told_without_anything(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(type(shelf.encoder)):  # type: ignore[misc]  # made for this test
        def encode(self, names: object, *, unit: bool = True) -> object:
            del unit
            if "warm" not in str(names):
                raise RuntimeError(f"can't embed {names}")
            return super().encode(["warm"])

    other = Shelf.__new__(Shelf)
    other.store, other.encoder = shelf.store, Broken()

    answer = get(other.app(), "/search?q=secretive")

    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal-error"
    assert "RuntimeError" in caplog.text
    assert "can't embed" not in caplog.text
    assert "secretive" not in answer.text


def test_texts_are_logged_when_asked_for_and_a_line_break_in_one_makes_no_line(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "termsearch")

    get(shelf.app(log_queries=True), "/search", params={"q": "fever\nGET /search 200"})

    (line,) = [r.getMessage() for r in caplog.records if r.name == "termsearch.queries"]
    assert line == r"'fever\nGET /search 200'"
