from datetime import UTC, datetime

from services.cli.demo import corridor, scenario, seizures, sources
from services.cli.demo.crossing import LABEL
from services.cli.demo.expected import About
from services.cli.demo.strangers import Namesakes, names_of
from shared.contracts.watchlist import ActorBody, RouteBody

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MADE = scenario.make(7, 300, NOW, "00T1")


def test_the_same_seed_makes_the_same_scenario() -> None:
    assert scenario.make(7, 300, NOW, "00T1") == MADE
    assert scenario.make(8, 300, NOW, "00T1").crossings != MADE.crossings


def test_every_crossing_says_in_four_ways_that_it_is_generated() -> None:
    for one in MADE.crossings:
        assert one.own_id.startswith(LABEL)
        assert one.body["lane"] == LABEL
        assert one.body["generated"] is True
        assert one.body["exercise"] is True


def test_no_id_is_used_twice_and_another_run_uses_others() -> None:
    ids = [one.own_id for one in MADE.crossings] + [str(one.body["id"]) for one in MADE.seizures]
    assert len(set(ids)) == len(ids)
    again = scenario.make(7, 300, NOW, "00T2")
    assert not set(ids) & {one.own_id for one in again.crossings} | set(ids) & {str(one.body["id"]) for one in again.seizures}


def test_nothing_happens_in_the_future() -> None:
    assert all(datetime.fromisoformat(one.body["occurred_at"]) < NOW for one in MADE.crossings)
    assert all(one.body["occurred_on"] < NOW.date().isoformat() for one in MADE.seizures)


def test_no_stranger_bears_a_listed_name_or_document() -> None:
    entries = sources.entries()
    namesakes = Namesakes(names_of(entries))
    numbers = {document["number"] for entry in entries for document in entry.get("documents", ())}
    for one in MADE.crossings:
        if one.about is None:
            (person,) = one.body["persons"]
            assert not namesakes.near(" ".join(person["name"].values()))
            assert person["documents"][0]["number"] not in numbers


def test_namesakes_are_found_with_accents_in_another_order_and_with_a_part_missing() -> None:
    namesakes = Namesakes(["Gilberto José RODRIGUEZ OREJUELA", "EL CHAPO"])
    assert namesakes.near("Rodríguez Orejuela Gilberto")
    assert namesakes.near("Gilberto José Rodríguez")
    assert namesakes.near("Juan El Chapo Pérez")
    assert not namesakes.near("José Rodríguez Pérez")
    assert not namesakes.near("María Guadalupe Hernández García")


def test_every_entry_is_one_that_the_watchlist_takes() -> None:
    bodies = [ActorBody.model_validate(entry) for entry in MADE.entries]
    assert len(bodies) > 2000
    assert all(str(body.list_date) == sources.LIST_DATE and body.source == "ofac-sdn" for body in bodies)
    assert {body.kind.value for body in bodies} == {"person", "organisation"}
    assert len({body.source_id for body in bodies}) == len(bodies)


def test_the_route_has_a_window_for_every_leg_that_the_vehicle_keeps() -> None:
    route = RouteBody.model_validate(MADE.route)
    assert [point.place.code for point in route.waypoints if point.place] == sources.corridor()["posts"]
    seen = [datetime.fromisoformat(one.body["occurred_at"]) for one in MADE.crossings if one.about == corridor.ABOUT]
    assert len(seen) == len(route.waypoints) - 1
    assert seen == sorted(seen)
    for before, after, point in zip(seen, seen[1:], route.waypoints[1:], strict=False):
        assert point.window is not None
        assert point.window.min <= after - before <= point.window.max


def test_the_vehicle_has_not_reached_the_last_post_yet_so_that_its_arrival_can_be_predicted() -> None:
    last = [one for one in MADE.crossings if one.about == corridor.ABOUT][-1]
    assert last.body["place"] == {"code": "GT-SV-01"}
    assert NOW - datetime.fromisoformat(last.body["occurred_at"]) == corridor.LAST_SEEN_BEFORE


def test_seizures_keep_what_was_reported_and_are_moved_in_time_only() -> None:
    rows = sources.seizure_rows()
    assert len(MADE.seizures) == len(rows) == 1527
    for row, one in zip(rows, MADE.seizures, strict=True):
        assert one.body["reported_on"] == row["date"]
        assert one.body["seized"][0]["quantity"] == row["amount"]
        assert one.body["seized"][0]["substance"] == row["drug"].lower()
    on_corridor = [one for row, one in zip(rows, MADE.seizures, strict=True) if seizures.lies_on_corridor(row)]
    assert max(one.body["occurred_on"] for one in on_corridor) == "2026-11-23"


def test_a_seizure_lies_on_the_corridor_when_it_went_north_along_it() -> None:
    def lies(departure: str, country: str, destination: str) -> bool:
        return seizures.lies_on_corridor({"departure": departure, "country": country, "destination": destination})

    assert lies("PA", "SV", "US")
    assert lies("GT", "GT", "MX")
    assert lies("PA", "ES", "NI")
    assert not lies("GT", "SV", "")
    assert not lies("CR", "ES", "ES")
    assert not lies("", "GT", "MX")
    assert not lies("CO", "GT", "MX")


def test_some_alerts_go_to_all_some_to_two_some_to_one_and_some_to_nobody() -> None:
    groups = {partners for about, partners in MADE.due.items() if about.cause == "actor"}
    everybody, two, mexico, guatemala, nobody = map(frozenset, (("GT", "HN", "MX"), ("GT", "HN"), ("MX",), ("GT",), ()))
    assert groups == {everybody, two, mexico, guatemala, nobody}


def test_every_listed_person_who_crosses_is_expected_and_the_vehicle_and_the_seizures_too() -> None:
    listed = {one.about for one in MADE.crossings if one.about not in {None, corridor.ABOUT}}
    assert len(listed) == scenario.LISTED
    assert {about for about in MADE.due if about.cause == "actor"} == {About("actor", str(one)) for one in listed}
    assert About("route", corridor.subject("00T1")) in MADE.due
    assert About("seizure_link", "corridor") in MADE.due
