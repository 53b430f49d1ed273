"""Revisions of alerts in, deliveries out: everything of a batch in the caller's transaction."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.notify.domain.plan import Form, Plan, plan
from services.notify.domain.rendering import body
from services.notify.store import alerts as store
from services.notify.store.alerts import Endpoint, NewDelivery, NewRevision
from services.notify.store.missed import recall
from services.notify.store.queue import Claimed
from shared.contracts.alerts import AlertMessage, AlertType
from shared.contracts.base import Severity
from shared.contracts.identity import webhook_id
from shared.platform.database.pipeline import Answer, Pipe


@dataclass(frozen=True, slots=True)
class Arrived:
    """A revision as it came from the topic."""

    message: AlertMessage
    traceparent: str | None = None


class Reserve(Protocol):
    """A free place for a new delivery of a subscription: the token to lease it under; None where it has to queue."""

    def __call__(self, subscription: UUID, *, urgent: bool = False) -> UUID | None:
        """Keep it; an urgent delivery does not wait for others."""


@dataclass(slots=True)
class Spread:
    """What a batch set in motion: new deliveries written under a lease of ours, and subscriptions with others that are due.

    `void` has places for deliveries that were not written after all; they are to be given back, as all are without a commit.
    """

    leased: list[Claimed] = field(default_factory=list)
    void: list[Claimed] = field(default_factory=list)
    queued: set[UUID] = field(default_factory=set)

    asked: list[tuple[set[UUID], Answer]] = field(default_factory=list)
    """What was to be written, and which of it was."""

    async def settle(self) -> None:
        """Take out what was not written, once the server has said what was: at the latest after the commit."""
        unwritten: set[UUID] = set()
        for wanted, written in self.asked:
            unwritten |= wanted - {row[0] for row in await written.rows()}
        self.take_out(unwritten)

    def take_out(self, unwritten: set[UUID]) -> None:
        """Make places void that were kept for these."""
        if unwritten:
            self.void += [claimed for claimed in self.leased if claimed.id in unwritten]
            self.leased = [claimed for claimed in self.leased if claimed.id not in unwritten]


async def spread(pipe: Pipe, arrived: Sequence[Arrived], now: datetime, reserve: Reserve, lease: timedelta, into: Spread) -> None:
    """Write each revision and its deliveries, and tell `into` about them; what was not written it knows once it is settled.

    A revision that is not above what is stored of its alert changes nothing: it was spread before. A subscription made later
    than a revision came never gets it. The first revision of an alert is leased at once where there is a place for it: nothing
    can have to go before it. One that a later revision in the same batch might take back is not.
    """
    asked = await store.ask_endpoints(pipe)
    endpoints: dict[UUID, Endpoint] | None = None
    times = Counter(one.message.data.id for one in arrived)
    for wave in _waves(arrived):
        revisions = [_revision(one) for one in wave]
        written = await store.add_revisions(pipe, revisions, now)
        endpoints = await store.endpoints_of(asked) if endpoints is None else endpoints
        known: dict[UUID, bool] = await written.pairs()
        histories = await store.histories(pipe, [alert for alert, earlier in known.items() if earlier])
        plans = []
        for one, revision in zip(wave, revisions, strict=True):
            if revision.alert in known:
                subscriptions = [endpoint.subscription for endpoint in endpoints.values()]
                plans.append((revision, plan(one.message, subscriptions, histories.get(revision.alert, {}))))
        await store.withhold(pipe, [(revision.alert, who) for revision, planned in plans for who in planned.withheld], now)
        reports = [(revision.alert, who) for revision, planned in plans for who in planned.downgraded]
        await store.withhold(pipe, reports, now, kept=Form.FLAGGED)
        kept_out = {who for revision, planned in plans if known[revision.alert] for who in planned.unseen}
        await recall(pipe, sorted(kept_out), now)
        plans = await _without_missed(pipe, plans, now)
        older = [
            (revision.alert, one.subscription, revision.revision)
            for revision, planned in plans
            if known[revision.alert]
            for one in planned.deliveries
        ]
        await store.replace(pipe, older, now, state="superseded")
        new: list[NewDelivery] = []
        for revision, planned in plans:
            first = not known[revision.alert] and times[revision.alert] == 1
            new += deliveries(revision, planned, endpoints, reserve if first else _queue, into)
        if new:
            into.asked.append(({delivery.id for delivery in new}, await store.add_deliveries(pipe, new, now, lease)))


async def _without_missed(pipe: Pipe, plans: list[tuple[NewRevision, Plan]], now: datetime) -> list[tuple[NewRevision, Plan]]:
    """What waits of alerts that ended before their partners were told is settled; whatever a sender took meanwhile gets its end.

    One that was closed was missed; one that was withdrawn never stood, and nobody need hear of it.
    """
    states: dict[str, list[tuple[UUID, UUID, int]]] = {"expired": [], "superseded": []}
    for revision, planned in plans:
        state = "superseded" if revision.type == AlertType.WITHDRAWN else "expired"
        states[state] += [(revision.alert, one.subscription, revision.revision) for one in planned.missed]
    ended = [*states["expired"], *states["superseded"]]
    if not ended:
        return plans
    for state, waiting in states.items():
        await store.replace(pipe, waiting, now, state=state)
    in_hand = await store.in_hand(pipe, ended)
    return [
        (
            revision,
            dataclasses.replace(
                planned,
                deliveries=(
                    *planned.deliveries,
                    *(one for one in planned.missed if (revision.alert, one.subscription) in in_hand),
                ),
            ),
        )
        for revision, planned in plans
    ]


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


def _queue(subscription: UUID, *, urgent: bool = False) -> UUID | None:  # noqa: ARG001 - a Reserve that has no places
    return None


def _revision(one: Arrived) -> NewRevision:
    alert, type_ = one.message.data, one.message.type
    ends = type_ in {AlertType.CLOSED, AlertType.WITHDRAWN}
    return NewRevision(
        alert=alert.id,
        revision=alert.revision,
        type=type_.value,
        at=one.message.timestamp,
        body=body(one.message),
        traceparent=one.traceparent,
        urgent=alert.severity is Severity.CRITICAL,
        expires_at=None if ends else alert.expires_at,
    )


def deliveries(
    revision: NewRevision, planned: Plan, endpoints: dict[UUID, Endpoint], reserve: Reserve, into: Spread
) -> Iterator[NewDelivery]:
    """What is to be written of a plan; `into` learns which of it has a place and which subscriptions have something queued."""
    for delivery in planned.deliveries:
        endpoint = endpoints[delivery.subscription]
        identity = webhook_id(revision.alert, revision.revision, delivery.subscription)
        expires_at = revision.expires_at if delivery.form is not Form.NOTICE else None
        token = reserve(delivery.subscription, urgent=revision.urgent) if endpoint.active else None
        if token is None:
            into.queued.add(delivery.subscription)
        else:
            into.leased.append(_claimed(identity, token, revision, endpoint, delivery.form, expires_at))
        yield NewDelivery(
            id=identity,
            subscription=delivery.subscription,
            partner=endpoint.subscription.partner,
            alert=revision.alert,
            revision=revision.revision,
            form=delivery.form,
            reasons=delivery.release.reasons,
            urgent=revision.urgent,
            expires_at=expires_at,
            token=token,
        )


def _claimed(
    identity: UUID, token: UUID, revision: NewRevision, endpoint: Endpoint, form: Form, expires_at: datetime | None
) -> Claimed:
    return Claimed(
        id=identity,
        token=token,
        subscription=endpoint.subscription.id,
        alert=revision.alert,
        revision=revision.revision,
        attempts=0,
        withheld=False,
        form=form,
        url=endpoint.url,
        format=endpoint.format,
        secrets=endpoint.secrets,
        old_secrets_until=endpoint.old_secrets_until,
        at=revision.at,
        body=revision.body,
        traceparent=revision.traceparent,
        urgent=revision.urgent,
        expires_at=expires_at,
    )
