"""Entries as the API reads and shows them: what the issuer wrote, and beside it what the list knows of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response

from services.correlate.entries.bodies import AnyEntry, faults_in, label
from services.correlate.entries.versions import Author
from services.correlate.watchlist.links import Tied
from shared.contracts.base import Contract
from shared.contracts.vocabulary import ActorKind, EntryState, LinkKind
from shared.contracts.watchlist import ActorBody, EntryHead, RouteBody
from shared.platform.auth.access import Principal
from shared.platform.faults import Fault, faults_of
from shared.platform.http.problems import InvalidInputError

B = TypeVar("B", bound=Contract)
T = TypeVar("T")

_HEAD = frozenset({*EntryHead.model_fields, "type", "lacks", "links"})
_LINKS = "of one entry: those that `linked` names and you may see, as they stand; at most so many as the service's setting says"
_LACKS = "to its issuer: what an officer will miss in it, by field, and what it is for"


class ShownLink(BaseModel):
    """An entry that another one is tied to."""

    relation: str = Field(description="in the list's word")
    kind: LinkKind | None = Field(default=None, description="the same in ours, where it is one of them")
    entry_id: UUID
    source: str
    source_id: str | None = None
    name: str | None = Field(default=None, description="the first that it is listed under")
    actor: ActorKind = Field(description="what it is")
    state: EntryState
    href: str


class ShownActor(EntryHead, ActorBody):
    """An actor: the issuer's fields and the list's."""

    lacks: dict[str, str] | None = Field(default=None, description=_LACKS)
    links: tuple[ShownLink, ...] | None = Field(default=None, description=_LINKS)


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


def answer_in_full(entry: AnyEntry, lacks: Mapping[str, str] | None, tied: Sequence[Tied], most: int) -> Response:
    """The answer to who asks for one entry: with the entries that it is tied to, and to its issuer what an officer will miss in it."""
    whole = shown(entry)
    if lacks is not None:
        whole["lacks"] = dict(lacks)
    if tied:
        whole["links"] = [_link(one).model_dump(mode="json") for one in tied[:most]]
    return json_answer(whole, 200, ETag=etag(entry))


def _link(tied: Tied) -> ShownLink:
    other = tied.entry
    return ShownLink(
        relation=tied.link.relation,
        kind=tied.link.kind,
        entry_id=other.entry_id,
        source=other.body.source,
        source_id=other.body.source_id,
        name=other.body.names[0].text if other.body.names else label(other.body).split("\n", 1)[0] or None,
        actor=other.body.kind,
        state=other.state,
        href=f"/v1/watchlist/actors/{other.entry_id}",
    )


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
