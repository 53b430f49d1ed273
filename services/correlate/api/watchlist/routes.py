"""`/v1/watchlist/actors` and `/v1/watchlist/routes`: create, read, replace, end, history."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.bulk import add_import
from services.correlate.api.watchlist.guards import expected_version, must_be_sent_home, translated
from services.correlate.api.watchlist.view import (
    Page,
    ShownActor,
    ShownRoute,
    answer,
    author,
    body_schema,
    json_answer,
    read_body,
    shown,
)
from services.correlate.entries.bodies import AnyEntry, readable
from services.correlate.entries.versions import Author
from services.correlate.store import entries as store
from services.correlate.tables import entry as entries
from services.correlate.watchlist.changing import EntryUnknownError, Verdict, Watchlist
from shared.contracts.base import Severity
from shared.contracts.watchlist import ActorBody, ActorEntry, RouteBody, RouteEntry
from shared.platform.auth.access import Principal, require
from shared.platform.database.engine import Database
from shared.platform.http.cursors import Cursors
from shared.platform.http.problems import PROBLEM_RESPONSES
from shared.platform.http.routing import api_router, json_body

Reader = Annotated[Principal, Depends(require("watchlist:read"))]
Writer = Annotated[Principal, Depends(require("watchlist:write"))]
Why = Annotated[str | None, Query(max_length=1000, description="Why it changes; kept in the history.")]


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two kinds of entry, with its models."""

    path: Literal["actors", "routes"]
    body: type[ActorBody] | type[RouteBody]
    entry: type[ActorEntry] | type[RouteEntry]
    view: type[ShownActor] | type[ShownRoute]


_LEAST_SEARCHED = 2
KINDS = (Kind("actors", ActorBody, ActorEntry, ShownActor), Kind("routes", RouteBody, RouteEntry, ShownRoute))


def _searched(text: str) -> str:
    found = readable(text)
    if len(found) < _LEAST_SEARCHED:
        raise ValueError("two characters at least are searched for")
    return found


class EntryFilter(BaseModel):
    """What to list; each that is given must hold."""

    model_config = {"extra": "forbid"}

    state: Literal["active", "ended", "all"] = "active"
    kind: str | None = None
    source: str | None = None
    source_id: str | None = None
    severity: Severity | None = None
    q: Annotated[str, AfterValidator(_searched)] | None = Field(
        default=None, max_length=100, description="Part of a name or identifier, two characters at least."
    )
    limit: int = Field(default=50, ge=1, le=500)
    cursor: str | None = None


class HistoryFilter(BaseModel):
    """How much of a history."""

    model_config = {"extra": "forbid"}

    limit: int = Field(default=100, ge=1, le=500)
    cursor: str | None = None


def watchlist_routers(watchlist: Watchlist, database: Database, cursors: Cursors, import_chunk: int) -> list[APIRouter]:
    """The routes of both kinds."""
    routers = []
    for kind in KINDS:
        router = api_router(prefix=f"/v1/watchlist/{kind.path}", tags=["watchlist"], responses=PROBLEM_RESPONSES)
        _add_changes(router, kind, watchlist)
        _add_reading(router, kind, database, cursors)
        add_import(router, kind.body, watchlist, import_chunk)
        routers.append(router)
    return routers


def _add_changes(router: APIRouter, kind: Kind, watchlist: Watchlist) -> None:
    @router.post(
        "",
        status_code=201,
        response_model=kind.view,
        openapi_extra=body_schema(kind.body),
        summary="List something; the same source and id (of a route: the same name) with the same content again changes nothing",
    )
    async def create(request: Request, who: Writer, why: Why = None) -> Response:
        body = read_body(kind.body, await json_body(request))
        with translated():
            outcome = await watchlist.add(body, author(who), why)
        entry = outcome.entry
        place = f"/v1/watchlist/{kind.path}/{entry.entry_id}"
        return answer(entry, 201 if outcome.verdict is Verdict.CREATED else 200, Location=place)

    @router.put(
        "/{entry_id}",
        response_model=kind.view,
        openapi_extra=body_schema(kind.body),
        summary="Put a new version in place; If-Match (412) or a version in the body (409) guards against another's change",
    )
    async def replace(entry_id: UUID, request: Request, who: Writer, why: Why = None) -> Response:
        value = await json_body(request)
        body = read_body(kind.body, value)
        must_be_sent_home(value, entry_id)
        expected, tagged = expected_version(request, value)
        with translated(tagged=tagged):
            entry = await watchlist.replace(entry_id, kind.entry, body, author(who), expected=expected, why=why)
        return answer(entry)

    @router.delete("/{entry_id}", response_model=kind.view, summary="End an entry: it alerts no more, its history stays")
    async def end(
        entry_id: UUID,
        request: Request,
        who: Writer,
        why: Why = None,
        reason: Annotated[str | None, Query(max_length=1000, description="The same as `why`.")] = None,
    ) -> Response:
        expected, tagged = expected_version(request, None)
        with translated(tagged=tagged):
            entry = await watchlist.end(entry_id, kind.entry, author(who), expected=expected, why=why or reason)
        return answer(entry)


