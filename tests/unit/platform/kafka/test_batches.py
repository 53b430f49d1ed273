from hypothesis import given
from hypothesis import strategies as st

from shared.platform.kafka.batches import RawBatch, salvage, split
from shared.platform.kafka.poison import inspect
from tests.support.raw_batches import RawRecord, build, reseal

optional = st.none() | st.binary(max_size=50)
records = st.lists(
    st.builds(RawRecord, optional, optional, st.lists(st.tuples(st.text(max_size=10).map(str.encode), optional), max_size=3)),
    min_size=1,
    max_size=20,
)


@given(records)
def test_a_sound_batch_is_salvaged_whole(written: list[RawRecord]) -> None:
    (batch,) = split(build(written))
    sound, unreadable = salvage(batch)
    assert unreadable == []
    assert [record.offset for record in sound] == list(range(len(written)))
    assert [(record.key, record.value) for record in sound] == [(record.key, record.value) for record in written]
    assert [[(name.encode(), value) for name, value in record.headers] for record in sound] == [
        [(name, value) for name, value in record.headers] for record in written
    ]


@given(records, st.data())
def test_no_damage_makes_the_search_fail_or_invents_a_record(written: list[RawRecord], data: st.DataObject) -> None:
    batch = bytearray(build(written))
    place = data.draw(st.integers(61, len(batch) - 1))
    batch[place] ^= data.draw(st.integers(1, 255))
    finding = inspect(bytes(batch), 0)
    assert finding is not None
    assert "checksum" in finding.reason
    assert finding.salvaged == []


@given(records, st.data())
def test_nonsense_under_a_right_checksum_is_read_as_far_as_it_goes(written: list[RawRecord], data: st.DataObject) -> None:
    batch = bytearray(build(written))
    batch[data.draw(st.integers(61, len(batch) - 1))] ^= data.draw(st.integers(1, 255))
    sealed = reseal(bytes(batch))
    sound, _ = salvage(RawBatch(0, len(written) - 1, sealed))
    assert len(sound) <= len(written)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_split(data: bytes) -> None:
    for batch in split(data):
        assert batch.last_offset >= batch.base_offset


def test_a_stretch_is_searched_from_the_wanted_offset_and_stops_at_the_first_bad_batch() -> None:
    good = build([RawRecord(b"k", b"1"), RawRecord(b"k", b"2")])
    bad = b"\0\0\0\0\0\0\0\x02" + build([RawRecord(b"k", b"3", [(b"\xff", b"")]), RawRecord(b"k", b"4")])[8:]
    finding = inspect(good + bad + good[:30], 1)
    assert finding is not None
    assert [record.value for record in finding.before] == [b"2"]
    assert [record.value for record in finding.salvaged] == [b"4"]
    assert (finding.batch.base_offset, finding.batch.last_offset) == (2, 3)
    assert inspect(good, 0) is None
