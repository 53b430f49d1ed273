"""`GET …/{id}/history`: every version of an entry with who, when, why, and what it changed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.guards import translated
from services.correlate.api.watchlist.kinds import Kind, Reader
from services.correlate.api.watchlist.pages import ListPage, Paging
from services.correlate.api.watchlist.reads import Reads
from services.correlate.api.watchlist.view import ShownActor, ShownRoute, author, dumped, shown
from services.correlate.entries.differences import FieldChange
from services.correlate.watchlist import past

_CHANGES = "Field by field against the version before it that the reader may see; empty of the first."


class HistoryFilter(BaseModel):
    """How much of a history."""

    model_config = {"extra": "forbid"}

    limit: int = Field(default=100, ge=1, le=500)
    cursor: str | None = None


class ActorVersion(ShownActor):
    """A version of an actor, and what it changed."""

    changes: tuple[FieldChange, ...] = Field(description=_CHANGES)


class RouteVersion(ShownRoute):
    """A version of a route, and what it changed."""

    changes: tuple[FieldChange, ...] = Field(description=_CHANGES)


_VIEWS = {"actors": ActorVersion, "routes": RouteVersion}


def add_history(router: APIRouter, kind: Kind, reads: Reads) -> None:
    """Add the route of one kind."""
    view = _VIEWS[kind.path]

    @router.get(
        "/{entry_id}/history",
        response_model=ListPage[view],  # type: ignore[valid-type]
        summary="The versions of an entry, the latest first: who changed what, when and why",
    )
    async def history(request: Request, entry_id: UUID, who: Reader, asked: Annotated[HistoryFilter, Query()]) -> Response:
        paging = Paging(request, reads.cursors, f"history:{entry_id}", asked.cursor)
        async with reads.connection() as connection:
            with translated():
                await past.seen(connection, entry_id, kind.entry, author(who))
            found, below = await past.history(connection, entry_id, author(who), paging.place.get("below"), asked.limit)
        items = [{**shown(one.entry), "changes": dumped(one.changes)} for one in found]
        return paging.answer(items, None if below is None else {"below": below})
