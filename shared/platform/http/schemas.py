"""Schemas as an OpenAPI document may hold them in place."""

from collections.abc import Mapping
from typing import Any


def inlined(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without references: the models have no cycles, and a document has one place for components, which is not ours."""
    definitions: Mapping[str, Any] = schema.get("$defs", {})

    def resolve(part: Any) -> Any:
        if isinstance(part, list):
            return [resolve(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            rest = {name: value for name, value in part.items() if name != "$ref"}
            return {**resolve(definitions[part["$ref"].rsplit("/", 1)[1]]), **rest}
        return {name: resolve(value) for name, value in part.items() if name != "$defs"}

    resolved: dict[str, Any] = resolve(dict(schema))
    return resolved
