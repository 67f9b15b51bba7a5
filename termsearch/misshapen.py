"""What pydantic finds wrong with what somebody sent, without the names of our classes."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

__all__ = ["misshapen"]


def misshapen(found: ErrorDetails | Mapping[str, Any]) -> str:
    """One thing that is wrong; where it is not named."""
    context = found.get("ctx", {})
    match found["type"]:
        case "model_type" | "model_attributes_type" | "dict_type":
            return "Input should be an object"
        case "too_short":
            return f"List should have {context['min_length']:,} or more, and has " + _many(context)
        case "too_long":
            return f"List should have {context['max_length']:,} at most, and has " + _many(context)
        case _:
            return str(found["msg"])


def _many(context: Mapping[str, Any]) -> str:
    actual = context["actual_length"]
    return "more" if actual is None else f"{actual:,}" if actual else "none"
