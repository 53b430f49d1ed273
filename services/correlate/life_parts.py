"""The life of entries as a process has it: its routes, and what its clock does."""

from datetime import timedelta

from fastapi import APIRouter

from services.correlate.api.watchlist.cases import cases_routers
from services.correlate.api.watchlist.deeds import Deeds
from services.correlate.api.watchlist.life import life_routers
from services.correlate.api.watchlist.notices import notices_router
from services.correlate.housekeeping import Periodic
from services.correlate.settings import CorrelateSettings
from services.correlate.watchlist.cases import Cases
from services.correlate.watchlist.changing import Watchlist
from services.correlate.watchlist.clock import ListClock
from services.correlate.watchlist.life import Life
from services.correlate.watchlist.telling import NoticePurge
from services.correlate.watchlist.writing import ListWriter
from shared.platform.http.cursors import Cursors
from shared.platform.supervisor import Worker


def life_api(writer: ListWriter, watchlist: Watchlist, settings: CorrelateSettings, cursors: Cursors) -> list[APIRouter]:
    """Actions, cases, notices."""
    cases = Cases(writer, watchlist)
    deeds = Deeds(Life(writer, settings.import_chunk), cases)
    return [*life_routers(deeds), *cases_routers(cases, cursors), notices_router(writer.database, cursors)]


def life_workers(writer: ListWriter, watchlist: Watchlist, settings: CorrelateSettings) -> list[Worker]:
    """Entries are moved when their date comes, overdue cases told of, old notices deleted."""
    kept = timedelta(days=settings.life.notice_days)
    purge = NoticePurge(writer.database, writer.clock, kept)
    return [
        Periodic("list-clock", settings.expire_every_seconds, ListClock(writer).once),
        Periodic("case-clock", settings.expire_every_seconds, Cases(writer, watchlist).warn),
        Periodic("notice-purge", settings.purge_every_seconds, purge.once),
    ]
