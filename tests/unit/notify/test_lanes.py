import dataclasses
import uuid
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.pace import START, Pace
from services.notify.lanes import Lanes
from services.notify.store.queue import Claimed, Result
from tests.support.notify import claimed, notify_settings

A, B = UUID(int=1), UUID(int=2)


def result(of: Claimed) -> Result:
    return Result(of.id, of.token, of.subscription, "delivered")


@given(st.lists(st.booleans()), st.integers(1, 64))
def test_a_pace_never_leaves_its_bounds(answers: list[bool], most: int) -> None:
    pace = Pace(most)
    for answered in answers:
        if answered:
            pace.answered()
        else:
            pace.failed()
        assert 1 <= pace.slots <= most


def test_an_endpoint_that_hangs_is_soon_down_to_one_request_and_comes_back_with_answers() -> None:
    pace = Pace(16)
    for _ in range(5):
        pace.failed()
    assert pace.slots == 1
    for _ in range(4):
        pace.answered()
    assert pace.slots == 16


def test_one_subscription_takes_no_more_than_its_slots_and_leaves_the_rest_to_others() -> None:
    lanes = Lanes(notify_settings(slots_per_subscription=16, slots=100))
    for _ in range(10):
        lanes.add(claimed(A), 100)
    lanes.add(claimed(B), 100)
    started = [one.subscription for one in lanes.ready(0)]
    assert started.count(A) == START
    assert started.count(B) == 1


def test_a_full_endpoint_has_no_room_for_claims_until_results_are_written() -> None:
    lanes = Lanes(notify_settings())
    held = [claimed() for _ in range(START)]
    for one in held:
        lanes.add(one, 100)
    assert lanes.rooms() == {A: 0}
    list(lanes.ready(0))
    for one in held:
        lanes.finished(one, answered=False)
    assert lanes.rooms() == {A: 0}
    lanes.written([result(one) for one in held])
    assert lanes.rooms() == {A: 1}


def test_a_fast_endpoint_is_given_work_ahead_of_its_slots() -> None:
    lanes = Lanes(notify_settings(slots_per_subscription=8, claim_ahead=4))
    first = claimed()
    lanes.add(first, 100)
    list(lanes.ready(0))
    lanes.finished(first, answered=True)
    lanes.written([result(first)])
    assert lanes.rooms() == {A: 32}


def test_what_could_not_be_finished_under_its_lease_is_given_back() -> None:
    lanes = Lanes(notify_settings())
    late = claimed()
    lanes.add(late, 9.9)
    assert list(lanes.ready(10)) == []
    assert lanes.late() == [late]
    assert lanes.late() == []
    assert lanes.written([result(late)]) == {A}
    assert lanes.rooms() == {A: START}


def test_after_a_claim_that_left_something_a_written_result_asks_for_another_look() -> None:
    lanes = Lanes(notify_settings())
    one = claimed()
    lanes.add(one, 100)
    lanes.looked(None, [one], {A: 1})
    list(lanes.ready(0))
    lanes.finished(one, answered=True)
    assert lanes.written([result(one)]) == {A}


def test_after_a_claim_that_took_all_there_was_it_does_not() -> None:
    lanes = Lanes(notify_settings())
    one = claimed()
    lanes.add(one, 100)
    lanes.looked(None, [one], {A: 4})
    list(lanes.ready(0))
    lanes.finished(one, answered=True)
    assert lanes.written([result(one)]) == set()


@given(st.lists(st.tuples(st.sampled_from([A, B]), st.booleans()), max_size=60), st.integers(1, 10))
def test_the_process_never_runs_more_than_its_slots(steps: list[tuple[UUID, bool]], slots: int) -> None:
    lanes = Lanes(notify_settings(slots=slots))
    running: list[Claimed] = []
    for subscription, finish in steps:
        if finish and running:
            lanes.finished(running.pop(0), answered=True)
        else:
            lanes.add(claimed(subscription), 100)
        running += lanes.ready(0)
        assert len(running) <= slots


def test_a_new_delivery_gets_a_place_while_there_is_one_and_nothing_older_waits() -> None:
    lanes = Lanes(notify_settings())
    assert [lanes.reserve(A) for _ in range(START + 1)] == [True] * START + [False]
    lanes.release(A)
    assert lanes.reserve(A)
    for _ in range(START):
        lanes.release(A)
    lanes.looked(None, [], {A: 0})
    assert not lanes.reserve(A)
    lanes.looked(None, [], {A: START})
    assert lanes.reserve(A)


def test_places_are_bounded_over_all_subscriptions() -> None:
    lanes = Lanes(notify_settings(slots=3, claim_ahead=1))
    assert [lanes.reserve(uuid.uuid4()) for _ in range(5)] == [True, True, True, False, False]


def test_what_waits_for_something_in_hand_is_looked_for_when_that_is_written() -> None:
    lanes = Lanes(notify_settings())
    one = claimed()
    lanes.add(one, 100)
    lanes.looked({A}, [], {A: 3})
    list(lanes.ready(0))
    lanes.finished(one, answered=True)
    assert lanes.written([result(one)]) == {A}


@given(st.sampled_from([False, True]), st.integers(0, 5))
def test_nothing_is_learnt_of_an_endpoint_from_what_was_not_sent(answered: bool, before: int) -> None:
    lanes, other = Lanes(notify_settings()), Lanes(notify_settings())
    for each in (lanes, other):
        for _ in range(before + 3):
            each.add(claimed(A), 100)
            for one in each.ready(0, A):
                each.finished(one, answered=answered)
    lanes.add(claimed(A), 100)
    for one in lanes.ready(0, A):
        lanes.finished(one, answered=None)
        lanes.written([result(one)])
    assert lanes.rooms() == other.rooms()


def test_an_urgent_delivery_has_a_place_where_others_have_none_and_goes_first() -> None:
    lanes = Lanes(notify_settings(slots_per_subscription=2, slots=100, claim_ahead=1))
    waiting = [claimed(A) for _ in range(4)]
    for one in waiting:
        lanes.add(one, 100)
    assert not lanes.reserve(A)
    assert lanes.reserve(A, urgent=True)
    lanes.release(A)
    urgent = dataclasses.replace(claimed(A), urgent=True)
    lanes.add(urgent, 100)
    assert next(lanes.ready(0)) is urgent
