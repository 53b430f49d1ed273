"""Every index of one version of the list is the same, however it came by it: read from the start, late, doubled, in part."""

from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.screen.digest import token, written
from services.correlate.domain.screen.index import WatchlistIndex
from services.correlate.domain.screen.packing import pack, unpack
from services.correlate.index_feed import IndexFeed
from services.correlate.store.messages import REACHED, entry_messages
from shared.contracts.vocabulary import EntryState
from shared.contracts.watchlist import ActorEntry, Identifiers, ListedDocument, ListedName, RouteEntry
from shared.platform.kafka.messages import Message
from shared.platform.readiness import Readiness
from shared.platform.settings import KafkaSettings
from tests.support.correlate import actor, index_of, listed, route

KINDS = ("person", "organisation", "vehicle", "container", "vessel", "route")
STATES = st.sampled_from([*EntryState, EntryState.ACTIVE, EntryState.ACTIVE])
WORDS = st.sampled_from(["Nazario", "Xicay", "Tzoc", "García", "Lux", "Exportadora", "S.A."])


@st.composite
def versions(draw: st.DrawFn, most: int = 24) -> list[ActorEntry | RouteEntry]:
    """Changes of a list in order: each the next version of one entry. A deleted entry is listed again by whoever likes."""
    made: list[ActorEntry | RouteEntry] = []
    latest: dict[int, int] = {}
    for list_version in range(1, draw(st.integers(1, most)) + 1):
        number = draw(st.integers(1, 7))
        latest[number] = latest.get(number, 0) + 1
        kind, state = KINDS[number % len(KINDS)], draw(STATES)
        head = {"version": latest[number], "list_version": list_version, "state": state}
        if kind == "route":
            made.append(route(["CR-PA-01", "CR-NI-01"], [None], number).model_copy(update=head))
            continue
        name = " ".join(draw(st.lists(WORDS, min_size=1, max_size=3)))
        entry = actor(
            number,
            kind=kind,
            names=(ListedName(full=name),),
            documents=tuple(ListedDocument(number=one) for one in draw(st.lists(st.sampled_from(["A123", "B-4"]), max_size=2))),
            identifiers=Identifiers(plate=draw(st.sampled_from(["P1", "P2", None])), seals=("S1",)),
        )
        made.append(entry.model_copy(update=head))
    return made


def records(entries: Sequence[ActorEntry | RouteEntry]) -> list[Message]:
    """What the relay publishes of them."""
    return [message for entry in entries for message in entry_messages(entry)]


def compacted(log: Sequence[Message], upto: int, *, tombstones: bool) -> list[Message]:
    """The log after the broker has compacted it up to a record: the last of each key, deletions for a while."""
    last = {message.key: at for at, message in enumerate(log)}
    return [
        message
        for at, message in enumerate(log)
        if at >= upto or (last[message.key] == at and (tombstones or message.value is not None))
    ]


def feed_of(*logs: Sequence[Message]) -> IndexFeed:
    """A screener's list after it has read these."""
    feed = IndexFeed(KafkaSettings(), Readiness())
    for log in logs:
        for offset, message in enumerate(log):
            feed.apply(message.key, message.value, message.headers, offset)
    return feed


def same(one: IndexFeed, other: IndexFeed) -> None:
    assert one.index.digest == other.index.digest
    assert one.list_version == other.list_version
    assert len(one.index) == len(other.index)
    assert one.index.content() == other.index.content()


@given(versions(), st.data())
def test_who_joins_late_has_what_who_was_there_has(made: list[ActorEntry | RouteEntry], data: st.DataObject) -> None:
    log = records(made)
    there = feed_of(log)
    for tombstones in (True, False):
        upto = data.draw(st.integers(0, len(log)))
        same(feed_of(compacted(log, upto, tombstones=tombstones)), there)


@given(versions(), st.data())
def test_who_was_away_and_missed_changes_catches_up(made: list[ActorEntry | RouteEntry], data: st.DataObject) -> None:
    log = records(made)
    left = data.draw(st.integers(0, len(log)))
    missed = compacted(log, data.draw(st.integers(0, len(log))), tombstones=True)
    behind = [message for message in missed if log.index(message) >= left]
    same(feed_of(log[:left], behind), feed_of(log))


@given(versions(), st.data())
def test_who_reads_twice_what_the_relay_sent_twice_has_it_once(made: list[ActorEntry | RouteEntry], data: st.DataObject) -> None:
    """A relay that dies before its mark sends again what it had sent, in order."""
    log = records(made)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(log)), max_size=4)))
    sent = [message for start, end in pairwise([0, *cuts, len(log)]) for message in (*log[start:end], *log[start:end])]
    same(feed_of(sent), feed_of(log))


@given(versions(), st.randoms(use_true_random=False))
def test_the_order_in_which_versions_come_in_changes_nothing(made: list[ActorEntry | RouteEntry], order: object) -> None:
    shuffled = [*made, *made]
    order.shuffle(shuffled)
    one, other = index_of(*shuffled), index_of(*made)
    assert (one.digest, one.list_version) == (other.digest, other.list_version)
    assert one.content() == other.content()


@given(versions())
def test_the_digest_is_that_of_the_entries_that_can_be_met(made: list[ActorEntry | RouteEntry]) -> None:
    latest = {entry.entry_id: entry for entry in made}
    tokens = [token(entry.entry_id, entry.version, entry.list_version) for entry in latest.values() if entry.alerts]
    index = index_of(*made)
    assert index.digest == written(sum(tokens))
    assert len(index) == len(tokens)


def test_one_version_more_or_less_is_another_digest() -> None:
    one, two = listed("Ana Lux", 1), listed("Ana Lux", 1, version=2, list_version=2)
    digests = {index_of(*entries).digest for entries in ((), (one,), (two,), (one, listed("Ana Lux", 2)))}
    assert len(digests) == 4
    assert index_of(one, two).digest == index_of(two).digest


def test_an_entry_that_cannot_be_taken_in_makes_the_digest_another() -> None:
    feed = feed_of(records([listed("Ana Lux", 1)]))
    feed.apply(str(UUID(int=2)).encode(), b'{"type":"actor","list_version":2}', (), 1)
    assert feed.list_version == 2
    assert feed.index.digest == index_of(listed("Ana Lux", 1)).digest != index_of(listed("Ana Lux"), listed("Eva", 2)).digest


def test_a_list_of_which_nothing_is_left_is_an_empty_one_of_its_version() -> None:
    gone = listed("Ana Lux", 1, version=2, list_version=9).model_copy(update={"state": EntryState.DELETED})
    feed = feed_of(records([listed("Ana Lux", 1), gone]))
    assert (feed.index.digest, len(feed.index), feed.list_version) == (WatchlistIndex().digest, 0, 9)
    assert feed_of([message for message in records([gone]) if message.key == REACHED]).list_version == 9


@given(versions(most=6))
def test_a_packed_entry_is_the_same_again(made: list[ActorEntry | RouteEntry]) -> None:
    for entry in made:
        if isinstance(entry, ActorEntry):
            assert unpack(pack(entry)) == entry
