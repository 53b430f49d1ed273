from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.plan import Form, History, plan
from services.notify.domain.release import release
from services.notify.domain.subscription import Filter, Subscription
from tests.support.notify import alert_message

NATIONS = ("GT", "SV", "HN", "NI", "CR", "PA", "MX")
nation = st.sampled_from(NATIONS)
marks = st.lists(st.sets(nation), min_size=1, max_size=6)


def alert_over(evidence: list[set[str]], **more: object):  # noqa: ANN201 - an AlertMessage
    """An alert as correlate makes it: releasable to the intersection over all evidence."""
    return alert_message(nations=sorted(set.intersection(*evidence)), **more)


def oracle(evidence: list[set[str]], partner: str) -> bool:
    """The rule said the other way round: nobody who marked a piece of evidence left the partner out."""
    return not any(partner not in mark for mark in evidence)


@given(marks, nation, st.sampled_from(["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]))
def test_nothing_is_released_that_an_originator_keeps_back(evidence: list[set[str]], partner: str, tlp: str) -> None:
    handling = {"tlp": tlp, "releasable_to": sorted(set.intersection(*evidence))}
    decision = release(alert_message(handling=handling).data, partner)
    assert decision.allowed == oracle(evidence, partner)
    assert decision.reasons[-1] == f"TLP:{tlp}"


def test_an_empty_release_is_nobody() -> None:
    assert not any(release(alert_message(nations=()).data, partner).allowed for partner in NATIONS)


def test_nations_are_compared_whole() -> None:
    for odd in ("gt", "G", "", "GTM", "GT "):
        assert not release(alert_message(nations=("GT",)).data, odd).allowed


@given(marks, st.lists(nation, min_size=1, max_size=8), st.data())
def test_no_plan_gives_content_to_a_nation_outside(evidence: list[set[str]], partners: list[str], data: st.DataObject) -> None:
    subscriptions = [Subscription(uuid4(), partner, Filter()) for partner in partners]
    history = {one.id: data.draw(st.sampled_from(list(History))) for one in subscriptions}
    kind = data.draw(st.sampled_from(["alert.opened", "alert.revised", "alert.closed", "alert.withdrawn"]))
    made = plan(alert_over(evidence, kind=kind, revision=2), subscriptions, history)
    nation_of = {one.id: one.partner for one in subscriptions}
    for delivery in made.deliveries:
        allowed = oracle(evidence, nation_of[delivery.subscription])
        assert (delivery.form is Form.FULL) == allowed
        assert allowed or history[delivery.subscription] is History.SEEN
    for withheld in made.withheld:
        assert not oracle(evidence, nation_of[withheld])


@given(marks, nation, st.sampled_from(list(History)))
def test_who_may_have_seen_it_hears_of_every_end(evidence: list[set[str]], partner: str, past: History) -> None:
    one = Subscription(uuid4(), partner, Filter())
    made = plan(alert_over(evidence, kind="alert.withdrawn", revision=2), [one], {one.id: past})
    told = bool(made.deliveries)
    if past is History.SEEN:
        assert told
    if past is History.NOTHING:
        assert not told


def test_a_filter_never_widens_a_release() -> None:
    one = Subscription(UUID(int=1), "MX", Filter(nations=("MX",)))
    assert plan(alert_message(nations=("GT",)), [one], {}).deliveries == ()


def test_a_later_revision_goes_to_who_has_the_earlier_one_even_if_its_filter_no_longer_wants_it() -> None:
    one = Subscription(UUID(int=1), "SV", Filter.model_validate({"severity_at_least": "high"}))
    lowered = alert_message(revision=2, severity="low", kind="alert.revised")
    assert plan(lowered, [one], {}).deliveries == ()
    assert [delivery.form for delivery in plan(lowered, [one], {one.id: History.SEEN}).deliveries] == [Form.FULL]
