"""`GET /v1/watchlist/…`: the list, an entry, its history."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.correlate.api.watchlist.guards import translated
from services.correlate.api.watchlist.kinds import Kind, Reader
from services.correlate.api.watchlist.view import (
    Page,
    answer,
    author,
    json_answer,
    shown,
)
from services.correlate.entries.bodies import AnyEntry, readable
from services.correlate.entries.versions import Author
from services.correlate.store import entries as store
from services.correlate.tables import entry as entries
from services.correlate.watchlist.errors import EntryUnknownError
from shared.contracts.base import Severity
from shared.contracts.vocabulary import EntryState
from shared.platform.database.engine import Database
from shared.platform.http.cursors import Cursors

_LEAST_SEARCHED = 2


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


def add_reading(router: APIRouter, kind: Kind, database: Database, cursors: Cursors) -> None:
    """Add the routes of one kind."""

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
    shown = [state.value for state in EntryState if state.alerts or state.ended]
    return or_(
        entries.c.originator == who.agency,
        and_(entries.c.releasable_to.contains([who.nation]), entries.c.state.in_(shown)),
    )


def _filtered(query: Select[Any], wanted: EntryFilter) -> Select[Any]:
    for name in ("kind", "source", "source_id", "severity"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(entries.c[name] == value)
    if wanted.state != "all":
        query = query.where(entries.c.ended_at.is_(None) if wanted.state == "active" else entries.c.ended_at.is_not(None))
    if wanted.q is not None:
        query = query.where(entries.c.label.contains(wanted.q, autoescape=True))
    return query
