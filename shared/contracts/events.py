"""The canonical event: what ingest makes of what an agency sent, on `atalaya.events`.

Field names are those of the published message shapes; what an agency may send is read by ingest's own
input models, so that a canonical event is always complete, normalised and identified.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.base import Amount, Contract, Country, Handling, Nation, Utc
from shared.contracts.vocabulary import ConveyanceKind, Direction, Mode, SeizedCategory

PartialDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""A date known to the day, the month or the year only."""


class EventKind(StrEnum):
    """The two events there are."""

    BORDER_CROSSING = "border-crossing"
    SEIZURE = "seizure"


class Place(Contract):
    """Where: a checkpoint code (UN/LOCODE or a border post's), coordinates, or both; `name` and `nations` come from the register of checkpoints."""

    code: str | None = None
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    name: str | None = None
    nations: tuple[Nation, ...] = Field(default=(), description="the one or two nations that hold the checkpoint")


class PersonName(Contract):
    """A name in full or in parts; at least one is there."""

    full: str | None = None
    given: str | None = None
    paternal: str | None = None
    maternal: str | None = None

    @property
    def text(self) -> str:
        """The name as one line: the full form, else its parts in Spanish order."""
        return self.full or " ".join(part for part in (self.given, self.paternal, self.maternal) if part)


class Flag(Contract):
    """Something to know about a field that did not refuse the event: a wrong check digit, an expired document."""

    pointer: str
    code: str
    detail: str


class Document(Contract):
    """An identity or travel document. `normalised` is what identifiers are compared by."""

    type: str
    number: str
    issuer: Country | None = None
    expires: date | None = None
    mrz: str | None = None
    normalised: str = ""
    verified: bool | None = Field(
        default=None, description="True or False where the number has a check digit, None where it has none"
    )


class Person(Contract):
    """Someone in the event."""

    role: str | None = None
    name: PersonName | None = None
    birth_date: PartialDate | None = None
    sex: str | None = None
    nationalities: tuple[Country, ...] = ()
    birth_place: str | None = None
    documents: tuple[Document, ...] = ()


class Conveyance(Contract):
    """A vehicle, vessel, aircraft or train. Numbers are normalised; what did not verify is flagged on the event."""

    kind: ConveyanceKind
    role: str | None = None
    plate: str | None = None
    country: Country | None = None
    vin: str | None = None
    imo: str | None = None
    mmsi: str | None = None
    registration: str | None = None
    name: str | None = None


class Container(Contract):
    """A freight container by its ISO 6346 number, with the seals seen on it."""

    number: str
    seals: tuple[str, ...] = ()


class Cargo(Contract):
    """Goods as declared."""

    description: str | None = None
    hs_code: str | None = None
    weight_kg: Amount | None = None
    consignor: str | None = None
    consignee: str | None = None


class Money(Contract):
    """A declared sum."""

    amount: Amount
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Declared(Contract):
    """What the traveller declared."""

    origin: str | None = None
    destination: str | None = None
    money: tuple[Money, ...] = ()


class Seized(Contract):
    """One thing seized: the quantity in the unit of its dimension, the original beside it."""

    category: SeizedCategory
    substance: str | None = None
    quantity: Amount | None = Field(default=None, description="in `unit`")
    unit: str | None = Field(default=None, description="kg, l, unit or USD (ISO 4217 otherwise)")
    original_quantity: str | None = None
    original_unit: str | None = None
    form: str | None = None
    count: int | None = None
    serial: str | None = Field(default=None, description="of one firearm, normalised: by it a listed one is met")
    make: str | None = Field(default=None, description="of a firearm: serial numbers are given out by makers")
    calibre: str | None = Field(default=None, description="of a firearm")


class SeizureRoute(Contract):
    """The route of a seizure as its reporter knows it."""

    producing: Country | None = None
    departure: Country | None = None
    destination: Country | None = None


class Consignment(Contract):
    """Who sent and who was to receive."""

    consignor: str | None = None
    consignee: str | None = None


class Event(Contract):
    """A border crossing or a seizure as an agency reported it.

    `event_id` is the same for the same agency, kind, id and revision, for ever; `lineage_id` is the same for all
    revisions of one. A withdrawn event carries no persons or things.
    """

    event_id: UUID
    lineage_id: UUID
    kind: EventKind
    id: str = Field(description="the agency's own id")
    revision: int = Field(ge=1)
    agency: str
    nation: Nation
    occurred_at: Utc
    occurred_on: date | None = Field(
        default=None, description="given when only the day is known; `occurred_at` is then its first moment in UTC"
    )
    utc_offset_minutes: int | None = Field(default=None, description="the offset that the post's clock had")
    received_at: Utc
    content_digest: str = Field(description="SHA-256 of the normalised content: tells a repeat from a contradiction")
    withdrawn: bool = False
    reason: str | None = None
    place: Place | None = None
    direction: Direction | None = None
    mode: Mode | None = None
    lane: str | None = None
    persons: tuple[Person, ...] = ()
    conveyances: tuple[Conveyance, ...] = ()
    containers: tuple[Container, ...] = ()
    cargo: tuple[Cargo, ...] = ()
    declared: Declared | None = None
    seized: tuple[Seized, ...] = ()
    concealment: str | None = None
    transport: str | None = None
    route: SeizureRoute | None = None
    consignment: Consignment | None = None
    exercise: bool = False
    handling: Handling
    flags: tuple[Flag, ...] = ()
    extra: dict[str, Any] = Field(default_factory=dict, description="fields we do not know, kept aside")


class ListMarker(Contract):
    """Stands in every partition of the events topic when the watchlist has changed; judged events behind it are of that version or later."""

    list_version: int
