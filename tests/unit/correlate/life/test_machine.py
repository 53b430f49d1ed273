"""Any sequence of what people do and of time passing keeps an entry within the table of its life."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.life.actions import FROM, UnfitError, WishFlawedError, step
from services.correlate.domain.life.clock import CLOCK, AnyEntry, after, caught_up, due_at, review_at, warned_at
from services.correlate.domain.life.policy import Approval, LifePolicy
from services.correlate.domain.life.wishes import Action, Doer, Wish
from shared.contracts.vocabulary import EntryChange, EntryState
from shared.contracts.watchlist import ActorBody, ActorEntry, Flag
from tests.support.correlate import NOON, actor

DAY = timedelta(days=1)
TABLE = {
    "submitted": {("draft", "submitted"), ("draft", "active")},
    "approved": {("submitted", "active"), ("suspended", "active"), ("suspended", "suspended"), ("active", "active"), ("review_due", "review_due")},
    "rejected": {("submitted", "draft")},
    "suspended": {("active", "suspended"), ("review_due", "suspended")},
    "resumed": {("suspended", "active")},
    "review_due": {("active", "review_due")},
    "extended": {("active", "active"), ("review_due", "active")},
    "flagged": {("active", "active"), ("review_due", "review_due")},
    "unflagged": {("active", "active"), ("review_due", "review_due")},
    "cleared": {("active", "active"), ("review_due", "review_due")},
    "uncleared": {("active", "active"), ("review_due", "review_due")},
    "expired": {(state, "expired") for state in ("draft", "submitted", "active", "review_due", "suspended")},
    "executed": {(state, "executed") for state in ("active", "review_due", "suspended")},
    "kept": {("executed", "executed")},
    "revoked": {(state, "revoked") for state in ("draft", "submitted", "active", "review_due", "suspended")},
    "deleted": {(state, "deleted") for state in ("draft", "expired", "executed", "revoked")},
}  # fmt: skip
POLICIES = (LifePolicy(), LifePolicy(approval=Approval.ALL, lead=30 * DAY, erase_after=20 * DAY))
DOERS = (Doer("writer", "hn-police", "HN"), Doer("second", "hn-police", "HN"), Doer("partner", "gt-police", "GT"))


@st.composite
def begun(draw: st.DrawFn) -> ActorEntry:
    """An entry as it comes onto the list."""
    strong = draw(st.booleans())
    days = draw(st.integers(1, 400))
    body: dict[str, Any] = {"names": [{"full": "Nadie Ejemplo"}], "review_on": (NOON + days * DAY).date()}
    if strong:
        body["birth_dates"] = ("1971",)
    if draw(st.booleans()):
        body["valid_to"] = NOON + draw(st.integers(1, 500)) * DAY
    state = draw(st.sampled_from([EntryState.DRAFT, EntryState.SUBMITTED, EntryState.ACTIVE]))
    head: dict[str, Any] = {"state": state, "change": EntryChange.LISTED, "written_by": "writer"}
    if state is EntryState.ACTIVE:
        head["renewed_at"] = NOON
        if not strong and draw(st.booleans()):
            head["confirm_by"] = NOON + DAY
        if draw(st.booleans()):
            until = NOON + draw(st.integers(1, 500)) * DAY
            head["flags"] = (Flag(nation="GT", agency="gt-police", since=NOON, until=until, reason="not here"),)
    return actor(**body).model_copy(update=head)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(Action),
        st.sampled_from(DOERS),
        st.integers(0, 60 * 24),
        st.one_of(st.none(), st.integers(-1, 200)),
        st.one_of(st.none(), st.integers(-1, 500)),
    ),
    max_size=12,
)


def lived(
    entry: AnyEntry, steps: list[Any], policy: LifePolicy, now: datetime
) -> Iterator[tuple[AnyEntry, str, AnyEntry, datetime]]:
    """Every move of a life: the entry before, what the move is called, the entry after, and when it was looked at."""
    for action, doer, hours, until, review in steps:
        now += timedelta(hours=hours)
        ticked, moves = caught_up(entry, now, policy)
        for move in moves:
            moved = after(entry, move, CLOCK)
            yield entry, move.change.value, moved, now
            entry = moved
        assert entry == ticked
        wish = Wish(
            action,
            "reason",
            until=None if until is None else now + until * DAY,
            review_on=None if review is None else (now + review * DAY).date(),
        )
        try:
            done = step(entry, wish, doer, now, policy)
        except (UnfitError, WishFlawedError):
            continue
        if done is not None:
            moved = after(entry, done, doer.key)
            yield entry, done.change.value, moved, now
            entry = moved


@given(begun(), STEPS, st.sampled_from(POLICIES))
def test_every_life_stays_within_the_table_and_what_is_past_its_date_never_alerts(
    entry: ActorEntry, steps: list[Any], policy: LifePolicy
) -> None:
    for before, change, now_is, looked in lived(entry, steps, policy, NOON):
        assert (before.state.value, now_is.state.value) in TABLE[change]
        assert (now_is.ended_at is not None) is now_is.state.ended
        if before.ended_at is not None:
            assert now_is.ended_at == before.ended_at
        here, _ = caught_up(now_is, looked, policy)
        if here.alerts:
            dates = (here.body.valid_to, review_at(here.body), here.confirm_by)
            assert all(one is None or one > looked for one in dates)


@given(begun(), STEPS, st.sampled_from(POLICIES))
def test_the_moment_at_which_time_changes_an_entry_next_is_the_one_that_is_kept(
    entry: ActorEntry, steps: list[Any], policy: LifePolicy
) -> None:
    for _, _, now_is, looked in lived(entry, steps, policy, NOON):
        here, _ = caught_up(now_is, looked, policy)
        due = due_at(here, policy)
        far = looked + 5000 * DAY
        if due is None:
            assert not caught_up(here, far, policy)[1]
        else:
            assert due > looked
            assert not caught_up(here, due - timedelta(microseconds=1), policy)[1]
            assert caught_up(here, due, policy)[1]


@given(begun(), STEPS, st.sampled_from(POLICIES), st.integers(1, 900), st.integers(1, 40))
def test_however_often_one_looks_an_entry_comes_to_the_same(
    entry: ActorEntry, steps: list[Any], policy: LifePolicy, days: int, pace: int
) -> None:
    lives = list(lived(entry, steps, policy, NOON))
    here, start = (lives[-1][2], lives[-1][3]) if lives else (entry, NOON)
    end = start + days * DAY
    leap, _ = caught_up(here, end, policy)
    fine: AnyEntry = here
    now = start
    while now < end:
        now = min(end, now + pace * DAY)
        fine, _ = caught_up(fine, now, policy)
    assert fine == leap


def test_a_step_that_is_done_twice_by_the_same_key_is_the_same() -> None:
    entry = actor(names=[{"full": "Nadie"}], birth_dates=["1971"], review_on=(NOON + 300 * DAY).date())
    entry = entry.model_copy(update={"renewed_at": NOON, "written_by": "writer"})
    policy = LifePolicy()
    for action in (Action.SUSPEND, Action.RESUME, Action.EXTEND, Action.EXECUTE, Action.KEEP, Action.DELETE):
        wish = Wish(action, "reason")
        move = step(entry, wish, DOERS[0], NOON, policy)
        assert move is not None
        entry = after(entry, move, DOERS[0].key)  # type: ignore[assignment]
        assert step(entry, wish, DOERS[0], NOON + DAY, policy) is None


def test_what_its_issuer_suspended_stays_so_when_it_is_approved_and_what_time_suspended_alerts() -> None:
    entry = actor(names=[{"full": "Nadie"}], review_on=(NOON + 300 * DAY).date())
    entry = entry.model_copy(update={"renewed_at": NOON, "written_by": "writer", "confirm_by": NOON + DAY})
    policy, approve = LifePolicy(), Wish(Action.APPROVE)
    by_time, _ = caught_up(entry, NOON + DAY, policy)
    assert by_time.state is EntryState.SUSPENDED
    suspension = step(entry, Wish(Action.SUSPEND, "operation"), DOERS[0], NOON, policy)
    assert suspension is not None
    by_issuer, _ = caught_up(after(entry, suspension, "writer"), NOON + 2 * DAY, policy)
    for suspended, state in ((by_time, EntryState.ACTIVE), (by_issuer, EntryState.SUSPENDED)):
        approved = step(suspended, approve, DOERS[1], NOON + 2 * DAY, policy)
        assert approved is not None
        assert approved.state is state
        assert approved.head["confirm_by"] is None


def test_the_issuer_is_told_four_months_ahead_or_a_third_of_a_shorter_period() -> None:
    policy = LifePolicy()
    for days, ahead in ((3650, 120), (365, 120), (90, 30)):
        entry = actor(names=[{"full": "Nadie"}], review_on=(NOON + days * DAY).date()).model_copy(update={"renewed_at": NOON})
        review = review_at(entry.body)
        warned = warned_at(entry, policy)
        assert review is not None
        assert warned is not None
        assert abs((review - warned) - ahead * DAY) < DAY


def test_each_action_is_possible_somewhere_and_every_state_but_the_last_can_be_left() -> None:
    assert set(FROM) == set(Action)
    assert set().union(*FROM.values()) == set(EntryState) - {EntryState.DELETED}


def test_an_extension_without_a_day_takes_the_latest_that_the_category_allows() -> None:
    body = ActorBody(kind="person", category="arrest", names=[{"full": "Nadie"}], review_on=date(2027, 1, 1))
    entry = actor().model_copy(update={"body": body, "renewed_at": NOON})
    move = step(entry, Wish(Action.EXTEND, "still sought"), DOERS[0], NOON, LifePolicy())
    assert move is not None
    assert move.body is not None
    assert move.body.review_on == (NOON + 5 * 365 * DAY).date()
