"""`/v1/watchlist`: all of it."""

from fastapi import APIRouter

from services.correlate.api.watchlist.bulk import add_import
from services.correlate.api.watchlist.changing import add_changes
from services.correlate.api.watchlist.kinds import KINDS
from services.correlate.api.watchlist.reading import add_reading
from services.correlate.watchlist.changing import Watchlist
from shared.platform.database.engine import Database
from shared.platform.http.cursors import Cursors
from shared.platform.http.problems import PROBLEM_RESPONSES
from shared.platform.http.routing import api_router


def watchlist_routers(watchlist: Watchlist, database: Database, cursors: Cursors, import_chunk: int) -> list[APIRouter]:
    """The routes of both kinds."""
    routers = []
    for kind in KINDS:
        router = api_router(prefix=f"/v1/watchlist/{kind.path}", tags=["watchlist"], responses=PROBLEM_RESPONSES)
        add_changes(router, kind, watchlist)
        add_reading(router, kind, database, cursors)
        add_import(router, kind.body, watchlist, import_chunk)
        routers.append(router)
    return routers
