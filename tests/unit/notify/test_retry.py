from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.retry import JITTER, LONGEST_WAIT, SCHEDULE, Verdict, asked_pause, next_delay, verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_what_a_status_means() -> None:
    assert verdict(204, 1) is Verdict.DELIVERED
    assert verdict(410, 1) is Verdict.GONE
    for status in (None, 100, 301, 302, 400, 401, 404, 429, 500, 503):
        assert verdict(status, 1) is Verdict.AGAIN
        assert verdict(status, len(SCHEDULE)) is Verdict.AGAIN
        assert verdict(status, len(SCHEDULE) + 1) is Verdict.FAILED


def test_an_answer_on_the_last_attempt_still_counts() -> None:
    assert verdict(200, len(SCHEDULE) + 1) is Verdict.DELIVERED


@given(st.integers(1, 30), st.floats(0, 1, exclude_max=True))
def test_the_pause_is_that_of_the_table_stretched_by_the_jitter_at_most(attempts: int, chance: float) -> None:
    least = SCHEDULE[min(attempts, len(SCHEDULE)) - 1]
    assert least <= next_delay(attempts, chance) <= least * (1 + JITTER)


@given(st.integers(1, 9), st.integers(0, 10**6))
def test_what_a_partner_asks_for_lengthens_and_never_shortens(attempts: int, seconds: int) -> None:
    asked = timedelta(seconds=seconds)
    assert next_delay(attempts, 0, asked) == max(SCHEDULE[attempts - 1], min(asked, LONGEST_WAIT))


def test_retry_after_is_read_as_seconds_or_a_date() -> None:
    assert asked_pause("120", NOW) == timedelta(minutes=2)
    assert asked_pause("Tue, 24 Nov 2026 12:01:00 GMT", NOW) == timedelta(minutes=1)
    assert asked_pause("Tue, 24 Nov 2026 11:01:00 GMT", NOW) == timedelta(0)
    assert asked_pause("9" * 40, NOW) == LONGEST_WAIT


def test_a_date_beyond_all_calendars_is_nonsense() -> None:
    for year in ("99999999999999999999", "10000", "0000"):
        assert asked_pause(f"Mon, 01 Jan {year} 00:00:00 GMT", NOW) in {None, timedelta(0)}
    assert asked_pause("Mon, 01 Jan 2027 00:00:00 +99999999999999", NOW) is None


@given(st.one_of(st.none(), st.text(max_size=40)))
def test_nonsense_in_retry_after_is_no_error(header: str | None) -> None:
    pause = asked_pause(header, NOW)
    assert pause is None or timedelta(0) <= pause <= LONGEST_WAIT
