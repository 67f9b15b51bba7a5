"""``/docs``: the routes as a page that needs nothing from elsewhere.

Swagger UI, which FastAPI would serve, loads its scripts from a public network; a hospital's
machine has none. ``/openapi.json`` can be read by whatever viewer there is.
"""

import re
from html import escape
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

#: The colours are those of ``web/style.css``; the policy lets the page load no file.
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>termsearch {version}: routes</title>
<style>
:root {{ color-scheme: light dark; font: 100%/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif;
  color: light-dark(#1b2329, #e9edf0); background: light-dark(#f6f7f8, #14181c) }}
body {{ max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere }}
a {{ color: light-dark(#0b5c7d, #72c7ea); text-underline-offset: 0.15em }}
:focus-visible {{ outline: 3px solid light-dark(#0b5c7d, #72c7ea); outline-offset: 2px }}
h1 {{ font-size: 1.6rem; line-height: 1.25 }}
h2 {{ font-size: 1.15rem; line-height: 1.25; margin: 1.6rem 0 0; padding-top: 1rem;
  border-top: 1px solid light-dark(#dde2e6, #333d46) }}
p, dd {{ margin: 0; max-width: 75ch }}
p {{ margin: 0.4rem 0 }}
code {{ font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.95em }}
dl {{ display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.2rem 1rem;
  margin: 0.8rem 0 }}
@media (max-width: 40rem) {{
  dl {{ grid-template-columns: minmax(0, 1fr) }}
  dd {{ padding-left: 1rem }}
}}
</style>
<main>
<p><a href="./">Search page</a></p>
<h1>termsearch {version}</h1>
<p>{description}</p>
<p>All of this for programs: <a href="openapi.json">openapi.json</a>.</p>
{routes}
</main>
</html>
"""


@router.get("/docs", response_class=HTMLResponse)
async def docs(request: Request) -> HTMLResponse:
    """The page."""
    app: FastAPI = request.app
    schema = app.openapi()
    page = _PAGE.format(
        version=escape(app.version),
        description=escape(app.description),
        routes="\n".join(
            _route(method.upper(), path, route)
            for path, methods in schema["paths"].items()
            for method, route in methods.items()
        ),
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


def _route(method: str, path: str, route: dict[str, Any]) -> str:
    rows = "".join(_parameter(each) for each in route.get("parameters", ()))
    return (
        f"<h2><code>{escape(method)} {escape(path)}</code></h2>"
        f"<p>{_prose(route.get('summary', ''))}. {_prose(route.get('description', ''))}</p>"
        + (f"<dl>{rows}</dl>" if rows else "")
    )


def _parameter(parameter: dict[str, Any]) -> str:
    said = (
        _prose(parameter.get("description", "")),
        _bounds(parameter["schema"]),
        "(required)" if parameter.get("required") else "",
    )
    name = f"<dt><code>{escape(parameter['name'])}</code></dt>"
    return f"{name}<dd>{' '.join(filter(None, said))}</dd>"


def _bounds(schema: dict[str, Any]) -> str:
    """Of a number: "1 to 100; 10 if left out."."""
    if not {"minimum", "maximum", "default"} <= schema.keys():
        return ""
    return "{minimum:,} to {maximum:,}; {default:,} if left out.".format(**schema)


def _prose(text: str) -> str:
    """As HTML; what stands between grave accents is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))
