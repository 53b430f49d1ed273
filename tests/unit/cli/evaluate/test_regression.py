"""A fixed sample of the evaluation set, against a third of the listed persons: what is found and what is raised for nothing stays within what was measured."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from services.cli.evaluate.budget import allowed, budget_of
from services.cli.evaluate.categories import NARCOTICS, category_of
from services.cli.evaluate.counted import counted
from services.cli.evaluate.made import made
from services.cli.evaluate.markdown import tables
from services.cli.evaluate.measuring import Measured, measured
from services.cli.evaluate.own import Own
from services.cli.evaluate.people import Half
from services.cli.evaluate.running import Outcome
from services.cli.evaluate.shown import at_budget, drawn, in_full, show, show_budget, wrong
from services.cli.evaluate.slips import KINDS
from services.correlate.domain.screen.matcher import EvidenceMatcher
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


def test_the_figures_are_told_as_json_as_tables_as_a_picture_and_each_wrong_one_by_name(
    own: tuple[Own, dict[str, list[Measured]]], entries: list[ActorEntry]
) -> None:
    method, rows = own
    outcome = Outcome(method.name, method.threshold, [row for some in rows.values() for row in some])
    figures = json.loads(json.dumps(counted(outcome), allow_nan=False))
    assert figures["method"] == EvidenceMatcher().version
    assert figures["recall"]["all"]["of"] == 300
    assert 0 < figures["recall"]["all"]["low"] <= figures["recall"]["all"]["share"] <= figures["recall"]["all"]["high"] <= 1
    assert set(figures["recall_by_kind"]) == set(KINDS)
    assert figures["alerted"]["strangers"]["of"] == 1000
    assert [point["alerts_per_10000"] for point in figures["trade_off"]] == [10.0, 20.0, 50.0, 150.0]
    thresholds = list(allowed(rows["stranger"], entries, budget_of(("5",)), method.threshold))
    lines = [line for line in tables([figures, figures], thresholds) if line]
    assert {line.count("|") for line in lines} == {4, 6}
    assert all(any(line.startswith(f"| {kind} (") for line in lines) for kind in KINDS)
    points = [
        {"alerts_per_10000": 2.0, "threshold": 1.0, "recall": 0.0},
        {"alerts_per_10000": 5.0, "threshold": 0.9, "recall": 0.5},
    ]
    assert [at_budget(points, budget) for budget in (1, 2, 5)] == ["–", "none", "0.500 (0.9)"]
    assert in_full({"of": 6000, "share": 0.99983, "low": 0.999, "high": 1.0}) == "0.9998 (0.999–1.000)"
    assert in_full({"of": 6000, "share": 1.0, "low": 0.999, "high": 1.0}) == "1.000 (0.999–1.000)"
    paper = Console(file=StringIO(), width=160)
    show(paper, [figures, figures])
    show_budget(paper, thresholds, method.threshold)
    said = paper.file.getvalue()  # type: ignore[attr-defined]
    assert all(kind in said for kind in KINDS)
    assert NARCOTICS in said
    names = {entry.entry_id: entry.body.names[0].text for entry in entries}
    missed = [line.split("\t") for line in wrong(outcome, names) if line.startswith("missed")]
    assert len(missed) == sum(not row.is_recalled(method.threshold) for row in rows["slipped"])
    assert all(len(line) == 7 and line[1] in KINDS for line in missed)
    assert "<polyline" in drawn([outcome])
