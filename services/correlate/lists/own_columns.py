"""The columns of our own lists: what each means, which kinds of entry have it, and an example. The template is written from this."""

from dataclasses import dataclass
from typing import Final

from shared.contracts.vocabulary import ActorKind as Kind

_NAMED: Final = frozenset({Kind.PERSON, Kind.ORGANISATION})
_ALL: Final = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: several values of a cell are separated by semicolons where it says so."""

    name: str
    means: str
    kinds: frozenset[Kind] = _ALL
    examples: tuple[tuple[Kind | None, str], ...] = ()
    several: bool = False

    def example(self, kind: Kind) -> str:
        """A cell as one may write it; not about anybody."""
        told = dict(self.examples)
        return told.get(kind, told.get(None, ""))


def _of(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


def _column(name: str, means: str, kinds: frozenset[Kind] = _ALL, example: str = "", *, several: bool = False) -> Column:
    return Column(name, means, kinds, ((None, example),), several)


COLUMNS: Final = (
    _column("source_id", "your own number of the entry; by it the entry is known again. Needed.", example="GT-2026-0001"),
    Column("kind", "what is listed. Needed.", examples=tuple((kind, kind.value) for kind in Kind)),
    _column("name", "the name in full. Needed of persons without parts of it, and of organisations.", _NAMED | _of(Kind.VESSEL, Kind.AIRCRAFT)),
    _column("given", "given names", _of(Kind.PERSON), "Nadie"),
    _column("paternal", "first surname", _of(Kind.PERSON), "Ejemplo"),
    _column("maternal", "second surname", _of(Kind.PERSON), "Prueba"),
    _column("aliases", "other names that identify", _NAMED | _of(Kind.VESSEL), "Nadie Prueba", several=True),
    _column("weak_aliases", "nicknames; they never alert alone", _NAMED, "El Ejemplo", several=True),
    _column("birth_dates", "1971-05-09, 1971-05, 1971, circa 1971, or 1968 to 1971", _of(Kind.PERSON), "1971-05-09", several=True),
    _column("birth_places", "where born: town, country", _of(Kind.PERSON), "Quetzaltenango, Guatemala", several=True),
    _column("sex", "M, F or X", _of(Kind.PERSON), "M"),
    _column("nationalities", "ISO 3166-1 alpha-2 codes", _NAMED, "GT", several=True),
    _column("documents", "each as type, issuing nation, number: passport GT 123456789", _NAMED, "dpi GT 1234567890101", several=True),
    _column("plate", "the plate as it is painted", _of(Kind.VEHICLE), "P000AAA"),
    _column("vin", "the vehicle identification number", _of(Kind.VEHICLE), "1M8GDM9AXKP042788"),
    _column("imo", "the IMO number, seven digits", _of(Kind.VESSEL), "9074729"),
    _column("mmsi", "the MMSI, nine digits", _of(Kind.VESSEL), "332000000"),
    _column("registration", "the mark on the aircraft", _of(Kind.AIRCRAFT), "TG-AAA"),
    _column("country", "the nation it is registered in, or its flag", _of(Kind.VEHICLE, Kind.VESSEL, Kind.AIRCRAFT), "GT"),
    _column("container", "the container's number (ISO 6346)", _of(Kind.CONTAINER), "CSQU3054383"),
    _column("document_type", "passport, national_id, driving_licence…", _of(Kind.DOCUMENT), "passport"),
    _column("document_number", "the document's number", _of(Kind.DOCUMENT), "123456789"),
    _column("document_issuer", "the nation that issued it", _of(Kind.DOCUMENT), "GT"),
    _column("category", "why it is listed: arrest, missing, discreet_check, object_for_seizure…"),
    _column("requested_action", "what the officer is asked to do: ARREST, SEIZE, DISCREET_CHECK, INFORM_ONLY…", example="INFORM_ONLY"),
    _column("severity", "low, medium, high or critical", example="medium"),
    _column("warning_markers", "armed, violent, escape_risk…", _of(Kind.PERSON), several=True),
    _column("reason", "why, in a sentence", example="Fila de ejemplo"),
    _column("legal_basis", "the decision or law that it rests on"),
    _column("contact", "whom to call on a hit", example="guardia@example.org"),
    _column("valid_from", "from when it holds: 2026-01-31, or with the time, 2026-01-31T06:00:00-06:00"),
    _column("valid_to", "until when it holds, the day not included"),
    _column("review_on", "when its issuer looks at it again: 2026-12-31"),
    _column("programmes", "operations or programmes that it belongs to", several=True),
    _column("addresses", "where it is found", several=True),
    _column("linked", "numbers of other entries of this list that it is tied to", several=True),
    _column("tlp", "CLEAR, GREEN, AMBER, AMBER+STRICT or RED; it may be seen by your nation alone when releasable_to is empty"),
    _column("releasable_to", "nations that may see it", several=True, example="GT; HN"),
    _column("remarks", "anything else"),
)  # fmt: skip
BY_NAME: Final = {column.name: column for column in COLUMNS}


def columns_of(kind: Kind) -> tuple[Column, ...]:
    """The columns that an entry of this kind can fill."""
    return tuple(column for column in COLUMNS if kind in column.kinds)
