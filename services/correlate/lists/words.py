"""What lists of every format say alike: countries, dates, names of persons, kinds of documents."""

import re
from datetime import date
from functools import lru_cache
from typing import Final

from rigour.territories import lookup_territory

from shared.contracts.vocabulary import ActorKind, NameType, Strength
from shared.contracts.watchlist import ListedBirth, ListedName

_PLACES: Final = {
    "Cali": "CO",
    "Medellin": "CO",
    "Bogota": "CO",
    "Uraba": "CO",
    "Macau": "MO",
    "Hong Kong": "HK",
    "Puerto Rico": "PR",
}
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        [
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep september",
            "oct october",
            "nov november",
            "dec december",
        ],
        start=1,
    )
    for name in names.split()
}
_WORDS: Final = re.compile(r"(?:(?:(?P<day>\d{1,2}) )?(?P<month>[A-Za-z]{3,9}) )?(?P<year>\d{4})")
_NUMBERS: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})(?:-(?P<day>\d{2}))?")
_CIRCA: Final = re.compile(r"^(?:circa|approximately|about|ca\.)\s+(?P<when>.+)$", re.IGNORECASE)
_RANGE: Final = re.compile(
    r"^(?:between\s+)?(?P<since>.+?)(?:\s+(?:to|and)\s+|(?<=^\d{4})-(?=\d{4}$))(?P<until>.+)$", re.IGNORECASE
)
_DOCUMENTS: Final = {
    "passport": "passport", "numéro de passeport": "passport", "número de pasaporte": "passport", "stateless person passport": "passport",
    "national id no": "national_id", "national identification number": "national_id", "national foreign id number": "national_id",
    "numero de identidad": "national_id", "identification number": "national_id", "kenyan id no": "national_id",
    "cedula no": "cedula", "d.n.i": "dni", "c.u.i": "cui", "c.u.r.p": "curp", "r.f.c": "rfc", "nit #": "nit", "ruc #": "ruc", "rtn": "rtn",
    "c.u.i.t": "cuit", "c.u.i.p": "cuip", "tax id no": "tax_id", "ssn": "ssn", "driver's license no": "driving_licence",
    "credencial electoral": "voter_id", "electoral registry no": "voter_id", "i.f.e": "voter_id", "le number": "voter_id",
    "folio mercantil no": "company_register", "matricula mercantil no": "company_register", "company number": "company_register",
    "registration number": "company_register", "registration id": "company_register", "business registration number": "company_register",
}  # fmt: skip

CIRCA_YEARS: Final = 2
"""How far about a year reaches: OFAC and the UN name no number, and the birth dates that they give beside a "circa" lie within two years."""

LONGEST_SPAN_YEARS: Final = 25
"""A longer span says too little to be compared: every other person would agree with it."""


@lru_cache(maxsize=65_536)
def country(name: str | None) -> str | None:
    """The ISO 3166-1 alpha-2 code of a name, None where it is no country of today."""
    name = (name or "").strip()
    if not name:
        return None
    if name in _PLACES:
        return _PLACES[name]
    territory = lookup_territory(name)
    return territory.code.upper() if territory is not None and len(territory.code) == len("GT") else None


@lru_cache(maxsize=65_536)
def moment(text: str) -> tuple[str, str] | None:
    """A date as precise as it was written (`09 May 1971`, `May 1971`, `1971-05`, `1971`…), and how precise that is; None where it is none."""
    text = text.strip()
    found = (_WORDS.fullmatch(text) or _NUMBERS.fullmatch(text)) if text.isascii() else None
    if found is None:
        return None
    year, month, of_month = found["year"], found["month"], found["day"]
    number = 1 if month is None else int(month) if month.isdigit() else _MONTHS.get(month.casefold(), 0)
    try:
        date(int(year), number, int(of_month or 1))
    except ValueError:
        return None
    if of_month:
        return f"{year}-{number:02}-{int(of_month):02}", "day"
    return (f"{year}-{number:02}", "month") if month else (year, "year")


def day(text: str | None) -> date | None:
    """A whole date, None where it is none."""
    found = moment(text or "")
    return date.fromisoformat(found[0]) if found and found[1] == "day" else None


def birth(text: str) -> ListedBirth | None:
    """A birth date in a list's words: a day, a month, a year, from … to …, or about a year."""
    text = text.strip()
    circa = _CIRCA.match(text)
    spanned = _RANGE.match(circa["when"] if circa else text)
    if spanned:
        since, until = moment(spanned["since"]), moment(spanned["until"])
        if since is None or until is None or since[0] > until[0]:
            return None
        return ListedBirth(precision="range", since=since[0], until=until[0], text=text)
    found = moment(circa["when"] if circa else text)
    if found is None:
        return None
    return ListedBirth.model_validate({"precision": "circa" if circa else found[1], "since": found[0], "text": text})


def comparable(births: list[ListedBirth]) -> tuple[str, ...]:
    """What of the birth dates can be compared: of a span, every year in it; of about a year, those around it."""
    found: dict[str, None] = {}
    for one in births:
        first = last = int(one.since[:4])
        if one.precision == "circa":
            first, last = first - CIRCA_YEARS, last + CIRCA_YEARS
        elif one.precision == "range":
            last = int((one.until or one.since)[:4])
        else:
            found[one.since] = None
            continue
        if last - first <= LONGEST_SPAN_YEARS:
            found.update(dict.fromkeys(f"{year:04}" for year in range(first, last + 1)))
    return tuple(found)


def name(text: str, kind: ActorKind, sort: NameType = NameType.ALIAS, strength: Strength = Strength.STRONG) -> ListedName:
    """`SURNAMES, Given` of a person turned round; two surnames are told apart only where there are just two words."""
    surnames, comma, given = text.partition(", ")
    if kind is not ActorKind.PERSON or not comma:
        return ListedName(full=text, type=sort, strength=strength)
    words = surnames.split()
    paternal, maternal = (*words, None, None)[:2] if len(words) <= len(("paternal", "maternal")) else (None, None)
    full = f"{given} {surnames}"
    return ListedName(full=full, given=given, paternal=paternal, maternal=maternal, type=sort, strength=strength)


def document_type(words: str) -> str:
    """Our word for a kind of document; one that we have none for, in the list's own word."""
    words = " ".join(words.split())
    return _DOCUMENTS.get(words.rstrip(".").casefold()) or re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")


SEXES: Final = {"male": "M", "female": "F", "m": "M", "f": "F"}
