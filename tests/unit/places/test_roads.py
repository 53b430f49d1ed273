from itertools import permutations

import pytest

from shared.contracts.places import checkpoint, posts_of, road_km
from shared.contracts.places.geodesy import kilometres

EVERY_POST = sorted({post.code for nation in ("BZ", "GT", "SV", "HN", "NI", "CR", "PA") for post in posts_of(nation)})
POSTS = [code for code in EVERY_POST if code != "PA-CO-01"]


def test_the_pan_american_corridor_is_as_long_as_the_map_says() -> None:
    assert road_km("PAPTY", "MX-GT-01") == pytest.approx(1964, abs=10)


def test_there_are_twenty_eight_posts_and_a_road_between_every_two_but_none_through_the_darien() -> None:
    assert len(EVERY_POST) == 28
    assert all(road_km(post, "PA-CO-01") is None for post in POSTS)
    assert all(road_km(a, b) is not None for a, b in permutations(POSTS, 2))


def test_a_road_is_as_long_back_as_there() -> None:
    assert all(road_km(a, b) == road_km(b, a) for a, b in permutations(POSTS, 2))


def test_a_detour_is_never_shorter() -> None:
    for a, b, c in permutations(POSTS, 3):
        direct, first, second = road_km(a, c), road_km(a, b), road_km(b, c)
        assert direct is not None
        assert first is not None
        assert second is not None
        assert direct <= first + second + 0.2


def test_no_road_is_shorter_than_the_straight_line() -> None:
    for a, b in permutations(POSTS, 2):
        start, end, road = checkpoint(a), checkpoint(b), road_km(a, b)
        assert start is not None
        assert end is not None
        assert road is not None
        assert road >= 0.97 * kilometres(start.lat, start.lon, end.lat, end.lon)


def test_a_post_is_no_way_from_itself_and_an_unknown_one_has_no_road() -> None:
    assert road_km("MX-GT-01", "MX-GT-01") == 0
    assert road_km("NI-CR-01", "CR-NI-01") == 0
    assert road_km("MX-GT-01", "ZZ-ZZ-01") is None
    assert road_km("MX-GT-01", "COBUN") is None
