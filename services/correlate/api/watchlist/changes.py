"""`GET /v1/watchlist/changes`: what changed the list, transaction by transaction. `GET /v1/watchlist/difference`: what is not as it was."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.filters import At
from services.correlate.api.watchlist.kinds import Reader
from services.correlate.api.watchlist.pages import ListPage, Paging
from services.correlate.api.watchlist.reads import Reads
from services.correlate.api.watchlist.view import ShownActor, ShownRoute, author, dumped, shown
from services.correlate.entries.differences import FieldChange
from services.correlate.watchlist import past
from services.correlate.watchlist.past import Differing, What
from shared.contracts.base import Utc
from shared.platform.faults import Fault
from shared.platform.http.problems import PROBLEM_RESPONSES, InvalidInputError
from shared.platform.http.routing import api_router


class ChangesFilter(BaseModel):
    """How much of the log."""

    model_config = {"extra": "forbid"}

    limit: int = Field(default=100, ge=1, le=500)
    cursor: str | None = None


class ShownTransaction(BaseModel):
    """One transaction: it made the versions `from_version` to `to_version` of the list."""

    from_version: int
    to_version: int
    at: Utc
    by: str = Field(description="the key; `atalaya` where time alone did it")
    agency: str
    change: str = Field(description="what its first version changed")
    why: str | None = None
    import_id: UUID | None = None


class DifferenceFilter(BaseModel):
    """Between which two moments."""

    model_config = {"extra": "forbid"}

    since: At = Field(description="A moment, or a version of the list; 0 is the empty list.")
    until: At | None = Field(default=None, description="The same, later; the present unless told.")
    type: Literal["actor", "route"] | None = None
    source: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    limit: int = Field(default=100, ge=1, le=500)
    cursor: str | None = None


class ShownDifference(BaseModel):
    """An entry that is not as it was, for this reader: what it may not see is as if it were not listed."""

    what: What
    entry_id: UUID
    type: Literal["actor", "route"]
    source: str
    source_id: str | None = None
    changes: list[FieldChange] = Field(description="of a changed one: field by field")
    entry: ShownActor | ShownRoute | None = Field(
        description="as it is at the later moment; null where it is no longer for this reader"
    )


class DifferencePage(ListPage[ShownDifference]):
    """Some of the difference between two versions of the list."""

    since_version: int
    until_version: int


def changes_router(reads: Reads) -> APIRouter:
    """The routes that are of no single kind of entry."""
    router = api_router(prefix="/v1/watchlist", tags=["watchlist"], responses=PROBLEM_RESPONSES)

    @router.get(
        "/changes",
        response_model=ListPage[ShownTransaction],
        summary="What changed the list, the latest first: an agency sees its own transactions, an administrator all",
    )
    async def changes(request: Request, who: Reader, asked: Annotated[ChangesFilter, Query()]) -> Response:
        paging = Paging(request, reads.cursors, "changes", asked.cursor)
        async with reads.connection() as connection:
            found, below = await past.transactions(connection, author(who), paging.place.get("below"), asked.limit)
        items = dumped([ShownTransaction.model_validate(one, from_attributes=True) for one in found])
        return paging.answer(items, None if below is None else {"below": below})

    @router.get(
        "/difference",
        response_model=DifferencePage,
        summary="What was added, changed or ended between two moments, in the order of the last change of each",
    )
    async def difference(request: Request, who: Reader, asked: Annotated[DifferenceFilter, Query()]) -> Response:
        paging = Paging(request, reads.cursors, "difference", asked.cursor)
        async with reads.connection() as connection:
            since, until = await _between(paging, asked, reads, connection)
            above = paging.place.get("above", since)
            found, follows = await past.differing(
                connection, since, until, author(who), above, asked.limit, reads.bounds.past_rows
            )
        items = [_shown(one) for one in found if _wanted(one, asked)]
        place = None if follows is None else {"above": follows, "since": since, "until": until}
        return paging.answer(items, place, since_version=since, until_version=until)

    return router


async def _between(paging: Paging, asked: DifferenceFilter, reads: Reads, connection: Any) -> tuple[int, int]:
    """The two versions of the list; those found for the first page stay those of all that follow."""
    if paging.place:
        return paging.place["since"], paging.place["until"]
    since = await reads.version(connection, asked.since, "since")
    until: datetime | int = reads.clock.now() if asked.until is None else asked.until
    upto = await reads.version(connection, until, "until")
    if upto < since:
        raise InvalidInputError([Fault("", "before_since", "It lies before the other moment.", parameter="until")])
    return since, upto


def _wanted(one: Differing, asked: DifferenceFilter) -> bool:
    of_type = asked.type is None or one.known.type == asked.type
    return of_type and (asked.source is None or getattr(one.known.body, "source", "own") == asked.source)


def _shown(one: Differing) -> dict[str, Any]:
    body = one.known.body
    return {
        "what": one.what.value,
        "entry_id": str(one.known.entry_id),
        "type": one.known.type,
        "source": getattr(body, "source", "own"),
        "source_id": getattr(body, "source_id", None),
        "changes": dumped(one.changes),
        "entry": shown(one.entry) if one.entry is not None else None,
    }
