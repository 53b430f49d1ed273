"""What a seizure says about those who travelled with what was seized."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.correlate.domain.track.policy import TrackPolicy
from shared.contracts.base import Severity
from shared.contracts.events import EventKind
from shared.contracts.sightings import Sighting, Subject
from shared.contracts.vocabulary import SeizedCategory, SubjectKind

_GRAVE = frozenset({SeizedCategory.DRUG, SeizedCategory.ARMS, SeizedCategory.PERSONS, SeizedCategory.PRECURSOR})
_ORDER = (
    SubjectKind.VEHICLE,
    SubjectKind.VESSEL,
    SubjectKind.AIRCRAFT,
    SubjectKind.RAIL,
    SubjectKind.CONTAINER,
    SubjectKind.PERSON,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A companion of what was seized, with the crossings they made together, in order of time."""

    seizure: Sighting
    companion: Subject
    crossings: tuple[Sighting, ...]


def seizure_severity(seizure: Sighting) -> Severity:
    """High for drugs, precursors, arms and trafficked persons; medium for the rest."""
    return Severity.HIGH if any(seized.category in _GRAVE for seized in seizure.seized) else Severity.MEDIUM


def _rank(subject: Subject) -> tuple[int, str]:
    return (_ORDER.index(subject.kind) if subject.kind in _ORDER else len(_ORDER)), subject.key


def _owns(seizure: Sighting, crossing: Sighting) -> bool:
    """Whether this subject tells of the crossing: the first of the seized subjects that took part in it, so that one crossing is told once."""
    seized = set(seizure.companions)
    present = [one for one in crossing.companions if one in seized]
    return all(_rank(seizure.subject) < _rank(one) for one in present)


def companion_links(sightings: Sequence[Sighting], policy: TrackPolicy) -> Iterator[Link]:
    """For each seizure of the subject, who crossed with it in the days before and was not in the seizure itself, the latest first.

    An event that names the subject at two positions counts once, as a seizure and as a crossing.
    """
    once = list({(sighting.lineage_id, sighting.subject.key): sighting for sighting in reversed(sightings)}.values())[::-1]
    for seizure in once:
        if seizure.kind is not EventKind.SEIZURE:
            continue
        held = {seizure.subject, *seizure.companions}
        together: dict[Subject, list[Sighting]] = {}
        for crossing in once:
            before = seizure.occurred_at - crossing.occurred_at
            if (
                crossing.kind is EventKind.SEIZURE
                or crossing.exercise is not seizure.exercise
                or before < timedelta(0)
                or before > policy.seizure_look_back
            ):
                continue
            if _owns(seizure, crossing):
                for companion in crossing.companions:
                    if companion not in held and companion.kind is not SubjectKind.ORGANISATION:
                        together.setdefault(companion, []).append(crossing)
        latest = sorted(together.items(), key=lambda one: (-one[1][-1].occurred_at.timestamp(), one[0].key))
        for companion, crossings in latest[: policy.most_companions]:
            yield Link(seizure, companion, tuple(crossings))
