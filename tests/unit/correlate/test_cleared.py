"""The good guys: a pair that was confirmed to be no match is silent, for a while, and while neither side changes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.life.actions import UnfitError, WishFlawedError, step
from services.correlate.domain.life.policy import LifePolicy
from services.correlate.domain.life.wishes import Action, Doer, Wish
from services.correlate.domain.screen.cleared import facts_of
from shared.contracts.events import Document, Person
from shared.contracts.explanation import Hit
from shared.contracts.watchlist import ActorEntry, ListedName
from tests.support.correlate import NOON, actor, event, hits, listed, person, route, screener_of

DOER = Doer("key", "hn-police", "HN")
POLICY = LifePolicy()
PASSPORT = Document(type="passport", number="A1234567", issuer="GT")
HERSELF = person("Eusebio Tzoc Xicay", birth_date="1990-01-02", documents=(PASSPORT,))
ENTRY = listed("Eusebio TZOC XICAY")
DAYS = timedelta(days=1)


def cleared(entry: ActorEntry, who: Person, **wish: object) -> ActorEntry:
    """The entry after its issuer's word."""
    move = step(entry, Wish(Action.CLEAR, "checked by hand", person=facts_of(who), **wish), DOER, NOON, POLICY)
    assert move is not None
    return entry.model_copy(update={**move.head, "version": entry.version + 1})


def met(entry: ActorEntry, who: Person, *, days: float = 0) -> list[Hit]:
    at = NOON + days * DAYS
    return hits(screener_of(entry), event(persons=[who], occurred_at=at, received_at=at))


def test_a_cleared_pair_is_a_hit_that_does_not_alert_and_says_so() -> None:
    assert [hit.alert for hit in met(ENTRY, HERSELF)] == [True]
    [hit] = met(cleared(ENTRY, HERSELF), HERSELF)
    assert hit.alert is False
    assert hit.explanation[-1].how == "confirmed to be somebody else"
    assert "Confirmado que es otra persona" in hit.sentence.es


@pytest.mark.parametrize(
    "other",
    [
        HERSELF.model_copy(update={"birth_date": "1990-01-03"}),
        HERSELF.model_copy(update={"documents": (PASSPORT.model_copy(update={"number": "A7654321"}),)}),
        HERSELF.model_copy(update={"documents": ()}),
        person("Eusebio Tzoc Xicay Lux", birth_date="1990-01-02", documents=(PASSPORT,)),
    ],
)
def test_it_opens_again_when_the_person_changes(other: Person) -> None:
    assert [hit.alert for hit in met(cleared(ENTRY, HERSELF), other)] == [True]


@pytest.mark.parametrize(
    "change",
    [
        {"names": (ListedName(full="Eusebio TZOC XICAY"), ListedName(full="El Chapín", strength="weak"))},
        {"birth_dates": ("1990",)},
        {"nationalities": ("GT",)},
        {"sex": "M"},
    ],
)
def test_it_opens_again_when_the_entry_is_met_by_something_else(change: dict[str, object]) -> None:
    entry = cleared(ENTRY, HERSELF)
    changed = entry.model_copy(update={"body": entry.body.model_copy(update=change), "version": 9})
    assert [hit.alert for hit in met(changed, HERSELF)] == [True]
    remarked = entry.model_copy(update={"body": entry.body.model_copy(update={"remarks": "seen in Tapachula"}), "version": 9})
    assert [hit.alert for hit in met(remarked, HERSELF)] == [False], "what it is not met by says nothing"


def test_it_is_over_when_its_time_is_and_holds_a_year_at_most() -> None:
    entry = cleared(ENTRY, HERSELF, until=NOON + 10 * DAYS)
    assert [[hit.alert for hit in met(entry, HERSELF, days=days)] for days in (9.9, 10.1)] == [[False], [True]]
    assert cleared(ENTRY, HERSELF).cleared[0].until == NOON + POLICY.clear_for
    with pytest.raises(WishFlawedError):
        cleared(ENTRY, HERSELF, until=NOON + 2 * POLICY.clear_for)


def test_the_word_is_taken_back_and_said_twice_it_is_said_once() -> None:
    entry = cleared(ENTRY, HERSELF)
    again = Wish(Action.CLEAR, "checked by hand", person=facts_of(HERSELF))
    assert step(entry, again, DOER, NOON, POLICY) is None
    back = step(entry, Wish(Action.UNCLEAR, "it was him", person=facts_of(HERSELF)), DOER, NOON, POLICY)
    assert back is not None
    assert back.head == {"cleared": ()}


def test_only_people_are_cleared_and_not_more_than_an_entry_bears() -> None:
    wish = Wish(Action.CLEAR, "checked", person="x")
    for entry in (actor(kind="vehicle"), route(["CR-PA-01", "CR-NI-01"], [None])):
        with pytest.raises(UnfitError):
            step(entry, wish, DOER, NOON, POLICY)
    with pytest.raises(WishFlawedError):
        step(cleared(ENTRY, HERSELF), wish, DOER, NOON, LifePolicy(most_cleared=1))


@given(st.permutations(["Eusebio", "Tzoc", "Xicay"]), st.sampled_from(["a-123 4567", "A1234567"]))
def test_who_somebody_is_depends_on_no_way_of_writing(names: list[str], number: str) -> None:
    document = Document(type="Pasaporte", number=number, issuer="GT")
    assert facts_of(person(" ".join(names), birth_date="1990-01-02", documents=(document,))) == facts_of(HERSELF)


def test_one_word_is_nobody_to_be_cleared() -> None:
    assert facts_of(person("Eusebio")) is None
    assert facts_of(Person(documents=(PASSPORT,))) is not None
