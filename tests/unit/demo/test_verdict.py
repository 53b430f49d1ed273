from typing import Any

from services.cli.demo.expected import About
from services.cli.demo.latency import quantile, samples
from services.cli.demo.receivers import Receipt
from services.cli.demo.verdict import differences, is_complete, not_raised, repeated

ROUTE_ID = "0b9f"
DUE = {
    About("actor", "1"): frozenset({"GT", "HN"}),
    About("actor", "2"): frozenset[str](),
    About("seizure_link", "corridor"): frozenset({"MX"}),
}
ALL = ("GT", "HN", "MX")


def actor(source_id: str, alert: str = "", revision: int = 1, to: tuple[str, ...] = ALL) -> dict[str, Any]:
    return {
        "id": alert or f"a{source_id}",
        "revision": revision,
        "cause": "actor",
        "subject": {"key": "person:passport:GT:1"},
        "entries": [{"source_id": source_id}],
        "evidence": [{"event_id": f"e{source_id}"}],
        "handling": {"releasable_to": list(to)},
    }


SEIZURES = {**actor("x", "s"), "cause": "seizure_link", "subject": {"key": f"route:{ROUTE_ID}"}}


def received(partner: str, alert: dict[str, Any], webhook: str = "", at: float = 1.0) -> Receipt:
    return Receipt(partner, webhook or f"w-{partner}-{alert['id']}-{alert['revision']}", at, "alert.opened", alert)


RIGHT = [received("GT", actor("1")), received("HN", actor("1")), received("MX", SEIZURES)]


def test_nothing_differs_when_each_alert_came_to_exactly_its_partners() -> None:
    assert differences(DUE, RIGHT, ROUTE_ID) == []
    assert is_complete(DUE, RIGHT, ROUTE_ID)


def missed(partner: str, *alerts: str) -> Receipt:
    told = {"id": "m", "count": len(alerts), "alerts": [{"id": alert, "revision": 1} for alert in alerts]}
    return Receipt(partner, f"w-{partner}-m", 2.0, "alerts.missed", told)


def test_a_summary_of_what_was_late_is_no_alert_and_wrong_only_where_nothing_else_came_of_it() -> None:
    assert differences(DUE, [*RIGHT, missed("GT", "a1")], ROUTE_ID) == []
    lines = differences(DUE, [*RIGHT, missed("GT", "a1", "a7")], ROUTE_ID)
    assert lines == ["GT was told no more of alert a7 than that it missed it"]


def test_a_missing_alert_is_told() -> None:
    assert differences(DUE, RIGHT[1:], ROUTE_ID) == ["GT did not receive the alert actor of 1"]
    assert not is_complete(DUE, RIGHT[1:], ROUTE_ID)


def test_an_alert_at_a_partner_it_was_not_released_to_is_told() -> None:
    (line,) = differences(DUE, [*RIGHT, received("MX", actor("2"))], ROUTE_ID)
    assert line == "MX received the alert actor of 2, which was not released to it"


def test_an_alert_about_a_stranger_is_told() -> None:
    (line,) = differences(DUE, [*RIGHT, received("MX", actor("77"))], ROUTE_ID)
    assert line == "MX received the alert actor of 77, which was not expected at all"


def test_the_seizures_of_another_route_are_not_those_expected() -> None:
    other = {**SEIZURES, "subject": {"key": "route:another"}}
    assert len(differences(DUE, [*RIGHT[:2], received("MX", other)], ROUTE_ID)) == 2


def test_a_later_revision_and_a_repeated_attempt_are_allowed_and_counted() -> None:
    receipts = [*RIGHT, RIGHT[0], received("GT", actor("1", revision=2))]
    assert differences(DUE, receipts, ROUTE_ID) == []
    assert repeated(receipts) == 1


def test_two_alerts_for_one_subject_and_cause_are_told() -> None:
    (line,) = differences(DUE, [*RIGHT, received("HN", actor("1", alert="b1"))], ROUTE_ID)
    assert line == "the alert actor of 1 came as 2 alerts: a1, b1"


def test_partners_that_hold_different_alerts_for_the_same_are_told() -> None:
    (line,) = differences(DUE, [RIGHT[0], received("HN", actor("1", alert="b1")), RIGHT[2]], ROUTE_ID)
    assert "came as 2 alerts" in line


def test_one_revision_under_two_webhook_ids_is_told() -> None:
    (line,) = differences(DUE, [*RIGHT, received("GT", actor("1"), webhook="other")], ROUTE_ID)
    assert line == "GT received revision 1 of alert a1 under 2 webhook-ids"


def test_two_revisions_under_one_webhook_id_are_told() -> None:
    receipts = [*RIGHT, received("GT", actor("1", revision=2), webhook=RIGHT[0].webhook_id)]
    assert differences(DUE, receipts, ROUTE_ID) == [f"GT received 2 messages under the one webhook-id {RIGHT[0].webhook_id}"]


def test_an_alert_that_says_it_is_not_for_its_reader_is_told() -> None:
    receipts = [received("GT", actor("1", to=("HN",))), *RIGHT[1:]]
    assert differences(DUE, receipts, ROUTE_ID) == ["GT received alert a1 that says it is not for GT"]


def test_an_alert_that_nobody_may_see_must_be_raised_and_marked_for_none_of_the_three() -> None:
    assert not_raised(DUE, [actor("2", to=("CR", "PA"))], ROUTE_ID) == []
    assert not_raised(DUE, [], ROUTE_ID) == ["the alert actor of 2, to be kept from all three, was not raised"]
    assert not_raised(DUE, [actor("2", to=("CR", "HN"))], ROUTE_ID) == [
        "the alert actor of 2, to be kept from all three, is marked for one"
    ]


def test_latency_is_from_acceptance_to_the_first_webhook_of_each_partner() -> None:
    again = received("GT", actor("1", revision=2), at=9.0)
    receipts = [received("GT", actor("1"), at=2.5), again, received("HN", actor("1"), at=3.0), received("MX", SEIZURES)]
    assert samples(receipts, {"e1": 2.0}) == [0.5, 1.0]


def test_a_webhook_that_overtakes_the_answer_took_no_time() -> None:
    assert samples([received("GT", actor("1"), at=1.0)], {"e1": 2.0}) == [0.0]


def test_quantiles_are_by_nearest_rank() -> None:
    ordered = [float(number) for number in range(1, 101)]
    assert quantile(ordered, 0.5) == 50
    assert quantile(ordered, 0.99) == 99
    assert quantile([], 0.5) is None
    assert quantile([7.0], 0.99) == 7
