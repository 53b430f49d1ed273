"""A hit on a number in a sentence that an officer can say, in Spanish and English: which part, what is wrong with it, what else was seen."""

from collections.abc import Iterable, Sequence
from typing import Final

from services.correlate.domain.screen.documents import MetDocument
from services.correlate.domain.screen.identifiers import document_kind
from services.correlate.domain.screen.misreads import LISTED_MISREAD, MAY_BE_MISREAD, MISREAD
from services.correlate.domain.screen.objects import Met
from services.correlate.domain.screen.parts import Key, Part
from services.correlate.domain.screen.plates import MAY_BE
from services.correlate.domain.screen.sentences import list_reference
from services.correlate.domain.screen.sets import Told
from shared.contracts.base import Text
from shared.contracts.explanation import Evidence
from shared.contracts.vocabulary import DocumentState
from shared.contracts.watchlist import ActorBody, EntryHead

_FIELDS: Final = {
    "plate": ("la placa", "the plate"),
    "vin": ("el VIN", "the VIN"),
    "imo": ("el número IMO", "the IMO number"),
    "mmsi": ("el MMSI", "the MMSI"),
    "registration": ("la matrícula", "the registration"),
    "container": ("el contenedor", "the container"),
    "seal": ("el precinto", "the seal"),
    "serial": ("el número de serie", "the serial number"),
    "vessel": ("el nombre del buque", "the vessel's name"),
}

_ROLES: Final = {
    "vehicle": ("vehículo", "vehicle"),
    "tractor": ("cabezal", "tractor"),
    "trailer": ("remolque", "trailer"),
    "container": ("contenedor", "container"),
    "seal": ("precinto", "seal"),
    "plate": ("placa", "plate"),
    "engine": ("motor", "engine"),
    "vessel": ("buque", "vessel"),
    "aircraft": ("aeronave", "aircraft"),
    "firearm": ("arma de fuego", "firearm"),
}

_DOCUMENTS: Final = {
    "passport": ("el pasaporte", "the passport"),
    "national_id": ("el documento de identidad", "the identity document"),
}

_STATES: Final = {
    DocumentState.STOLEN: ("robado", "stolen"),
    DocumentState.MISAPPROPRIATED: ("sustraído", "misappropriated"),
    DocumentState.LOST: ("extraviado", "lost"),
    DocumentState.INVALIDATED: ("invalidado", "invalidated"),
    DocumentState.FALSE: ("falso", "false"),
}

_MOST_SAID: Final = 4
"""Parts of a set that the sentence names; the explanation has more."""


def document_sentence(head: EntryHead, body: ActorBody, met: MetDocument, names: tuple[str, str] | None) -> Text:
    """A document met the same document; `names` the one in which it is listed and the other one in which it was shown."""
    reference = list_reference(head, body.source, body.source_id)
    kind = document_kind(met.listed.type) if met.listed.type else ""
    es, en = _DOCUMENTS.get(kind, ("el documento", "the document"))
    state = _STATES.get(met.listed.state) if met.listed.state else None
    as_es, as_en = (f"figura como {state[0]} en", f"is reported {state[1]} on") if state else ("figura en", "is on")
    other = Text(es="", en="")
    if names:
        listed, seen = names
        other = Text(
            es=f", a nombre de «{listed}»; se presentó a nombre de «{seen}»",
            en=f", in the name of “{listed}”; it was shown in the name of “{seen}”",
        )
    read = as_seen(met.number, met.seen, met.how)
    return Text(
        es=f"{_capital(es)} {met.number}{read.es} {as_es} {reference.es}{other.es}.",
        en=f"{_capital(en)} {met.number}{read.en} {as_en} {reference.en}{other.en}.",
    )


