"""Where a subject is expected next, when, and whose place it is."""

from datetime import timedelta

import pytest

from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.predict import along_route, nation_entered, off_route
from services.correlate.domain.track.revisions import standing
from services.correlate.domain.track.routes import Chain, progress
from services.correlate.domain.waypoints import waypoint_place
from shared.contracts import places
from shared.contracts.events import EventKind, Place
from shared.contracts.watchlist import Geofence, RouteEntry, Waypoint
from tests.support.correlate import NOON, always, route, seen_at

POLICY = TrackPolicy()
CODES = ("CR-PA-01", "NI-CR-01", "HN-NI-01", "GT-HN-01", "MX-GT-01")


def corridor(windows: tuple[tuple[float, float] | None, ...] = ((2, 10), (3, 12), (1, 8), (2, 20)), **body: object) -> RouteEntry:
    return route(CODES, windows, **body)


def chain_of(entry: RouteEntry, *sightings: object) -> Chain:
    chain = progress(entry, standing(sightings), always, POLICY)
    assert chain is not None
    return chain


def test_the_waypoints_ahead_have_the_sum_of_the_issuers_windows_and_the_nation_beyond() -> None:
    entry = corridor()
    ahead = along_route(entry.body, chain_of(entry, seen_at(CODES[0], 0), seen_at(CODES[1], 5, nation="CR")), POLICY)
    start = NOON + timedelta(hours=5)
    assert [(one.place.code, one.nation) for one in ahead] == [("HN-NI-01", "HN"), ("GT-HN-01", "GT"), ("MX-GT-01", "MX")]
    assert [(one.window.from_ - start, one.window.to - start) for one in ahead] == [
        (timedelta(hours=3), timedelta(hours=12)),
        (timedelta(hours=4), timedelta(hours=20)),
        (timedelta(hours=6), timedelta(hours=40)),
    ]
    assert {(one.probability, one.window.p) for one in ahead} == {(None, None)}
    assert ahead[0].place.lat is not None


def test_on_the_way_back_the_waypoints_are_ahead_in_the_other_order() -> None:
    entry = corridor(direction="reverse")
    chain = chain_of(entry, seen_at(CODES[3], 0), seen_at(CODES[2], 5, nation="HN", direction="exit"))
    ahead = along_route(entry.body, chain, POLICY)
    assert [(one.place.code, one.nation) for one in ahead] == [("NI-CR-01", "CR"), ("CR-PA-01", "PA")]
    assert ahead[0].window.to == NOON + timedelta(hours=5 + 12)


def test_nothing_is_predicted_past_a_leg_without_a_window_past_the_end_or_of_what_was_seized() -> None:
    two = (seen_at(CODES[0], 0), seen_at(CODES[1], 5))
    blind = corridor(((2, 10), None, (1, 8), (2, 20)))
    assert along_route(blind.body, chain_of(blind, *two), POLICY) == ()
    entry = corridor()
    done = chain_of(entry, seen_at(CODES[3], 0), seen_at(CODES[4], 5))
    assert along_route(entry.body, done, POLICY) == ()
    seized = chain_of(entry, two[0], seen_at(CODES[1], 5, kind=EventKind.SEIZURE))
    assert along_route(entry.body, seized, POLICY) == ()


@pytest.mark.parametrize(
    ("direction", "nation", "entered"),
    [("entry", "GT", "GT"), ("exit", "GT", "MX"), ("exit", "MX", "GT"), ("transit", "GT", "GT"), (None, "GT", None)],
)
def test_direction_is_that_of_the_reporting_nation(direction: str | None, nation: str, entered: str | None) -> None:
    assert nation_entered(seen_at("MX-GT-01", 0, direction=direction, nation=nation)) == entered


def test_an_exit_through_a_place_of_one_nation_leads_nobody_knows_where() -> None:
    assert nation_entered(seen_at("GTPBR", 0, direction="exit", nation="GT")) is None


def test_off_a_route_the_nearest_post_to_each_neighbour_is_told_with_a_window_from_the_road() -> None:
    here = seen_at("MX-GT-01", 0, direction="entry", nation="GT")
    ahead = off_route(here, places, POLICY)
    assert len(ahead) == 3
    assert len({one.nation for one in ahead}) == 3
    assert not {one.nation for one in ahead} & {"GT", "MX"}
    for one in ahead:
        kilometres = places.road_km("MX-GT-01", one.place.code)
        assert one.window.from_ == NOON + timedelta(hours=kilometres / POLICY.fastest_kmh)
        assert one.window.to == NOON + timedelta(hours=kilometres / POLICY.slowest_kmh) + POLICY.rest


def test_a_declared_destination_orders_the_posts_by_the_whole_way_to_it() -> None:
    here = seen_at("NI-CR-01", 0, direction="entry", nation="NI", destination="GT")
    ahead = off_route(here, places, POLICY)
    assert {one.nation for one in ahead} == {"HN"}
    ways = [
        places.road_km("NI-CR-01", one.place.code)
        + min(
            places.road_km(one.place.code, post.code)
            for post in places.posts_of("GT")
            if places.road_km(one.place.code, post.code) is not None
        )
        for one in ahead
    ]
    assert ways == sorted(ways)


