"""The first line of an alert, in Spanish and English: what to do, about what, seen where. No name and no document number."""

from shared.contracts.base import Text
from shared.contracts.events import Place
from shared.contracts.territory import ACTION_WORDS
from shared.contracts.vocabulary import RequestedAction, SubjectKind

_KINDS = {
    SubjectKind.PERSON: ("persona", "person"),
    SubjectKind.VEHICLE: ("vehículo", "vehicle"),
    SubjectKind.TRAILER: ("remolque", "trailer"),
    SubjectKind.VESSEL: ("buque", "vessel"),
    SubjectKind.AIRCRAFT: ("aeronave", "aircraft"),
    SubjectKind.RAIL: ("tren", "train"),
    SubjectKind.CONTAINER: ("contenedor", "container"),
    SubjectKind.DOCUMENT: ("documento", "document"),
    SubjectKind.FIREARM: ("arma de fuego", "firearm"),
    SubjectKind.ORGANISATION: ("organización", "organisation"),
    SubjectKind.ROUTE: ("ruta", "route"),
}


def _where(place: Place | None) -> tuple[str, str]:
    name = (place.name or place.code) if place else None
    return (f" en {name}", f" at {name}") if name else ("", "")


def actor_headline(action: RequestedAction, kind: SubjectKind, source: str, place: Place | None) -> Text:
    """A listed actor was seen."""
    es, en = ACTION_WORDS[action]
    here = _where(place)
    return Text(
        es=f"{es}: posible {_KINDS[kind][0]} de la lista {source}{here[0]}",
        en=f"{en}: possible {_KINDS[kind][1]} of list {source}{here[1]}",
    )


def route_headline(action: RequestedAction, kind: SubjectKind, name: str, reached: int, of: int, place: Place | None) -> Text:
    """A subject is on a listed route."""
    es, en = ACTION_WORDS[action]
    here = _where(place)
    return Text(
        es=f"{es}: {_KINDS[kind][0]} en la ruta «{name}», {reached} de {of} puntos, último{here[0]}",
        en=f"{en}: {_KINDS[kind][1]} on route “{name}”, {reached} of {of} waypoints, last{here[1]}",
    )


def companion_headline(kind: SubjectKind, place: Place | None) -> Text:
    """A subject crossed with what was seized afterwards."""
    here = _where(place)
    return Text(
        es=f"REGISTRAR: {_KINDS[kind][0]} que cruzó con lo decomisado{here[0]}",
        en=f"SEARCH: {_KINDS[kind][1]} that crossed with what was seized{here[1]}",
    )


def route_seizure_headline(action: RequestedAction, name: str | None, count: int, place: Place | None) -> Text:
    """Seizures lie on a listed route."""
    es, en = ACTION_WORDS[action]
    here = _where(place)
    es_name, en_name = (f"la ruta «{name}»", f"route “{name}”") if name else ("una ruta de la lista", "a listed route")
    return Text(
        es=f"{es}: {count} decomiso{'s' if count > 1 else ''} en {es_name}, último{here[0]}",
        en=f"{en}: {count} seizure{'s' if count > 1 else ''} on {en_name}, last{here[1]}",
    )
