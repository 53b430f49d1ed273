"""How the routes that read bodies themselves are described: the models' schemas and the published examples."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from shared.contracts.examples import example
from shared.platform.http.schemas import inlined

CLOUDEVENT = "application/cloudevents+json"
CLOUDEVENTS = "application/cloudevents-batch+json"
NDJSON = "application/x-ndjson"

_ACCEPTED: dict[str, Any] = {
    "type": "object",
    "required": ["event_id", "status"],
    "properties": {
        "event_id": {"type": "string", "format": "uuid"},
        "status": {"enum": ["accepted", "duplicate"]},
    },
}
_LINE: dict[str, Any] = {
    "type": "string",
    "description": "A JSON object a line, one for each item in order: "
    '`{"index": 0, "status": "accepted" | "duplicate" | "refused", "event_id": "…", "errors": [{"pointer": "…", "code": "…", "detail": "…"}]}`; '
    'with `"retry": true` where the broker did not answer in time and the same item may be sent again.',
}


def event_body(model: type[BaseModel], kind: str, examples: Iterable[str]) -> dict[str, Any]:
    """The body of a route for one event: plain, or in a CloudEvent."""
    schema = inlined(model.model_json_schema())
    shown = {name: {"summary": name.replace("-", " "), "value": example(name)} for name in examples}
    envelope = {"specversion": "1.0", "id": "1", "source": "/made-up", "type": f"atalaya.{kind}.v1"}
    wrapped = {name: {**each, "value": {**envelope, "data": each["value"]}} for name, each in shown.items()}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema, "examples": shown},
                CLOUDEVENT: {"schema": _envelope(schema, kind), "examples": wrapped},
            },
        }
    }


def batch_body() -> dict[str, Any]:
    """The body of the route for batches."""
    items = [{"type": "border-crossing", **example("border-crossing")}, {"type": "seizure", **example("seizure")}]
    anything = {"type": "array", "items": {"type": "object"}}
    return {
        "requestBody": {
            "required": True,
            "content": {
                NDJSON: {"schema": {"type": "string", "description": "an event a line, each with its `type`"}},
                "application/json": {"schema": anything, "examples": {"batch": {"value": items}}},
                CLOUDEVENTS: {"schema": anything},
                CLOUDEVENT: {"schema": {"type": "object", "description": "one event, answered with one line"}},
            },
        }
    }


ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"description": "All in-sync replicas have the event.", "content": {"application/json": {"schema": _ACCEPTED}}}
}
ANSWERED: dict[int | str, dict[str, Any]] = {
    200: {"description": "Every item was answered for itself.", "content": {NDJSON: {"schema": _LINE}}}
}


def _envelope(schema: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "minLength": 1},
            "source": {"type": "string", "minLength": 1},
            "type": {"const": f"atalaya.{kind}.v1"},
            "data": schema,
        },
    }