def _add_reading(router: APIRouter, kind: Kind, database: Database, cursors: Cursors) -> None:
    @router.get("", response_model=Page[kind.view], summary="The list, what changed last first")  # type: ignore[name-defined]
    async def page(who: Reader, wanted: Annotated[EntryFilter, Query()]) -> Response:
        every: Select[Any] = select(entries.c.content)
        query = every.where(entries.c.type == kind.path[:-1], _visible(author(who)))
        query = _filtered(query, wanted)
        if wanted.cursor is not None:
            query = query.where(entries.c.list_version < cursors.open(wanted.cursor, purpose=kind.path)["below"])
        query = query.order_by(entries.c.list_version.desc()).limit(wanted.limit + 1)
        async with database.transaction() as connection:
            found = await store.read_page(connection, query)
        page, more = found[: wanted.limit], len(found) > wanted.limit
        follows = cursors.seal({"below": page[-1].list_version}, purpose=kind.path) if more else None
        return json_answer({"items": [shown(entry) for entry in page], "next_cursor": follows})

    @router.get("/{entry_id}", response_model=kind.view, summary="One entry as it stands, ended ones too")
    async def read(entry_id: UUID, who: Reader) -> Response:
        async with database.transaction() as connection:
            found = (await store.find_entries(connection, [entry_id])).get(entry_id)
        with translated():
            if not isinstance(found, kind.entry) or not author(who).may_see(found):
                raise EntryUnknownError
        return answer(found)

    @router.get(
        "/{entry_id}/history",
        response_model=Page[kind.view],  # type: ignore[name-defined]
        summary="The versions of an entry, the latest first: who changed it, when and why",
    )
    async def history(entry_id: UUID, who: Reader, wanted: Annotated[HistoryFilter, Query()]) -> Response:
        purpose = f"history:{entry_id}"
        below = cursors.open(wanted.cursor, purpose=purpose)["below"] if wanted.cursor is not None else None
        async with database.transaction() as connection:
            entry = (await store.find_entries(connection, [entry_id])).get(entry_id)
            with translated():
                if not isinstance(entry, kind.entry) or not author(who).may_see(entry):
                    raise EntryUnknownError
            seen = await _versions(connection, entry_id, author(who), below, wanted.limit)
        page, more = seen[: wanted.limit], len(seen) > wanted.limit
        follows = cursors.seal({"below": page[-1].version}, purpose=purpose) if more else None
        return json_answer({"items": [shown(version) for version in page], "next_cursor": follows})


async def _versions(connection: AsyncConnection, entry_id: UUID, who: Author, below: int | None, limit: int) -> list[AnyEntry]:
    """The next versions that the author may see, one more than asked for where there are more."""
    seen: list[AnyEntry] = []
    while len(seen) <= limit:
        read = await store.history_of(connection, entry_id, below, limit + 1)
        seen += [version for version in read if who.may_see(version)]
        if len(read) <= limit:
            break
        below = read[-1].version
    return seen


def _visible(who: Author) -> Any:
    if who.admin:
        return True
    return or_(entries.c.originator == who.agency, entries.c.releasable_to.contains([who.nation]))


def _filtered(query: Select[Any], wanted: EntryFilter) -> Select[Any]:
    for name in ("kind", "source", "source_id", "severity"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(entries.c[name] == value)
    if wanted.state != "all":
        query = query.where(entries.c.ended_at.is_(None) if wanted.state == "active" else entries.c.ended_at.is_not(None))
    if wanted.q is not None:
        query = query.where(entries.c.label.contains(wanted.q, autoescape=True))
    return query
