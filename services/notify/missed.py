"""What passes its deadline unsent is settled, and each partner gets one summary of what it missed."""

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.plan import Form
from services.notify.domain.release import release
from services.notify.settings import NotifySettings
from services.notify.store import alerts, missed, subscriptions
from services.notify.store.alerts import NewDelivery, NewRevision
from services.notify.store.missed import Untold
from shared.contracts.alerts import AlertMessage
from shared.contracts.identity import webhook_id
from shared.contracts.missed import Missed, MissedAlert, MissedMessage
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.database.pipeline import through
from shared.platform.errors import TransientError

log = structlog.get_logger()

_AT_ONCE = 500
"""Deliveries settled in one transaction: short enough that nobody waits for it."""

_MOST_TOLD = 1000
"""Alerts of one summary, some 200 KB; of more, the next one tells the rest."""


class Deadlines:
    """A worker. Any number of copies may work: a summary is made with fan-out standing still, by one of them."""

    name = "deadlines"

    def __init__(self, database: Database, settings: NotifySettings, clock: Clock, wake: Callable[[set[UUID]], None]) -> None:
        self._database = database
        self._every_seconds = settings.missed_every_seconds
        self._clock = clock
        self._wake = wake

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; a database that is away is tried again after the pause."""
        while not stop.is_set():
            try:
                await self.once()
            except TransientError as error:
                log.warning("deadlines.postponed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every_seconds):
                    await stop.wait()

    async def once(self) -> None:
        """Settle all that is past its deadline, then tell those that are not told."""
        while await self._expire() == _AT_ONCE:
            pass
        async with self._database.transaction("loops") as connection:
            if not await missed.untold(connection):
                return
        async with self._database.transaction("loops") as connection:
            await subscriptions.stop_fan_out(connection)
            told = [await self._tell(connection, one) for one in await missed.untold(connection)]
        self._wake({subscription for subscription in told if subscription is not None})

    async def _expire(self) -> int:
        async with self._database.transaction("loops") as connection:
            return await missed.expire(connection, self._clock.now(), _AT_ONCE)

    async def _tell(self, connection: AsyncConnection, one: Untold) -> UUID | None:
        """Put a summary for a subscription into the queue; None where it may see none of what it missed."""
        told, until = [], one.since
        for revision, at, body in await missed.missed(connection, one, _MOST_TOLD):
            alert = AlertMessage.model_validate_json(body).data
            until = max(until or at, at)
            if release(alert, one.partner).allowed:
                told.append(
                    MissedAlert(
                        id=alert.id,
                        revision=revision,
                        severity=alert.severity,
                        opened_at=alert.opened_at,
                        expires_at=alert.expires_at,
                    )
                )
        if not told or until is None:
            return None
        await self._put(connection, one, told, until)
        return one.subscription

    async def _put(self, connection: AsyncConnection, one: Untold, told: list[MissedAlert], until: datetime) -> None:
        now, identity = self._clock.now(), uuid.uuid4()
        summary = Missed(id=identity, since=one.since, until=until, count=len(told), alerts=tuple(told))
        body = MissedMessage(timestamp=now, data=summary).model_dump_json().encode()
        delivery = NewDelivery(
            id=webhook_id(identity, 1, one.subscription),
            subscription=one.subscription,
            partner=one.partner,
            alert=identity,
            revision=1,
            form=Form.MISSED,
            reasons=("it may see each of the alerts that it tells of",),
        )
        pipe = await through(connection)
        await alerts.add_revisions(pipe, [NewRevision(identity, 1, "alerts.missed", until, body, None)], now)
        await alerts.add_deliveries(pipe, [delivery], now)
        log.info("missed.told", subscription=str(one.subscription), alerts=len(told))
