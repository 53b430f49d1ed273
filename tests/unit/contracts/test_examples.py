"""The published examples of what we send."""

import json

from services.notify.domain.rendering import body, notice_body
from shared.contracts.alerts import Alert, AlertMessage
from shared.contracts.examples import example
from shared.contracts.notices import NoticeMessage


def test_the_example_of_a_notice_is_what_is_sent() -> None:
    shown = example("notice")
    assert json.loads(notice_body(NoticeMessage.model_validate(shown).data)) == shown


def test_the_example_of_an_alert_is_one_and_says_what_is_to_be_done() -> None:
    alert = Alert.model_validate(example("alert"))
    sent = json.loads(body(AlertMessage(type="alert.opened", timestamp=alert.revised_at, data=alert)))["data"]
    told = {name: value for name, value in example("alert").items() if not isinstance(value, list | dict)}
    assert {name: sent[name] for name in told} == told
    assert (sent["executed_action"], sent["flagged_by"]) == ("INQUIRY_CHECK", [])
