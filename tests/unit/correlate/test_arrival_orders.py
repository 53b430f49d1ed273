"""Whatever order sightings come in, over however long a time, the alerts are those of the whole set: read piece by piece, as tracking reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.correlate.domain.track.alerts import StandingAlert, standing_alerts
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.reading import Held, reading, settle
from services.correlate.domain.track.revisions import replaces
from shared.contracts import places
from shared.contracts.events import EventKind, Seized, SeizureRoute
from shared.contracts.sightings import Sighting, Subject
from shared.contracts.vocabulary import SubjectKind
from tests.support.correlate import NOON, always, event, listed, person, route, screener_of, seen_at

POLICY = TrackPolicy()
CODES = ("CR-PA-01", "NI-CR-01", "HN-NI-01")
CORRIDOR = route(CODES, ((2, 24 * 20), (3, 24 * 30)), direction="both")
OTHER = route(CODES[:2], ((1, 24 * 44),), number=901)
TZOC = listed("Eusebio Tzoc Xicay")
WEAK = "Tzoc Xicay"
ACTOR, ROUTE, LORRY = f"actor:{TZOC.entry_id}", f"route:{CORRIDOR.entry_id}", "vehicle:GT:C123BCD"


def alerts(key: str, sightings: Iterable[Sighting]) -> list[StandingAlert]:
    return standing_alerts(key, sightings, [CORRIDOR, OTHER], always, POLICY, places)


@dataclass
class Tracked:
    """One partition subject as tracking keeps it: what is stored, and the alerts that were written."""

    key: str
    stored: dict[UUID, Sighting] = field(default_factory=dict)
    held: dict[UUID, Held] = field(default_factory=dict)

    def feed(self, batch: Sequence[Sighting]) -> None:
        touched: list[datetime] = []
        for one in batch:
            before = self.stored.get(one.sighting_id)
            touched += [one.occurred_at, *([before.occurred_at] if before else [])]
            if before is None or replaces(one, before):
                self.stored[one.sighting_id] = one
        plan = reading(touched, self.held.values(), POLICY.horizon)
        found = settle(alerts(self.key, filter(plan.covers, self.stored.values())), self.held.values(), plan)
        if found.search_further:
            found = settle(alerts(self.key, self.stored.values()), self.held.values(), plan.of_everything())
        for alert in found.stands:
            self.held[alert.id] = Held(alert.id, alert.last_seen, alert.digest)
        for gone in found.gone:
            del self.held[gone]

    @property
    def digests(self) -> dict[UUID, str]:
        return {one.id: one.digest for one in self.held.values()}


def lorry(own_id: str, days: float, code: str, **fields: object) -> Sighting:
    return seen_at(code, days * 24, own_id, **fields)


def named(own_id: str, days: float, name: str, **fields: object) -> Sighting:
    at = NOON + timedelta(days=days)
    seen = event(own_id, persons=[person(name)], occurred_at=at, received_at=at, **fields)
    return next(one for one in screener_of(TZOC).sightings(seen) if one.partition_subject == ACTOR)


def seized_on_route(own_id: str, days: float, **fields: object) -> Sighting:
    at = NOON + timedelta(days=days)
    seen = event(
        own_id,
        kind=EventKind.SEIZURE,
        occurred_at=at,
        received_at=at,
        route=SeizureRoute(departure="PA"),
        seized=[Seized(category="drug")],
        nation="HN",
        **fields,
    )
    seen = seen.model_copy(update={"place": seen_at("HN-NI-01", 0).place})
    return next(one for one in screener_of(CORRIDOR).sightings(seen) if one.partition_subject == ROUTE)


DAYS = st.one_of(
    st.integers(0, 260).map(float), st.sampled_from([0.0, 0.2, 1.0, 7.0, 44.9, 45.0, 45.1, 90.0, 90.1, 135.0, 180.0])
)
OWN = st.sampled_from("ABCDEFGHIJ")
COMPANIONS = tuple(Subject(kind=SubjectKind.PERSON, key=f"person:passport:GT:{number}") for number in "12")
COMMON = {
    "revision": st.integers(1, 3),
    "exercise": st.sampled_from((False, False, False, True)),
}
LORRIES = st.builds(
    lorry,
    OWN,
    DAYS,
    st.sampled_from((*CODES, "GTGUA")),
    withdrawn=st.sampled_from((False, False, False, True)),
    kind=st.sampled_from((EventKind.BORDER_CROSSING,) * 4 + (EventKind.SEIZURE,)),
    companions=st.sampled_from(((), COMPANIONS[:1], COMPANIONS)),
    **COMMON,
)
PERSONS = st.builds(
    lambda own_id, days, name, withdrawn, **common: named(own_id, days, name, **common).model_copy(
        update={"withdrawn": withdrawn}
    ),
    OWN,
    DAYS,
    st.sampled_from(("Eusebio Tzoc Xicay", WEAK)),
    st.sampled_from((False, False, False, True)),
    **COMMON,
)
SEIZURES = st.builds(
    lambda own_id, days, withdrawn, **common: seized_on_route(own_id, days, **common).model_copy(update={"withdrawn": withdrawn}),
    OWN,
    DAYS,
    st.sampled_from((False, False, False, True)),
    **COMMON,
)


def test_the_weak_name_is_a_hit_that_gives_no_alert() -> None:
    assert [hit.alert for hit in named("A", 0, WEAK).hits] == [False]


@pytest.mark.parametrize(("key", "sightings"), [(LORRY, LORRIES), (ACTOR, PERSONS), (ROUTE, SEIZURES)])
@settings(max_examples=400)
@given(data=st.data())
def test_in_any_order_and_any_batches_over_a_year_the_alerts_are_those_of_the_whole_set(
    key: str, sightings: st.SearchStrategy[Sighting], data: st.DataObject
) -> None:
    every = data.draw(st.lists(sightings, max_size=10, unique_by=lambda one: (one.sighting_id, one.revision)))
    arrived = data.draw(
        st.permutations(every + data.draw(st.lists(st.sampled_from(every), max_size=3) if every else st.just([])))
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(arrived)), max_size=len(arrived))))
    tracked = Tracked(key)
    for start, end in zip([0, *cuts], [*cuts, len(arrived)], strict=True):
        tracked.feed(arrived[start:end])
    assert tracked.digests == {one.id: one.digest for one in alerts(key, every)}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_trip_that_becomes_known_after_something_much_later_has_its_alert_all_the_same(order: tuple[int, int]) -> None:
    trip = [lorry("A", 0, CODES[0]), lorry("B", 1, CODES[1])]
    batches = [trip, [lorry("C", 120, "GTGUA")]]
    tracked = Tracked(LORRY)
    for at in order:
        tracked.feed(batches[at])
    assert len(tracked.digests) == 2
    assert tracked.digests == {one.id: one.digest for one in alerts(LORRY, trip)}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_when_the_latest_evidence_is_taken_back_what_was_seen_long_before_stands_again(order: tuple[int, ...]) -> None:
    first, second = named("A", 0, "Eusebio Tzoc Xicay"), named("B", 100, "Eusebio Tzoc Xicay")
    batches = [first, second, second.model_copy(update={"revision": 2, "withdrawn": True})]
    tracked = Tracked(ACTOR)
    for at in order:
        tracked.feed([batches[at]])
    assert tracked.digests == {one.id: one.digest for one in alerts(ACTOR, [first])}
    assert len(tracked.digests) == 1


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_way_back_that_ends_after_the_trip_leaves_the_trip_what_it_was(order: tuple[int, ...]) -> None:
    trip = [lorry("A", 0, CODES[0]), lorry("B", 15, CODES[1]), lorry("C", 40, CODES[2]), lorry("D", 44, CODES[1])]
    later = [*trip, lorry("E", 84, "GTGUA")]
    tracked = Tracked(LORRY)
    for at in order:
        tracked.feed([trip[at]])
    tracked.feed(later[4:])
    assert tracked.digests == {one.id: one.digest for one in alerts(LORRY, later)}


def test_evidence_from_before_the_horizon_of_the_latest_is_of_another_time() -> None:
    [alert] = alerts(
        ACTOR, [named("A", 0, "Eusebio Tzoc Xicay"), named("B", 46, "Eusebio Tzoc Xicay"), named("C", 90, "Eusebio Tzoc Xicay")]
    )
    assert alert.evidence_count == 2
    [alert] = alerts(ACTOR, [named("A", 0, "Eusebio Tzoc Xicay"), named("B", 100, WEAK)])
    assert (alert.evidence_count, alert.last_seen) == (1, NOON)


def test_what_came_in_long_after_it_occurred_is_of_the_past() -> None:
    late = named("A", 0, "Eusebio Tzoc Xicay")
    late = late.model_copy(update={"received_at": NOON + timedelta(days=46)})
    [alert] = alerts(ACTOR, [late])
    assert alert.retroactive
    assert alert.expires_at == NOON + POLICY.past_life


def test_what_is_read_for_a_new_sighting_does_not_grow_with_what_lies_behind() -> None:
    plan = reading([NOON], [Held(UUID(int=1), NOON - timedelta(days=200), "")], POLICY.horizon)
    assert plan.spans == ((NOON - POLICY.horizon, NOON + POLICY.horizon),)
    assert plan.affected == frozenset()
    near = reading([NOON], [Held(UUID(int=1), NOON - timedelta(days=60), "")], POLICY.horizon)
    assert near.spans == ((NOON - timedelta(days=105), NOON + POLICY.horizon),)
    assert near.affected == {UUID(int=1)}
