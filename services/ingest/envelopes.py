"""CloudEvents 1.0 in all their modes, opened by the cloudevents library over our strict JSON."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.http import HTTPMessage
from cloudevents.core.bindings.http import from_binary as from_binary_http
from cloudevents.core.bindings.kafka import KafkaMessage
from cloudevents.core.bindings.kafka import from_binary as from_binary_kafka
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from services.ingest.domain.normalise import Sender
from services.ingest.domain.refusal import ForeignAgencyError, RefusedError, pointer
from shared.contracts.codec import TYPE_BORDER_CROSSING, TYPE_SEIZURE
from shared.contracts.events import EventKind, Flag
from shared.platform.strict_json import JsonError, read_json

KINDS: Final = {TYPE_BORDER_CROSSING: EventKind.BORDER_CROSSING, TYPE_SEIZURE: EventKind.SEIZURE}
_REQUIRED: Final = ("specversion", "id", "source", "type")
_AGENCY_IN_SOURCE: Final = re.compile(r"(?:^|[/:])agenc(?:y|ies)[/:]([^/:?#]+)", re.IGNORECASE)


class Opened(NamedTuple):
    """What was in the envelope."""

    kind: EventKind
    tree: Any
    traceparent: str | None


def read_strictly(data: bytes) -> Any:
    """A JSON value; raises RefusedError with every fault of the text."""
    try:
        return read_json(data)
    except JsonError as error:
        faults = [Flag(pointer=fault.pointer, code=fault.code, detail=fault.detail) for fault in error.faults]
        raise RefusedError(faults) from None


class _StrictFormat(JSONFormat):
    """The library's JSON format, reading as we read everywhere."""

    def read_data(self, body: bytes, datacontenttype: str | None) -> Any:
        """The data of a binary message."""
        del datacontenttype
        return read_strictly(body)


def open_binary_http(headers: Mapping[str, str], body: bytes, sender: Sender) -> Opened:
    """A message in HTTP's binary mode: attributes in `ce-` headers, data in the body."""
    _require({name[3:] for name in headers if name.startswith("ce-")})
    return _opened(_built(lambda: from_binary_http(HTTPMessage(dict(headers), body), _StrictFormat(), CloudEvent)), sender)


def open_binary_kafka(headers: Mapping[str, bytes], value: bytes, sender: Sender) -> Opened:
    """A message in Kafka's binary mode: attributes in `ce_` headers, data in the value."""
    attributes = {name: held for name, held in headers.items() if name.startswith("ce_") or name == "content-type"}
    _require({name[3:] for name in attributes if name.startswith("ce_")})
    message = KafkaMessage(headers=attributes, key=None, value=value)
    return _opened(_built(lambda: from_binary_kafka(message, _StrictFormat(), CloudEvent)), sender)


def open_structured(tree: Any, sender: Sender) -> Opened:
    """A message in structured mode: attributes and data in one JSON object."""
    if not isinstance(tree, dict):
        raise RefusedError([Flag(pointer="", code="not_an_object", detail="a CloudEvent is a JSON object")])
    _require({name for name, value in tree.items() if value is not None})
    attributes = {
        name: value for name, value in tree.items() if name not in {"data", "data_base64", "time"} and value is not None
    }
    data = tree["data"] if tree.get("data") is not None else _decoded(tree.get("data_base64"))
    if tree.get("time") is not None:
        attributes["time"] = _moment(tree["time"])
    return _opened(_built(lambda: CloudEvent(attributes, data)), sender)


def _moment(text: object) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        raise RefusedError([Flag(pointer="/time", code="invalid_attribute", detail="no RFC 3339 time")]) from None


def _decoded(text: object) -> Any:
    if text is None:
        return None
    try:
        return read_strictly(base64.b64decode(str(text), validate=True))
    except binascii.Error:
        raise RefusedError([Flag(pointer="/data_base64", code="not_base64", detail="no base64")]) from None


def _require(present: set[str]) -> None:
    """The library would make up what is missing."""
    missing = [name for name in _REQUIRED if name not in present]
    if missing:
        raise RefusedError([Flag(pointer=pointer(name), code="missing", detail=f"a CloudEvent has a {name}") for name in missing])


def _built(build: Callable[[], BaseCloudEvent]) -> BaseCloudEvent:
    try:
        event: BaseCloudEvent = build()
    except CloudEventValidationError as error:
        faults = [
            Flag(pointer=pointer(name), code="invalid_attribute", detail="no valid CloudEvents attribute")
            for name in error.errors
        ]
        raise RefusedError(faults) from None
    except RefusedError:
        raise
    except (ValueError, TypeError, AttributeError):
        raise RefusedError([Flag(pointer="", code="invalid_envelope", detail="no valid CloudEvents 1.0 message")]) from None
    return event


def _opened(event: BaseCloudEvent, sender: Sender) -> Opened:
    if event.get_specversion() != "1.0":
        raise RefusedError([Flag(pointer="/specversion", code="unknown_version", detail="CloudEvents 1.0 is read")])
    kind = KINDS.get(event.get_type())
    if kind is None:
        detail = "known types are " + " and ".join(KINDS)
        raise RefusedError([Flag(pointer="/type", code="unknown_type", detail=detail)])
    claimed = _AGENCY_IN_SOURCE.search(event.get_source())
    if (claimed and claimed[1] != sender.agency) or event.get_extension("agency") not in {None, sender.agency}:
        raise ForeignAgencyError([Flag(pointer="/source", code="not_the_senders", detail="the source names another agency")])
    tree: Any = event.get_data()
    if isinstance(tree, dict) and not tree.get("id"):
        tree = {**tree, "id": event.get_id()}
    return Opened(kind, tree, event.get_extension("traceparent"))
