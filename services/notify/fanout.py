"""Revisions of alerts in, deliveries out: everything of a batch in the caller's transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.plan import Form, Plan, plan
from services.notify.domain.rendering import notice
from services.notify.domain.subscription import Subscription
from services.notify.store import alerts as store
from services.notify.store.alerts import NewDelivery, NewRevision
from shared.contracts.alerts import AlertMessage
from shared.contracts.codec import encode
from shared.contracts.identity import webhook_id


@dataclass(frozen=True, slots=True)
class Arrived:
    """A revision as it came from the topic."""

    message: AlertMessage
    traceparent: str | None = None


async def spread(connection: AsyncConnection, arrived: Sequence[Arrived], now: datetime) -> set[UUID]:
    """Write each revision and its deliveries; the subscriptions that have something new to be sent.

    A revision that is not above what is stored of its alert changes nothing: it was spread before. A subscription made later
    than a revision came never gets it.
    """
    subscriptions = await store.active_subscriptions(connection)
    touched: set[UUID] = set()
    for wave in _waves(arrived):
        touched |= await _spread_wave(connection, wave, subscriptions, now)
    return touched


def _waves(arrived: Sequence[Arrived]) -> Iterator[list[Arrived]]:
    """Runs in which no alert stands twice, in order: each revision is planned over what the one before it left."""
    wave: list[Arrived] = []
    seen: set[UUID] = set()
    for one in arrived:
        if one.message.data.id in seen:
            yield wave
            wave, seen = [], set()
        wave.append(one)
        seen.add(one.message.data.id)
    if wave:
        yield wave


async def _spread_wave(
    connection: AsyncConnection, wave: Sequence[Arrived], subscriptions: Sequence[Subscription], now: datetime
) -> set[UUID]:
    ids = [one.message.data.id for one in wave]
    latest = await store.latest_revisions(connection, ids)
    fresh = [one for one in wave if one.message.data.revision > latest.get(one.message.data.id, 0)]
    histories = await store.histories(connection, list(latest)) if latest else {}
    plans = [(one, plan(one.message, subscriptions, histories.get(one.message.data.id, {}))) for one in fresh]
    await store.add_revisions(connection, [_revision(one) for one in fresh], now)
    partners = {subscription.id: subscription.partner for subscription in subscriptions}
    new = [delivery for one, planned in plans for delivery in _deliveries(one, planned, partners)]
    await store.withhold(connection, [(one.message.data.id, who) for one, planned in plans for who in planned.withheld], now)
    await store.add_deliveries(connection, new, now)
    return {delivery.subscription for delivery in new}


def _revision(one: Arrived) -> NewRevision:
    alert = one.message.data
    return NewRevision(
        alert.id, alert.revision, one.message.type.value, one.message.timestamp, encode(one.message), one.traceparent
    )


def _deliveries(one: Arrived, planned: Plan, partners: dict[UUID, str]) -> Iterator[NewDelivery]:
    alert = one.message.data
    for delivery in planned.deliveries:
        yield NewDelivery(
            id=webhook_id(alert.id, alert.revision, delivery.subscription),
            subscription=delivery.subscription,
            partner=partners[delivery.subscription],
            alert=alert.id,
            revision=alert.revision,
            form=delivery.form,
            reasons=delivery.release.reasons,
        )


def body_of(form: Form, stored: bytes, alert: UUID, revision: int, at: datetime) -> bytes:
    """The message of a delivery: the stored one, or, for whom it was withdrawn from, the notice without content."""
    return stored if form is Form.FULL else notice(alert, revision, at)
