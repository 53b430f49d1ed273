"""When dead letters pile up: one sender's fault is the sender's, everybody's fault is ours."""

from collections.abc import Iterable

import pytest

from shared.platform.kafka.flood import DeadLetterMeter, FloodError, Sources
from shared.platform.kafka.messages import Record, SalvagedRecord
from shared.platform.settings import KafkaSettings

SETTINGS = KafkaSettings(dead_letters_in_a_row=3, dead_letter_window=10, dead_letter_vouch_seconds=60)


class Ticks:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def agency(record: Record) -> str | None:
    return None if record.key is None else record.key.decode()


def sources(ticks: Ticks | None = None) -> Sources:
    return Sources(SETTINGS, "readers", agency, ticks or Ticks())


def records(names: Iterable[str | None]) -> list[Record]:
    return [SalvagedRecord(at, 0, name.encode() if name else None, b"", ()) for at, name in enumerate(names)]


def note(meter: DeadLetterMeter, text: str) -> None:
    """Records by their agency's letter, small when they are good, capital when they are to be buried; `?` is a bad one of nobody's."""
    names = [None if letter == "?" else letter.lower() for letter in text]
    meter.note(records(names), [not letter.islower() for letter in text])


def test_an_agency_whose_messages_are_all_bad_is_buried_on_while_another_is_heard() -> None:
    known = sources()
    meter = DeadLetterMeter(SETTINGS, "raw", 0, known)
    note(meter, "b")
    for _ in range(50):
        note(meter, "AAAA")
    assert list(known.flooding) == ["a"]
    assert known.note_of_floods() == "nearly all from a is buried (200 dead letters in a row)"


def test_a_flood_over_all_agencies_halts() -> None:
    meter = DeadLetterMeter(SETTINGS, "raw", 0, sources())
    note(meter, "abcabcab")
    with pytest.raises(FloodError):
        note(meter, "ABCABCABC")


def test_a_flood_from_the_first_record_on_halts_however_few_are_heard() -> None:
    meter = DeadLetterMeter(SETTINGS, "raw", 0, sources())
    with pytest.raises(FloodError):
        note(meter, "AAA")


def test_one_bad_message_of_another_agency_proves_nothing_against_us() -> None:
    meter = DeadLetterMeter(SETTINGS, "raw", 0, sources())
    note(meter, "bB")
    note(meter, "AAAA")


def test_a_good_message_behind_the_bad_ones_of_the_same_batch_is_heard() -> None:
    note(DeadLetterMeter(SETTINGS, "raw", 0, sources()), "AAAAAAb")


def test_what_an_agency_was_heard_with_on_another_partition_counts() -> None:
    known = sources()
    note(DeadLetterMeter(SETTINGS, "raw", 1, known), "b")
    note(DeadLetterMeter(SETTINGS, "raw", 0, known), "AAAA")


def test_nobody_vouches_for_itself_nor_for_ever() -> None:
    ticks = Ticks()
    meter = DeadLetterMeter(SETTINGS, "raw", 0, sources(ticks))
    note(meter, "ab")
    note(meter, "AAA")
    ticks.now += 61
    with pytest.raises(FloodError):
        note(meter, "A")


def test_a_halt_ends_once_another_agency_was_heard_elsewhere() -> None:
    known = sources()
    with pytest.raises(FloodError):
        note(DeadLetterMeter(SETTINGS, "raw", 0, known), "AAA")
    assert known.released() == []
    note(DeadLetterMeter(SETTINGS, "raw", 1, known), "b")
    assert known.released() == [("raw", 0)]
    assert known.released() == []


def test_messages_of_nobody_known_are_one_source_in_each_partition() -> None:
    known = sources()
    meter = DeadLetterMeter(SETTINGS, "raw", 0, known)
    note(meter, "b")
    note(meter, "????")
    assert list(known.flooding) == ["raw/0"]


def test_batches_that_no_client_can_read_count_as_nobodys() -> None:
    known = sources()
    meter = DeadLetterMeter(SETTINGS, "raw", 0, known)
    note(meter, "b")
    meter.note_unreadable(4)
    assert list(known.flooding) == ["raw/0"]


def test_an_agency_that_sends_good_messages_again_floods_no_more() -> None:
    known = sources()
    meter = DeadLetterMeter(SETTINGS, "raw", 0, known)
    note(meter, "bAAAA")
    note(meter, "aaaa")
    assert not known.flooding
    assert known.note_of_floods() is None


def test_an_agency_most_of_whose_messages_are_bad_is_named_too() -> None:
    known = sources()
    meter = DeadLetterMeter(SETTINGS, "raw", 0, known)
    note(meter, "b")
    note(meter, "AAaAAaAAaAAa")
    assert known.note_of_floods() == "nearly all from a is buried (8 dead letters among the last 12 records)"


def test_without_sources_each_partition_is_on_its_own() -> None:
    note(DeadLetterMeter(SETTINGS, "events", 1), "aaaa")
    with pytest.raises(FloodError):
        note(DeadLetterMeter(SETTINGS, "events", 0), "AAA")


def plain(**settings: float) -> DeadLetterMeter:
    return DeadLetterMeter(KafkaSettings.model_validate(settings), "events", 0)


def test_dead_letters_in_a_row_stop_the_partition_and_a_good_record_starts_the_count_anew() -> None:
    meter = plain(dead_letters_in_a_row=3)
    note(meter, "AAaAA")
    note(meter, "a")
    note(meter, "AA")
    with pytest.raises(FloodError):
        note(meter, "A")


def test_a_large_share_of_dead_letters_stops_the_partition_once_enough_were_seen() -> None:
    meter = plain(dead_letter_share=0.5, dead_letter_window=10)
    note(meter, "AaAAaA")
    with pytest.raises(FloodError):
        note(meter, "AaAa")


def test_dead_letters_of_long_ago_do_not_count() -> None:
    meter = plain(dead_letter_share=0.5, dead_letter_window=10)
    note(meter, "AAAAa")
    for _ in range(20):
        note(meter, "aaAaa")
