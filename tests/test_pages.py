"""The page at ``/``: how it is served, and what its files may not contain."""

import re
from pathlib import Path

import httpx
import pytest

import termsearch.service
from tests.serving import Shelf, get

WEB = Path(termsearch.service.__file__).parent / "web"
FILES = sorted(WEB.iterdir())
CSS = (WEB / "style.css").read_text(encoding="utf-8")
KEY = "read-key-0123456789"

#: Text on its ground: 4.5 (WCAG 2.2, 1.4.3); marks, borders of fields and focus: 3 (1.4.11).
TEXT, MARK = 4.5, 3.0
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "muted", "accent") for ground in ("paper", "surface")),
    *((ink, "chosen", TEXT) for ink in ("ink", "muted", "accent")),
    ("on-accent", "accent", TEXT),
    ("surface", "exact", TEXT),
    ("warn", "warn-paper", TEXT),
    ("warn", "surface", TEXT),
    ("old", "old-paper", TEXT),
    *((mark, "surface", MARK) for mark in ("edge", "query", "third", "total", "exact", "lexical")),
    ("dense", "surface", MARK),
    ("edge", "paper", MARK),
    *((bar, "line", MARK) for bar in ("exact", "lexical", "dense", "total")),
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


def ask(shelf: Shelf, path: str, **headers: str) -> httpx.Response:
    return get(shelf.app(), path, headers=headers)


@pytest.mark.parametrize("path", ["/", *(f"/web/{each.name}" for each in FILES)])
def test_every_file_is_served_under_a_policy_of_our_own_origin_alone(
    shelf: Shelf, path: str
) -> None:
    answer = ask(shelf, path)

    rules = dict(
        rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; ")
    )
    assert answer.status_code == 200
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"


def test_a_browser_that_has_a_file_is_told_that_it_is_the_same(shelf: Shelf) -> None:
    etag = ask(shelf, "/").headers["etag"]

    same = ask(shelf, "/", **{"if-none-match": f'"other", W/{etag}'})
    other = ask(shelf, "/", **{"if-none-match": '"other"'})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert (other.status_code, bool(other.content)) == (200, True)


@pytest.mark.parametrize(
    "path", ["/web/none.js", "/web/../app.py", "/web/%2e%2e/app.py", "/web/..%2fapp.py", "/web/"]
)
def test_nothing_but_these_files_is_served(shelf: Shelf, path: str) -> None:
    assert ask(shelf, path).status_code == 404


def test_the_page_needs_no_key_and_what_it_asks_for_does(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"ward:read:{KEY}\n", encoding="utf-8")

    def status(path: str, key: str = "") -> int:
        return get(shelf.app(keys_file=tmp_path / "keys"), path, key).status_code

    assert [status("/"), status("/web/app.js")] == [200, 200]
    assert [status("/neighbourhood?q=a"), status("/vocabularies"), status("/web")] == [401] * 3
    assert status("/neighbourhood?q=fever", KEY) == 200


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_no_file_loads_anything_from_elsewhere(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()

    named = [
        address
        for line in lines
        if not line.lstrip().startswith(("//", "/*", "*"))
        for address in re.findall(r"(?:https?:)?//[\w.]+", line)
    ]

    assert set(named) <= {"http://www.w3.org"}  # the name of SVG, which nobody fetches


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_every_file_that_is_named_is_there(file: Path) -> None:
    named = re.findall(r"""(?:from |href=|src=)"(?:\./|web/)([\w.-]+)\"""", file.read_text("utf-8"))

    assert set(named) <= {each.name for each in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_no_file_writes_html_or_carries_script_or_style_in_a_page(file: Path) -> None:
    found = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
        r"|<style|<script>| style=| on\w+=",
        file.read_text(encoding="utf-8"),
    )

    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_colours_stand_out_enough(ink: str, ground: str, least: float, scheme: str) -> None:
    ratio = contrast(colour(ink, scheme), colour(ground, scheme))

    assert ratio >= least, f"{ink} on {ground}, {scheme}: {ratio:.2f}"


def colour(name: str, scheme: str) -> str:
    found = re.search(rf"--{name}: light-dark\((#\w{{6}}), (#\w{{6}})\);", CSS)
    assert found, f"no pair of colours is called --{name}"
    return found[1] if scheme == "light" else found[2]


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def test_the_page_of_routes_says_bounds_and_shows_code_as_code(shelf: Shelf) -> None:
    text = ask(shelf, "/docs").text

    assert "<dt><code>limit</code></dt><dd>1 to 100; 10 if left out.</dd>" in text
    assert "<dt><code>q</code></dt><dd>A user&#x27;s words. (required)</dd>" in text
    assert "As <code>termsearch query --json</code>." in text
    assert "`" not in text
    assert '<a href="./">' in text


def test_the_page_of_routes_has_the_colours_of_the_other_pages(shelf: Shelf) -> None:
    pairs = re.findall(r"light-dark\([^)]+\)", ask(shelf, "/docs").text)

    assert len(set(pairs)) == 4
    assert all(f": {pair};" in CSS for pair in pairs)


def test_the_page_of_routes_takes_what_it_shows_for_text(shelf: Shelf) -> None:
    app = shelf.app()
    app.get("/<b>", summary="<i>`<u>`", description="& <script>")(lambda: None)

    text = get(app, "/docs").text

    assert "GET /&lt;b&gt;" in text
    assert "&lt;i&gt;<code>&lt;u&gt;</code>. &amp; &lt;script&gt;" in text
