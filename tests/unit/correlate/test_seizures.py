"""A seizure looks back: who crossed with what was seized in the days before."""

from datetime import timedelta

import pytest

from services.correlate.domain.screen.screener import Screener
from services.correlate.domain.track.alerts import StandingAlert, standing_alerts
from services.correlate.domain.track.policy import TrackPolicy
from shared.contracts import places
from shared.contracts.base import Handling, Severity
from shared.contracts.events import Container, Conveyance, Document, Event, EventKind, Person, Seized
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import Cause, RequestedAction
from tests.support.correlate import NOON, always, event, person, screener_of

POLICY = TrackPolicy()
SCREENER: Screener = screener_of()
TRUCK = Conveyance(kind="vehicle", plate="C123BCD", country="GT")
BOX = Container(number="MSCU6639870")
TRUCK_KEY, BOX_KEY = "vehicle:GT:C123BCD", "container:MSCU6639870"


def carrying(number: str) -> Person:
    return person(documents=(Document(type="passport", number=number, issuer="GT"),))


def key(number: str) -> str:
    return f"person:passport:GT:{number}"


def crossing(days_before: float, *people: str, things: tuple[object, ...] = (TRUCK,), **fields: object) -> Event:
    return event(
        f"C{days_before}",
        occurred_at=NOON - timedelta(days=days_before),
        persons=[carrying(number) for number in people],
        conveyances=[one for one in things if isinstance(one, Conveyance)],
        containers=[one for one in things if isinstance(one, Container)],
        **fields,
    )


def seizure(*people: str, things: tuple[object, ...] = (TRUCK,), category: str = "drug", **fields: object) -> Event:
    seen = crossing(0, *people, things=things, **fields)
    return event(
        "S1",
        kind=EventKind.SEIZURE,
        occurred_at=NOON,
        persons=seen.persons,
        conveyances=seen.conveyances,
        containers=seen.containers,
        seized=[Seized(category=category)],
    )


def alerts(*events: Event) -> list[StandingAlert]:
    """The alerts of every partition that the events reach, as the store would have them."""
    partitions: dict[str, list[Sighting]] = {}
    for seen in events:
        for sighting in SCREENER.sightings(seen):
            partitions.setdefault(sighting.partition_subject, []).append(sighting)
    return [alert for own, seen in partitions.items() for alert in standing_alerts(own, seen, [], always, POLICY, places)]


def linked(*events: Event) -> list[str]:
    return sorted(alert.subject.key for alert in alerts(*events))


def test_who_crossed_with_what_was_seized_in_the_days_before_is_linked() -> None:
    found = alerts(crossing(1, "A1"), crossing(3, "A1", "B2"), seizure())
    assert sorted(alert.subject.key for alert in found) == [key("A1"), key("B2")]
    first = next(alert for alert in found if alert.subject.key == key("A1"))
    assert (first.cause, first.severity, first.requested_action) == (
        Cause.SEIZURE_LINK,
        Severity.HIGH,
        RequestedAction.SPECIFIC_CHECK,
    )
    assert (first.evidence_count, first.score) == (3, 0.75)
    assert first.evidence[-1].explanation[0].how == "crossed together before the seizure"


@pytest.mark.parametrize(("days", "counts"), [(-0.01, False), (0, True), (7, True), (7.01, False)])
def test_only_the_days_before_count(days: float, counts: bool) -> None:
    assert linked(crossing(days, "A1"), seizure()) == ([key("A1")] if counts else [])


def test_who_is_held_already_is_not_linked_again() -> None:
    assert linked(crossing(1, "A1", "B2"), seizure("A1")) == [key("B2")]


def test_a_crossing_with_two_seized_things_links_each_companion_once() -> None:
    both = (TRUCK, BOX)
    assert linked(crossing(1, "A1", things=both), seizure(things=both)) == [key("A1")]
    assert linked(crossing(1, "A1", things=(BOX,)), seizure(things=both)) == [key("A1")]


def test_a_seizure_that_names_one_thing_twice_links_each_companion_once() -> None:
    [alert] = alerts(crossing(1, "A1"), seizure(things=(TRUCK, TRUCK)))
    assert (alert.subject.key, alert.evidence_count) == (key("A1"), 2)


def test_a_crossing_that_names_one_thing_twice_counts_once() -> None:
    [alert] = alerts(crossing(1, "A1", things=(TRUCK, TRUCK)), seizure())
    assert (alert.evidence_count, alert.score) == (2, 0.5)


def test_a_drill_neither_mutes_nor_feeds_a_link() -> None:
    [alert] = alerts(crossing(1, "A1"), crossing(2, "A1", exercise=True), seizure())
    assert (alert.exercise, alert.evidence_count) == (False, 2)
    assert linked(crossing(1, "A1", exercise=True), seizure()) == []


def test_no_two_partitions_own_one_alert() -> None:
    found = alerts(crossing(1, "A1", things=(TRUCK,)), crossing(2, "A1", things=(BOX,)), seizure(things=(TRUCK, BOX)))
    assert [alert.subject.key for alert in found] == [key("A1"), key("A1")]
    assert len({alert.id for alert in found}) == 2


def test_money_matters_less_than_drugs() -> None:
    [alert] = alerts(crossing(1, "A1"), seizure(category="money"))
    assert alert.severity is Severity.MEDIUM


def test_a_link_is_released_to_those_who_may_see_the_crossing_and_the_seizure() -> None:
    [alert] = alerts(crossing(1, "A1", handling=Handling(releasable_to=("GT", "SV"))), seizure())
    assert alert.handling.releasable_to == ("GT",)


def test_a_seized_coach_links_no_more_than_the_bound_and_the_latest_first() -> None:
    people = [f"P{at}" for at in range(60)]
    crossings = [crossing(1 + at / 60, number) for at, number in enumerate(people)]
    assert linked(*crossings, seizure()) == sorted(key(number) for number in people[: POLICY.most_companions])


def test_seizures_alone_and_crossings_alone_link_nobody() -> None:
    assert linked(seizure("A1", things=(TRUCK, BOX))) == []
    assert linked(crossing(1, "A1"), crossing(2, "A1")) == []
