"""Later revisions and withdrawals reach the same truth in any order of arrival: a store of the smallest kind plays all of them."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.track.revisions import is_outdated, lineage_bucket, replaces, standing, withdrawals
from shared.contracts.events import Container, Conveyance, Event
from shared.contracts.sightings import RevisionNotice, Sighting
from tests.support.correlate import event, listed, person, screener_of, seen_at

SCREENER = screener_of(listed("Eusebio Tzoc Xicay"), listed("Nazario Ixcot Lux", 2))
TRUCK = Conveyance(kind="vehicle", plate="C123BCD", country="GT")
OTHER = Conveyance(kind="vehicle", plate="P999ZZZ", country="GT")
BOX = Container(number="MSCU6639870")

REVISIONS = (
    event(revision=1, persons=[person("Eusebio Tzoc Xicay")], conveyances=[TRUCK], containers=[BOX]),
    event(revision=2, persons=[person("Nazario Ixcot Lux")], conveyances=[TRUCK, OTHER]),
    event(revision=3, persons=[person("Rigoberta Aju")], conveyances=[OTHER, TRUCK]),
    event(revision=4, withdrawn=True),
    event(revision=5, persons=[person("Eusebio Tzoc Xicay")], conveyances=[OTHER]),
)


class Store:
    """Sightings by id and the latest revision of each lineage, with messages that the store sends itself coming round again."""

    def __init__(self) -> None:
        self.sightings: dict[UUID, Sighting] = {}
        self.revisions: dict[UUID, int] = {}
        self.sent: list[Sighting] = []

    def take(self, message: Sighting | RevisionNotice) -> None:
        if isinstance(message, RevisionNotice):
            self.revisions[message.lineage_id] = max(message.revision, self.revisions.get(message.lineage_id, 0))
            self.sent += withdrawals(message, list(self.sightings.values()))
        elif not is_outdated(message, self.revisions.get(message.lineage_id)):
            stored = self.sightings.get(message.sighting_id)
            if stored is None or replaces(message, stored):
                self.sightings[message.sighting_id] = message

    def truth(self) -> set[tuple[str, int]]:
        while self.sent:
            self.take(self.sent.pop())
        return {(one.partition_subject, one.revision) for one in self.sightings.values() if not one.withdrawn}


def messages(seen: Event) -> list[Sighting | RevisionNotice]:
    sightings = SCREENER.sightings(seen)
    notice = SCREENER.notice(seen, sightings)
    return [*sightings, *([notice] if notice else [])]


@given(st.integers(1, len(REVISIONS)), st.data())
def test_the_latest_revision_alone_stands_whatever_arrives_first_or_twice(last: int, data: st.DataObject) -> None:
    every = [message for seen in REVISIONS[:last] for message in messages(seen)]
    doubled = every + data.draw(st.lists(st.sampled_from(every), max_size=5))
    store = Store()
    for message in data.draw(st.permutations(doubled)):
        store.take(message)
        if data.draw(st.booleans()) and store.sent:
            store.take(store.sent.pop(data.draw(st.integers(0, len(store.sent) - 1))))
    wanted = {(one.partition_subject, one.revision) for one in SCREENER.sightings(REVISIONS[last - 1])}
    assert store.truth() == wanted


def test_a_notice_of_an_older_revision_withdraws_nothing_of_a_later_one() -> None:
    sightings = SCREENER.sightings(REVISIONS[2])
    older = SCREENER.notice(REVISIONS[1], SCREENER.sightings(REVISIONS[1]))
    assert withdrawals(older, sightings) == []


def test_the_same_revision_judged_by_a_later_list_takes_the_place_and_never_the_reverse() -> None:
    old = seen_at("MX-GT-01", 0)
    new = old.model_copy(update={"list_version": 2})
    assert replaces(new, old)
    assert not replaces(old, new)
    assert not replaces(old, old)
    assert not replaces(old.model_copy(update={"withdrawn": True}), old)


@given(st.permutations([1, 1, 2, 3]))
def test_of_one_sighting_the_highest_revision_stands(revisions: list[int]) -> None:
    [one] = standing(seen_at("MX-GT-01", 0, "E1", revision=revision) for revision in revisions)
    assert one.revision == 3


def test_a_sighting_of_a_lower_revision_at_another_position_does_not_stand_beside_the_higher() -> None:
    low = seen_at("MX-GT-01", 0, "E1")
    high = seen_at("MX-GT-01", 0, "E1", revision=2).model_copy(update={"sighting_id": UUID(int=7)})
    assert standing([low, high]) == [high]


def test_a_lineage_has_one_lock_for_ever() -> None:
    assert lineage_bucket(UUID(int=65)) == lineage_bucket(UUID(int=1)) == 1
