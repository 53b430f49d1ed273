"""What an event tells, made canonical: everything but its head."""

from collections.abc import Callable, Sequence
from datetime import UTC, date
from hashlib import sha256
from typing import Any, TypeVar

import orjson

from services.ingest.domain.findings import Findings, Path
from services.ingest.domain.persons import canonical_person, check_country
from services.ingest.domain.submitted import SubmittedCrossing, SubmittedSeizure
from services.ingest.domain.submitted_parts import SubmittedConsignment, SubmittedSeizureRoute
from services.ingest.domain.things import (
    Register,
    canonical_cargo,
    canonical_container,
    canonical_conveyance,
    canonical_declaration,
    canonical_place,
    canonical_seized,
    texts,
)

Made = dict[str, Any]
Part = TypeVar("Part")


def digest(content: Made) -> str:
    """SHA-256 of the content as canonical JSON: the same for every order of names and every writing of equal values."""
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)).hexdigest()


def withdrawal(submitted: SubmittedCrossing | SubmittedSeizure, found: Findings) -> Made:
    """A withdrawn event keeps its head and the reason: nobody and nothing of what it told."""
    if submitted.__pydantic_extra__:
        found.put_aside(submitted, ())
    return {"withdrawn": True, **texts(reason=submitted.reason)}


def content(submitted: SubmittedCrossing | SubmittedSeizure, register: Register, found: Findings) -> Made:
    """What a crossing or a seizure tells, without what is empty."""
    if submitted.__pydantic_extra__:
        found.put_aside(submitted, ())
    made, on = _circumstances(submitted)
    if submitted.place is not None:
        made["place"] = canonical_place(submitted.place, register, found)
    if submitted.persons:
        made["persons"] = [canonical_person(each, ("persons", index), on, found) for index, each in enumerate(submitted.persons)]
    _each(made, "conveyances", submitted.conveyances, canonical_conveyance, found)
    _each(made, "containers", submitted.containers, canonical_container, found)
    _each(made, "cargo", submitted.cargo, canonical_cargo, found)
    if submitted.declared is not None and (declared := canonical_declaration(submitted.declared, found)):
        made["declared"] = declared
    if isinstance(submitted, SubmittedSeizure):
        _seizure(submitted, made, found)
    return made


def _circumstances(submitted: SubmittedCrossing | SubmittedSeizure) -> tuple[Made, date]:
    """When and how; and the day of it, by which documents expire."""
    made: Made = {}
    if submitted.occurred_at is not None:
        made["occurred_at"] = submitted.occurred_at.astimezone(UTC)
        on = submitted.occurred_at.date()
    else:
        on = submitted.occurred_on or date.min
        made["occurred_on"] = on.isoformat()
    if submitted.direction is not None:
        made["direction"] = submitted.direction.value
    if submitted.mode is not None:
        made["mode"] = submitted.mode.value
    if submitted.lane or submitted.reason:
        made.update(texts(lane=submitted.lane, reason=submitted.reason))
    if submitted.exercise:
        made["exercise"] = True
    return made, on


def _each(
    made: Made, name: str, parts: Sequence[Part] | None, canonical: Callable[[Part, Path, Findings], Made], found: Findings
) -> None:
    if parts:
        made[name] = [canonical(part, (name, index), found) for index, part in enumerate(parts)]


def _seizure(submitted: SubmittedSeizure, made: Made, found: Findings) -> None:
    _each(made, "seized", submitted.seized, canonical_seized, found)
    made.update(texts(concealment=submitted.concealment, transport=submitted.transport))
    if submitted.route is not None and (route := _route(submitted.route, found)):
        made["route"] = route
    if submitted.consignment is not None and (consignment := _consignment(submitted.consignment, found)):
        made["consignment"] = consignment


def _route(route: SubmittedSeizureRoute, found: Findings) -> Made:
    if route.__pydantic_extra__:
        found.put_aside(route, ("route",))
    given = (("producing", route.producing), ("departure", route.departure), ("destination", route.destination))
    return {name: check_country(code, ("route", name), found) for name, code in given if code}


def _consignment(consignment: SubmittedConsignment, found: Findings) -> Made:
    if consignment.__pydantic_extra__:
        found.put_aside(consignment, ("consignment",))
    return texts(consignor=consignment.consignor, consignee=consignment.consignee)
