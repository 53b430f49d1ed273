"""What passes its deadline unsent is settled, and each partner gets one summary of what it missed."""

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.domain.plan import Form
from services.notify.domain.release import release
from services.notify.settings import NotifySettings
from services.notify.store import alerts, missed, subscriptions
from services.notify.store.alerts import NewDelivery, NewRevision
from services.notify.store.missed import Untold
from shared.contracts.alerts import AlertMessage, AlertType
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
"""Deliveries that one summary tells of, some 200 KB, read in a tenth of a second; of more, the next one tells the rest."""


class Deadlines:
    """A worker. Any number of copies may work: each summary is made with fan-out standing still, by one of them."""

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
            await missed.untell(connection)
            waiting = await missed.untold(connection, self._before())
        for one in waiting:
            if await self._told(one):
                self._wake({one.subscription})

    def _before(self) -> datetime:
        """What expired after it is not told yet: a later revision, with time left to act on it, may be right behind."""
        return self._clock.now() - timedelta(seconds=self._every_seconds)

    async def _expire(self) -> int:
        async with self._database.transaction("loops") as connection:
            return await missed.expire(connection, self._clock.now(), _AT_ONCE)

    async def _told(self, one: Untold) -> bool:
        """Put a summary for a subscription into the queue, with fan-out standing still; False where it missed nothing that it may see."""
        async with self._database.transaction("loops") as connection:
            await subscriptions.stop_fan_out(connection)
            if one not in await missed.untold(connection, before := self._before()):
                return False  # another copy was here, or the subscription was paused
            alerts_missed, deliveries = await self._missed(connection, one, before)
            if alerts_missed:
                await self._put(connection, one, alerts_missed, deliveries)
            return bool(alerts_missed)

    @staticmethod
    async def _missed(connection: AsyncConnection, one: Untold, before: datetime) -> tuple[list[MissedAlert], list[UUID]]:
        """What is to be told and the deliveries it stands for; whatever nobody missed is settled as what it is, and asked for no more."""
        told: list[MissedAlert] = []
        found: dict[str, list[UUID]] = {"expired": [], "superseded": [], "withheld": []}
        for deliveries, revision, body, overtaken in await missed.missed(connection, one, before, _MOST_TOLD):
            latest = AlertMessage.model_validate_json(bytes(body))
            alert, moot = latest.data, overtaken or latest.type is AlertType.WITHDRAWN
            state = "superseded" if moot else "expired" if release(alert, one.partner).allowed else "withheld"
            found[state] += deliveries
            if state == "expired":
                told.append(
                    MissedAlert(
                        id=alert.id,
                        revision=revision,
                        severity=alert.severity,
                        opened_at=alert.opened_at,
                        expires_at=alert.expires_at,
                    )
                )
        for state in ("superseded", "withheld"):
            await missed.settle(connection, found[state], state)
        return sorted(told, key=lambda alert: (alert.opened_at, alert.id)), found["expired"]

    async def _put(self, connection: AsyncConnection, one: Untold, told: list[MissedAlert], deliveries: list[UUID]) -> None:
        now, identity = self._clock.now(), uuid.uuid4()
        message = MissedMessage(timestamp=now, data=Missed(id=identity, count=len(told), alerts=tuple(told)))
        delivery = NewDelivery(
            id=webhook_id(identity, 1, one.subscription),
            subscription=one.subscription,
            partner=one.partner,
            alert=identity,
            revision=1,
            form=Form.MISSED,
            reasons=("it may see each of the alerts that it tells of",),
        )
        body = message.model_dump_json().encode()
        pipe = await through(connection)
        await alerts.add_revisions(pipe, [NewRevision(identity, 1, message.type, now, body, None)], now)
        await alerts.add_deliveries(pipe, [delivery], now)
        await missed.tell(connection, deliveries, identity)
        log.info("missed.told", subscription=str(one.subscription), alerts=len(told))
