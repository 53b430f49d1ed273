"""A nation's flag on an entry, from the list to the alert."""

from uuid import UUID

import pytest

from services.correlate.domain.track.alerts import StandingAlert, standing_alerts
from services.correlate.domain.track.headlines import actor_headline, route_headline, route_seizure_headline
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.in_force import InForce, narrowed
from shared.contracts import places
from shared.contracts.base import Tlp
from shared.contracts.events import EventKind, Place, Seized, SeizureRoute
from shared.contracts.territory import ACTION_WORDS, read_by
from shared.contracts.vocabulary import RequestedAction, SubjectKind
from shared.contracts.watchlist import ActorEntry, Flag, RouteEntry
from tests.support.correlate import NOON, always, event, listed, person, route, screener_of, seen_at

WANTED = listed("Eusebio Tzoc Xicay", requested_action="ARREST", source="own")
ACTOR = f"actor:{WANTED.entry_id}"
CORRIDOR = route(("CR-PA-01", "NI-CR-01"), ((2, 10),), requested_action="SEIZE")


def flagged(entry: ActorEntry | RouteEntry, *nations: str) -> ActorEntry | RouteEntry:
    flags = tuple(Flag(nation=one, agency=f"{one}-X", since=NOON, reason="its courts do not allow it") for one in nations)
    return entry.model_copy(update={"flags": flags})


def met(entry: ActorEntry | RouteEntry) -> list:  # type: ignore[type-arg]
    seen = event(persons=[person("Eusebio Tzoc Xicay")])
    return [one for one in screener_of(entry).sightings(seen) if one.partition_subject == ACTOR]


def stands(sightings: list, routes: tuple = (), key: str = ACTOR) -> StandingAlert:  # type: ignore[type-arg]
    [alert] = standing_alerts(key, sightings, routes, always, TrackPolicy(), places)
    return alert


def in_force(*nations: str) -> dict[UUID, InForce]:
    return {WANTED.entry_id: InForce(None, None, Tlp.AMBER, frozenset({"GT", "HN"}), nations)}


def test_a_hit_says_who_has_flagged_its_entry_each_nation_once_and_in_order() -> None:
    [sighting] = met(flagged(WANTED, "HN", "GT", "GT"))
    assert [hit.flagged_by for hit in sighting.hits] == [("GT", "HN")]
    assert [hit.flagged_by for one in met(WANTED) for hit in one.hits] == [()]


def test_an_alert_on_an_actor_says_who_does_not_execute_it() -> None:
    assert stands(met(flagged(WANTED, "GT"))).flagged_by == ("GT",)
    assert stands(met(WANTED)).flagged_by == ()


def test_an_alert_on_a_route_says_who_does_not_execute_it() -> None:
    sightings = [seen_at("CR-PA-01", 0), seen_at("NI-CR-01", 5)]
    key = sightings[0].partition_subject
    assert stands(sightings, (flagged(CORRIDOR, "NI"),), key).flagged_by == ("NI",)
    assert stands(sightings, (CORRIDOR,), key).flagged_by == ()


def test_what_counts_is_who_flags_the_entry_now_not_when_it_was_seen() -> None:
    assert stands(narrowed(met(WANTED), in_force("GT"))).flagged_by == ("GT",)
    assert stands(narrowed(met(flagged(WANTED, "GT")), in_force("HN"))).flagged_by == ("HN",)
    assert stands(narrowed(met(flagged(WANTED, "GT")), in_force())).flagged_by == ()


def test_a_flag_changes_the_digest_and_its_absence_leaves_it_as_it_was_before_there_were_flags() -> None:
    plain, with_flag = stands(met(WANTED)), stands(met(flagged(WANTED, "GT")))
    assert plain.digest != with_flag.digest
    assert plain.digest == stands(met(flagged(WANTED))).digest
    assert with_flag.model_copy(update={"flagged_by": ()}).digest == plain.digest


def test_an_alert_on_seizures_on_a_route_says_who_does_not_execute_it() -> None:
    key = f"route:{CORRIDOR.entry_id}"
    place = Place(code="CR-PA-01")
    seizure = event(
        "S1", kind=EventKind.SEIZURE, place=place, seized=[Seized(category="drug")], route=SeizureRoute(departure="PA")
    )
    for entry in (CORRIDOR, flagged(CORRIDOR, "NI")):
        own = [one for one in screener_of(entry).sightings(seizure) if one.partition_subject == key]
        assert stands(own, (entry,), key).flagged_by == entry.flagged_by


@pytest.mark.parametrize("action", RequestedAction)
def test_no_headline_tells_a_flagging_nation_to_do_more_than_to_inform(action: RequestedAction) -> None:
    standing = stands(met(flagged(WANTED, "GT")))
    lines = (
        actor_headline(action, SubjectKind.PERSON, "own", None),
        route_headline(action, SubjectKind.VEHICLE, "Corredor", 2, 3, None),
        route_seizure_headline(action, None, 2, None),
    )
    words = {word for one in set(RequestedAction) - {RequestedAction.INFORM_ONLY} for word in ACTION_WORDS[one]}
    for line in lines:
        alert = standing.model_copy(update={"requested_action": action, "headline": line})
        read = read_by(alert.to_alert(revision=1, opened_at=NOON, revised_at=NOON), "GT")
        assert (read.requested_action, read.executed_action) == (action, RequestedAction.INFORM_ONLY)
        assert read.headline.es.startswith("INFORMAR, no se ejecuta en este territorio: ")
        assert read.headline.en.startswith("INFORM, not executed on this territory: ")
        assert not any(word in read.headline.es or word in read.headline.en for word in words)
        assert read.headline.es.endswith(line.es.partition(": ")[2])
        assert read.headline.en.endswith(line.en.partition(": ")[2])
