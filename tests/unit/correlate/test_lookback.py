"""A changed entry against what is stored: by the same code, to the same answer as if it had been there from the start."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.track.lookback import concerned, ends_trip, look_back
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.revisions import replaces
from shared.contracts.events import Conveyance, Document, Event, EventKind, Place, SeizureRoute
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import SubjectKind
from shared.contracts.watchlist import ActorEntry, Identifiers, ListedDocument, ListedName, RouteEntry
from tests.support.correlate import NOON, actor, event, index_of, listed, person, route, screener_of, seen_at

TZOC = listed("Eusebio Tzoc Xicay", 1, list_version=7)
DOCUMENT = actor(2, list_version=8, documents=(ListedDocument(number="A1234567", issuer="GT"),))
TRUCK = actor(3, list_version=9, kind="vehicle", identifiers=Identifiers(plate="C123BCD", country="GT"))
COMPANY = actor(4, list_version=10, kind="organisation", names=(ListedName(full="Cafés Quetzal Xela"),))
CORRIDOR = route(["CR-PA-01", "NI-CR-01"], [(2, 10)])
POLICY = TrackPolicy()
ENTRIES = (TZOC, DOCUMENT, TRUCK, COMPANY, CORRIDOR)
EVENTS = (
    event("E1", persons=[person("Eusebio Tzoc Xicay")], conveyances=[Conveyance(kind="vehicle", plate="C123BCD", country="GT")]),
    event("E2", persons=[person("Otro", documents=(Document(type="passport", number="A1234567", issuer="GT"),))]),
    event("E3", kind=EventKind.SEIZURE, place=Place(code="NI-CR-01"), route=SeizureRoute()),
    event("E4", persons=[person("Rigoberta Aju")]),
)


def stored(*events: Event, entries: tuple[ActorEntry | RouteEntry, ...] = ()) -> list[Sighting]:
    return [one for seen in events for one in screener_of(*entries).sightings(seen)]


def own(sightings: list[Sighting]) -> list[Sighting]:
    return [one for one in sightings if not one.partition_subject.startswith(("actor:", "route:"))]


def met(sightings: list[Sighting]) -> set[tuple[str, str, float]]:
    keyed = [one for one in sightings if one.partition_subject.startswith(("actor:", "route:"))]
    return {(one.partition_subject, str(one.sighting_id), one.hits[0].score) for one in keyed if not one.withdrawn}


@given(
    st.lists(st.sampled_from(ENTRIES), min_size=1, unique_by=lambda one: one.entry_id),
    st.lists(st.sampled_from(EVENTS), min_size=1, unique_by=lambda one: one.id),
)
def test_listed_before_or_after_every_pair_of_entry_and_event_meets_the_same(
    entries: list[ActorEntry | RouteEntry], events: list[Event]
) -> None:
    before = met(stored(*events, entries=tuple(entries)))
    changed = index_of(*entries)
    after = [again for one in stored(*events) for again in look_back(one, screener_of(), changed)]
    assert met(after) == before
    assert all(again.retroactive and again.list_version == changed.list_version for again in after)


def test_what_was_judged_by_that_version_already_or_withdrawn_is_not_judged_again() -> None:
    [sighting] = stored(EVENTS[3])
    changed = index_of(listed("Rigoberta Aju", 1, list_version=7))
    assert len(look_back(sighting, screener_of(), changed)) == 1
    assert look_back(sighting.model_copy(update={"list_version": 7}), screener_of(), changed) == []
    assert look_back(sighting.model_copy(update={"withdrawn": True}), screener_of(), changed) == []


def test_an_entry_that_changed_takes_back_what_it_no_longer_meets() -> None:
    sightings = stored(EVENTS[0], entries=(TZOC,))
    changed = index_of(listed("Nazario Ixcot Lux", 1, version=2, list_version=8))
    again = [one for sighting in sightings for one in look_back(sighting, screener_of(), changed)]
    held = next(one for one in sightings if one.partition_subject == f"actor:{TZOC.entry_id}")
    assert [(one.sighting_id, one.withdrawn) for one in again] == [(held.sighting_id, True)]
    assert replaces(again[0], held)


def test_an_entry_that_ended_takes_back_what_it_met() -> None:
    sightings = stored(EVENTS[0], entries=(TZOC,))
    ended = index_of(listed("Eusebio Tzoc Xicay", 1, version=2, list_version=8, ended=True))
    again = [one for sighting in sightings for one in look_back(sighting, screener_of(), ended)]
    assert [one.withdrawn for one in again] == [True]


def test_a_pair_that_met_in_time_is_not_marked_as_past_when_its_entry_changes() -> None:
    sightings = stored(EVENTS[0], entries=(TZOC,))
    changed = index_of(listed("Eusebio Tzoc Xicay", 1, version=2, list_version=8))
    again = [one for sighting in sightings for one in look_back(sighting, screener_of(), changed)]
    assert [(one.partition_subject, one.retroactive, one.withdrawn) for one in again] == [
        (f"actor:{TZOC.entry_id}", False, False)
    ]


def test_what_came_in_after_its_entry_was_listed_is_live_though_an_older_list_judged_it() -> None:
    [early] = stored(EVENTS[3])
    late = early.model_copy(update={"received_at": NOON + timedelta(seconds=1)})
    listed_at_noon = index_of(listed("Rigoberta Aju", 1, list_version=7))
    assert [one.retroactive for each in (early, late) for one in look_back(each, screener_of(), listed_at_noon)] == [True, False]


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("seen", EVENTS)
def test_the_first_coarse_choice_leaves_no_pair_out(entry: ActorEntry | RouteEntry, seen: Event) -> None:
    for sighting in own(stored(seen)):
        if look_back(sighting, screener_of(), index_of(entry)):
            assert sighting.subject.kind in concerned(entry).kinds


def test_a_trip_on_a_changed_route_is_tracked_again_from_the_sighting_it_ends_with() -> None:
    first, last = seen_at("CR-PA-01", 0), seen_at("NI-CR-01", 5)
    beside, late = seen_at("GTGUA", 6), seen_at("NI-CR-01", 11)
    assert ends_trip(CORRIDOR, last, [last, first], POLICY)
    assert not ends_trip(CORRIDOR, first, [first], POLICY)
    assert not ends_trip(CORRIDOR, last, [last], POLICY)
    assert not ends_trip(CORRIDOR, beside, [beside, last, first], POLICY)
    assert not ends_trip(CORRIDOR, late, [late, first], POLICY)
    assert not ends_trip(CORRIDOR.model_copy(update={"ended_at": NOON}), last, [last, first], POLICY)
    assert not ends_trip(CORRIDOR, last, [last, first.model_copy(update={"withdrawn": True})], POLICY)
    assert concerned(CORRIDOR).kinds == {SubjectKind.ROUTE}
