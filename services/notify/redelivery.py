"""Deliveries that somebody asks for: one sent again, or an exercise to try an endpoint."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.notify.domain.exercise import exercise_alert
from services.notify.domain.plan import Form
from services.notify.domain.release import release
from services.notify.domain.rendering import body
from services.notify.domain.subscription import SubscriptionState
from services.notify.store import alerts, deliveries, subscriptions
from services.notify.store.alerts import NewDelivery, NewRevision
from shared.contracts.alerts import AlertMessage
from shared.contracts.identity import webhook_id
from shared.platform.clock import Clock
from shared.platform.database.engine import Database
from shared.platform.database.pipeline import through

_EXERCISE_LIFE = timedelta(hours=1)


class UnknownDeliveryError(Exception):
    """There is none of this id that the asking nation may know of."""


class NotSentAgainError(Exception):
    """It is not sent again; the message says why."""


class Redelivery:
    """Puts deliveries into the queue by hand; release decides here as it does at fan-out."""

    def __init__(self, database: Database, clock: Clock, wake: Callable[[set[UUID]], None]) -> None:
        self._database = database
        self._clock = clock
        self._wake = wake

    async def send_again(self, identity: UUID, nation: str | None, agency: str | None = None) -> Any:
        """The same message under the same id once more; raises UnknownDeliveryError or NotSentAgainError.

        An alert that its partner may no longer see, or has flagged since, by its newest revision, is not sent again; nor is a notice
        to an agency whose notices its subscription gets no more. `nation` and `agency` are the asking ones, None an administrator.
        """
        async with self._database.transaction() as connection:
            delivery = await deliveries.one(connection, identity)
            if delivery is None or (nation is not None and (delivery.partner != nation or delivery.agency not in {None, agency})):
                raise UnknownDeliveryError
            subscription = await subscriptions.one(connection, delivery.subscription_id, lock=True)
            if subscription is None or subscription.state == SubscriptionState.ENDED:
                raise NotSentAgainError("Its subscription has ended.")
            if delivery.form == Form.MISSED:
                raise NotSentAgainError(
                    "A summary of missed alerts is as old as it is: what it tells may have been withdrawn since."
                )
            if delivery.form == Form.AGENCY:
                _must_still_get_notices(delivery, subscription)
            else:
                _must_still_be_released(delivery, await deliveries.latest_body(connection, delivery.alert_id))
            if not await deliveries.send_again(connection, delivery):
                raise NotSentAgainError("It is on its way.")
            changed = await deliveries.one(connection, identity)
        self._wake({delivery.subscription_id})
        return changed

    async def send_exercise(self, subscription: Any) -> UUID:
        """An alert marked as an exercise, to this subscription alone, on the road every alert takes; the delivery's id."""
        now = self._clock.now()
        message = exercise_alert(uuid.uuid4(), subscription.partner, now, now + _EXERCISE_LIFE)
        alert = message.data
        identity = webhook_id(alert.id, alert.revision, subscription.id)
        decision = release(alert, subscription.partner)
        delivery = NewDelivery(
            identity, subscription.id, subscription.partner, alert.id, alert.revision, Form.FULL, decision.reasons
        )
        async with self._database.transaction() as connection:
            await subscriptions.one(connection, subscription.id, lock=True)
            revision = NewRevision(alert.id, alert.revision, message.type, message.timestamp, body(message), None)
            pipe = await through(connection)
            await alerts.add_revisions(pipe, [revision], now)
            await alerts.add_deliveries(pipe, [delivery], now)
        self._wake({subscription.id})
        return identity


def _must_still_get_notices(delivery: Any, subscription: Any) -> None:
    if subscription.agency != delivery.agency:
        raise NotSentAgainError("Its subscription no longer gets the notices of this agency.")


def _must_still_be_released(delivery: Any, newest: bytes) -> None:
    decision = release(AlertMessage.model_validate_json(newest).data, delivery.partner)
    if delivery.form != Form.NOTICE and not decision.allowed:
        raise NotSentAgainError("The alert was withdrawn from this partner.")
    if delivery.form == Form.FULL and decision.flagged:
        raise NotSentAgainError("This nation has flagged the entry since; a later revision says so.")
