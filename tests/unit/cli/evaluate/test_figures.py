"""Shares with their intervals, the trade-off, and the threshold that a budget allows."""

import re
from collections.abc import Sequence
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest

from services.cli.evaluate import figures
from services.cli.evaluate.budget import Budget, allowed, budget_of, check_known
from services.cli.evaluate.categories import NARCOTICS, OTHER, TERRORISM, category_of
from services.cli.evaluate.measuring import NOTHING, Answer, Measured, measured
from services.cli.evaluate.people import Half, Sought
from services.cli.evaluate.plot import svg
from services.cli.evaluate.travellers import Traveller
from shared.contracts.vocabulary import Category
from tests.support.correlate import actor, listed

TRUTH = Sought(listed("Wenceslao BARAHONA", 1, programmes=("SDNTK",)), ("wenceslao",), ("barahona",))
OTHERS = (listed("Otro", 2, programmes=("SDGT",)), listed("Alguien", 3), listed("Nadie", 4))


class Fixed:
    """A method of which every answer is set beforehand, by the traveller's name."""

    name = "fixed"
    threshold = 10.0

    def __init__(self, worth: dict[str, dict[UUID, float]]) -> None:
        self._worth = worth

    def answers(self, travellers: Sequence[Traveller]) -> list[Answer]:
        return [Answer(self._worth[one.name], self._worth[one.name].keys()) for one in travellers]


def traveller(name: str, truth: Sought | None = None) -> Traveller:
    return Traveller("slipped" if truth else "stranger", "any", name, None, None, Half.TUNE, truth)


def strangers(*worth: float) -> list[Measured]:
    entry = OTHERS[0].entry_id
    some = [traveller(str(number)) for number in range(len(worth))]
    answers = {str(number): {entry: bits} if bits > NOTHING else {} for number, bits in enumerate(worth)}
    return list(measured(Fixed(answers), some, lambda _: None))


def found(*worth: float) -> list[Measured]:
    some = [traveller(str(number), TRUTH) for number in range(len(worth))]
    answers = {str(number): {TRUTH.entry.entry_id: bits} if bits > NOTHING else {} for number, bits in enumerate(worth)}
    return list(measured(Fixed(answers), some, lambda _: None))


def test_a_listed_person_is_recalled_by_its_own_entry_and_by_no_other() -> None:
    other = OTHERS[0].entry_id
    [row] = measured(Fixed({"x": {other: 20.0, TRUTH.entry.entry_id: 9.0}}), [traveller("x", TRUTH)], lambda _: None)
    assert (row.found, row.strongest, row.right) == (other, 20.0, 9.0)
    assert row.compared
    assert row.is_alerted(10)
    assert not row.is_recalled(10)
    [row] = measured(Fixed({"x": {}}), [traveller("x", TRUTH)], lambda _: None)
    assert not row.compared
    assert not row.is_alerted(NOTHING)


def test_each_traveller_is_asked_about_once_in_order_however_many_there_are() -> None:
    heard: list[int] = []
    some = [traveller(str(number)) for number in range(150)]
    rows = list(measured(Fixed({one.name: {} for one in some}), some, heard.append))
    assert [row.traveller for row in rows] == some
    assert heard == sorted(heard)
    assert heard[-1] == 150


def test_the_interval_holds_the_share_and_narrows_with_more_persons() -> None:
    few = figures.share(strangers(*([20.0] * 5 + [1.0] * 45)), lambda row: row.is_alerted(10))
    many = figures.share(strangers(*([20.0] * 50 + [1.0] * 450)), lambda row: row.is_alerted(10))
    assert few.value == many.value == 0.1
    assert few.low < many.low < 0.1 < many.high < few.high
    assert few == figures.share(strangers(*([20.0] * 5 + [1.0] * 45)), lambda row: row.is_alerted(10))


def test_none_of_a_thousand_is_not_told_to_be_never_and_all_not_always() -> None:
    none = figures.share(strangers(*[1.0] * 1000), lambda row: row.is_alerted(10))
    assert (none.value, none.low) == (0, 0)
    assert 0.0036 < none.high < 0.0038
    every = figures.share(strangers(*[20.0] * 1000), lambda row: row.is_alerted(10))
    assert (every.value, every.high) == (1, 1)
    assert 0.9962 < every.low < 0.9964
    assert figures.share([], lambda row: row.is_alerted(10)).of == 0


