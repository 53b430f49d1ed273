"""Alerts about a listed route: a subject that travels it, and seizures that lie on it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from services.correlate.domain.track import handling
from services.correlate.domain.track.evidence import expiry, gravest, is_exercise, latest, of_one_time, only_past, shown
from services.correlate.domain.track.headlines import route_headline, route_seizure_headline
from services.correlate.domain.track.policy import TrackPolicy
from services.correlate.domain.track.predict import along_route
from services.correlate.domain.track.routes import Chain, progress
from services.correlate.domain.track.seizures import seizure_severity
from services.correlate.domain.track.standing import StandingAlert
from shared.contracts.alerts import AlertEvidence, EntryReference, RouteProgress
from shared.contracts.events import EventKind
from shared.contracts.explanation import Evidence
from shared.contracts.identity import alert_id
from shared.contracts.sightings import Sighting, Subject
from shared.contracts.vocabulary import Cause, SubjectKind
from shared.contracts.watchlist import RouteEntry


def _leg_evidence(chain: Chain, route: RouteEntry) -> list[AlertEvidence]:
    """Each sighting with the waypoint that it reached and how long the leg took."""
    step = 1 if chain.way == "forward" else -1
    first = chain.at - step * (chain.reached - 1)
    every: list[AlertEvidence] = []
    before: Sighting | None = None
    for number, sighting in enumerate(chain.sightings):
        seen: dict[str, object] = {"occurred_at": sighting.occurred_at.isoformat()}
        if before is not None:
            seen["hours"] = round((sighting.occurred_at - before.occurred_at).total_seconds() / 3600, 2)
        listed: dict[str, object] = {"waypoint": first + step * number + 1, "route": route.body.name}
        how = "inside the window" if before is not None else "at the waypoint"
        every.append(shown(sighting, (Evidence(listed=listed, seen=seen, how=how, weight=1.0),)))
        before = sighting
    return every


def _before_listed(route: RouteEntry, chain: Chain) -> bool:
    """Whether all of it was judged by a list that the route was not on yet: a look back found it. Told only of a route's first version."""
    return route.version == 1 and all(sighting.list_version < route.list_version for sighting in chain.sightings)


def _last_chain(
    route: RouteEntry, sightings: Sequence[Sighting], active: Callable[[UUID, datetime], bool], policy: TrackPolicy
) -> Chain | None:
    """The last trip in earnest; a drill's only where none in earnest lies within the horizon before it."""
    real = progress(route, [one for one in sightings if not one.exercise], active, policy)
    drills = [one for one in sightings if one.exercise]
    drill = progress(route, drills, active, policy) if drills else None
    if real is None or (drill is not None and drill.end - real.end > policy.horizon):
        return drill
    return real


def route_alert(
    subject_key: str,
    route: RouteEntry,
    sightings: Sequence[Sighting],
    active: Callable[[UUID, datetime], bool],
    policy: TrackPolicy,
) -> StandingAlert | None:
    """The alert of a subject on a route; None where it was not seen at enough consecutive waypoints in their windows."""
    chain = _last_chain(route, sightings, active, policy)
    if chain is None:
        return None
    body, last = route.body, chain.sightings[-1]
    ahead = along_route(body, chain, policy)
    past = only_past(chain.sightings, policy) or _before_listed(route, chain)
    of = len(body.waypoints)
    return StandingAlert(
        id=alert_id("route", subject_key, str(route.entry_id)),
        cause=Cause.ROUTE,
        severity=body.severity,
        score=round(chain.reached / of, 4),
        exercise=is_exercise(chain.sightings),
        retroactive=past,
        requested_action=body.requested_action,
        flagged_by=route.flagged_by,
        headline=route_headline(body.requested_action, last.subject.kind, body.name, chain.reached, of, last.place),
        subject=last.subject,
        entries=(EntryReference(entry_id=route.entry_id, source="own", source_id=None, version=route.version),),
        route=RouteProgress(route_id=route.entry_id, name=body.name, reached=chain.reached, of=of),
        evidence=tuple(latest(_leg_evidence(chain, route), policy)),
        evidence_count=chain.reached,
        next=ahead,
        handling=handling.combine([handling.of_route(route), *map(handling.of_sighting, chain.sightings)]),
        expires_at=expiry(last.occurred_at, ahead, past=past, policy=policy),
    )


def route_seizure_alert(
    entry: UUID,
    routes: Sequence[RouteEntry],
    sightings: Sequence[Sighting],
    active: Callable[[UUID, datetime], bool],
    policy: TrackPolicy,
) -> StandingAlert | None:
    """The one alert of a route on which something was seized; each further seizure revises it."""
    hitting = [
        (sighting, hit)
        for sighting in sightings
        if sighting.kind is EventKind.SEIZURE
        for hit in sighting.hits
        if hit.entry_id == entry and active(entry, sighting.occurred_at)
    ]
    seizures = of_one_time(hitting, itemgetter(0), policy, within=policy.route_seizures_within)
    if not seizures:
        return None
    every = [sighting for sighting, _ in seizures]
    last = every[-1]
    newest = max((hit for _, hit in seizures), key=lambda hit: (hit.version, hit.list_version))
    name = next((route.body.name for route in routes if route.entry_id == entry), None)
    past = only_past(every, policy)
    marks = [handling.of_sighting(sighting) for sighting in every]
    marks += [handling.of_hit(hit) for _, hit in seizures]
    return StandingAlert(
        id=alert_id("seizure_link", "route", str(entry)),
        cause=Cause.SEIZURE_LINK,
        severity=gravest([newest.severity, *map(seizure_severity, every)]),
        score=1.0,
        exercise=is_exercise(every),
        retroactive=past,
        requested_action=newest.requested_action,
        flagged_by=newest.flagged_by,
        warning_markers=newest.warning_markers,
        headline=route_seizure_headline(newest.requested_action, name, len(every), last.place),
        subject=Subject(kind=SubjectKind.ROUTE, key=last.subject.key),
        entries=(EntryReference(entry_id=entry, source=newest.source, source_id=newest.source_id, version=newest.version),),
        evidence=tuple(shown(sighting, hit.explanation, hit.sentence) for sighting, hit in latest(seizures, policy)),
        evidence_count=len(seizures),
        handling=handling.combine(marks),
        expires_at=expiry(last.occurred_at, (), past=True, policy=policy),
    )
