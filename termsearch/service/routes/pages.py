"""``/``: a page to search with, and the files of ``termsearch/service/web`` that it consists of.

Hand-written and served as they are: nothing is built and nothing comes from elsewhere. The page
holds no content; what it shows it asks the other routes for, with the reader's own key.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from termsearch.service.problems import Problem

__all__ = ["POLICY", "router"]

router = APIRouter(include_in_schema=False)

#: Scripts, styles and requests of our own origin alone. ``trusted-types 'none'`` has the browser
#: refuse any text that a script would turn into HTML: names and queries can only ever be text.
#: https://w3c.github.io/trusted-types/dist/spec/
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


class _File(NamedTuple):
    """What is sent of one file."""

    body: bytes
    media_type: str
    etag: str


@router.api_route("/", methods=["GET", "HEAD"])
async def page(request: Request) -> Response:
    """The page."""
    return _answer(request, "index.html")


@router.api_route("/web/{name}", methods=["GET", "HEAD"])
async def part(request: Request, name: str) -> Response:
    """One of its files."""
    return _answer(request, name)


def _answer(request: Request, name: str) -> Response:
    file = _files().get(name)
    if file is None:
        raise Problem(404, "the page has no such file; it begins at /.")
    headers = {
        # Asked for again each time, answered with 304: a newer version is never mixed with an
        # older one that a browser kept.
        "Cache-Control": "no-cache",
        "Content-Security-Policy": POLICY,
        "ETag": file.etag,
    }
    if _is_known(request.headers.get("if-none-match", ""), file.etag):
        return Response(status_code=304, headers=headers)
    return Response(file.body, headers=headers, media_type=file.media_type)


def _is_known(given: str, etag: str) -> bool:
    """Whether ``If-None-Match`` has the tag; a proxy that compresses makes it weak (``W/``).

    https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
    """
    return etag in {each.strip().removeprefix("W/") for each in given.split(",")}


@cache
def _files() -> dict[str, _File]:
    """Read once, when the first is asked for: 57 KB."""
    found = {}
    for entry in files("termsearch.service").joinpath("web").iterdir():
        kind = _TYPES.get(f".{entry.name.rpartition('.')[2]}")
        if kind:
            body = entry.read_bytes()
            found[entry.name] = _File(body, kind, f'"{sha256(body).hexdigest()[:20]}"')
    return found
