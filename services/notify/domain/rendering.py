"""The bytes a partner gets. What it may not see never reaches this place."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notify.domain.plan import Form
from services.notify.domain.subscription import Format
from shared.contracts.alerts import AlertMessage, AlertType
from shared.contracts.notices import Notice, NoticeMessage
from shared.contracts.territory import as_requested, downgraded

CONTENT_TYPES = {Format.JSON: "application/json", Format.CLOUDEVENTS: "application/cloudevents+json"}
SOURCE = "urn:atalaya:notify"


def body(message: AlertMessage) -> bytes:
    """A revision as it is stored, and as every partner that may see it and has not flagged its entry gets it.

    Whole, with `null` where there is nothing, as `GET /v1/alerts` shows it.
    """
    if message.data.executed_action is None:
        message = message.model_copy(update={"data": as_requested(message.data)})
    return message.model_dump_json(by_alias=True).encode()


def notice_body(notice: Notice) -> bytes:
    """A notice as its agency gets it: whole, with `null` where there is nothing."""
    return NoticeMessage(type=notice.type, timestamp=notice.at, data=notice).model_dump_json(by_alias=True).encode()


def content(form: Form, stored: bytes, alert: UUID, revision: int, at: datetime) -> bytes:
    """The message of a delivery in its form; `stored` is what `body` or `notice_body` made."""
    if form is Form.NOTICE:
        return notice(alert, revision, at)
    return report(stored) if form is Form.FLAGGED else stored


def report(stored: bytes) -> bytes:
    """A stored revision as a nation gets it that has flagged its entry. Made as it is sent: few are, and the others wait for none of it."""
    message = AlertMessage.model_validate_json(stored)
    return body(message.model_copy(update={"data": downgraded(message.data)}))


def notice(alert: UUID, revision: int, at: datetime) -> bytes:
    """All that a partner is told of a revision it may not see: that what it holds is withdrawn."""
    moment = at.isoformat().replace("+00:00", "Z")
    return _json({"type": AlertType.WITHDRAWN.value, "timestamp": moment, "data": {"id": str(alert), "revision": revision}})


def rendered(message: bytes, format_: Format, identity: UUID) -> bytes:
    """The body of a delivery. `message` is what `content` made.

    CloudEvents 1.0, structured mode: its `id` is the `webhook-id`, its `type` ours with the reverse name in front, its `data`
    the alert or the notice.
    """
    if format_ is Format.JSON:
        return message
    value = json.loads(message)
    return _json({
        "specversion": "1.0",
        "id": str(identity),
        "source": SOURCE,
        "type": f"atalaya.{value['type']}.v1",
        "time": value["timestamp"],
        "datacontenttype": "application/json",
        "subject": value["data"]["id"],
        "data": value["data"],
    })  # fmt: skip


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
