"""Alerts in PostgreSQL: as they stand, every revision, and the messages that tell of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.correlate.store.bulk import document, put
from services.correlate.store.messages import alert_message
from services.correlate.tables import alert as alerts
from services.correlate.tables import alert_revision as revisions
from services.correlate.tables import outbox
from shared.contracts.alerts import Alert, AlertMessage, AlertType
from shared.contracts.vocabulary import AlertState
from shared.platform.database.outbox import post_through
from shared.platform.database.pipeline import Pipe

ALIVE = (AlertState.OPEN, AlertState.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert as its last revision has it."""

    alert: Alert
    partition_subject: str
    digest: str
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """A new revision of an alert, and what led to it."""

    type: AlertType
    stored: StoredAlert
    accepted_at: datetime | None = None
    traceparent: str | None = None


ALERT_COLUMNS: Final = "content, partition_subject, digest, last_seen"


def stored_alert(row: Sequence[Any]) -> StoredAlert:
    """From a row of `ALERT_COLUMNS`."""
    content, partition_subject, digest, last_seen = row
    return StoredAlert(Alert.model_validate_json(content), partition_subject, digest, last_seen)


_OVERDUE: Final = f"""
    SELECT {ALERT_COLUMNS} FROM correlate.alert WHERE state IN ('open', 'acknowledged') AND expires_at <= %(now)s
    ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - names of columns of ours


async def overdue(pipe: Pipe, now: datetime, limit: int) -> list[StoredAlert]:
    """Alerts alive whose time is over; those that somebody is changing now are left for the next look."""
    return [stored_alert(row) for row in await (await pipe.send(_OVERDUE, {"now": now, "limit": limit})).rows()]


async def write_revisions(pipe: Pipe, written: Sequence[Revision]) -> None:
    """Store new revisions, their history and their messages."""
    if not written:
        return
    contents = [_content(revision.stored.alert) for revision in written]
    rows = [_row(one.stored, content) for one, content in zip(written, contents, strict=True)]
    await put(pipe, alerts, rows, replace=True)
    history = [_revision_row(one, content) for one, content in zip(written, contents, strict=True)]
    await put(pipe, revisions, history, replace=False)
    await post_through(pipe, outbox, [_message(revision) for revision in written])


def _message(revision: Revision) -> Any:
    alert = revision.stored.alert
    told = AlertMessage(type=revision.type, timestamp=alert.revised_at, data=alert, accepted_at=revision.accepted_at)
    return alert_message(told, revision.traceparent)


def _content(alert: Alert) -> str:
    return alert.model_dump_json(exclude_none=True, by_alias=True)


def _revision_row(revision: Revision, content: str) -> dict[str, Any]:
    alert = revision.stored.alert
    return {
        "alert_id": alert.id,
        "revision": alert.revision,
        "type": revision.type.value,
        "at": alert.revised_at,
        "content": document(content),
    }


def _row(stored: StoredAlert, content: str) -> dict[str, Any]:
    alert = stored.alert
    routes = [alert.route.route_id] if alert.route else []
    return {
        "alert_id": alert.id,
        "partition_subject": stored.partition_subject,
        "subject_key": alert.subject.key,
        "cause": alert.cause.value,
        "state": alert.state.value,
        "severity": alert.severity.rank,
        "revision": alert.revision,
        "digest": stored.digest,
        "releasable_to": list(alert.handling.releasable_to),
        "next_nations": sorted({point.nation for point in alert.next}),
        "entry_ids": sorted({*(entry.entry_id for entry in alert.entries), *routes}),
        "opened_at": alert.opened_at,
        "revised_at": alert.revised_at,
        "expires_at": alert.expires_at,
        "last_seen": stored.last_seen,
        "content": document(content),
    }
