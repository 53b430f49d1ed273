"""`/v1/watchlist`: all of it."""

from fastapi import APIRouter

from services.correlate.api.watchlist.bulk import add_import
from services.correlate.api.watchlist.changes import changes_router
from services.correlate.api.watchlist.changing import add_changes
from services.correlate.api.watchlist.history import add_history
from services.correlate.api.watchlist.kinds import KINDS
from services.correlate.api.watchlist.reading import add_reading
from services.correlate.api.watchlist.reads import Reads
from services.correlate.watchlist.changing import Watchlist
from shared.platform.http.problems import PROBLEM_RESPONSES
from shared.platform.http.routing import api_router


def watchlist_routers(watchlist: Watchlist, reads: Reads, import_chunk: int) -> list[APIRouter]:
    """The routes of both kinds, and those of no single one."""
    routers = [changes_router(reads)]
    for kind in KINDS:
        router = api_router(prefix=f"/v1/watchlist/{kind.path}", tags=["watchlist"], responses=PROBLEM_RESPONSES)
        add_changes(router, kind, watchlist)
        add_reading(router, kind, reads)
        add_history(router, kind, reads)
        add_import(router, kind.body, watchlist, import_chunk)
        routers.append(router)
    return routers
