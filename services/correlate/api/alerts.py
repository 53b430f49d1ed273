"""`/v1/alerts`: what stands and what stood, one with its evidence, the explanation of each score and its timeline."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import Select, select, tuple_
from starlette.responses import Response

from services.correlate.api.watchlist.view import Page, ShownActor, ShownRoute, author, json_answer, shown
from services.correlate.entries.bodies import AnyEntry
from services.correlate.store.timeline import TimelineItem, timeline_of
from services.correlate.tables import alert as alerts
from services.correlate.watchlist.past import rested_on
from shared.contracts.alerts import Alert, EntryReference
from shared.contracts.base import Nation, Severity, Utc
from shared.contracts.territory import read_by
from shared.contracts.vocabulary import AlertState, Cause
from shared.platform.auth.access import Principal, require
from shared.platform.database.engine import Database
from shared.platform.http.cursors import Cursors
from shared.platform.http.problems import PROBLEM_RESPONSES, NotFoundError
from shared.platform.http.routing import api_router

Reader = Annotated[Principal, Depends(require("alerts:read"))]


class RestsOn(EntryReference):
    """An entry that the alert rests on, as the list had it when the hit was judged: the version that explains the score."""

    listed: ShownActor | ShownRoute | None = Field(
        description="null where the reader may not see that version, or the entry no more"
    )
    href: str | None = Field(description="the same at its own address; a key needs watchlist:read there")


class AlertWithTimeline(Alert):
    """An alert with the entries behind it as they were, and everything that happened to it: its revisions and sightings, in order."""

    entries: tuple[RestsOn, ...]
    timeline: tuple[TimelineItem, ...]


class AlertFilter(BaseModel):
    """What to list; each that is given must hold."""

    model_config = {"extra": "forbid"}

    state: list[AlertState] = []
    cause: list[Cause] = []
    severity_at_least: Severity | None = None
    nation: Nation | None = Field(default=None, description="A nation that holds a next checkpoint.")
    subject: str | None = None
    entry: UUID | None = None
    since: Utc | None = None
    until: Utc | None = None
    limit: Annotated[int, Query(ge=1, le=500)] = 50
    cursor: str | None = None


def alerts_router(database: Database, cursors: Cursors) -> APIRouter:
    """The routes of alerts."""
    router = api_router(prefix="/v1/alerts", tags=["alerts"], responses=PROBLEM_RESPONSES)

    @router.get("", response_model=Page[Alert], summary="Alerts, the latest opened first")
    async def page(who: Reader, wanted: Annotated[AlertFilter, Query()]) -> Response:
        query = _filtered(_visible(select(alerts.c.content, alerts.c.opened_at, alerts.c.alert_id), who), wanted)
        if wanted.cursor is not None:
            place = cursors.open(wanted.cursor, purpose="alerts")
            query = query.where(tuple_(alerts.c.opened_at, alerts.c.alert_id) < tuple_(*_place(place)))
        query = query.order_by(alerts.c.opened_at.desc(), alerts.c.alert_id.desc()).limit(wanted.limit + 1)
        async with database.transaction() as connection:
            rows = (await connection.execute(query)).all()
        some, last = rows[: wanted.limit], rows[wanted.limit - 1] if len(rows) > wanted.limit else None
        follows = cursors.seal({"at": last.opened_at.isoformat(), "id": str(last.alert_id)}, purpose="alerts") if last else None
        return json_answer(
            {
                "items": [_dumped(read_by(Alert.model_validate_json(row.content), who.nation)) for row in some],
                "next_cursor": follows,
            }
        )

    @router.get("/{alert_id}", response_model=AlertWithTimeline, summary="One alert with evidence, explanations and timeline")
    async def read(alert_id: UUID, who: Reader) -> Response:
        query = _visible(select(alerts.c.content, alerts.c.partition_subject).where(alerts.c.alert_id == alert_id), who)
        async with database.transaction() as connection:
            row = (await connection.execute(query)).first()
            if row is None:
                raise NotFoundError("No alert has this id.")
            alert = Alert.model_validate_json(row.content)
            timeline = await timeline_of(connection, alert, row.partition_subject, None if _sees_all(who) else who.nation)
            listed = await rested_on(connection, [(one.entry_id, one.version) for one in alert.entries], author(who))
        whole = _dumped(read_by(alert, who.nation))
        whole["entries"] = [_rests_on(one, listed.get((one.entry_id, one.version))) for one in alert.entries]
        return json_answer({**whole, "timeline": [_dumped(item) for item in timeline]})

    return router


def _rests_on(reference: EntryReference, listed: AnyEntry | None) -> dict[str, Any]:
    href = f"/v1/watchlist/{listed.type}s/{reference.entry_id}?version={reference.version}" if listed else None
    return {**_dumped(reference), "listed": shown(listed) if listed else None, "href": href}


def _sees_all(who: Principal) -> bool:
    return "admin" in who.scopes


def _visible(query: Select[Any], who: Principal) -> Select[Any]:
    """What the key's nation may see; what it may not does not exist for it."""
    return query if _sees_all(who) else query.where(alerts.c.releasable_to.contains([who.nation]))


def _filtered(query: Select[Any], wanted: AlertFilter) -> Select[Any]:
    if wanted.state:
        query = query.where(alerts.c.state.in_([state.value for state in wanted.state]))
    if wanted.cause:
        query = query.where(alerts.c.cause.in_([cause.value for cause in wanted.cause]))
    if wanted.severity_at_least is not None:
        query = query.where(alerts.c.severity >= wanted.severity_at_least.rank)
    if wanted.nation is not None:
        query = query.where(alerts.c.next_nations.contains([wanted.nation]))
    if wanted.subject is not None:
        query = query.where(alerts.c.subject_key == wanted.subject)
    if wanted.entry is not None:
        query = query.where(alerts.c.entry_ids.contains([wanted.entry]))
    if wanted.since is not None:
        query = query.where(alerts.c.revised_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(alerts.c.revised_at < wanted.until)
    return query


def _place(opened: dict[str, Any]) -> tuple[datetime, UUID]:
    return datetime.fromisoformat(opened["at"]), UUID(opened["id"])


def _dumped(alert: BaseModel) -> Any:
    return alert.model_dump(mode="json", by_alias=True)
