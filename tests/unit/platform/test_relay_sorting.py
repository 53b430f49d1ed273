"""Which messages of the outbox are done with, by what came of sending them."""

from hypothesis import given
from hypothesis import strategies as st

from shared.platform.database.outbox import Waiting
from shared.platform.database.relay import sort_out
from shared.platform.errors import PoisonError, TransientError
from shared.platform.kafka.messages import Message


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b"]), st.sampled_from([None, TransientError("x"), PoisonError("x")]))))
def test_after_one_that_stays_nothing_of_its_key_is_taken_off(plan: list[tuple[bytes, Exception | None]]) -> None:
    rows = [Waiting(number, Message("t", b"%d" % number, key)) for number, (key, _) in enumerate(plan)]
    found = sort_out(rows, [outcome for _, outcome in plan])
    gone = {*found.sent, *found.refused}
    assert len(gone) + found.held == len(plan)
    for key in (b"a", b"b"):
        numbers = [row.id for row in rows if row.message.key == key]
        stays = [number for number in numbers if number not in gone]
        assert all(number in gone for number in numbers if not stays or number < stays[0])
        assert all(number not in gone for number in numbers if stays and number > stays[0])
