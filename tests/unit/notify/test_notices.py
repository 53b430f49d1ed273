"""What agencies are told of their own entries, and that nobody else is."""

import json
from uuid import UUID, uuid4

from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.plan import Form, plan, plan_notice
from services.notify.domain.rendering import CONTENT_TYPES, content, notice_body, rendered
from services.notify.domain.subscription import Filter, Format, Subscription
from shared.contracts.notices import Notice, NoticeMessage, NoticeType
from tests.support.notify import AT, alert_message, notice

ID = UUID(int=9)
nation = st.sampled_from(("GT", "SV", "HN"))
agency = st.sampled_from(("GT-PNC", "GT-SAT", "police", "gt-pnc", "GT-PNC "))
subscription = st.builds(
    lambda partner, own, wanted: Subscription(uuid4(), partner, Filter(notices=wanted), own),
    nation, st.none() | agency, st.booleans(),
)  # fmt: skip


@given(told=st.builds(lambda own, of: notice(agency=own, nation=of), agency, nation), asked=st.lists(subscription, max_size=10))
def test_a_notice_goes_to_every_subscription_of_its_agency_that_asks_and_to_no_other(
    *, told: Notice, asked: list[Subscription]
) -> None:
    made = plan_notice(told, asked)
    given_to = {delivery.subscription for delivery in made.deliveries}
    for one in asked:
        own = one.filter.notices and one.agency == told.agency and one.partner == told.nation
        assert (one.id in given_to) == own
    assert {delivery.form for delivery in made.deliveries} <= {Form.AGENCY}
    assert made.withheld == made.downgraded == frozenset()


@given(asked=st.lists(subscription, max_size=6))
def test_asking_for_notices_changes_nothing_about_alerts(asked: list[Subscription]) -> None:
    plain = [Subscription(one.id, one.partner, Filter()) for one in asked]
    assert plan(alert_message(), asked, {}) == plan(alert_message(), plain, {})


def test_nobody_asks_for_notices_unless_told_to() -> None:
    assert not Filter().notices
    assert not Filter.model_validate({"causes": [], "severity_at_least": "low", "nations": [], "routes": []}).notices


def test_a_notice_is_a_message_of_its_own_type_in_both_formats() -> None:
    told = notice(type=NoticeType.REVIEW_DUE)
    whole = notice_body(told)
    assert content(Form.AGENCY, whole, told.id, 1, AT) is whole
    said = json.loads(whole)
    assert (said["type"], said["data"]["id"], said["data"]["case_id"]) == ("entry.review_due", str(told.id), None)
    assert NoticeMessage.model_validate_json(whole).data == told
    event = from_structured_event(
        HTTPMessage({"content-type": CONTENT_TYPES[Format.CLOUDEVENTS]}, rendered(whole, Format.CLOUDEVENTS, ID))
    )
    assert (event.get_type(), event.get_subject(), event.get_data()) == (
        "atalaya.entry.review_due.v1",
        str(told.id),
        said["data"],
    )
