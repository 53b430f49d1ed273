"""Who and what appears in an event: the subjects, where they stand in it, and which of them carries the rest."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.correlate.domain.screen.subjects import (
    container_subject,
    conveyance_subject,
    firearm_subject,
    organisation_subject,
    person_subject,
    seizure_key,
)
from shared.contracts.events import Event, EventKind, SeizureRoute
from shared.contracts.sightings import Beside, Seen, Subject
from shared.contracts.vocabulary import SeizedCategory, SubjectKind

MOST_COMPANIONS = 64
"""Subjects of one event up to which everyone is told of everyone. Above it (a coach, a ferry) each is told of the conveyances and
containers only: they were in the same thing, and 3,000 passengers would be nine million pairs."""

MOST_BESIDE = 8
"""Objects of one event up to which each is told of the others: a tractor, two trailers, two containers and an escort are six."""

_OBJECTS = frozenset({SubjectKind.VEHICLE, SubjectKind.VESSEL, SubjectKind.AIRCRAFT, SubjectKind.RAIL, SubjectKind.CONTAINER})


@dataclass(frozen=True, slots=True)
class Appearance:
    """A subject at a position of an event (JSON pointer), with what was seen of it."""

    subject: Subject
    position: str
    seen: Seen
    carries: bool = False
    beside: Beside | None = None


def _objects(event: Event) -> Iterator[Appearance]:
    moving = False
    for at, conveyance in enumerate(event.conveyances):
        if subject := conveyance_subject(conveyance):
            moving = True
            beside = _beside(event, conveyance=at)
            yield Appearance(subject, f"/conveyances/{at}", Seen(conveyance=conveyance), carries=True, beside=beside)
    for at, container in enumerate(event.containers):
        if subject := container_subject(container):
            beside = _beside(event, container=at)
            yield Appearance(subject, f"/containers/{at}", Seen(container=container), carries=not moving, beside=beside)


def _beside(event: Event, *, conveyance: int | None = None, container: int | None = None) -> Beside | None:
    """The other objects of an event that has few: on a ferry or a train who stands beside whom says nothing."""
    if len(event.conveyances) + len(event.containers) > MOST_BESIDE:
        return None
    return Beside(
        conveyances=tuple(one for at, one in enumerate(event.conveyances) if at != conveyance),
        containers=tuple(one for at, one in enumerate(event.containers) if at != container),
    )


def _firearms(event: Event) -> Iterator[Appearance]:
    for at, seized in enumerate(event.seized):
        if seized.category is SeizedCategory.ARMS and (subject := firearm_subject(seized)):
            yield Appearance(subject, f"/seized/{at}", Seen(firearm=seized))


def _organisations(event: Event) -> Iterator[Appearance]:
    named = [(f"/cargo/{at}/consignor", cargo.consignor) for at, cargo in enumerate(event.cargo)]
    named += [(f"/cargo/{at}/consignee", cargo.consignee) for at, cargo in enumerate(event.cargo)]
    if event.consignment:
        named += [
            ("/consignment/consignor", event.consignment.consignor),
            ("/consignment/consignee", event.consignment.consignee),
        ]
    for position, name in named:
        if name and (subject := organisation_subject(name)):
            yield Appearance(subject, position, Seen(organisation=name))


def appearances(event: Event) -> list[Appearance]:
    """Every subject of an event; for a seizure also the seizure as such. Conveyances carry; containers where none does; else persons."""
    if event.withdrawn:
        return []
    found = list(_objects(event))
    carried = bool(found)
    for at, person in enumerate(event.persons):
        if subject := person_subject(person):
            found.append(Appearance(subject, f"/persons/{at}", Seen(person=person), carries=not carried))
    found += _organisations(event)
    found += _firearms(event)
    if event.kind is EventKind.SEIZURE:
        subject = Subject(kind=SubjectKind.ROUTE, key=seizure_key(event.lineage_id))
        found.append(Appearance(subject, "/route", Seen(seizure_route=event.route or SeizureRoute())))
    return found


def companions(every: list[Appearance]) -> list[tuple[Subject, ...]]:
    """For each appearance the other subjects of its event, each once, in the event's order."""
    subjects = list(dict.fromkeys(one.subject for one in every if one.subject.kind is not SubjectKind.ROUTE))
    if len(subjects) > MOST_COMPANIONS:
        subjects = [subject for subject in subjects if subject.kind in _OBJECTS]
    if len(subjects) == 1:
        return [() if one.subject == subjects[0] else (subjects[0],) for one in every]
    return [tuple(subject for subject in subjects if subject != one.subject) for one in every]
