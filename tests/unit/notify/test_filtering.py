from uuid import UUID, uuid4

import pytest

from services.notify.domain.filtering import wanted
from services.notify.domain.subscription import Filter
from tests.support.notify import AT, alert_message

ROUTE, ENTRY = UUID(int=7), UUID(int=8)


def made(**more: object) -> Filter:
    return Filter.model_validate(more)


def test_an_empty_filter_wants_all() -> None:
    assert wanted(alert_message(severity="low").data, Filter())


@pytest.mark.parametrize(
    ("least", "severity", "expected"), [("high", "medium", False), ("high", "high", True), ("low", "critical", True)]
)
def test_severity_is_a_least_one(least: str, severity: str, expected: bool) -> None:
    assert wanted(alert_message(severity=severity).data, made(severity_at_least=least)) is expected


def test_causes_are_alternatives() -> None:
    assert wanted(alert_message().data, made(causes=["route", "actor"]))
    assert not wanted(alert_message().data, made(causes=["route"]))


def test_a_nation_is_where_evidence_is_from_or_an_arrival_is_expected() -> None:
    window = {"from": AT, "to": AT}
    expected = alert_message(next=[{"place": {"code": "SV-HN-01"}, "nation": "HN", "window": window}]).data
    assert wanted(expected, made(nations=["HN"]))
    assert wanted(expected, made(nations=["SV"]))
    assert not wanted(expected, made(nations=["MX"]))


def test_a_route_is_the_one_followed_or_one_the_alert_rests_on() -> None:
    followed = alert_message(cause="route", route={"route_id": ROUTE, "reached": 2, "of": 5}).data
    linked = alert_message(entries=[{"entry_id": ENTRY, "source": "own", "version": 1}]).data
    assert wanted(followed, made(routes=[ROUTE]))
    assert wanted(linked, made(routes=[ENTRY]))
    assert not wanted(linked, made(routes=[ROUTE, uuid4()]))


def test_all_parts_must_hold() -> None:
    assert not wanted(alert_message().data, made(causes=["actor"], severity_at_least="critical"))
