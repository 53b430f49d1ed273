"""Entries of the watchlist as they are published on `atalaya.watchlist` (compacted, keyed by entry id).

A removed entry is published with `ended_at` set, and its key is emptied only after the retention of tombstones.
`list_version` counts every change of the whole list without a gap; `version` counts the changes of this entry.
"""

from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from shared.contracts.base import Contract, Country, Handling, Nation, Severity, Utc
from shared.contracts.events import PartialDate, Place
from shared.contracts.vocabulary import (
    ActorKind,
    Category,
    DocumentState,
    EntryChange,
    EntryState,
    LinkKind,
    Mode,
    NameType,
    NoticeColour,
    RequestedAction,
    SetRole,
    Strength,
    SubjectKind,
)


class ListedName(Contract):
    """A name of an actor, in full or in parts."""

    full: str | None = None
    given: str | None = None
    paternal: str | None = None
    maternal: str | None = None
    type: NameType = NameType.PRIMARY
    strength: Strength = Strength.STRONG

    @property
    def text(self) -> str:
        """The name as one line."""
        return self.full or " ".join(part for part in (self.given, self.paternal, self.maternal) if part)


class ListedDocument(Contract):
    """A document of an actor; any one of them is enough to match."""

    type: str | None = None
    number: str
    issuer: Country | None = None
    expires: date | None = None
    issued: date | None = Field(default=None, description="for the record")
    state: DocumentState | None = Field(default=None, description="what is wrong with it: stolen, lost…")
    note: str | None = Field(default=None, description="what the list says of it, for the record")


class ListedBirth(Contract):
    """A birth date as the list says it; `birth_dates` holds what of it can be compared."""

    precision: Literal["day", "month", "year", "range", "circa"]
    since: PartialDate = Field(description="the date, or the first that it may be")
    until: PartialDate | None = Field(default=None, description="of a range: the last that it may be")
    text: str | None = Field(default=None, description="in the list's own words")


class ListedPlace(Contract):
    """An address or a place of birth, as the list says it."""

    text: str
    country: Country | None = None


class ListedLink(Contract):
    """Another entry of the same list that this one is tied to."""

    relation: str = Field(description="in the list's word: linked_to, owner, companion…")
    kind: LinkKind | None = Field(default=None, description="the same in our words, where it is one of them")
    name: str | None = None
    source_id: str | None = Field(default=None, description="the other's id in the same source, where the list tells it")
    entry_id: UUID | None = Field(default=None, description="the other's id here")


class Identifiers(Contract):
    """What identifies an object: the fields of a conveyance, a container or a document."""

    plate: str | None = None
    country: Country | None = None
    vin: str | None = None
    imo: str | None = None
    mmsi: str | None = None
    registration: str | None = None
    name: str | None = None
    container: str | None = Field(default=None, alias="number")
    type: str | None = Field(default=None, description="of a document")
    issuer: Country | None = Field(default=None, description="of a document")
    expires: date | None = Field(default=None, description="of a document")
    mrz: str | None = Field(default=None, description="of a document, for the record")
    kind: str | None = Field(default=None, description="of a conveyance, for the record")
    role: str | None = Field(default=None, description="of a conveyance, for the record")
    seals: tuple[str, ...] = Field(default=(), description="of a container")
    state: DocumentState | None = Field(default=None, description="of a document: stolen, lost…")
    serial: str | None = Field(default=None, description="of a firearm or an engine")
    make: str | None = Field(default=None, description="for the record")
    calibre: str | None = Field(default=None, description="of a firearm, for the record")

    @property
    def identifies(self) -> bool:
        """Whether anything here can be met: the rest only describes."""
        told = (self.plate, self.vin, self.imo, self.mmsi, self.registration, self.name, self.container, self.serial)
        return any(told) or bool(self.seals)


class SetPart(Contract):
    """One part of an object that is made of several: of a lorry its tractor, trailer, container and seals. Any part that is met is enough."""

    role: SetRole
    identifiers: Identifiers
    note: str | None = None


class ActorBody(Contract):
    """What an issuer writes about an actor.

    What was added after the first release is absent unless given: an actor without an id of a source is known by a hash of what it is.
    """

    kind: ActorKind
    source: str = "own"
    source_id: str | None = None
    category: Category | None = None
    requested_action: RequestedAction = RequestedAction.INFORM_ONLY
    severity: Severity = Severity.MEDIUM
    names: tuple[ListedName, ...] = ()
    birth_dates: tuple[PartialDate, ...] = ()
    sex: str | None = None
    nationalities: tuple[Country, ...] = ()
    documents: tuple[ListedDocument, ...] = ()
    identifiers: Identifiers | None = None
    warning_markers: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    list_date: date | None = None
    reason: str | None = None
    legal_basis: str | None = None
    contact: str | None = None
    valid_from: Utc | None = None
    valid_to: Utc | None = None
    review_on: date | None = Field(
        default=None, description="the day from which it no longer alerts unless its issuer extends it"
    )
    handling: Handling | None = None
    births: tuple[ListedBirth, ...] | None = Field(default=None, description="birth dates as the list says them, for the record")
    birth_places: tuple[ListedPlace, ...] | None = Field(default=None, description="for the record")
    addresses: tuple[ListedPlace, ...] | None = Field(default=None, description="for the record")
    linked: tuple[ListedLink, ...] | None = Field(default=None, description="for the record")
    remarks: str | None = Field(default=None, description="what else the list says, in its own words, for the record")
    parts: tuple[SetPart, ...] | None = Field(
        default=None, description="of an object made of several; any of them is enough to match"
    )
    marks: str | None = Field(default=None, description="objective physical marks that do not change")
    offence: str | None = Field(default=None, description="what the person is sought for")
    authority: str | None = Field(default=None, description="who issued the decision")
    decision: str | None = Field(default=None, description="the decision's reference")
    register_number: str | None = Field(default=None, description="in the national register")
    notice_colour: NoticeColour | None = Field(default=None, description="of an INTERPOL notice")
    must_confirm_with_source: bool | None = Field(
        default=None, description="the source asks to be called before anything is done that cannot be undone"
    )
    restrictions: str | None = Field(default=None, description="what the source lets be done with it, in its own words")


