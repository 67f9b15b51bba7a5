"""JSON Schemas of the tools, with what the index holds written into the filters."""

from copy import deepcopy
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from termsearch.index.manifest import Manifest

__all__ = ["input_schema", "output_schema"]

Schema = dict[str, Any]

#: Longer lists are not for a schema, which a model reads with every request.
_ENUMERATED: Final = 40


def input_schema(asked: type[BaseModel], manifest: Manifest) -> Schema:
    """The schema of what a tool is asked, of an index as it is now.

    Values that are few are enumerated. The tool itself takes more: other names of a vocabulary, a
    type by its code or its group.
    """
    schema = deepcopy(_schema(asked))
    properties: dict[str, Schema] = schema.get("properties", {})
    held = manifest.searchable_vocabularies()
    _offer(properties.get("vocabularies"), held)
    _offer(properties.get("langs"), manifest.langs())
    _offer(properties.get("types"), _type_names(manifest))
    if "target" in properties:
        properties["target"]["description"] += f" Here: {', '.join(held[:_ENUMERATED])}."
    return schema


def output_schema(told: type[BaseModel]) -> Schema:
    """The schema of what a tool tells; what has a default may be missing."""
    return _schema(told)


@cache
def _schema(model: type[BaseModel]) -> Schema:
    schema = model.model_json_schema(mode="validation")
    schema.pop("description", None)  # of our class, for us
    for each in schema.get("$defs", {}).values():
        each.pop("description", None)
    without: Schema = _without_titles(schema)
    return without


def _without_titles(node: Any) -> Any:
    """Pydantic repeats the name of each field as its title."""
    if isinstance(node, list):
        return [_without_titles(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_titles(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
    }


def _offer(field: Schema | None, values: list[str]) -> None:
    if field is None or not values:
        return
    if len(values) <= _ENUMERATED:
        field["items"] = {"type": "string", "enum": values}
    else:
        some = "; ".join(values[:10])  # names have commas in them
        field["description"] += (
            f" {len(values)} there are; list_vocabularies has them. Some: {some}."
        )


def _type_names(manifest: Manifest) -> list[str]:
    """Names say more than codes, and a filter takes both."""
    return sorted({kind.name for kind in manifest.types()})
