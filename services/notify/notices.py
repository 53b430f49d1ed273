"""Notices in, deliveries to their agencies out: everything of a batch in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notify.domain.plan import plan_notice
from services.notify.domain.rendering import notice_body
from services.notify.fanout import Reserve, Spread, deliveries
from services.notify.store import alerts as store
from services.notify.store.alerts import NewRevision
from shared.contracts.notices import Notice
from shared.platform.database.pipeline import Pipe


@dataclass(frozen=True, slots=True)
class ArrivedNotice:
    """A notice as it came from the topic."""

    notice: Notice
    traceparent: str | None = None


async def spread_notices(
    pipe: Pipe, arrived: Sequence[ArrivedNotice], now: datetime, reserve: Reserve, lease: timedelta, into: Spread
) -> None:
    """Write each notice and its deliveries, and tell `into` about them, as `spread` does of alerts.

    One that is stored was spread before and changes nothing. Notices do not wait for each other: each is a thing of its own.
    """
    asked = await store.ask_endpoints(pipe)
    new = {one.notice.id: one for one in arrived}
    revisions = {key: _revision(one) for key, one in new.items()}
    written = await store.add_revisions(pipe, list(revisions.values()), now)
    endpoints = await store.endpoints_of(asked)
    fresh = await written.pairs()
    subscriptions = [endpoint.subscription for endpoint in endpoints.values()]
    made = [
        delivery
        for key, revision in revisions.items()
        if key in fresh
        for delivery in deliveries(revision, plan_notice(new[key].notice, subscriptions), endpoints, reserve, into)
    ]
    if made:
        into.asked.append(({delivery.id for delivery in made}, await store.add_deliveries(pipe, made, now, lease)))


def _revision(one: ArrivedNotice) -> NewRevision:
    notice = one.notice
    return NewRevision(notice.id, 1, notice.type.value, notice.at, notice_body(notice), one.traceparent)
