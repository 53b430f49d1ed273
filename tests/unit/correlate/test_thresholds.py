"""The threshold of names follows from the size of the lists, the budget of false alarms and the category of the entry."""

import pytest

from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.matcher import EvidenceMatcher
from services.correlate.domain.screen.screener import Screener
from services.correlate.domain.screen.weights import Weights
from services.correlate.screen_settings import ScreenSettings
from shared.contracts.vocabulary import Category
from tests.support.correlate import event, hits, listed, person

BETWEEN = "Ricardo GARCÍA SÁNCHEZ"
"""Worth a little more than the threshold of the lists of OFAC and the UN, and less than that of a longer list."""


def alerts(weights: Weights, **body: object) -> list[bool]:
    index = WatchlistIndex(weights)
    index.apply(listed(BETWEEN, **body))
    return [hit.alert for hit in hits(Screener(index, EvidenceMatcher(weights)), event(persons=[person(BETWEEN)]))]


def test_twice_as_long_a_list_asks_for_one_bit_more_and_a_short_one_for_none_less() -> None:
    base, double, tiny = Weights.for_lists(10_000), Weights.for_lists(20_000), Weights.for_lists(3)
    assert double.alert_at - base.alert_at == pytest.approx(1.0)
    assert (double.hit_at - base.hit_at, double.candidate_at - base.candidate_at) == pytest.approx((1.0, 1.0))
    assert tiny == base == Weights()


def test_half_the_budget_asks_for_more_and_the_settings_say_both() -> None:
    assert Weights.for_lists(10_000, 0.5).alert_at > Weights().alert_at > Weights.for_lists(10_000, 2.0).alert_at
    assert ScreenSettings(listed_persons=1_000_000).weights == Weights.for_lists(1_000_000)
    assert ScreenSettings().weights == Weights()


def test_a_common_name_alerts_on_a_short_list_and_not_on_a_long_one() -> None:
    assert alerts(Weights()) == [True]
    assert True not in alerts(Weights.for_lists(1_000_000))


def test_a_missing_person_is_worth_more_false_alarms_than_a_discreet_check() -> None:
    weights = Weights(alert_at=17.2)
    assert alerts(weights, category=Category.MISSING) == [True]
    assert alerts(weights, category=Category.ARREST) == [True]
    assert alerts(weights, category=Category.DISCREET_CHECK) == [False]


def test_the_version_of_the_matcher_tells_another_threshold() -> None:
    assert EvidenceMatcher().version == "evidence/2"
    assert EvidenceMatcher(Weights.for_lists(80_000)).version == "evidence/2 at 19.5"
