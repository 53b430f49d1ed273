from datetime import UTC, datetime, timedelta
from typing import Any

from services.cli.demo import corridor
from services.cli.demo.crossing import Crossing, crossing
from services.cli.demo.expected import About, due, on_time

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROUTE = {"handling": {"releasable_to": ["GT", "HN", "MX"]}}


def entry(source_id: str, *releasable_to: str) -> dict[str, Any]:
    return {"source_id": source_id, "handling": {"releasable_to": list(releasable_to)}}


def seen(source_id: str, nation: str, *releasable_to: str) -> Crossing:
    return crossing(f"{source_id}-{nation}", nation, "CR-PA-01", NOW, releasable_to=releasable_to, about=source_id)


def driven(*hours: float) -> list[Crossing]:
    posts = ("PAPTY", "CR-PA-01", "NI-CR-01")
    return [
        crossing(f"C-{post}", "PA", post, NOW + timedelta(hours=at), releasable_to=("GT", "MX"), about=corridor.ABOUT)
        for post, at in zip(posts, hours, strict=False)
    ]


def test_an_alert_is_due_at_the_partners_that_entry_and_event_are_both_releasable_to() -> None:
    alerts = due([entry("1", "GT", "HN")], ROUTE, [seen("1", "CR", "HN", "MX")], [], "R")
    assert alerts == {About("actor", "1"): frozenset({"HN"})}


def test_what_a_nation_reported_itself_may_go_to_it_if_the_entry_may() -> None:
    alerts = due([entry("1", "GT", "HN")], ROUTE, [seen("1", "GT", "HN")], [], "R")
    assert alerts[About("actor", "1")] == frozenset({"GT", "HN"})


def test_a_second_event_narrows_the_alert_it_revises() -> None:
    alerts = due([entry("1", "GT", "HN", "MX")], ROUTE, [seen("1", "CR", "GT", "HN"), seen("1", "PA", "HN", "MX")], [], "R")
    assert alerts[About("actor", "1")] == frozenset({"HN"})


def test_an_alert_that_no_partner_may_see_is_raised_all_the_same() -> None:
    assert due([entry("1", "CR")], ROUTE, [seen("1", "CR", "GT")], [], "R") == {About("actor", "1"): frozenset()}


def test_strangers_and_unseen_entries_are_not_expected() -> None:
    stranger = crossing("S", "GT", "GT-SV-01", NOW, releasable_to=("GT",))
    assert due([entry("1", "GT")], ROUTE, [stranger], [], "R") == {}


def test_the_vehicle_is_expected_when_it_kept_the_windows() -> None:
    alerts = due([], ROUTE, driven(0, 12, 26), [], "R")
    assert alerts == {About("route", "vehicle:PA:GENCR"): frozenset({"GT", "MX"})}


def test_the_vehicle_is_not_expected_when_it_was_too_fast_or_seen_once() -> None:
    assert not on_time(driven(0, 2))
    assert not on_time(driven(0))
    assert not on_time([])
    assert due([], ROUTE, driven(0, 2), [], "R") == {}


def test_one_alert_is_due_for_all_seizures_on_the_route() -> None:
    row = {"departure": "GT", "country": "GT", "destination": "MX"}
    alerts = due([], ROUTE, [], [row, row], "R")
    assert alerts == {About("seizure_link", "corridor"): frozenset({"GT", "HN", "MX"})}
    assert due([], ROUTE, [], [row | {"destination": "ES"}], "R") == {}
