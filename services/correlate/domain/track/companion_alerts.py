"""Alerts about those who crossed with what was seized afterwards."""

from collections.abc import Iterator, Sequence

from services.correlate.domain.track import handling
from services.correlate.domain.track.evidence import expiry, is_exercise, latest, only_past, shown
from services.correlate.domain.track.headlines import companion_headline
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.predict import Places, off_route
from services.correlate.domain.track.seizures import Link, companion_links, seizure_severity
from services.correlate.domain.track.standing import StandingAlert
from shared.contracts.explanation import Evidence
from shared.contracts.identity import alert_id
from shared.contracts.sightings import Sighting
from shared.contracts.vocabulary import Cause, RequestedAction

_ONCE = 0.5
"""Score of one crossing together; each further one halves what is missing to 1."""


def _explained(link: Link) -> tuple[Evidence, ...]:
    return (
        Evidence(
            listed={
                "seized": link.seizure.subject.key,
                "categories": sorted({one.category.value for one in link.seizure.seized}),
            },
            seen={"companion": link.companion.key, "crossings": len(link.crossings)},
            how="crossed together before the seizure",
            weight=float(len(link.crossings)),
        ),
    )


def _alert(link: Link, policy: TrackPolicy, places: Places | None) -> StandingAlert:
    every = [*link.crossings, link.seizure]
    last = link.crossings[-1]
    ahead = off_route(last, places, policy)
    evidence = [*map(shown, link.crossings), shown(link.seizure, _explained(link))]
    past = only_past(every, policy)
    return StandingAlert(
        id=alert_id("seizure_link", link.companion.key, str(link.seizure.lineage_id), link.seizure.subject.key),
        cause=Cause.SEIZURE_LINK,
        severity=seizure_severity(link.seizure),
        score=1.0 - _ONCE ** len(link.crossings),
        exercise=is_exercise(every),
        retroactive=past,
        requested_action=RequestedAction.SPECIFIC_CHECK,
        headline=companion_headline(link.companion.kind, link.seizure.place),
        subject=link.companion,
        evidence=tuple(latest(evidence, policy)),
        evidence_count=len(evidence),
        next=ahead,
        handling=handling.combine(map(handling.of_sighting, every)),
        expires_at=max(
            expiry(link.seizure.occurred_at, (), past=past, policy=policy),
            expiry(last.occurred_at, ahead, past=past, policy=policy),
        ),
    )


def companion_alerts(sightings: Sequence[Sighting], policy: TrackPolicy, places: Places | None) -> Iterator[StandingAlert]:
    """One alert for each companion of each seizure of the subject.

    Who met two things of one seizure in different crossings has an alert for each of them: neither thing's own sightings tell
    of the other's crossings, and an alert has one owner.
    """
    for link in companion_links(sightings, policy):
        yield _alert(link, policy, places)
