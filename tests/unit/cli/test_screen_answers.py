"""Each line is answered once, in the order of the file, whatever it holds and however many are answered at once."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli.screen.answering import FAULTY, NOTHING, Answers, ByLists
from services.cli.screen.cores import several
from services.cli.screen.lines import Batch, UnreadableInputError
from services.cli.screen.running import Run, at_once
from services.correlate.domain.screen.index import WatchlistIndex
from shared.contracts.watchlist import ListedDocument
from tests.support.correlate import NOON, index_of, listed

PERSON = listed(
    "Wenceslao Quiñónez Barahona",
    birth_dates=("1971-05-09",),
    documents=(ListedDocument(type="passport", number="A1234567", issuer="HN"),),
)


def by_lists(index: WatchlistIndex, **bounds: int) -> ByLists:
    return ByLists(index, {"test": "2026-02"}, "d1", NOON, **{"line_bytes": 1000, "faults_told": 3, **bounds})


def batch(*lines: bytes | None, first: int = 1) -> Batch:
    return Batch(list(enumerate(lines, first)), 0)


def test_a_hit_says_which_entry_how_sure_why_and_by_which_lists_and_an_id_comes_back_as_it_was() -> None:
    answers = by_lists(index_of(PERSON))(
        batch(
            b'{"id": 7, "given": "Wenceslao", "paternal": "Qui\xc3\xb1\xc3\xb3nez", "maternal": "Barahona", "birth_date": "1971"}',
            b'{"id": "7", "name": "Nadie Conocido"}',
            b'{"name": "Nadie Conocido", "documents": ["A1234567"]}',
            b'{"id": 0.5, "name": "Nadie Conocido"}',
        )
    )
    told = [orjson.loads(line) for line in answers.lines]
    assert [one["id"] for one in told] == [7, "7", None, 0.5]
    assert [len(one["hits"]) for one in told] == [1, 0, 1, 0]
    assert answers.marks == b"anan"
    [hit] = told[0]["hits"]
    assert hit["alert"] is True
    assert hit["sentence"].keys() == {"es", "en"}
    assert (hit["source"], hit["list_date"], "entry_id" in hit) == ("test", "2026-02", False)
    assert hit["explanation"]
    assert {(one["lists"], one["matcher"].partition("/")[0]) for one in told} == {("d1", "evidence")}


HOSTILE = {
    b'{"name": NaN}': "not_a_number",
    b'{"name": "Ana", "name": "Eva"}': "duplicate_name",
    b'{"name": "\xff\xfe"}': "not_utf8",
    b'{"name": ' + b"[" * 300 + b"]" * 300 + b"}": "too_deep",
    b'{"name": "Ana", "id": 12345678901234567890123}': "integer_out_of_range",
    b'{"name": "\\ud800"}': "lone_surrogate",
    b'{"name": "A\\u0000"}': "nul_character",
    b'{"name": "Ana", "birth_date": 1e400}': "number_out_of_range",
    b"7": "no_object",
    b"null": "no_object",
    b'["Ana"]': "no_object",
    b'{"name"': "not_json",
    b'{"id": {"x": 1}, "name": "Ana"}': "id_type",
    b'{"name": "Ana", "birthdate": "1971"}': "field_unknown",
    b"{}": "nothing_to_screen",
}


def test_a_hostile_line_is_answered_with_what_is_wrong_and_stops_nobody() -> None:
    answers = by_lists(index_of(PERSON))(batch(b'{"id": 1, "name": "Ana"}', *HOSTILE, None, b'{"id": 2, "name": "Eva"}'))
    told = [orjson.loads(line) for line in answers.lines]
    assert answers.marks == NOTHING + FAULTY * (len(HOSTILE) + 1) + NOTHING
    assert [one["id"] for one in (told[0], told[-1])] == [1, 2]
    assert [one["error"][0]["code"] for one in told[1:-1]] == [*HOSTILE.values(), "line_too_long"]
    assert [one["line"] for one in told[1:-1]] == list(range(2, len(HOSTILE) + 3))
    assert all("hits" not in one for one in told[1:-1])


def test_every_fault_of_a_line_is_told_up_to_a_bound_and_by_its_id() -> None:
    line = orjson.dumps({"id": 9, "name": "Ana", **{"x" * 300 + str(number): 1 for number in range(5)}})
    [answer] = by_lists(index_of(), line_bytes=10_000)(batch(line)).lines
    told = orjson.loads(answer)
    assert (told["id"], told["line"], len(told["error"])) == (9, 1, 4)
    assert told["error"][-1]["detail"] == "There are 2 more faults."
    assert len(answer) < 1500


@dataclass
class Written:
    """A sink that remembers."""

    lines: list[bytes] = field(default_factory=list)

    def write(self, batch: Batch, answers: Answers) -> None:  # noqa: ARG002
        self.lines += answers.lines


def echo(asked: Batch) -> Answers:
    """Answers each line with itself; one that begins with x is faulty."""
    lines = [line or b"" for _, line in asked.lines]
    return Answers(lines, b"".join(FAULTY if line.startswith(b"x") else NOTHING for line in lines))


def batches(count: int, size: int = 3) -> list[Batch]:
    return [Batch([(number + 1, b"%d" % number) for number in range(first, first + size)], 0) for first in range(0, count, size)]


@given(order=st.permutations(range(6)), ahead=st.integers(0, 7))
def test_answers_that_come_in_any_order_are_written_in_the_order_of_the_file(order: list[int], ahead: int) -> None:
    """A later batch is answered as soon as it is asked, an earlier one only when all before it in `order` are."""
    asked: list[tuple[Batch, Future[Answers]]] = []

    def submit(one: Batch) -> "Future[Answers]":
        future: Future[Answers] = Future()
        asked.append((one, future))
        if len(asked) == min(6, ahead + 1):
            for place in sorted(range(len(asked)), key=lambda place: order[place]):
                asked[place][1].set_result(echo(asked[place][0]))
        elif len(asked) > ahead + 1:
            future.set_result(echo(one))
        return future

    sink = Written()
    told = Run(submit, sink, ahead, strict=False).over(iter(batches(18)))
    assert sink.lines == [b"%d" % number for number in range(18)]
    assert (told.lines, told.last, told.faulty) == (18, 18, 0)


def test_forked_processes_answer_as_one_does_and_in_order() -> None:
    screening = by_lists(index_of(PERSON))
    files = [
        batch(b'{"id": %d, "documents": ["A%d"]}' % (number, 1234560 + number % 10), b"x", first=number) for number in range(40)
    ]
    alone, together = Written(), Written()
    Run(at_once(screening), alone, 0, strict=False).over(iter(files))
    with several(screening, 2) as submit:
        told = Run(submit, together, 4, strict=False).over(iter(files))
    assert together.lines == alone.lines
    assert (told.lines, told.alerts, told.faulty) == (80, 4, 40)


def test_strictly_it_ends_with_the_first_faulty_line_as_the_last_that_is_written() -> None:
    sink = Written()
    files = [batch(b"1", b"2"), batch(b"3", b"x4", b"5", first=3), batch(b"6", first=6)]
    told = Run(at_once(echo), sink, 0, strict=True).over(iter(files))
    assert sink.lines == [b"1", b"2", b"3", b"x4"]
    assert (told.stopped, told.lines, told.last, told.faulty) == (True, 4, 4, 1)


def test_where_the_input_breaks_off_what_came_before_is_answered() -> None:
    def broken() -> Iterator[Batch]:
        yield from batches(6)
        raise UnreadableInputError("broken")

    sink = Written()
    with ThreadPoolExecutor(1) as pool:
        told = Run(lambda one: pool.submit(echo, one), sink, 5, strict=False).over(broken())
    assert (told.unreadable, len(sink.lines)) == ("broken", 6)


def test_interrupted_at_work_it_ends_after_the_batch_and_what_is_written_is_whole() -> None:
    def answer(one: Batch) -> Answers:
        if one.lines[0][0] == 4:
            os.kill(os.getpid(), signal.SIGINT)
        return echo(one)

    before = signal.getsignal(signal.SIGINT)
    sink = Written()
    told = Run(at_once(answer), sink, 0, strict=False).over(iter(batches(18)))
    assert told.interrupted
    assert sink.lines == [b"%d" % number for number in range(told.last)]
    assert told.last == 6
    assert signal.getsignal(signal.SIGINT) is before


def test_interrupted_while_it_waits_for_input_it_ends_at_once() -> None:
    def typed() -> Iterator[Batch]:
        yield from batches(3)
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
        threading.Event().wait(30)
        pytest.fail("it waited")

    sink = Written()
    told = Run(at_once(echo), sink, 0, strict=False).over(typed())
    assert (told.interrupted, sink.lines) == (True, [b"0", b"1", b"2"])
