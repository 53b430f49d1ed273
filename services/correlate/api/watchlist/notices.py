"""`GET /v1/watchlist/notices`: what an agency was told of its entries, and of what it said of others'."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.kinds import Reader
from services.correlate.api.watchlist.pages import ListPage, Paging
from services.correlate.store.notices import page_of_notices
from shared.contracts.notices import Notice, NoticeType
from shared.platform.database.engine import Database
from shared.platform.http.cursors import Cursors
from shared.platform.http.problems import PROBLEM_RESPONSES
from shared.platform.http.routing import api_router


class NoticesWanted(BaseModel):
    """Which notices; each that is given must hold."""

    model_config = ConfigDict(extra="forbid")

    type: NoticeType | None = None
    entry_id: UUID | None = None
    limit: int = Field(default=50, ge=1, le=500)
    cursor: str | None = None


def notices_router(database: Database, cursors: Cursors) -> APIRouter:
    """The one route."""
    router = api_router(prefix="/v1/watchlist/notices", tags=["watchlist"], responses=PROBLEM_RESPONSES)

    @router.get("", response_model=ListPage[Notice], summary="What your agency was told, the latest first")
    async def page(request: Request, who: Reader, wanted: Annotated[NoticesWanted, Query()]) -> Response:
        purpose = f"notices:{who.agency}:{wanted.type}:{wanted.entry_id}"
        paging = Paging(request, cursors, purpose, wanted.cursor)
        before = (datetime.fromisoformat(paging.place["at"]), UUID(paging.place["id"])) if paging.place else None
        async with database.transaction() as connection:
            found = await page_of_notices(connection, who.agency, wanted.type, wanted.entry_id, before, wanted.limit + 1)
        items, more = found[: wanted.limit], len(found) > wanted.limit
        place = {"at": items[-1].at, "id": items[-1].id} if more else None
        return paging.answer([notice.model_dump(mode="json") for notice in items], place)

    return router
