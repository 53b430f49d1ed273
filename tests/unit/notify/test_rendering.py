import json
from datetime import UTC, datetime
from uuid import UUID

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event

from services.notify.courier import shown
from services.notify.domain.exercise import exercise_alert
from services.notify.domain.rendering import CONTENT_TYPES, body, notice, rendered
from services.notify.domain.subscription import Format
from shared.contracts.alerts import AlertMessage
from shared.contracts.codec import encode
from tests.support.notify import AT, alert_message

ID = UUID(int=9)


def test_json_is_the_message_byte_for_byte() -> None:
    message = encode(alert_message())
    assert rendered(message, Format.JSON, ID) == message


def test_a_partner_gets_every_field_of_an_alert_null_where_there_is_nothing() -> None:
    message = alert_message()
    told = json.loads(body(message))["data"]
    assert set(told) == set(type(message.data).model_fields)
    assert told["route"] is None
    assert AlertMessage.model_validate_json(body(message)) == message


def test_a_cloudevent_is_one_to_the_library() -> None:
    message = alert_message(kind="alert.revised", revision=2)
    event = from_structured_event(
        HTTPMessage({"content-type": CONTENT_TYPES[Format.CLOUDEVENTS]}, rendered(encode(message), Format.CLOUDEVENTS, ID))
    )
    assert event.get_id() == str(ID)
    assert event.get_type() == "atalaya.alert.revised.v1"
    assert event.get_time() == AT
    assert event.get_subject() == str(message.data.id)
    assert event.get_data() == json.loads(encode(message))["data"]


def test_a_notice_says_only_which_alert_and_revision_are_withdrawn() -> None:
    said = json.loads(notice(ID, 3, datetime(2026, 11, 24, 12, tzinfo=UTC)))
    assert said == {"type": "alert.withdrawn", "timestamp": "2026-11-24T12:00:00Z", "data": {"id": str(ID), "revision": 3}}


def test_an_exercise_says_so_and_is_for_one_nation() -> None:
    alert = exercise_alert(ID, "SV", AT, AT).data
    assert alert.exercise
    assert alert.headline.en.startswith("EXERCISE")
    assert alert.headline.es.startswith("EJERCICIO")
    assert alert.handling.releasable_to == ("SV",)


def test_what_a_partner_answered_is_shown_as_one_harmless_line() -> None:
    assert shown(b"ok") == "ok"
    assert shown("añil\r\n\x1b[31m\u202e".encode()) == "a\\xf1il\\r\\n\\x1b[31m\\u202e"
    assert shown(b"\xff\x00") == "\\\\xff\\x00"
    assert len(shown(b"\x00" * 10_000)) <= 2048
