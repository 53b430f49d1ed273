"""The columns of our own lists: what each means, which kinds of entry have it, what it may hold, and an example.

The templates are written from this, the cells of a list are read by it, and an export is written with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.contracts.base import Severity, Tlp
from shared.contracts.vocabulary import ActorKind as Kind
from shared.contracts.vocabulary import Category, DocumentState, NoticeColour, RequestedAction, WarningMarker

_NAMED: Final = frozenset({Kind.PERSON, Kind.ORGANISATION})
_ROAD: Final = frozenset({Kind.VEHICLE, Kind.TRAILER})
_WHOLE: Final = _ROAD | {Kind.VESSEL, Kind.CONTAINER}
_ALL: Final = frozenset(Kind)
YES_NO: Final = ("yes", "no")
SEXES: Final = ("M", "F", "X")
FURTHER: Final = "further"
"""The column for what no other can say, as JSON in the shape of the API: an export fills it, so that nothing is lost."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `field` is what of an entry it fills; several values of a cell are separated by semicolons where it says so."""

    name: str
    field: str
    en: str
    es: str
    kinds: frozenset[Kind] = _ALL
    example: str = ""
    several: bool = False
    words: tuple[str, ...] = ()
    dates: bool = False
    number: bool = False
    needed: bool = False

    def shown(self, kind: Kind) -> str:
        """A cell as one may write it; not about anybody."""
        return kind.value if self.name == "kind" else self.example


def _c(
    name: str,
    field: str,
    en: str,
    es: str,
    kinds: frozenset[Kind] = _ALL,
    example: str = "",
    *,
    words: Iterable[str] = (),
    several: bool = False,
    dates: bool = False,
    number: bool = False,
    needed: bool = False,
) -> Column:
    return Column(name, field, en, es, kinds, example, several, tuple(map(str, words)), dates, number, needed)


