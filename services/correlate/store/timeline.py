"""What happened to an alert, in order: its revisions as they were written down, the sightings as they occurred."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.tables import alert_revision as revisions
from services.correlate.tables import sighting as sightings
from shared.contracts.alerts import Alert
from shared.contracts.base import Contract, Nation, Severity, Utc
from shared.contracts.events import EventKind, Place
from shared.contracts.sightings import Sighting, Subject
from shared.contracts.vocabulary import AlertState


class RevisionItem(Contract):
    """A revision of the alert: `at` is when it was written down."""

    what: Literal["revision"] = "revision"
    at: Utc
    type: str
    revision: int
    state: AlertState
    severity: Severity
    score: float


class SightingItem(Contract):
    """A sighting that the alert rests on: `at` is when it occurred, `received_at` when it came in."""

    what: Literal["sighting"] = "sighting"
    at: Utc
    received_at: Utc
    event_id: str
    kind: EventKind
    agency: str
    subject: Subject
    place: Place | None
    retroactive: bool


TimelineItem = RevisionItem | SightingItem


async def timeline_of(
    connection: AsyncConnection, alert: Alert, partition_subject: str, nation: Nation | None
) -> list[TimelineItem]:
    """The timeline as a nation may see it (None: all of it): a past revision released to fewer shows to those only."""
    query = select(revisions).where(revisions.c.alert_id == alert.id).order_by(revisions.c.revision)
    found: list[TimelineItem] = []
    for row in await connection.execute(query):
        past = Alert.model_validate_json(row.content)
        if nation is None or nation in past.handling.releasable_to:
            found.append(
                RevisionItem(
                    at=row.at,
                    type=row.type,
                    revision=past.revision,
                    state=past.state,
                    severity=past.severity,
                    score=past.score,
                )
            )
    return sorted([*found, *await _sightings(connection, alert, partition_subject)], key=lambda item: item.at)


async def _sightings(connection: AsyncConnection, alert: Alert, partition_subject: str) -> list[SightingItem]:
    """Those of the alert's evidence, which may be shown wherever the alert may."""
    events = [one.event_id for one in alert.evidence]
    query = select(sightings.c.content).where(
        sightings.c.partition_subject == partition_subject, sightings.c.event_id.in_(events), ~sightings.c.withdrawn
    )
    stored = [Sighting.model_validate_json(row.content) for row in await connection.execute(query)]
    return [
        SightingItem(
            at=one.occurred_at,
            received_at=one.received_at,
            event_id=str(one.event_id),
            kind=one.kind,
            agency=one.agency,
            subject=one.subject,
            place=one.place,
            retroactive=one.retroactive,
        )
        for one in stored
    ]
