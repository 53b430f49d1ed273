"""The keys of subjects: the same thing has the same key wherever it is seen."""

from hashlib import sha256
from uuid import UUID

from services.correlate.domain.screen.identifiers import document_kind, document_number, normalise, sea_number
from services.correlate.domain.screen.names import organisation_words, words
from shared.contracts.events import Container, Conveyance, Document, Person, Seized
from shared.contracts.sightings import Subject
from shared.contracts.vocabulary import ConveyanceKind, SubjectKind

_UNKNOWN_COUNTRY = "ZZ"
"""ISO 3166-1 reserves it for users: a plate whose country nobody wrote down."""


def actor_key(entry_id: UUID) -> str:
    """The partition subject of a listed actor."""
    return f"actor:{entry_id}"


def route_key(entry_id: UUID) -> str:
    """The partition subject of a listed route."""
    return f"route:{entry_id}"


def seizure_key(lineage_id: UUID) -> str:
    """The partition subject of a seizure as such: it stands for what no person or thing was named in."""
    return f"seizure:{lineage_id}"


def _fingerprint(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _rank(document: Document) -> tuple[int, str, str, str]:
    kind = document_kind(document.type)
    order = {"passport": 0, "national_id": 1}.get(kind, 2)
    return order, kind, document.issuer or "", document_number(document)


def person_subject(person: Person) -> Subject | None:
    """By the first document in the order passport, national identity, others; else by name and birth date; None for a nobody."""
    documents = [document for document in person.documents if document_number(document)]
    if documents:
        first = min(documents, key=_rank)
        key = f"person:{document_kind(first.type)}:{first.issuer or ''}:{document_number(first)}"
        return Subject(kind=SubjectKind.PERSON, key=key)
    every = words(person.name.text) if person.name else ()
    if not every:
        return None
    return Subject(kind=SubjectKind.PERSON, key=f"person:name:{_fingerprint(' '.join(sorted(every)), person.birth_date or '')}")


def _vehicle(conveyance: Conveyance) -> str | None:
    plate = normalise(conveyance.plate or "")
    vin = normalise(conveyance.vin or "")
    if plate and conveyance.country:
        return f"{conveyance.country}:{plate}"
    if vin:
        return f"vin:{vin}"
    return f"{_UNKNOWN_COUNTRY}:{plate}" if plate else None


def _named(conveyance: Conveyance) -> str | None:
    name = normalise(conveyance.name or "")
    return f"name:{name}" if name else None


def _vessel(conveyance: Conveyance) -> str | None:
    if imo := sea_number(conveyance.imo or ""):
        return f"imo:{imo}"
    if mmsi := sea_number(conveyance.mmsi or ""):
        return f"mmsi:{mmsi}"
    registration = normalise(conveyance.registration or "")
    return f"registration:{registration}" if registration else _named(conveyance)


def conveyance_subject(conveyance: Conveyance) -> Subject | None:
    """A vehicle by plate and country, else VIN; a vessel by IMO, else MMSI; an aircraft or train by registration, else name; None where nothing identifies it."""
    if conveyance.kind is ConveyanceKind.VEHICLE:
        own = _vehicle(conveyance)
    elif conveyance.kind is ConveyanceKind.VESSEL:
        own = _vessel(conveyance)
    else:
        own = normalise(conveyance.registration or "") or _named(conveyance)
    kind = SubjectKind(conveyance.kind.value)
    return Subject(kind=kind, key=f"{kind}:{own}") if own else None


def container_subject(container: Container) -> Subject | None:
    """A container by its number."""
    number = normalise(container.number)
    return Subject(kind=SubjectKind.CONTAINER, key=f"container:{number}") if number else None


def firearm_subject(seized: Seized) -> Subject | None:
    """A seized firearm by its serial number; None without one."""
    serial = normalise(seized.serial or "")
    return Subject(kind=SubjectKind.FIREARM, key=f"firearm:{serial}") if serial else None


def organisation_subject(name: str) -> Subject | None:
    """A consignor or consignee by its name without legal form; None where nothing is left."""
    every = organisation_words(name)
    if not every:
        return None
    return Subject(kind=SubjectKind.ORGANISATION, key=f"organisation:{_fingerprint(' '.join(sorted(every)))}")