def _of(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


_PERSON, _DOCUMENT = _of(Kind.PERSON), _of(Kind.DOCUMENT)
COLUMNS: Final = (
    _c("source_id", "source_id", "your own number of the entry; by it the entry is known again", "su propio número del registro; por él se le reconoce de nuevo", example="GT-2026-0001", number=True, needed=True),
    _c("kind", "kind", "what is listed", "qué se registra", words=Kind, needed=True),
    _c("name", "names", "the name in full; needed of organisations, and of persons without its parts", "el nombre completo; necesario en organizaciones, y en personas sin sus partes", _NAMED | _of(Kind.VESSEL, Kind.AIRCRAFT)),
    _c("given", "names", "given names", "nombres de pila", _PERSON, "Nadie"),
    _c("paternal", "names", "first surname", "primer apellido", _PERSON, "Ejemplo"),
    _c("maternal", "names", "second surname", "segundo apellido", _PERSON, "Prueba"),
    _c("aliases", "names", "other names that identify", "otros nombres que identifican", _NAMED | _of(Kind.VESSEL), "Nadie Prueba", several=True),
    _c("weak_aliases", "names", "nicknames; they never alert alone", "apodos; nunca alertan por sí solos", _NAMED, "El Ejemplo", several=True),
    _c("birth_dates", "birth_dates", "1971-05-09, 1971-05, 1971, circa 1971, or 1968 to 1971", "1971-05-09, 1971-05, 1971, circa 1971 o 1968 to 1971", _PERSON, "1971-05-09", several=True, dates=True),
    _c("birth_places", "birth_places", "where born: town, country", "dónde nació: lugar, país", _PERSON, "Quetzaltenango, Guatemala", several=True),
    _c("sex", "sex", "the sex", "el sexo", _PERSON, "M", words=SEXES),
    _c("nationalities", "nationalities", "ISO 3166-1 alpha-2 codes", "códigos ISO 3166-1 alfa-2", _NAMED, "GT", several=True),
    _c("documents", "documents", "each as type, issuing nation, number; in brackets what else: passport GT 123456789 (stolen, issued 2020-01-31, expires 2030-01-31)", "cada uno como tipo, país emisor, número; lo demás entre paréntesis: passport GT 123456789 (stolen, issued 2020-01-31, expires 2030-01-31)", _NAMED, "dpi GT 1234567890101", several=True, number=True),
    _c("plate", "identifiers", "the plate as it is painted", "la placa como está pintada", _ROAD, "P000AAA", number=True),
    _c("vin", "identifiers", "the vehicle identification number", "el número de identificación del vehículo (VIN)", _ROAD, "1M8GDM9AXKP042788", number=True),
    _c("imo", "identifiers", "the IMO number, seven digits", "el número OMI, siete cifras", _of(Kind.VESSEL), "9074729", number=True),
    _c("mmsi", "identifiers", "the MMSI, nine digits", "el MMSI, nueve cifras", _of(Kind.VESSEL), "332000000", number=True),
    _c("registration", "identifiers", "the mark on the aircraft", "la matrícula de la aeronave", _of(Kind.AIRCRAFT), "TG-AAA", number=True),
    _c("country", "identifiers", "the nation it is registered in, or its flag", "el país donde está registrado, o su bandera", _ROAD | _of(Kind.VESSEL, Kind.AIRCRAFT), "GT"),
    _c("container", "identifiers", "the container's number (ISO 6346)", "el número del contenedor (ISO 6346)", _of(Kind.CONTAINER), "CSQU3054383", number=True),
    _c("seals", "identifiers", "the seals on it", "los precintos que lleva", _of(Kind.CONTAINER), "GT448812", several=True, number=True),
    _c("serial", "identifiers", "the serial number", "el número de serie", _of(Kind.FIREARM), "X00000", number=True),
    _c("make", "identifiers", "who made it, and the model", "la marca y el modelo", _of(Kind.FIREARM) | _ROAD, "Ejemplo"),
    _c("calibre", "identifiers", "the calibre", "el calibre", _of(Kind.FIREARM), "9 mm"),
    _c("document_type", "identifiers", "passport, national_id, driving_licence…", "passport, national_id, driving_licence…", _DOCUMENT, "passport"),
    _c("document_number", "identifiers", "the document's number", "el número del documento", _DOCUMENT, "123456789", number=True),
    _c("document_issuer", "identifiers", "the nation that issued it", "el país que lo emitió", _DOCUMENT, "GT"),
    _c("document_expires", "identifiers", "until when it is valid: 2030-01-31", "hasta cuándo vale: 2030-01-31", _DOCUMENT, dates=True),
    _c("document_state", "identifiers", "what is wrong with it", "qué pasa con él", _DOCUMENT, "stolen", words=DocumentState),
    _c("set_tractor", "parts", "a tractor that belongs to it: nation and plate", "un cabezal que le pertenece: país y placa", _WHOLE, several=True, number=True),
    _c("set_trailer", "parts", "a trailer that belongs to it: nation and plate", "un remolque que le pertenece: país y placa", _WHOLE, "GT TC000AA", several=True, number=True),
    _c("set_container", "parts", "a container that belongs to it", "un contenedor que le pertenece", _WHOLE, "CSQU3054383", several=True, number=True),
    _c("set_seal", "parts", "seals that belong to it", "precintos que le pertenecen", _WHOLE, "GT448812", several=True, number=True),
    _c("set_plate", "parts", "other plates that it is seen with: nation and plate", "otras placas con que se le ve: país y placa", _WHOLE, several=True, number=True),
    _c("set_engine", "parts", "serial numbers of its engines", "números de serie de sus motores", _WHOLE, several=True, number=True),
    _c("category", "category", "why it is listed", "por qué se registra", words=Category),
    _c("requested_action", "requested_action", "what the officer is asked to do", "qué se pide al oficial", example="INFORM_ONLY", words=RequestedAction),
    _c("severity", "severity", "how much an alert matters", "cuánto importa una alerta", example="medium", words=Severity),
    _c("warning_markers", "warning_markers", "what the officer must know before acting", "lo que el oficial debe saber antes de actuar", _PERSON, several=True, words=WarningMarker),
    _c("reason", "reason", "why, in a sentence", "por qué, en una frase", example="Fila de ejemplo"),
    _c("offence", "offence", "what the person is sought for", "por qué delito se le busca", _PERSON),
    _c("marks", "marks", "physical marks that do not change", "señas físicas que no cambian", _PERSON),
    _c("legal_basis", "legal_basis", "the law that it rests on", "la ley en que se apoya"),
    _c("authority", "authority", "who issued the decision", "quién dictó la decisión"),
    _c("decision", "decision", "the decision's reference", "la referencia de la decisión"),
    _c("register_number", "register_number", "its number in the national register", "su número en el registro nacional", number=True),
    _c("contact", "contact", "whom to call on a hit", "a quién llamar si hay coincidencia", example="guardia@example.org"),
    _c("notice_colour", "notice_colour", "of an INTERPOL notice", "de una notificación de INTERPOL", words=NoticeColour),
    _c("must_confirm_with_source", "must_confirm_with_source", "whether the source is to be called first", "si antes hay que llamar a la fuente", words=YES_NO),
    _c("restrictions", "restrictions", "what the source lets be done with it", "qué permite la fuente hacer con ello"),
    _c("valid_from", "valid_from", "from when it holds: 2026-01-31, or with the time, 2026-01-31T06:00:00-06:00", "desde cuándo vale: 2026-01-31, o con la hora, 2026-01-31T06:00:00-06:00", dates=True),
    _c("valid_to", "valid_to", "until when it holds, the day not included", "hasta cuándo vale, sin contar ese día", dates=True),
    _c("review_on", "review_on", "when its issuer looks at it again: 2026-12-31", "cuándo lo revisa quien lo emitió: 2026-12-31", dates=True),
    _c("programmes", "programmes", "operations or programmes that it belongs to", "operaciones o programas a que pertenece", several=True),
    _c("addresses", "addresses", "where it is found", "dónde se le encuentra", several=True),
    _c("linked", "linked", "numbers of other entries of this list that it is tied to, with how: owner: GT-2026-0002", "números de otros registros de esta lista con que está ligado, y cómo: owner: GT-2026-0002", several=True, number=True),
    _c("tlp", "handling", "the marking; your nation alone sees it when releasable_to is empty", "la marca; solo su país lo ve si releasable_to está vacío", words=Tlp),
    _c("releasable_to", "handling", "nations that may see it", "países que pueden verlo", example="GT; HN", several=True),
    _c("remarks", "remarks", "anything else", "lo demás"),
    _c(FURTHER, "", "what no other column can say, as JSON; an export fills it", "lo que ninguna otra columna puede decir, como JSON; lo llena una exportación"),
)  # fmt: skip
BY_NAME: Final = {column.name: column for column in COLUMNS}
OF_FIELD: Final = {field: tuple(one.name for one in COLUMNS if one.field == field) for field in {one.field for one in COLUMNS}}
OF_FIELD["births"] = OF_FIELD["birth_dates"]


def columns_of(kind: Kind) -> tuple[Column, ...]:
    """The columns that an entry of this kind can fill by hand."""
    return tuple(column for column in COLUMNS if kind in column.kinds and column.name != FURTHER)
