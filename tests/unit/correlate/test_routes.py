"""How far along a route a subject was seen: against a brute force that knows nothing of the method."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.revisions import standing
from services.correlate.domain.track.routes import Chain, progress
from services.correlate.domain.waypoints import places_at
from shared.contracts import places
from shared.contracts.events import Conveyance, Place
from shared.contracts.sightings import Seen, Sighting
from shared.contracts.vocabulary import SubjectKind
from shared.contracts.watchlist import Geofence, RouteEntry, Waypoint
from tests.support.correlate import NOON, always, route, seen_at

CODES = ("CR-PA-01", "NI-CR-01", "HN-NI-01", "GT-HN-01", "MX-GT-01")
WINDOWS = ((2, 10), (3, 12), (1, 8), (2, 20))
POLICY = TrackPolicy()


def corridor(**body: object) -> RouteEntry:
    return route(CODES, WINDOWS, **body)


def followed(entry: RouteEntry, *sightings: Sighting) -> Chain | None:
    return progress(entry, standing(sightings), always, POLICY)


def reached(entry: RouteEntry, *sightings: Sighting) -> int:
    chain = followed(entry, *sightings)
    return chain.reached if chain else 0


def test_waypoints_inside_their_windows_are_a_chain() -> None:
    chain = followed(corridor(), seen_at(CODES[0], 0), seen_at(CODES[1], 5), seen_at(CODES[2], 10))
    assert chain is not None
    assert (chain.reached, chain.at, chain.way, chain.end) == (3, 2, "forward", NOON + timedelta(hours=10))


@pytest.mark.parametrize(("hours", "whole"), [(1.99, False), (2, True), (10, True), (10.01, False)])
def test_the_bounds_of_a_window_belong_to_it_and_nothing_beyond(hours: float, whole: bool) -> None:
    assert reached(corridor(), seen_at(CODES[0], 0), seen_at(CODES[1], hours)) == (2 if whole else 0)


def test_a_leg_outside_its_window_breaks_the_chain_and_another_begins() -> None:
    sightings = [seen_at(CODES[0], 0), seen_at(CODES[1], 5), seen_at(CODES[2], 30), seen_at(CODES[3], 35), seen_at(CODES[4], 40)]
    chain = followed(corridor(), *sightings)
    assert chain is not None
    assert [one.place.code for one in chain.sightings] == list(CODES[2:])


def test_a_waypoint_left_out_breaks_the_chain() -> None:
    assert reached(corridor(), seen_at(CODES[0], 0), seen_at(CODES[2], 8)) == 0


@pytest.mark.parametrize(("direction", "forward", "backward"), [("forward", 3, 0), ("reverse", 0, 3), ("both", 3, 3)])
def test_a_route_is_followed_in_the_direction_it_is_listed_for(direction: str, forward: int, backward: int) -> None:
    entry = corridor(direction=direction)
    assert reached(entry, seen_at(CODES[0], 0), seen_at(CODES[1], 5), seen_at(CODES[2], 10)) == forward
    assert reached(entry, seen_at(CODES[2], 0), seen_at(CODES[1], 5), seen_at(CODES[0], 10)) == backward


def test_the_way_back_has_the_window_of_the_same_leg() -> None:
    entry = corridor(direction="reverse")
    assert reached(entry, seen_at(CODES[2], 0), seen_at(CODES[1], 2.5)) == 0
    assert reached(entry, seen_at(CODES[2], 0), seen_at(CODES[1], 3.5)) == 2


def test_another_mode_another_subject_and_a_time_outside_the_validity_do_not_count() -> None:
    two = [(CODES[0], 0), (CODES[1], 5)]
    assert reached(corridor(modes=("road",)), *(seen_at(*one, mode="rail") for one in two)) == 0
    assert reached(corridor(), *(seen_at(*one).model_copy(update={"carries": False}) for one in two)) == 0
    passengers = [seen_at(*one, key="person:passport:GT:A1").model_copy(update={"carries": False}) for one in two]
    assert reached(corridor(subjects=(SubjectKind.PERSON,)), *passengers) == 2
    assert reached(corridor(valid_from=NOON + timedelta(hours=1)), *(seen_at(*one) for one in two)) == 0
    assert reached(corridor(valid_to=NOON + timedelta(hours=5)), *(seen_at(*one) for one in two)) == 0


def test_a_route_for_trailers_is_travelled_by_what_is_pulled_and_by_nothing_else() -> None:
    def reached_by(role: str, tracked: SubjectKind) -> int:
        pulled = Seen(conveyance=Conveyance(kind="vehicle", role=role, plate="C123BCD", country="GT"))
        trip = [seen_at(code, 5 * at, seen=pulled) for at, code in enumerate(CODES[:2])]
        return reached(corridor(subjects=(tracked,)), *trip)

    assert reached_by("semirremolque", SubjectKind.TRAILER) == reached_by("semirremolque", SubjectKind.VEHICLE) == 2
    assert reached_by("tractor", SubjectKind.TRAILER) == 0


def test_the_last_trip_counts_and_not_an_older_longer_one() -> None:
    first = [seen_at(code, 5 * at) for at, code in enumerate(CODES)]
    second = [seen_at(CODES[0], 200), seen_at(CODES[1], 205)]
    assert reached(corridor(), *first) == 5
    assert reached(corridor(), *first, seen_at(CODES[0], 200)) == 5
    assert reached(corridor(), *first, *second) == 2


def test_a_loop_back_does_not_shorten_the_trip_it_belongs_to() -> None:
    trip = [seen_at(CODES[0], 0), seen_at(CODES[1], 4), seen_at(CODES[2], 7.5)]
    assert reached(corridor(), *trip, seen_at(CODES[1], 9)) == 3


def test_a_post_is_the_same_from_either_side_and_by_its_position() -> None:
    entry = corridor()
    here = seen_at(CODES[0], 0)
    from_the_other_side = seen_at("CR-NI-01", 5)
    assert reached(entry, here, from_the_other_side) == 2
    position = here.model_copy(update={"place": Place(lat=8.533, lon=-82.839)})
    assert places_at(entry.body, Place(lat=20.0, lon=-100.0)) == ()
    assert reached(entry, position, from_the_other_side) == len(places_at(entry.body, position.place)) + 1


def test_a_fence_and_a_point_with_a_radius_are_waypoints() -> None:
    fence = Waypoint(geofence=Geofence(ring=((-92.0, 14.0), (-91.0, 14.0), (-91.0, 15.0), (-92.0, 15.0))))
    point = Waypoint(place=Place(lat=14.6, lon=-90.5), radius_km=5)
    body = corridor().body.model_copy(update={"waypoints": (fence, point)})
    assert places_at(body, Place(lat=14.5, lon=-91.5)) == (0,)
    assert places_at(body, Place(lat=14.0, lon=-91.5)) == (0,)
    assert places_at(body, Place(lat=14.5, lon=-92.5)) == ()
    assert places_at(body, Place(lat=14.63, lon=-90.5)) == (1,)
    assert places_at(body, Place(lat=14.66, lon=-90.5)) == ()
    assert places_at(body, Place(code="GTGUA", lat=14.6, lon=-90.5)) == (1,)


SEEN = st.lists(st.tuples(st.integers(0, len(CODES)), st.integers(0, 40)), max_size=9)
PLACES = (*CODES, "GTGUA")


def chains(entry: RouteEntry, sightings: list[Sighting], way: int) -> Iterator[list[tuple[Sighting, int]]]:
    """Every chain there is, by trying all of them."""

    def grow(chain: list[tuple[Sighting, int]]) -> Iterator[list[tuple[Sighting, int]]]:
        yield chain
        last, at = chain[-1]
        nearby = at + way
        if not 0 <= nearby < len(CODES):
            return
        window = entry.body.waypoints[max(at, nearby)].window
        for sighting in sightings:
            if sighting.place.code == CODES[nearby] and window.min <= sighting.occurred_at - last.occurred_at <= window.max:
                yield from grow([*chain, (sighting, nearby)])

    for sighting in sightings:
        if sighting.place.code in CODES:
            yield from grow([(sighting, CODES.index(sighting.place.code))])


def expected(entry: RouteEntry, sightings: list[Sighting]) -> tuple[int, object, object] | None:
    """Reached, end and start of the longest chain of the last trip: trips by merging overlaps until nothing merges."""
    ways = {"forward": (1,), "reverse": (-1,), "both": (1, -1)}[entry.body.direction]
    best: dict[object, tuple[int, object, object]] = {}
    for way in ways:
        for chain in chains(entry, sightings, way):
            key = (way, chain[-1][0].sighting_id)
            found = (len(chain), chain[0][0].occurred_at, chain[-1][0].occurred_at)
            best[key] = max(best.get(key, found), found)
    spans = [(start, end, length) for length, start, end in best.values() if length >= entry.body.least_waypoints]
    if not spans:
        return None
    low, high = max(spans, key=lambda span: span[1])[:2]
    while True:
        joined = [span for span in spans if span[1] >= low and span[0] <= high]
        if min(span[0] for span in joined) == low:
            break
        low = min(span[0] for span in joined)
    return max((length, end, start) for start, end, length in joined)


@given(SEEN, st.sampled_from(["forward", "reverse", "both"]), st.integers(2, 3))
def test_the_chain_is_what_trying_all_of_them_finds(seen: list[tuple[int, int]], direction: str, least: int) -> None:
    entry = corridor(direction=direction, least_waypoints=least)
    sightings = standing(seen_at(PLACES[at], hours) for at, hours in seen)
    chain = progress(entry, sightings, always, POLICY)
    assert (chain and (chain.reached, chain.end, chain.start)) == expected(entry, sightings)
    if chain:
        step = 1 if chain.way == "forward" else -1
        first = chain.at - step * (chain.reached - 1)
        assert [one.place.code for one in chain.sightings] == [CODES[first + step * at] for at in range(chain.reached)]


@given(SEEN, st.timedeltas(timedelta(days=-900), timedelta(days=900)))
def test_moving_everything_in_time_moves_the_chain_with_it(seen: list[tuple[int, int]], shift: timedelta) -> None:
    sightings = standing(seen_at(PLACES[at], hours) for at, hours in seen)
    moved = [one.model_copy(update={"occurred_at": one.occurred_at + shift}) for one in sightings]
    one, other = (progress(corridor(), every, always, POLICY) for every in (sightings, moved))
    assert (one and (one.reached, one.end + shift)) == (other and (other.reached, other.end))


@given(SEEN)
def test_a_route_and_its_mirror_are_travelled_alike(seen: list[tuple[int, int]]) -> None:
    sightings = standing(seen_at(PLACES[at], hours) for at, hours in seen)
    forward = progress(corridor(), sightings, always, POLICY)
    mirrored = route(CODES[::-1], WINDOWS[::-1], direction="reverse")
    assert (forward and forward.sightings) == ((back := progress(mirrored, sightings, always, POLICY)) and back.sightings)


def test_a_code_that_nobody_knows_leaves_the_position_to_tell() -> None:
    known = places.checkpoint(CODES[0])
    assert places_at(corridor().body, Place(code="XX-YY-99", lat=known.lat, lon=known.lon)) == (0,)
    assert places_at(corridor().body, Place(code=CODES[1], lat=known.lat, lon=known.lon)) == (1,)
