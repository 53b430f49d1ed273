"""A fixed sample of the evaluation set, against a third of the listed persons: what is found and what is raised for nothing stays within what was measured."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from services.cli.evaluate.categories import NARCOTICS, category_of
from services.cli.evaluate.made import made
from services.cli.evaluate.measuring import Measured, measured
from services.cli.evaluate.own import Own
from services.cli.evaluate.people import Half
from shared.contracts.watchlist import ActorEntry

SAMPLE = {"slipped": 300, "stranger": 1000, "exact": 150, "near stranger": 250, "sibling": 90}


@pytest.fixture(scope="module")
def own(entries: list[ActorEntry]) -> tuple[Own, dict[str, list[Measured]]]:
    travelling = made(entries, Half.TUNE, strangers=2000, near=1000)
    wanted = [entry for entry in entries if category_of(entry) == NARCOTICS]
    method = Own([*wanted, *entries[::8]], datetime(2026, 2, 27, tzinfo=UTC))
    rows = {}
    for group, most in SAMPLE.items():
        some = [one for one in travelling.travellers if one.group == group]
        rows[group] = list(measured(method, some[:: max(1, len(some) // most)][:most], lambda _: None))
    return method, rows


def share(rows: Sequence[Measured], at: float) -> float:
    return sum(row.is_recalled(at) if row.traveller.truth else row.is_alerted(at) for row in rows) / len(rows)


def test_slipped_names_are_found_and_others_let_pass(own: tuple[Own, dict[str, list[Measured]]]) -> None:
    method, rows = own
    assert {group: len(some) for group, some in rows.items()} == SAMPLE
    assert share(rows["slipped"], method.threshold) >= 0.95
    assert share([row for row in rows["slipped"] if row.traveller.birth_date], method.threshold) >= 0.98
    assert sum(row.compared for row in rows["slipped"]) / len(rows["slipped"]) >= 0.98
    assert share(rows["stranger"], method.threshold) <= 0.001
    assert share(rows["near stranger"], method.threshold) <= 0.004
    assert share(rows["sibling"], method.threshold) == 0


def test_who_has_the_name_birth_date_and_nationality_of_a_listed_person_is_always_found(
    own: tuple[Own, dict[str, list[Measured]]],
) -> None:
    method, rows = own
    assert [row.traveller.name for row in rows["exact"] if not row.is_recalled(method.threshold)] == []


def test_the_curve_goes_on_below_the_threshold(own: tuple[Own, dict[str, list[Measured]]]) -> None:
    method, rows = own
    assert share(rows["slipped"], method.threshold - 4) > share(rows["slipped"], method.threshold)
