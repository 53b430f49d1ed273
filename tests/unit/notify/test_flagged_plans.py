"""What a nation gets that has flagged an entry."""

import json
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.plan import Form, History, plan
from services.notify.domain.release import release
from services.notify.domain.rendering import body, content, rendered
from services.notify.domain.subscription import Filter, Format, Subscription
from tests.support.notify import AT, alert_message

NATIONS = ("GT", "SV", "HN", "MX")
nation = st.sampled_from(NATIONS)
histories = st.sampled_from(list(History))
ASKED: dict[str, Any] = {
    "requested_action": "ARREST",
    "executed_action": None,
    "headline": {"es": "DETENER: persona", "en": "ARREST: person"},
}


@given(
    may_see=st.sets(nation),
    flagging=st.sets(nation),
    partners=st.lists(st.tuples(nation, histories), min_size=1, max_size=8),
    ends=st.booleans(),
)
def test_no_flagging_nation_is_told_to_act_and_no_other_is_kept_from_it(
    *, may_see: set[str], flagging: set[str], partners: list[tuple[str, History]], ends: bool
) -> None:
    kind = "alert.closed" if ends else "alert.revised"
    message = alert_message(nations=sorted(may_see), kind=kind, revision=2, flagged_by=sorted(flagging), **ASKED)
    subscriptions = [Subscription(uuid4(), partner, Filter()) for partner, _ in partners]
    history = {one.id: past for one, (_, past) in zip(subscriptions, partners, strict=True)}
    made = plan(message, subscriptions, history)
    partner_of = {one.id: one.partner for one in subscriptions}
    for delivery in made.deliveries:
        partner = partner_of[delivery.subscription]
        said = json.loads(content(delivery.form, body(message), message.data.id, 2, AT))["data"]
        if partner not in may_see:
            assert said == {"id": str(message.data.id), "revision": 2}
            continue
        asked = "INFORM_ONLY" if partner in flagging else "ARREST"
        assert (said["requested_action"], said["executed_action"]) == ("ARREST", asked)
        assert said["headline"]["en"].startswith("ARREST") == (partner not in flagging)
    waited = {one for one, past in history.items() if past is not History.NOTHING}
    missed = {one for one, past in history.items() if ends and past is History.WAITING and partner_of[one] in may_see}
    assert {one.subscription for one in made.missed} == missed
    assert made.downgraded == {one for one in waited - missed if partner_of[one] in flagging & may_see}
    assert made.withheld == {one for one in waited if partner_of[one] not in may_see}
    assert {delivery.subscription for delivery in made.deliveries if delivery.form is not Form.NOTICE} == {
        one for one, partner in partner_of.items() if partner in may_see and (one in waited - missed or not ends)
    }


def test_the_decision_says_that_and_why_it_is_a_report() -> None:
    decision = release(alert_message(flagged_by=("SV",)).data, "SV")
    assert (decision.allowed, decision.flagged) == (True, True)
    assert decision.reasons == (
        "every originator releases it to SV",
        "SV has flagged the entry: for information only",
        "TLP:AMBER",
    )
    assert not release(alert_message(flagged_by=("SV",)).data, "GT").flagged


def test_a_report_differs_from_the_whole_in_what_is_to_be_done_alone_in_both_formats() -> None:
    message = alert_message(flagged_by=("SV",), **ASKED)
    whole = body(message)
    told = content(Form.FLAGGED, whole, message.data.id, 1, AT)
    assert content(Form.FULL, whole, message.data.id, 1, AT) is whole
    expected = json.loads(whole)
    expected["data"]["executed_action"] = "INFORM_ONLY"
    expected["data"]["headline"] = {
        "es": "INFORMAR, no se ejecuta en este territorio: persona",
        "en": "INFORM, not executed on this territory: person",
    }
    assert json.loads(told) == expected
    assert json.loads(rendered(told, Format.CLOUDEVENTS, UUID(int=9)))["data"] == expected["data"]


def test_an_alert_of_before_there_were_flags_is_executed_as_requested() -> None:
    assert json.loads(body(alert_message(**ASKED)))["data"]["executed_action"] == "ARREST"
