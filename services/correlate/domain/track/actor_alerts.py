"""The alert about a listed actor."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from services.correlate.domain.track import handling
from services.correlate.domain.track.evidence import (
    expiry,
    gravest,
    is_exercise,
    latest,
    of_one_time,
    only_past,
    shown,
    strongest,
)
from services.correlate.domain.track.headlines import actor_headline
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.predict import Places, off_route
from services.correlate.domain.track.standing import StandingAlert
from shared.contracts.alerts import EntryReference
from shared.contracts.explanation import Hit
from shared.contracts.identity import alert_id
from shared.contracts.sightings import Sighting, Subject
from shared.contracts.vocabulary import Cause

Active = Callable[[UUID, datetime], bool]


def _strong(sighting: Sighting, entry: UUID, active: Active) -> Hit | None:
    """The hit on the entry that is worth acting on, where the entry was in force."""
    for hit in sighting.hits:
        if hit.entry_id == entry and hit.alert and active(entry, sighting.occurred_at):
            return hit
    return None


def actor_alert(
    entry: UUID, sightings: Sequence[Sighting], active: Active, policy: TrackPolicy, places: Places | None
) -> StandingAlert | None:
    """One alert for the entry, whichever documents it showed, of the last time that it was met; None where nothing seen is worth acting on.

    What is asked is what the latest version of the entry asks. The subject is the thing seen last.
    An event that met the entry at several positions counts once, by the newest and surest hit.
    """
    strong = {sighting.sighting_id: hit for sighting in sightings if (hit := _strong(sighting, entry, active))}
    hitting = [one for one in sightings if one.sighting_id in strong]
    every = of_one_time(hitting, lambda one: one, policy, within=policy.horizon)
    if not every:
        return None
    past = only_past(every, policy)
    surest: dict[UUID, tuple[Sighting, Hit]] = {}
    for one in every:
        hit, held = strong[one.sighting_id], surest.get(one.event_id)
        if held is None or (hit.version, hit.score) > (held[1].version, held[1].score):
            surest[one.event_id] = (one, hit)
    met = list(surest.values())
    every = [sighting for sighting, _ in met]
    last = every[-1]
    newest = max((hit for _, hit in met), key=lambda hit: (hit.version, hit.list_version, hit.score))
    ahead = off_route(last, places, policy)
    action = strongest([newest.requested_action])
    evidence = tuple(shown(sighting, hit.explanation, hit.sentence) for sighting, hit in latest(met, policy))
    marks = [handling.of_sighting(sighting) for sighting in every]
    marks += [handling.of_hit(hit) for _, hit in met]
    return StandingAlert(
        id=alert_id("actor", str(entry)),
        cause=Cause.ACTOR,
        severity=gravest([newest.severity]),
        score=max(hit.score for _, hit in met),
        exercise=is_exercise(every),
        retroactive=past,
        requested_action=action,
        flagged_by=newest.flagged_by,
        warning_markers=newest.warning_markers,
        headline=actor_headline(action, newest.kind, newest.source, last.place),
        subject=Subject(kind=newest.kind, key=last.subject.key),
        entries=(EntryReference(entry_id=entry, source=newest.source, source_id=newest.source_id, version=newest.version),),
        evidence=evidence,
        evidence_count=len(met),
        next=ahead,
        handling=handling.combine(marks),
        expires_at=expiry(last.occurred_at, ahead, past=past, policy=policy),
    )
