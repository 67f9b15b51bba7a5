"""A parameter that has one value is given once."""

from collections import Counter
from typing import Any

from fastapi import Request

from termsearch.service.problems import Detail, Problem

__all__ = ["require_once"]


def require_once(request: Request) -> None:
    """Refuse one that is given twice: the last would count, and nobody would know.

    FHIR's parameters are its own: see ``termsearch.service.fhir.parameters``.

    Raises:
        Problem: 422, with its name.
    """
    counted = Counter(name for name, _ in request.query_params.multi_items())
    twice = [name for name, many in counted.items() if many > 1]
    found = [name for name in twice if name in _single(request)] if twice else []
    if found:
        details = [Detail(where=f"query.{name}", problem="given more than once") for name in found]
        said = "; ".join(f"{detail.where}: {detail.problem}" for detail in details)
        raise Problem(422, f"{said}. See /openapi.json for what is expected.", details=details)


def _single(request: Request) -> set[str]:
    """The parameters of the route that are no lists, as OpenAPI describes them."""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    operations = paths.get(request.scope["route"].path_format, {})
    described = operations.get(request.method.lower(), {}).get("parameters", [])
    return {
        each["name"]
        for each in described
        if each["in"] == "query" and each["schema"].get("type") != "array"
    }
