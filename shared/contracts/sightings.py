"""One subject at one place and time, on `atalaya.sightings`, keyed by subject."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from shared.contracts.base import Contract, Handling, Nation, Utc
from shared.contracts.events import Container, Conveyance, EventKind, Person, Place, Seized, SeizureRoute
from shared.contracts.explanation import Hit
from shared.contracts.vocabulary import Direction, Mode, SubjectKind


class Subject(Contract):
    """`key` names it for ever: `vehicle:GT:C123BCD`, `person:passport:GT:123456785`, `container:MSCU6639870`."""

    kind: SubjectKind
    key: str


class Seen(Contract):
    """What was seen of the subject: exactly one is set. It is what a later look back judges."""

    person: Person | None = None
    conveyance: Conveyance | None = None
    container: Container | None = None
    organisation: str | None = Field(default=None, description="a consignor or consignee by name")
    seizure_route: SeizureRoute | None = Field(default=None, description="of a seizure that lies on a watchlisted route")
    firearm: Seized | None = Field(default=None, description="a seized firearm with its serial number")


class Beside(Contract):
    """The other objects of the event: by them the parts of a listed set are told that were seen too, were others or were missing."""

    conveyances: tuple[Conveyance, ...] = ()
    containers: tuple[Container, ...] = ()


class Sighting(Contract):
    """A subject in an event.

    `sighting_id` is UUIDv5 of lineage, partition subject and place in the event: the same for every repeat and every
    revision of the event, so a later revision replaces an earlier one. `partition_subject` is the key of the message: the subject
    itself or, for a hit, `actor:<entry id>`. `list_version` is the version of the watchlist it was judged by.
    """

    type: Literal["sighting"] = "sighting"
    sighting_id: UUID
    partition_subject: str
    subject: Subject
    carries: bool = Field(description="True for the subject that carries the rest of the event: routes follow it")
    position: str = Field(description="JSON pointer of the subject in the event")
    event_id: UUID
    lineage_id: UUID
    revision: int
    kind: EventKind
    agency: str
    nation: Nation
    occurred_at: Utc
    received_at: Utc
    withdrawn: bool = False
    exercise: bool = False
    place: Place | None = None
    direction: Direction | None = None
    mode: Mode | None = None
    destination: str | None = None
    seen: Seen
    companions: tuple[Subject, ...] = Field(default=(), description="the other subjects of the event")
    beside: Beside | None = Field(default=None, description="of an object; None where there were too many, or nobody noted them")
    seized: tuple[Seized, ...] = ()
    hits: tuple[Hit, ...] = ()
    retroactive: bool = False
    list_version: int
    handling: Handling
    traceparent: str | None = None


class PartitionMarker(Contract):
    """Says on a partition of the sightings topic that events partition `events_partition` has been judged up to `list_version`."""

    type: Literal["marker"] = "marker"
    list_version: int
    events_partition: int


class RevisionNotice(Contract):
    """Says that a later revision of an event has been judged: sightings of its lineage with a lower revision that are not in `kept` no longer stand.

    Keyed by lineage, since nobody but the store of the sightings knows which subjects the earlier revision had.
    """

    type: Literal["revision"] = "revision"
    lineage_id: UUID
    revision: int
    list_version: int
    withdrawn: bool = False
    kept: tuple[UUID, ...] = Field(default=(), description="the sightings that the revision itself gave")

    @property
    def key(self) -> str:
        """The key of the message."""
        return f"lineage:{self.lineage_id}"


SIGHTING_MESSAGE: TypeAdapter[Sighting | PartitionMarker | RevisionNotice] = TypeAdapter(
    Annotated[Sighting | PartitionMarker | RevisionNotice, Field(discriminator="type")]
)
