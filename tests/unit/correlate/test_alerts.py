"""The alerts that stand for a set of sightings: what they say, and that nothing but the set decides."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.correlate.domain.track.alerts import StandingAlert, standing_alerts
from services.correlate.domain.track.policy import TrackPolicy
from shared.contracts import places
from shared.contracts.alerts import Alert
from shared.contracts.base import Handling, Severity, Tlp
from shared.contracts.codec import encode
from shared.contracts.events import Document, Event, EventKind, Place, Seized, SeizureRoute
from shared.contracts.identity import alert_id
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import AlertState, Cause, RequestedAction
from tests.support.correlate import NOON, always, event, listed, person, route, screener_of, seen_at

POLICY = TrackPolicy()
TZOC = listed(
    "Eusebio Tzoc Xicay",
    severity="high",
    requested_action="ARREST",
    warning_markers=("armed",),
    source="ofac-sdn",
    source_id="4107",
)
ACTOR = f"actor:{TZOC.entry_id}"
CODES = ("CR-PA-01", "NI-CR-01", "HN-NI-01", "GT-HN-01", "MX-GT-01")
CORRIDOR = route(CODES, ((2, 10), (3, 12), (1, 8), (2, 20)), severity="critical", requested_action="SEIZE")


def crossing(own_id: str, hours: float = 0, number: str = "A1234567", **fields: object) -> Event:
    when = NOON + timedelta(hours=hours)
    document = Document(type="passport", number=number, issuer="GT")
    return event(own_id, occurred_at=when, persons=[person("Eusebio Tzoc Xicay", documents=(document,))], **fields)


def under(key: str, *events: Event, entry: object = TZOC) -> list[Sighting]:
    screener = screener_of(entry)
    return [one for seen in events for one in screener.sightings(seen) if one.partition_subject == key]


def alerts(key: str, sightings: list[Sighting], active: object = always, policy: TrackPolicy = POLICY) -> list[StandingAlert]:
    return standing_alerts(key, sightings, [CORRIDOR], active, policy, places)


def the_alert(key: str, sightings: list[Sighting], **given: object) -> StandingAlert:
    [alert] = alerts(key, sightings, **given)
    return alert


def test_a_listed_actor_has_one_alert_whichever_document_it_shows() -> None:
    alert = the_alert(ACTOR, under(ACTOR, crossing("E1", 0), crossing("E2", 30, number="B7654321")))
    assert alert.id == alert_id("actor", str(TZOC.entry_id))
    assert alert.subject.key == "person:passport:GT:B7654321"
    assert (alert.cause, alert.severity, alert.requested_action, alert.warning_markers) == (
        Cause.ACTOR,
        Severity.HIGH,
        RequestedAction.ARREST,
        ("armed",),
    )
    assert [(entry.source, entry.source_id, entry.version) for entry in alert.entries] == [("ofac-sdn", "4107", 1)]
    assert [one.occurred_at for one in alert.evidence] == [NOON, NOON + timedelta(hours=30)]
    assert all(one.explanation and one.sentence for one in alert.evidence)
    assert alert.headline.es.startswith("DETENER: posible persona")
    assert "Tzoc" not in alert.headline.es + alert.headline.en


def test_an_event_that_names_an_actor_twice_is_evidence_once() -> None:
    seen = crossing("E1")
    alert = the_alert(ACTOR, under(ACTOR, seen.model_copy(update={"persons": seen.persons * 2})))
    assert (alert.evidence_count, len(alert.evidence)) == (1, 1)


def test_a_weak_hit_is_kept_and_raises_no_alert() -> None:
    weak = listed("Eusebio Tzoc Xicay Lux", birth_dates=("1950",))
    sightings = under(ACTOR, event(persons=[person("Tzoc Xicay Lux", birth_date="1990")]), entry=weak)
    assert [hit.alert for one in sightings for hit in one.hits] == [False]
    assert alerts(ACTOR, sightings) == []


def test_what_occurred_while_the_entry_was_not_in_force_is_no_evidence() -> None:
    sightings = under(ACTOR, crossing("E1", 0), crossing("E2", 10))

    def until_noon(entry: UUID, at: datetime) -> bool:
        assert entry == TZOC.entry_id
        return at <= NOON

    assert the_alert(ACTOR, sightings, active=until_noon).evidence_count == 1
    assert alerts(ACTOR, sightings, active=lambda _entry, _at: False) == []


def test_the_latest_version_of_an_entry_says_what_to_do() -> None:
    old, new = crossing("E1", 5), crossing("E2", 0)
    later = listed("Eusebio Tzoc Xicay", version=2, list_version=9, severity="low", requested_action="DISCREET_CHECK")
    alert = the_alert(ACTOR, [*under(ACTOR, old), *under(ACTOR, new, entry=later)])
    assert (alert.severity, alert.requested_action, alert.warning_markers) == (Severity.LOW, RequestedAction.DISCREET_CHECK, ())
    assert [entry.version for entry in alert.entries] == [2]


def test_an_alert_is_released_to_those_who_may_see_all_of_its_evidence_shown_or_not() -> None:
    open_one = Handling(tlp=Tlp.GREEN, releasable_to=("GT", "HN", "MX"))
    closed = Handling(tlp=Tlp.RED, releasable_to=("GT",))
    events = [crossing("E0", 0, handling=closed), *(crossing(f"E{at}", at, handling=open_one) for at in range(1, 31))]
    alert = the_alert(ACTOR, under(ACTOR, *events))
    assert alert.handling == Handling(tlp=Tlp.RED, releasable_to=("GT",))
    assert (len(alert.evidence), alert.evidence_count) == (POLICY.evidence_kept, 31)
    assert alert.evidence[-1].occurred_at == NOON + timedelta(hours=30)
    without = the_alert(ACTOR, under(ACTOR, *events[1:]))
    assert without.handling == Handling(tlp=Tlp.AMBER, releasable_to=("GT", "HN"))


def test_an_event_without_marking_keeps_the_alert_with_its_own_nation() -> None:
    alert = the_alert(ACTOR, under(ACTOR, crossing("E1", handling=Handling())))
    assert alert.handling.releasable_to == ("GT",)
    elsewhere = the_alert(ACTOR, under(ACTOR, crossing("E1", handling=Handling(), nation="MX")))
    assert elsewhere.handling.releasable_to == ()


def test_an_exercise_neither_mutes_nor_feeds_a_real_alert() -> None:
    mixed = the_alert(ACTOR, under(ACTOR, crossing("E1"), crossing("E2", 1, exercise=True)))
    assert (mixed.exercise, mixed.evidence_count) == (False, 1)
    drill = the_alert(ACTOR, under(ACTOR, crossing("E2", 1, exercise=True)))
    assert drill.exercise


def test_a_drill_at_a_waypoint_neither_mutes_nor_lengthens_a_real_trip() -> None:
    key = "vehicle:GT:C123BCD"
    real = [seen_at(CODES[0], 0), seen_at(CODES[1], 5)]
    drill = seen_at(CODES[2], 10, exercise=True)
    alert = the_alert(key, [*real, drill])
    assert (alert.exercise, alert.route.reached) == (False, 2)
    assert alerts(key, [real[1], drill]) == []


def test_an_alert_is_of_the_past_until_something_new_is_seen() -> None:
    old, new = under(ACTOR, crossing("E1"))[0], under(ACTOR, crossing("E2", 5))[0]
    past = old.model_copy(update={"retroactive": True})
    assert the_alert(ACTOR, [past]).retroactive
    assert the_alert(ACTOR, [past]).expires_at == NOON + POLICY.past_life
    assert not the_alert(ACTOR, [past, new]).retroactive


def test_an_alert_serves_until_a_grace_after_the_last_predicted_arrival_else_a_life_after_what_was_seen() -> None:
    predicted = the_alert(ACTOR, under(ACTOR, crossing("E1")))
    assert predicted.next
    assert predicted.expires_at == max(one.window.to for one in predicted.next) + POLICY.next_grace
    nowhere = the_alert(ACTOR, under(ACTOR, crossing("E1", place=None)))
    assert nowhere.expires_at == NOON + POLICY.life


def test_a_subject_on_a_route_has_one_alert_with_its_progress_and_what_is_ahead() -> None:
    key = "vehicle:GT:C123BCD"
    sightings = [seen_at(CODES[0], 0, nation="PA"), seen_at(CODES[1], 5, nation="CR")]
    marked = [one.model_copy(update={"handling": Handling(releasable_to=("CR", "GT", "HN", "PA"))}) for one in sightings]
    alert = the_alert(key, marked)
    assert alert.id == alert_id("route", key, str(CORRIDOR.entry_id))
    assert (alert.cause, alert.severity, alert.requested_action) == (Cause.ROUTE, Severity.CRITICAL, RequestedAction.SEIZE)
    assert (alert.route.reached, alert.route.of, alert.score) == (2, 5, 0.4)
    assert [one.nation for one in alert.next] == ["HN", "GT", "MX"]
    assert alert.handling.releasable_to == ("CR", "GT", "HN", "PA")
    assert [one.explanation[0].listed["waypoint"] for one in alert.evidence] == [1, 2]
    assert "2 de 5" in alert.headline.es


@pytest.mark.parametrize(("versions", "version", "past"), [((899, 899), 1, True), ((899, 900), 1, False), ((899, 899), 2, False)])
def test_a_trip_made_before_its_route_was_listed_is_of_the_past(versions: tuple[int, int], version: int, past: bool) -> None:
    key = "vehicle:GT:C123BCD"
    seen = [seen_at(CODES[at], 5 * at, list_version=list_version) for at, list_version in enumerate(versions)]
    entry = CORRIDOR.model_copy(update={"version": version})
    [alert] = standing_alerts(key, seen, [entry], always, POLICY, places)
    assert alert.retroactive is past


def test_an_alert_goes_when_its_evidence_is_withdrawn() -> None:
    key = "vehicle:GT:C123BCD"
    first, second = seen_at(CODES[0], 0), seen_at(CODES[1], 5)
    withdrawn = second.model_copy(update={"withdrawn": True, "revision": 2})
    assert len(alerts(key, [first, second])) == 1
    assert alerts(key, [first, second, withdrawn]) == []


def seizure(own_id: str, hours: float, category: str = "drug", **fields: object) -> Event:
    when = NOON + timedelta(hours=hours)
    return event(
        own_id,
        kind=EventKind.SEIZURE,
        occurred_at=when,
        place=Place(code="HN-NI-01"),
        nation="HN",
        seized=[Seized(category=category)],
        route=SeizureRoute(departure="PA"),
        **fields,
    )


def test_a_route_on_which_something_was_seized_has_one_alert_that_each_further_seizure_revises() -> None:
    key = f"route:{CORRIDOR.entry_id}"
    days = 24.0
    events = [seizure("S1", 0), seizure("S2", 29 * days, category="money"), seizure("S3", 40 * days, category="money")]
    sightings = under(key, *events, entry=CORRIDOR)
    first = the_alert(key, sightings[:1])
    assert first.id == alert_id("seizure_link", "route", str(CORRIDOR.entry_id))
    assert (first.cause, first.evidence_count, first.subject.kind) == (Cause.SEIZURE_LINK, 1, "route")
    assert the_alert(key, sightings[:2]).evidence_count == 2
    assert the_alert(key, sightings).evidence_count == 2
    assert the_alert(key, sightings).evidence[0].occurred_at == NOON + timedelta(days=29)


def test_an_alert_becomes_the_message_that_partners_read() -> None:
    standing = the_alert(ACTOR, under(ACTOR, crossing("E1")))
    alert = standing.to_alert(revision=3, opened_at=NOON, revised_at=NOON + timedelta(hours=1), state=AlertState.ACKNOWLEDGED)
    assert (alert.revision, alert.state, alert.id, alert.next) == (3, "acknowledged", standing.id, standing.next)
    assert Alert.model_validate_json(encode(alert)) == alert


def test_the_digest_changes_with_what_the_alert_says_and_with_nothing_else() -> None:
    once = under(ACTOR, crossing("E1"))
    again = under(ACTOR, crossing("E1", received_at=NOON + timedelta(days=2)))
    traced = [one.model_copy(update={"traceparent": "00-ff"}) for one in once]
    assert the_alert(ACTOR, once).digest == the_alert(ACTOR, again).digest == the_alert(ACTOR, traced).digest
    more = the_alert(ACTOR, [*once, *under(ACTOR, crossing("E2", 1))])
    other = the_alert(ACTOR, under(ACTOR, crossing("E1", handling=Handling(releasable_to=("GT",)))))
    assert len({the_alert(ACTOR, once).digest, more.digest, other.digest}) == 3


VEHICLES = st.lists(
    st.builds(
        seen_at,
        st.sampled_from((*CODES, "GTGUA")),
        st.integers(0, 60),
        st.sampled_from("ABCDEFGH"),
        revision=st.integers(1, 3),
        withdrawn=st.sampled_from((False, False, True)),
        kind=st.sampled_from((EventKind.BORDER_CROSSING, EventKind.BORDER_CROSSING, EventKind.SEIZURE)),
        list_version=st.integers(1, 2),
        handling=st.builds(
            Handling, releasable_to=st.sets(st.sampled_from(["GT", "HN", "MX"])).map(lambda one: tuple(sorted(one)))
        ),
    ),
    max_size=9,
    unique_by=lambda one: (one.sighting_id, one.revision, one.list_version, one.withdrawn),
)
ACTORS = st.lists(
    st.builds(
        lambda own_id, hours, revision, number: under(ACTOR, crossing(own_id, hours, number, revision=revision))[0],
        st.sampled_from("ABCDEF"),
        st.integers(0, 60),
        st.integers(1, 3),
        st.sampled_from(["A1234567", "B7654321"]),
    ),
    max_size=7,
    unique_by=lambda one: (one.sighting_id, one.revision),
)


@pytest.mark.parametrize(("key", "sets"), [("vehicle:GT:C123BCD", VEHICLES), (ACTOR, ACTORS)])
@given(data=st.data())
def test_shuffled_doubled_and_split_into_batches_the_set_gives_the_same_alerts(
    key: str, sets: st.SearchStrategy[list[Sighting]], data: st.DataObject
) -> None:
    sightings = data.draw(sets)
    doubled = sightings + (data.draw(st.lists(st.sampled_from(sightings), max_size=4)) if sightings else [])
    arrived = data.draw(st.permutations(doubled))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(arrived)), max_size=3)))
    stored: list[Sighting] = []
    after: list[StandingAlert] = alerts(key, [])
    for start, end in zip([0, *cuts], [*cuts, len(arrived)], strict=True):
        stored += arrived[start:end]
        after = alerts(key, stored)
    whole = alerts(key, sightings)
    assert after == whole
    assert [one.digest for one in after] == [one.digest for one in whole]
