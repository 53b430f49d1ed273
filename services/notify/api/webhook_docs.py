"""The webhooks section of the OpenAPI document: what we send, for those who write a receiver."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header

from shared.contracts.alerts import AlertMessage

webhooks = APIRouter()


@webhooks.post("alert", status_code=204, summary="An alert, opened, revised, closed or withdrawn")
def alert(
    message: AlertMessage,
    webhook_id: Annotated[UUID, Header(description="the same for every attempt of one revision to one subscription")],
    webhook_timestamp: Annotated[int, Header(description="seconds since 1970, of this attempt")],
    webhook_signature: Annotated[
        str, Header(description="Standard Webhooks: `v1,` and a base64 HMAC-SHA256, one for each secret")
    ],
    traceparent: Annotated[str | None, Header(description="W3C trace context")] = None,
) -> None:
    """Answer with any 2xx within the deadline; anything else is tried again under the same `webhook-id`, so absorb repeats by it.

    410 ends the subscription, `Retry-After` is honoured, redirects are not followed. When a later revision may no longer be
    shown to you, `type` is `alert.withdrawn` and `data` holds `id` and `revision` alone: drop what you hold of that alert.
    """
