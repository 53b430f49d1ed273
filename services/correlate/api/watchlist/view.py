"""Entries as the API reads and shows them: what the issuer wrote, and beside it what the list knows of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response

from services.correlate.entries.bodies import AnyEntry, faults_in
from services.correlate.entries.versions import Author
from shared.contracts.base import Contract
from shared.contracts.watchlist import ActorBody, EntryHead, RouteBody
from shared.platform.auth.access import Principal
from shared.platform.faults import Fault, faults_of
from shared.platform.http.problems import InvalidInputError

B = TypeVar("B", bound=Contract)
T = TypeVar("T")

_HEAD = frozenset({*EntryHead.model_fields, "type", "lacks"})
_LACKS = "to its issuer: what an officer will miss in it, by field, and what it is for"


class ShownActor(EntryHead, ActorBody):
    """An actor: the issuer's fields and the list's."""

    lacks: dict[str, str] | None = Field(default=None, description=_LACKS)


class ShownRoute(EntryHead, RouteBody):
    """A route: the issuer's fields and the list's."""

    lacks: dict[str, str] | None = Field(default=None, description=_LACKS)


class Page(BaseModel, Generic[T]):
    """Some of a list, in order; `next_cursor` asks for what follows, absent at the end."""

    items: list[T]
    next_cursor: str | None = None


class ImportLine(BaseModel):
    """What became of one line of an import."""

    index: int
    status: str
    entry_id: str | None = None
    version: int | None = None
    case_id: str | None = None
    errors: list[dict[str, str]] | None = None


def shown(entry: AnyEntry) -> dict[str, Any]:
    """An entry as one object."""
    whole = entry.model_dump(mode="json", by_alias=True)
    body: dict[str, Any] = whole.pop("body")
    return {**body, **whole}


def dumped(models: Sequence[BaseModel]) -> list[dict[str, Any]]:
    """Models as JSON has them; what was not set is not said."""
    return [model.model_dump(mode="json", by_alias=True, exclude_unset=True) for model in models]


def answer(entry: AnyEntry, status: int = 200, **headers: str) -> Response:
    """The answer that shows one entry, with the tag of its version."""
    return json_answer(shown(entry), status, ETag=etag(entry), **headers)


def answer_to_issuer(entry: AnyEntry, lacks: Mapping[str, str], status: int = 200, **headers: str) -> Response:
    """The same, with what an officer will miss in it."""
    return json_answer({**shown(entry), "lacks": dict(lacks)}, status, ETag=etag(entry), **headers)


def json_answer(value: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer that needs no checking: it comes from our own models."""
    return Response(orjson.dumps(value), status, media_type="application/json", headers=headers)


def read_body(model: type[B], value: Any) -> B:
    """What an issuer sent, strictly: an unknown name is a fault. Raises InvalidInputError with every fault.

    An entry may be sent back as it was read: what the list added is passed over.
    """
    read, faults = checked(model, value)
    if read is None:
        raise InvalidInputError(faults)
    return read


def checked(model: type[B], value: Any) -> tuple[B | None, list[Fault]]:
    """A body, or None with every fault: of its shape, or else of its sense."""
    own = {name: item for name, item in value.items() if name not in _HEAD} if isinstance(value, dict) else value
    try:
        body = model.model_validate(own, extra="forbid")
    except ValidationError as error:
        return None, faults_of(error)
    faults = faults_in(body) if isinstance(body, ActorBody | RouteBody) else []
    if faults:
        return None, faults
    return body, []


def etag(entry: AnyEntry) -> str:
    """The entity tag of a version."""
    return f'"{entry.version}"'


def author(principal: Principal) -> Author:
    """Who is behind a request, as the use cases want it."""
    return Author(principal.agency, principal.nation, principal.key_id, admin="admin" in principal.scopes)


def body_schema(model: type[BaseModel], media_type: str = "application/json") -> dict[str, Any]:
    """For `openapi_extra`: the body that a route reads for itself."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}
