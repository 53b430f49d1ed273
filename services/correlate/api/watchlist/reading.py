"""`GET /v1/watchlist/{actors|routes}` and one entry of it: as the list is, and as it was."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.filters import At, EntryFilter
from services.correlate.api.watchlist.guards import translated
from services.correlate.api.watchlist.kinds import Kind, Reader
from services.correlate.api.watchlist.pages import ListPage, Paging
from services.correlate.api.watchlist.reads import Reads
from services.correlate.api.watchlist.view import answer_in_full, author, shown
from services.correlate.domain.life.quality import lacks
from services.correlate.entries.versions import Author
from services.correlate.entries.wanted import Wanted
from services.correlate.store import search
from services.correlate.watchlist import past
from services.correlate.watchlist.links import as_read, ties
from shared.platform.faults import Fault
from shared.platform.http.problems import InvalidInputError


class WhichVersion(BaseModel):
    """Which version of an entry: the present one unless told."""

    model_config = {"extra": "forbid"}

    version: int | None = Field(default=None, ge=1, le=2**31 - 1, description="This version of the entry.")
    as_of: At | None = Field(default=None, description="As it was at a moment, or at a version of the list.")


def add_reading(router: APIRouter, kind: Kind, reads: Reads) -> None:
    """Add the routes of one kind."""

    @router.get("", response_model=ListPage[kind.view], summary="The list, what changed last first")  # type: ignore[name-defined]
    async def page(request: Request, who: Reader, asked: Annotated[EntryFilter, Query()]) -> Response:
        wanted = asked.wanted()
        if asked.as_of is not None:
            return await _then(request, kind, reads, author(who), asked, wanted)
        paging = Paging(request, reads.cursors, kind.path, asked.cursor)
        async with reads.connection() as connection:
            found = await search.page(connection, kind.path[:-1], wanted, author(who), paging.place.get("below"), asked.limit + 1)
            found = await as_read(connection, found, author(who))
            more = await _total(connection, kind, reads, author(who), wanted) if asked.count else {}
        some = found[: asked.limit]
        place = {"below": some[-1].list_version} if len(found) > asked.limit else None
        return paging.answer([shown(entry) for entry in some], place, **more)

    @router.get("/{entry_id}", response_model=kind.view, summary="One entry as it stands, ended ones too, or as it was")
    async def read(entry_id: UUID, who: Reader, which: Annotated[WhichVersion, Query()]) -> Response:
        if which.version is not None and which.as_of is not None:
            raise InvalidInputError([Fault("", "one_of_two", "Either a version or a moment.", parameter="as_of")])
        async with reads.connection() as connection:
            with translated():
                if which.version is None and which.as_of is None:
                    found = await past.seen(connection, entry_id, kind.entry, author(who))
                    told = lacks(found.body, reads.policy) if author(who).may_edit(found) else None
                else:
                    at = 0 if which.as_of is None else await reads.version(connection, which.as_of, "as_of")
                    told = None
                    found = await past.seen_then(
                        connection, entry_id, kind.entry, author(who), version=which.version, list_version=at
                    )
                tied = await ties(connection, found, author(who))
        return answer_in_full(found, told, tied, reads.bounds.most_links)


async def _then(request: Request, kind: Kind, reads: Reads, who: Author, asked: EntryFilter, wanted: Wanted) -> Response:
    """The list as it was: the version found for the first page stays that of all that follow."""
    paging = Paging(request, reads.cursors, f"{kind.path}:past", asked.cursor)
    after = UUID(paging.place["after"]) if paging.place else None
    async with reads.connection() as connection:
        at = paging.place.get("at")
        if at is None:
            at = await reads.version(connection, asked.as_of or 0, "as_of")
        some = await past.listed(connection, kind.path[:-1], at, wanted, who, after, asked.limit, reads.bounds.past_rows)
    place = {"after": str(some.after), "at": at} if some.after is not None else None
    return paging.answer([shown(entry) for entry in some.items], place, list_version=at)


async def _total(connection: AsyncConnection, kind: Kind, reads: Reads, who: Author, wanted: Wanted) -> dict[str, Any]:
    most = reads.bounds.count_most
    counted = await search.count(connection, kind.path[:-1], wanted, who, most)
    return {"total": {"count": min(counted, most), "exact": counted <= most}}