def as_seen(number: str, seen: str | None, how: str) -> Text:
    """How a listed number was seen, where it was seen otherwise than it is listed."""
    if seen is None or seen == number:
        return Text(es="", en="")
    if how == MISREAD:
        return Text(
            es=f" (se leyó {seen}, que no cumple su dígito de control: posible error de lectura)",
            en=f" (read as {seen}, whose check digit does not hold: it may be misread)",
        )
    if how == MAY_BE_MISREAD:
        return Text(es=f" (se leyó {seen}: un carácter distinto)", en=f" (read as {seen}: one character differs)")
    if how == LISTED_MISREAD:
        return Text(
            es=f" (no cumple su dígito de control; se leyó {seen}, que difiere en un error)",
            en=f" (whose check digit does not hold; read as {seen}, one slip away)",
        )
    if how == MAY_BE:
        return Text(es=f" (se leyó {seen}, que puede leerse así)", en=f" (read as {seen}, which may be read so)")
    return Text(es=f" (se leyó {seen})", en=f" (read as {seen})")


def object_sentence(head: EntryHead, body: ActorBody, met: Met, told: Told | None, flags: Sequence[Evidence] = ()) -> Text:
    """An identifier met the same identifier; of a set also as which part, and what became of the others; of a ship what its MMSI says of its flag."""
    reference = list_reference(head, body.source, body.source_id)
    es, en = _FIELDS[met.field]
    if told is None:
        role, others = Text(es="", en=""), Text(es="", en="")
    else:
        named = _ROLES.get(met.part.role) if met.part else None
        role = Text(es=f" ({named[0]} de un conjunto)", en=f" ({named[1]} of a set)") if named else Text(es="", en="")
        others = _others(told)
    read = as_seen(met.number, met.seen, met.how)
    said = [_flag(one) for one in flags]
    return Text(
        es=f"{_capital(es)} {met.number}{read.es}{role.es} figura en {reference.es}{others.es}{''.join(one.es for one in said)}.",
        en=f"{_capital(en)} {met.number}{read.en}{role.en} is on {reference.en}{others.en}{''.join(one.en for one in said)}.",
    )


def _flag(evidence: Evidence) -> Text:
    """What an MMSI says of a ship's flag, beside the flag that is listed, else the one that was seen."""
    told, listed, seen = evidence.seen["flag by MMSI"], evidence.listed.get("flag"), evidence.seen.get("flag")
    if listed and listed != told:
        return Text(
            es=f"; el MMSI es de bandera {told} y figura la bandera {listed}",
            en=f"; its MMSI is of flag {told}, and {listed} is listed",
        )
    if seen and seen != told:
        return Text(
            es=f"; el MMSI es de bandera {told} y se vio la bandera {seen}",
            en=f"; its MMSI is of flag {told}, and {seen} was seen",
        )
    same = (
        ("; el MMSI es de la misma bandera", "; its MMSI is of the same flag")
        if listed
        else ("; el MMSI es de bandera", "; its MMSI is of flag")
    )
    return Text(
        es=f"{same[0]}, {told}" if listed else f"{same[0]} {told}", en=f"{same[1]}, {told}" if listed else f"{same[1]} {told}"
    )


def _others(told: Told) -> Text:
    together = [_part(one.part.role if one.part else "", (one.field, one.number)) for one in told.together]
    missing = [_part(one.role, one.name) for one in told.missing]
    replaced = [_replaced(part, seen) for part, seen in told.replaced]
    es, en = "", ""
    for words_es, words_en, parts in (
        ("también se vio", "seen with it", together),
        ("no coincide", "not the same", replaced),
        ("no se vio", "not seen", missing),
    ):
        if parts:
            es += f"; {words_es}: {_listed([one[0] for one in parts])}"
            en += f"; {words_en}: {_listed([one[1] for one in parts])}"
    return Text(es=es, en=en)


def _part(role: str, key: Key) -> tuple[str, str]:
    es, en = _ROLES.get(role, ("parte", "part"))
    return f"{es} {key[1]}", f"{en} {key[1]}"


def _replaced(part: Part, seen: Key) -> tuple[str, str]:
    es, en = _part(part.role, next((key for key in part.keys if key[0] == seen[0]), part.name))
    return f"{es} (se vio {seen[1]})", f"{en} (seen: {seen[1]})"


def _listed(parts: Iterable[str]) -> str:
    every = list(parts)
    more = len(every) - _MOST_SAID
    return ", ".join(every[:_MOST_SAID]) + (f" (+{more})" if more > 0 else "")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