def expected(code: str, nation: str, **fields: object) -> list[tuple[str, str]]:
    ahead = off_route(seen_at(code, 0, **{"nation": nation, "direction": "entry", **fields}), places, POLICY)
    return [(one.place.code, one.nation) for one in ahead]


def test_a_declared_place_is_a_declared_nation() -> None:
    north = expected("GT-SV-01", "GT", destination="MX")
    assert {nation for _, nation in north} == {"MX"}
    assert expected("GT-SV-01", "GT", destination="MXMEX") == north
    assert expected("GT-SV-01", "GT", destination="mx mex") == north
    assert expected("CR-PA-01", "CR", destination="CRSJO") == []


def test_who_goes_beyond_the_isthmus_goes_to_where_its_roads_end() -> None:
    assert expected("GT-SV-01", "GT", destination="US") == expected("GT-SV-01", "GT", destination="MX")
    assert expected("NI-CR-01", "CR", destination="CO") == expected("NI-CR-01", "CR", destination="PA") != []
    assert expected("MX-GT-01", "MX", destination="US") == []
    assert expected("GT-SV-01", "GT", destination="ES") == []


def test_nobody_is_expected_where_it_would_be_farther_from_its_destination() -> None:
    assert expected("HN-NI-01", "HN", direction="exit", destination="GT") == []
    assert expected("GT-SV-01", "GT", destination="SV") == []
    south = expected("HN-NI-01", "HN", direction="exit", destination="PA")
    assert {nation for _, nation in south} == {"CR"}


def test_words_that_name_no_place_leave_the_direction_to_tell() -> None:
    for words in ("hacia el norte", "Colon", "US-LA"):
        assert expected("CR-PA-01", "CR", destination=words) == expected("CR-PA-01", "CR") != []


def test_who_crosses_the_river_goes_on_by_road_and_a_vessel_does_not() -> None:
    assert expected("MX-GT-01", "MX", mode="river", direction="exit") == expected("MX-GT-01", "MX", direction="exit") != []
    assert expected("MX-GT-01", "MX", mode="river", direction="exit", key="vessel:registration:GT1") == []


@pytest.mark.parametrize(
    "fields",
    [
        {"destination": "GT"},
        {"mode": "air"},
        {"mode": "sea"},
        {"direction": None},
        {"kind": EventKind.SEIZURE},
    ],
)
def test_nothing_is_predicted_where_it_arrived_flies_sails_was_seized_or_goes_nobody_knows_where(
    fields: dict[str, object],
) -> None:
    assert off_route(seen_at("MX-GT-01", 0, **{"direction": "entry", **fields}), places, POLICY) == ()


def test_without_a_register_or_a_known_place_nothing_is_predicted() -> None:
    here = seen_at("MX-GT-01", 0, direction="entry")
    assert off_route(here, None, POLICY) == ()
    assert off_route(here.model_copy(update={"place": Place(lat=1.0, lon=1.0)}), places, POLICY) == ()


FENCE = Waypoint(geofence=Geofence(ring=((-87.0, 12.0), (-86.0, 12.0), (-86.0, 13.0), (-87.0, 13.0))))
AT_SEA = Waypoint(geofence=Geofence(ring=((-101.0, 1.0), (-100.0, 1.0), (-100.0, 2.0), (-101.0, 2.0))))
POINT = Waypoint(place=Place(lat=12.5, lon=-86.5))


@pytest.mark.parametrize(("fence", "told"), [(FENCE, [None]), (POINT, [None]), (AT_SEA, [])])
def test_a_position_ahead_is_held_by_the_nearest_checkpoints_nation_and_passed_over_far_from_any(
    fence: Waypoint, told: list[None]
) -> None:
    assert waypoint_place(FENCE) == Place(lat=12.5, lon=-86.5)
    entry = corridor()
    fenced = (
        *entry.body.waypoints[:2],
        fence.model_copy(update={"window": entry.body.waypoints[2].window}),
        *entry.body.waypoints[3:],
    )
    entry = entry.model_copy(update={"body": entry.body.model_copy(update={"waypoints": fenced})})
    ahead = along_route(entry.body, chain_of(entry, seen_at(CODES[0], 0), seen_at(CODES[1], 5)), POLICY)
    assert [one.place.code for one in ahead] == [*told, "GT-HN-01", "MX-GT-01"]
    assert ahead[len(told)].window.from_ == NOON + timedelta(hours=5 + 3 + 1)
    assert {one.nation for one in ahead[: len(told)]} <= {"NI", "HN"}


def test_a_window_of_aeons_predicts_nothing_and_breaks_nothing() -> None:
    entry = corridor(((2, 10), (3, 12), (1, 24.0 * 900_000_000), (24.0 * 900_000_000,) * 2))
    ahead = along_route(entry.body, chain_of(entry, seen_at(CODES[0], 0), seen_at(CODES[1], 5)), POLICY)
    assert [one.place.code for one in ahead] == ["HN-NI-01"]