def test_slips_of_one_person_say_less_than_slips_of_as_many_persons() -> None:
    one = figures.share(found(*[20.0] * 50, *[1.0] * 50), lambda row: row.is_recalled(10))
    assert (one.of, one.value, one.low, one.high) == (100, 0.5, 0.5, 0.5)


def test_the_threshold_lets_no_more_strangers_through_than_the_budget_and_no_fewer() -> None:
    worth = [float(number) for number in range(10_000)]
    for budget, alerted in ((0.5, 0), (1, 1), (2, 2), (10, 10)):
        at = figures.threshold_at(worth, budget)
        assert sum(one >= at for one in worth) == alerted
    assert figures.threshold_at([NOTHING] * 10_000, 1) == NOTHING


def test_recall_is_told_at_each_budget_and_along_the_whole_curve() -> None:
    slipped, some = found(5.0, 8.0, 12.0, NOTHING), strangers(*[NOTHING] * 9_997, 7.0, 9.0, 11.0)
    points = {point.budget: point.recall for point in figures.trade_off(slipped, some)}
    assert points == {1.0: 0.25, 2.0: 0.5, **dict.fromkeys((5.0, 10.0, 20.0, 50.0, 150.0), 0.75)}
    assert figures.curve(slipped, some) == [(1.0, 0.25), (2.0, 0.25), (3.0, 0.5)]


def test_the_threshold_of_a_category_is_that_of_the_alerts_on_its_own_entries_and_of_its_own_budget() -> None:
    entries = (TRUTH.entry, *OTHERS)
    terror, other = OTHERS[0].entry_id, OTHERS[1].entry_id
    answers: dict[str, dict[UUID, float]] = {str(number): {} for number in range(20_000)}
    answers |= {"0": {terror: 30.0}, "1": {terror: 20.0, other: 12.0}, "2": {other: 11.0}}
    rows = list(measured(Fixed(answers), [traveller(name) for name in answers], lambda _: None))
    every = {one.category: one for one in allowed(rows, entries, Budget(1.0, {TERRORISM: 0.5}), 15.0)}
    assert {name: (one.persons, one.budget, one.alerted) for name, one in every.items()} == {
        "all": (4, 1.0, 1.0),
        NARCOTICS: (1, 1.0, 0.0),
        TERRORISM: (1, 0.5, 1.0),
        OTHER: (2, 1.0, 0.0),
    }
    assert every["all"].threshold == pytest.approx(11.0)
    assert every[TERRORISM].threshold == pytest.approx(20.0)
    assert every[OTHER].threshold is None


def test_a_budget_is_a_number_or_a_category_and_one() -> None:
    assert budget_of(()) == Budget(1.0, {})
    assert budget_of(("2", "terrorism=0.2", "arrest=5")) == Budget(2.0, {"terrorism": 0.2, "arrest": 5.0})
    for text in ("much", "0", "-1", "=2", "terrorism=", "terrorism=much", "nan", "20000"):
        with pytest.raises(ValueError, match=re.escape(f"{text!r} is no budget")):
            budget_of((text,))
    check_known(Budget(1.0, {TERRORISM: 1.0}), OTHERS)
    with pytest.raises(ValueError, match=r"Nobody listed is of the category piracy; there are other, terrorism\."):
        check_known(Budget(1.0, {"piracy": 1.0}), OTHERS)


def test_an_entry_is_of_the_category_that_its_issuer_wrote_or_that_its_programmes_say() -> None:
    assert category_of(TRUTH.entry) == NARCOTICS
    assert category_of(OTHERS[0]) == TERRORISM
    assert category_of(OTHERS[1]) == OTHER
    assert category_of(actor(names=TRUTH.entry.body.names, category=Category.ARREST, programmes=("SDNTK",))) == "arrest"


def test_the_picture_is_svg_with_a_line_for_each_method_told_apart_by_more_than_colour() -> None:
    told = svg({"ours & more": [(0.5, 0.9), (10, 0.99)], "another": [(2, 0.6)]}, "A <title>", {"another": (2, 0.6)})
    drawn = ET.fromstring(told)  # noqa: S314 - our own
    lines = drawn.findall("{http://www.w3.org/2000/svg}polyline")
    assert len({line.get("stroke-dasharray") for line in lines}) == len({line.get("stroke") for line in lines}) == 2
    texts = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"ours & more", "another"} <= set(texts)
    assert len(drawn.findall("{http://www.w3.org/2000/svg}circle")) == 1
    assert len((lines[0].get("points") or "").split()) == 2