class Geofence(Contract):
    """A ring of `[lon, lat]` positions (GeoJSON order), closed or not."""

    ring: tuple[tuple[float, float], ...] = Field(min_length=3)


class LegWindow(Contract):
    """How long the leg to this waypoint takes at least and at most (ISO 8601 durations)."""

    min: timedelta
    max: timedelta


class Waypoint(Contract):
    """One stop of a route: a checkpoint, a point with a radius, or a geofence; the window is that of the leg that ends here."""

    place: Place | None = None
    geofence: Geofence | None = None
    radius_km: float = Field(default=10.0, gt=0, le=200, description="how near a position must be when it has no checkpoint code")
    window: LegWindow | None = None


class RouteBody(Contract):
    """What an issuer writes about a route."""

    name: str
    direction: Literal["forward", "reverse", "both"] = "forward"
    modes: tuple[Mode, ...] = ()
    subjects: tuple[SubjectKind, ...] = Field(default=(), description="what is tracked; empty: the thing that carries the rest")
    severity: Severity = Severity.MEDIUM
    requested_action: RequestedAction = RequestedAction.INFORM_ONLY
    waypoints: tuple[Waypoint, ...] = Field(min_length=2)
    least_waypoints: int = Field(default=2, ge=2)
    rule: str | None = None
    reason: str | None = None
    valid_from: Utc | None = None
    valid_to: Utc | None = None
    handling: Handling | None = None
    review_on: date | None = Field(
        default=None, description="the day from which it no longer alerts unless its issuer extends it"
    )


class Flag(Contract):
    """A nation's word that it will not execute an entry on its territory (Regulation (EU) 2018/1862, Article 24): there it is for information only."""

    nation: Nation
    agency: str
    since: Utc
    until: Utc | None = None
    reason: str


class Cleared(Contract):
    """An issuer's word that somebody who was taken for an entry's person is another: the pair is silent until then, or until a side changes."""

    person: str = Field(description="digest of who it is: name, birth date, documents")
    entry: str = Field(description="digest of what the entry was met by")
    since: Utc
    until: Utc
    by: str = Field(description="the key that said so")
    reason: str


class EntryHead(Contract):
    """What every published entry carries beside what its issuer wrote."""

    entry_id: UUID
    version: int = Field(ge=1)
    list_version: int = Field(ge=1)
    originator: str = Field(description="the agency whose key wrote it")
    nation: Nation
    changed_at: Utc
    changed_by: str
    change: EntryChange | None = Field(
        default=None, description="what this version changed; None in versions of the first release"
    )
    why: str | None = None
    state: EntryState = EntryState.ACTIVE
    ended_at: Utc | None = None
    releasable_to: tuple[Nation, ...] = Field(description="effective: the handling's nations and the originator's own")
    written_by: str | None = Field(default=None, description="who wrote the content; nobody approves what they wrote")
    approved_by: str | None = Field(default=None, description="the second person")
    renewed_at: Utc | None = Field(
        default=None, description="when it was made active or was extended: the review period counts from here"
    )
    confirm_by: Utc | None = Field(
        default=None, description="active without a second person until then, and suspended if none approves"
    )
    resume_at: Utc | None = Field(default=None, description="when a suspension ends by itself")
    keep_until: Utc | None = Field(default=None, description="until when an executed entry is kept, with a reason")
    flags: tuple[Flag, ...] = ()
    cleared: tuple[Cleared, ...] = Field(default=(), description="to its issuer: who was confirmed not to be the entry's person")

    @property
    def alerts(self) -> bool:
        """Whether it is matched against what is seen."""
        return self.ended_at is None and self.state.alerts

    @property
    def flagged_by(self) -> tuple[Nation, ...]:
        """The nations that do not execute it on their territory, in order."""
        return tuple(sorted({flag.nation for flag in self.flags}))


class ActorEntry(EntryHead):
    """A published actor."""

    type: Literal["actor"] = "actor"
    body: ActorBody


class RouteEntry(EntryHead):
    """A published route."""

    type: Literal["route"] = "route"
    body: RouteBody


Entry = Annotated[ActorEntry | RouteEntry, Field(discriminator="type")]
ENTRY: TypeAdapter[ActorEntry | RouteEntry] = TypeAdapter(Entry)
