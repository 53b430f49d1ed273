from shared.contracts.events import Place
from shared.contracts.places import checkpoint, locate, nearest, posts_of


def test_a_border_post_is_known_by_its_code_and_held_by_two_nations() -> None:
    post = checkpoint("MX-GT-01")
    assert post is not None
    assert post.nations == ("MX", "GT")
    assert post.kind == "border"


def test_the_two_nations_of_a_code_may_stand_in_either_order() -> None:
    assert checkpoint("CR-NI-01") == checkpoint("NI-CR-01")


def test_a_unlocode_is_read_with_its_space_and_in_small_letters() -> None:
    assert checkpoint("gt ctu") == checkpoint("GTCTU")
    assert checkpoint("GTCTU") is not None


def test_an_unknown_code_is_no_checkpoint() -> None:
    assert checkpoint("ZZ-ZZ-99") is None
    assert checkpoint("") is None


def test_a_position_on_the_bridge_of_tecun_uman_is_that_post() -> None:
    located = locate(Place(lat=14.68, lon=-92.14))
    assert located.code == "MX-GT-01"
    assert located.nations == ("MX", "GT")
    assert (located.lat, located.lon) == (14.68, -92.14)


def test_a_code_brings_name_position_and_nations() -> None:
    located = locate(Place(code="SV-HN-02"))
    assert located.name == "El Amatillo"
    assert located.nations == ("SV", "HN")
    assert located.lat is not None
    assert 13.4 < located.lat < 13.8


def test_the_order_of_nations_in_a_reported_code_stays_as_written() -> None:
    located = locate(Place(code="CR-NI-01"))
    assert located.code == "CR-NI-01"
    assert located.nations == ("NI", "CR")


def test_an_unknown_code_still_tells_its_nations_by_its_form() -> None:
    assert locate(Place(code="GT-SV-77")).nations == ("GT", "SV")
    assert locate(Place(code="USMIA")).nations == ("US",)
    assert locate(Place(code="puesto 7")).nations == ()


def test_a_position_in_the_open_sea_is_no_checkpoint() -> None:
    place = Place(lat=5.0, lon=-95.0)
    assert locate(place) == place
    assert nearest(5.0, -95.0, within_km=100) is None


def test_a_position_at_the_pole_is_answered() -> None:
    assert nearest(90.0, 0.0, within_km=100) is None


def test_every_border_post_finds_itself_by_its_own_position() -> None:
    for nation in ("BZ", "GT", "SV", "HN", "NI", "CR", "PA", "MX", "CO"):
        assert posts_of(nation)
        for post in posts_of(nation):
            assert locate(Place(lat=post.lat, lon=post.lon)).code == post.code


def test_locating_twice_changes_nothing_more() -> None:
    for place in (Place(code="CR-NI-01"), Place(lat=14.68, lon=-92.14), Place(code="gt ctu"), Place(lat=5.0, lon=-95.0)):
        assert locate(locate(place)) == locate(place)


def test_the_nearest_place_is_no_further_than_asked() -> None:
    assert nearest(14.68, -92.14, within_km=3) == checkpoint("MX-GT-01")
    assert nearest(14.60, -92.14, within_km=3) is None
