"""Settings of correlate: what they are without a word, and which are refused before anything starts."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.settings import Settings
from services.correlate.track_settings import TrackSettings
from shared.platform.settings import load_settings


def test_without_a_word_tracking_is_bounded_as_the_policy_says() -> None:
    assert load_settings(Settings).correlate.track.policy() == TrackPolicy()


def test_every_bound_of_tracking_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "HORIZON_DAYS": "60",
        "LEG_WITHOUT_WINDOW_DAYS": "3",
        "LONGEST_LEG_DAYS": "100",
        "SLOWEST_KMH": "20",
        "FASTEST_KMH": "80",
        "BORDER_DELAY_HOURS": "12.5",
        "MOST_NEXT": "1",
        "NEXT_GRACE_HOURS": "0",
        "LIFE_DAYS": "2",
        "PAST_LIFE_DAYS": "9",
        "SEIZURE_LOOK_BACK_DAYS": "4",
        "ROUTE_SEIZURES_DAYS": "20",
        "MOST_COMPANIONS": "5",
        "EVIDENCE_KEPT": "6",
    }
    assert {name.lower() for name in told} == TrackSettings.model_fields.keys()
    for name, value in told.items():
        monkeypatch.setenv(f"ATALAYA_CORRELATE__TRACK__{name}", value)
    policy = load_settings(Settings).correlate.track.policy()
    assert all(getattr(policy, one.name) != getattr(TrackPolicy(), one.name) for one in fields(TrackPolicy))
    assert policy.rest == timedelta(hours=12.5)
    assert replace(policy, most_next=3).horizon == timedelta(days=60)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"TRACK__HORIZON_DAYS": "0"}, "ATALAYA_CORRELATE__TRACK__HORIZON_DAYS"),
        ({"TRACK__HORIZON_DAYS": "nan"}, "ATALAYA_CORRELATE__TRACK__HORIZON_DAYS"),
        ({"TRACK__SLOWEST_KMH": "90", "TRACK__FASTEST_KMH": "90"}, "slowest_kmh must be below fastest_kmh"),
        ({"TRACK__SLOWEST_KMH": "0"}, "ATALAYA_CORRELATE__TRACK__SLOWEST_KMH"),
        ({"TRACK__HORIZON_DAYS": "5"}, "leg_without_window_days must not be above horizon_days"),
        ({"TRACK__SEIZURE_LOOK_BACK_DAYS": "46"}, "seizure_look_back_days must not be above horizon_days"),
        ({"TRACK__ROUTE_SEIZURES_DAYS": "46"}, "route_seizures_days must not be above horizon_days"),
        ({"TRACK__LIFE_DAYS": "-1"}, "ATALAYA_CORRELATE__TRACK__LIFE_DAYS"),
        ({"TRACK__EVIDENCE_KEPT": "0"}, "ATALAYA_CORRELATE__TRACK__EVIDENCE_KEPT"),
        ({"TRACK__HORIZON": "45"}, "ATALAYA_CORRELATE__TRACK__HORIZON"),
        ({"LIST_WRITERS": "8"}, "correlate.list_writers must be below database.pool_api"),
    ],
)
def test_bounds_that_make_no_sense_are_refused_at_the_start_by_name(
    told: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in told.items():
        monkeypatch.setenv(f"ATALAYA_CORRELATE__{name}", value)
    with pytest.raises(SystemExit) as ended:
        load_settings(Settings)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
