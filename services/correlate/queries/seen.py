"""What of an event a query stands for: it is judged by the same code."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from services.correlate.queries.query import QueryName, ScreenQuery
from shared.contracts.events import Container, Conveyance, PersonName, Seized
from shared.contracts.sightings import Beside, Seen
from shared.contracts.vocabulary import ActorKind, ConveyanceKind, SeizedCategory
from shared.contracts.watchlist import Identifiers

_CONVEYANCES: Final = {
    ActorKind.VEHICLE: ConveyanceKind.VEHICLE,
    ActorKind.TRAILER: ConveyanceKind.VEHICLE,
    ActorKind.VESSEL: ConveyanceKind.VESSEL,
    ActorKind.AIRCRAFT: ConveyanceKind.AIRCRAFT,
}
_OF_CONVEYANCE: Final = {"role", "plate", "country", "vin", "imo", "mmsi", "registration", "name"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to judge; `beside` are the other objects of the query, None where it has no object."""

    seen: Seen
    beside: Beside | None = None


def asked_of(query: ScreenQuery) -> tuple[Asked, ...]:
    """Everything that a query asks about: the person by each name, organisations, things."""
    return (*_things(query), *_persons(query), *_organisations(query))


def _things(query: ScreenQuery) -> Iterator[Asked]:
    conveyances = [Conveyance.model_validate(one.model_dump()) for one in query.conveyances]
    containers = [Container.model_validate(one.model_dump()) for one in query.containers]
    own = query.identifiers or Identifiers()
    if query.kind in _CONVEYANCES:
        conveyances.insert(0, _conveyance(query, own, _CONVEYANCES[query.kind]))
    if query.kind is ActorKind.CONTAINER and (own.container or own.seals):
        containers.insert(0, Container(number=own.container or "", seals=own.seals))
    if query.kind is ActorKind.FIREARM:
        yield Asked(Seen(firearm=Seized(category=SeizedCategory.ARMS, serial=own.serial, make=own.make, calibre=own.calibre)))
    for at, conveyance in enumerate(conveyances):
        others = (*conveyances[:at], *conveyances[at + 1 :])
        yield Asked(Seen(conveyance=conveyance), Beside(conveyances=others, containers=tuple(containers)))
    for at, container in enumerate(containers):
        rest = (*containers[:at], *containers[at + 1 :])
        yield Asked(Seen(container=container), Beside(conveyances=tuple(conveyances), containers=rest))


def _conveyance(query: ScreenQuery, own: Identifiers, kind: ConveyanceKind) -> Conveyance:
    fields = own.model_dump(include=_OF_CONVEYANCE, exclude_none=True)
    name = next((one.text for one in _names(query)), None)
    return Conveyance(kind=kind, **{"name": name, **fields})


def _persons(query: ScreenQuery) -> Iterator[Asked]:
    """By the first name with all that is known of the person; by each further name as well."""
    if query.kind not in {ActorKind.PERSON, ActorKind.DOCUMENT}:
        return
    names = [name.model_dump() for name in _names(query)]
    about: dict[str, Any] = {
        "birth_date": query.birth_date,
        "sex": query.sex,
        "nationalities": tuple(dict.fromkeys((*query.nationality, *query.nationalities))),
        "birth_place": query.birth_place,
        "documents": tuple(_documents(query)),
    }
    if not names and about["documents"]:
        yield Asked(Seen.model_validate({"person": about}))
    yield from (Asked(Seen.model_validate({"person": {"name": name, **about}})) for name in names)


def _organisations(query: ScreenQuery) -> Iterator[Asked]:
    names = [name.text for name in _names(query)] if query.kind is ActorKind.ORGANISATION else []
    if query.organisation:
        names.append(query.organisation)
    yield from (Asked(Seen(organisation=name)) for name in names)


def _documents(query: ScreenQuery) -> Iterator[dict[str, Any]]:
    """Those of the person, and the one that is asked for by itself."""
    yield from (one.model_dump() for one in query.documents)
    own = query.identifiers
    if query.kind is ActorKind.DOCUMENT and own and own.container:
        issuer = own.issuer or own.country
        yield {"type": own.type or "unknown", "number": own.container, "issuer": issuer, "expires": own.expires}


def _names(query: ScreenQuery) -> list[PersonName]:
    """Each name that is told; parts beside a name in full are the parts of that name."""
    parts = {"given": query.given, "paternal": query.paternal, "maternal": query.maternal}
    first = query.name
    if any(parts.values()):
        full = first.full if first else None
        named = PersonName(full=full, **parts)
        return [named, *([_name(first)] if first and first.full is None else []), *map(_name, query.names)]
    return [name for name in map(_name, (*((first,) if first else ()), *query.names)) if name.text]


def _name(name: QueryName) -> PersonName:
    return PersonName(full=name.full, given=name.given, paternal=name.paternal, maternal=name.maternal)
