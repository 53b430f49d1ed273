"""The webhooks section of the OpenAPI document: what we send, for those who write a receiver."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header

from shared.contracts.alerts import AlertMessage
from shared.contracts.missed import MissedMessage
from shared.contracts.notices import NoticeMessage

webhooks = APIRouter()

Identity = Annotated[UUID, Header(description="the same for every attempt of one revision, or notice, to one subscription")]
Moment = Annotated[int, Header(description="seconds since 1970, of this attempt")]
Signature = Annotated[str, Header(description="Standard Webhooks: `v1,` and a base64 HMAC-SHA256, one for each secret")]
Trace = Annotated[str | None, Header(description="W3C trace context")]


@webhooks.post("alert", status_code=204, summary="An alert, opened, revised, closed or withdrawn")
def alert(
    message: AlertMessage,
    webhook_id: Identity,
    webhook_timestamp: Moment,
    webhook_signature: Signature,
    traceparent: Trace = None,
) -> None:
    """Answer with any 2xx within the deadline; anything else is tried again under the same `webhook-id`, so absorb repeats by it.

    410 ends the subscription, `Retry-After` is honoured, redirects are not followed. When a later revision may no longer be
    shown to you, `type` is `alert.withdrawn` and `data` holds `id` and `revision` alone: drop what you hold of that alert.

    `executed_action` is what is to be done on your territory. It is `requested_action`, unless your nation has flagged the entry: then it is
    `INFORM_ONLY`, whatever the issuer requests. `flagged_by` names the nations that have.
    """


@webhooks.post("missed", status_code=204, summary="Alerts that you were not told of in time")
def missed(
    message: MissedMessage,
    webhook_id: Identity,
    webhook_timestamp: Moment,
    webhook_signature: Signature,
    traceparent: Trace = None,
) -> None:
    """An alert is not sent once nobody can act on it any more (`expires_at`), nor when it ended before you were told of it: after an endpoint
    was away or paused, one summary names what it missed. `GET /v1/deliveries?state=expired` has the same.
    """


@webhooks.post("notice", status_code=204, summary="What an agency is told of its own entries")
def notice(
    message: NoticeMessage,
    webhook_id: Identity,
    webhook_timestamp: Moment,
    webhook_signature: Signature,
    traceparent: Trace = None,
) -> None:
    """Sent to the subscriptions whose filter says `"notices": true`, each those of its agency alone; signed, retried and logged as alerts are.

    It names an entry and what happened or is to be done by `due_at`: no person, no document. `data.id` is the same however often it is sent.
    Notices of one entry may arrive in another order than they were made in: `data.version` and `data.at` tell it.
    """
