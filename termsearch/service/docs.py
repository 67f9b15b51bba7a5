"""``/docs``: the routes as a page that needs nothing from elsewhere.

Swagger UI, which FastAPI would serve, loads its scripts from a public network; a hospital's
machine has none. ``/openapi.json`` can be read by whatever viewer there is.
"""

from html import escape
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>termsearch {version}: routes</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
code {{ font: 0.95em ui-monospace, monospace }}
td, th {{ text-align: left; vertical-align: top; padding: 0.1rem 1rem 0.1rem 0 }}
</style>
<h1>termsearch {version}</h1>
<p>{description}</p>
<p>All of this for programs: <a href="openapi.json">openapi.json</a>.</p>
{routes}
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
        f"<p>{escape(route.get('summary', ''))}. {escape(route.get('description', ''))}</p>"
        + (f"<table>{rows}</table>" if rows else "")
    )


def _parameter(parameter: dict[str, Any]) -> str:
    needed = " (required)" if parameter.get("required") else ""
    said = escape(parameter.get("description", "") + needed)
    return f"<tr><th scope=row><code>{escape(parameter['name'])}</code></th><td>{said}</td></tr>"
