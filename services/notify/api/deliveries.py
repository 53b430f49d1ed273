"""`/v1/deliveries`: what was sent to whom, when, why, and what came back."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.notify.api.visibility import seen_by
from services.notify.domain.plan import Form
from services.notify.redelivery import NotSentAgainError, Redelivery, UnknownDeliveryError
from services.notify.store import deliveries as store
from services.notify.store.deliveries import Wanted
from shared.platform.auth.access import Principal, require
from shared.platform.database.engine import Database
from shared.platform.http.cursors import Cursors
from shared.platform.http.problems import PROBLEM_RESPONSES, ConflictError, NotFoundError
from shared.platform.http.routing import api_router

Reader = Annotated[Principal, Depends(require("deliveries:read"))]
Manager = Annotated[Principal, Depends(require("subscriptions:manage"))]
_LIST = "deliveries"
State = Literal["waiting", "delivered", "failed", "gone", "withheld", "cancelled", "superseded", "expired"]


class DeliveryOut(BaseModel):
    """One alert revision, or notice, on its way to one subscription; its id is the `webhook-id`."""

    id: UUID
    subscription_id: UUID
    partner: str
    alert_id: UUID | None = Field(description="null where it is a notice; of a summary its own id")
    notice_id: UUID | None = Field(description="null where it is an alert")
    revision: int
    form: Literal["full", "flagged", "notice", "agency", "missed"] = Field(
        description="the alert; as a report, to a nation that has flagged its entry; only the notice that it was withdrawn; "
        "what an agency is told of its own entries, which its keys alone see here; or the summary of alerts that were missed"
    )
    reasons: list[str] = Field(description="why it may go to this partner")
    state: State
    attempts: int
    created_at: datetime
    settled_at: datetime | None
    next_attempt_at: datetime | None


class AttemptOut(BaseModel):
    """One HTTP request of it; without a status no answer came, and the partner may have the message all the same."""

    id: UUID
    at: datetime
    status: int | None
    reason: str
    duration_ms: int
    excerpt: str


class DeliveryWithAttempts(DeliveryOut):
    """A delivery and its requests, the first first."""

    log: list[AttemptOut]


class DeliveryPage(BaseModel):
    """Deliveries, the newest first; `next_cursor` asks for what follows, null at the end."""

    items: list[DeliveryOut]
    next_cursor: str | None


def deliveries_router(database: Database, redelivery: Redelivery, cursors: Cursors) -> APIRouter:
    """The log of the key's own nation, without the notices to its other agencies; an administrator's key reads all."""
    router = api_router(prefix="/v1/deliveries", tags=["deliveries"], responses=PROBLEM_RESPONSES)

    @router.get("", summary="List deliveries, the newest first")
    async def show(
        who: Reader,
        subscription: UUID | None = None,
        alert: UUID | None = None,
        state: State | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> DeliveryPage:
        wanted = Wanted(seen_by(who), who.agency, subscription, alert, state, _position(cursors, cursor))
        async with database.transaction() as connection:
            rows = await store.page(connection, wanted, limit + 1)
        shown = rows[:limit]
        more = len(rows) > limit
        following = cursors.seal({"at": shown[-1].created_at, "id": shown[-1].id}, purpose=_LIST) if more else None
        return DeliveryPage(items=[DeliveryOut(**_fields(row)) for row in shown], next_cursor=following)

    @router.get("/{delivery_id}", summary="Read a delivery and its attempts")
    async def read(delivery_id: UUID, who: Reader) -> DeliveryWithAttempts:
        async with database.transaction() as connection:
            row = await store.one(connection, delivery_id)
            if row is None or not _may_see(who, row):
                raise NotFoundError("No delivery has this id.")
            log = await store.attempts(connection, delivery_id)
        return DeliveryWithAttempts(
            **_fields(row), log=[AttemptOut.model_validate(attempt, from_attributes=True) for attempt in log]
        )

    @router.post("/{delivery_id}/redeliver", status_code=202, summary="Send it again under the same id")
    async def redeliver(delivery_id: UUID, who: Manager) -> DeliveryOut:
        try:
            return DeliveryOut(**_fields(await redelivery.send_again(delivery_id, seen_by(who), who.agency)))
        except UnknownDeliveryError:
            raise NotFoundError("No delivery has this id.") from None
        except NotSentAgainError as error:
            raise ConflictError(str(error)) from None

    return router


def _position(cursors: Cursors, cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    position = cursors.open(cursor, purpose=_LIST)
    return datetime.fromisoformat(position["at"]), UUID(position["id"])


def _may_see(who: Principal, row: Any) -> bool:
    return seen_by(who) is None or (row.partner == who.nation and row.agency in {None, who.agency})


def _fields(row: Any) -> dict[str, Any]:
    names = ("id", "subscription_id", "partner", "revision", "form", "reasons", "state", "attempts", "created_at")
    told = {name: getattr(row, name) for name in names}
    is_notice = row.form == Form.AGENCY
    about = {"alert_id": None if is_notice else row.alert_id, "notice_id": row.alert_id if is_notice else None}
    return {**told, **about, "settled_at": row.settled_at, "next_attempt_at": row.due_at}
