"""OFAC's remarks: one sentence of pieces, separated by semicolons, that hold what the columns of the file have no place for."""

import re
from dataclasses import dataclass, field
from typing import Final

from services.correlate.lists.words import birth, country, day, document_type
from shared.contracts.vocabulary import NameType
from shared.contracts.watchlist import ListedBirth, ListedDocument, ListedLink, ListedPlace

LONGEST: Final = 1000
"""Characters that a remark has at most in the file (OFAC's data specification); what is longer goes on in the file of comments."""

_TYPES: Final = (
    "Passport Booklet", "Diplomatic Passport", "Stateless Person Passport", "British National Overseas Passport", "Passport No.", "Passport",
    "Tazkira National ID Card", "National Foreign ID Number", "National ID No.", "Kenyan ID No.", "Moroccan Personal ID No.",
    "Bosnian Personal ID No.", "Stateless Person ID Card", "Refugee ID Card", "Personal ID Card", "Citizen's Card Number",
    "Numero de Identidad", "Turkish Identification Number", "Identification Number", "Cedula No.", "D.N.I.", "C.U.I.P.", "C.U.I.T.", "C.U.I.",
    "C.U.R.P.", "N.I.E.", "SSN", "US FEIN", "Driver's License No.", "Pilot License Number", "Credencial electoral", "Electoral Registry No.",
    "I.F.E.", "LE Number", "Cartilla de Servicio Militar Nacional", "Military Registration Number", "Birth Certificate Number",
    "Residency Number", "Travel Document Number", "VisaNumberID", "Public Security and Immigration No.", "Immigration No.", "R.F.C.", "RFC",
    "NIT #", "RUC #", "RTN", "RIF #", "C.I.F.", "Paraguayan tax identification number", "Numero Unico de Identificacao Tributaria (NUIT)",
    "Italian Fiscal Code", "Fiscal Code", "Romanian Tax Registration", "Tax ID No.", "V.A.T. Number", "Folio Mercantil No.", "Matricula Mercantil No",
    "UK Company Number", "Company Number", "Commercial Registry Number", "Business Registration Document #", "Business Registration Number",
    "Public Registration Number", "MSB Registration Number", "Registration Number", "Registration Certificate Number (Dubai)", "Russian State Individual Business Registration Number Pattern (OGRNIP)", "Registration ID",
    "N.I.F.", "C.I.N.", "GovernmentGazette Number", "Company ID: No.", "Business Number", "Enterprise Number", "Organization Code",
    "Certificate of Incorporation Number", "Chamber of Commerce Number", "Istanbul Chamber of Comm. No.", "Trade License No.",
    "Tourism License No.", "Seafarer's Identification Document", "Dubai Chamber of Commerce Membership No.", "Central Registration System Number", "Branch Unit Number", "Registered Charity No.",
    "Economic Register Number (CBLS)", "Unified Social Credit Code (USCC)", "United Social Credit Code Certificate (USCCC)",
    "Government Gazette Number", "Legal Entity Number", "D-U-N-S Number", "Romanian C.R.", "C.R. No.", "License", "Permit Number",
    "SRE Permit No.", "File Number", "Serial No.", "Afghan Money Service Provider License Number",
    "International Maritime Organization No.", "CNP (Personal Numerical Code)",
)  # fmt: skip
DOCUMENT: Final = re.compile(
    rf"(?P<type>{'|'.join(map(re.escape, _TYPES))})[:#]* #?\s*(?!issued|expires)(?P<number>[^;,]*?\d[^;,]*?)"
    r"(?: \((?P<country>[^()\d]+)\))?(?: issued (?P<issued>[^;]+?))?(?: expires (?P<expires>[^;]+?))?(?P<note>(?:,| \()[^;]*)?"
)
"""A piece that tells of a document: its kind, a number with a digit in it, and perhaps who issued it, when and until when."""

_ALIAS: Final = re.compile(r"(?P<kind>[afn])\.k\.a\. '(?P<name>.+?)'")
_ALIAS_BEGINS: Final = re.compile(r"[afn]\.k\.a\. '")
_ALIASES: Final = {"a": NameType.ALIAS, "f": NameType.FORMER, "n": NameType.ALIAS}
_NUMBERS: Final = {
    "imo": re.compile(r"(?:Vessel Registration Identification )?IMO (\d{7})"),
    "mmsi": re.compile(r"MMSI (\d{9})"),
    "registration": re.compile(r"Aircraft Tail Number (\S+)"),
}


@dataclass(slots=True)
class Remarks:
    """What was found in a remark. The whole of it stays in the entry, so that nothing depends on its having been understood."""

    births: list[ListedBirth] = field(default_factory=list)
    birth_places: list[ListedPlace] = field(default_factory=list)
    nations: list[str] = field(default_factory=list)
    sex: str | None = None
    aliases: list[tuple[NameType, str]] = field(default_factory=list)
    documents: list[ListedDocument] = field(default_factory=list)
    linked: list[ListedLink] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    cut_off: str | None = None


def understood(text: str) -> Remarks:
    """Take a remark apart. Of one that was cut off in the middle the last piece is left alone: half a number is another number."""
    found = Remarks()
    pieces = [piece.strip() for piece in text.removesuffix(".").split(";")]
    if len(text) == LONGEST and not text.endswith("."):
        found.cut_off = pieces.pop()
    for piece in pieces:
        _take(piece, found)
    return found


def would_be(piece: str) -> str | None:
    """What a piece that was cut off would have been counted as."""
    said = piece.removeprefix("alt. ")
    if said.startswith("DOB "):
        return "birth dates"
    if _ALIAS_BEGINS.match(said):
        return "aliases"
    return "documents" if DOCUMENT.fullmatch(said) else None


def _take(piece: str, found: Remarks) -> None:
    said = piece.removeprefix("alt. ")
    word, _, rest = said.partition(" ")
    if word == "DOB":
        found.births += [date] if (date := birth(rest)) else []
    elif word == "POB":
        found.birth_places.append(ListedPlace(text=rest, country=country(rest.rpartition(", ")[2])))
    elif word in {"nationality", "citizen"}:
        found.nations += [code] if (code := country(rest)) else []
    elif word == "Gender":
        found.sex = {"Male": "M", "Female": "F"}.get(rest)
    elif said.startswith("Linked To: "):
        found.linked.append(ListedLink(relation="linked_to", name=said.removeprefix("Linked To: ")))
    elif alias := _ALIAS.fullmatch(said):
        found.aliases.append((_ALIASES[alias["kind"]], alias["name"]))
    else:
        _take_number(said, found)


def _take_number(said: str, found: Remarks) -> None:
    for kind, pattern in _NUMBERS.items():
        if (match := pattern.fullmatch(said)) and kind not in found.numbers:
            found.numbers[kind] = match[1]
            return
    if match := DOCUMENT.fullmatch(said):
        dates = {word: match[word] for word in ("issued", "expires") if match[word]}
        kept = [f"{word} {text}" for word, text in dates.items() if day(text) is None]
        found.documents.append(
            ListedDocument(
                type=document_type(match["type"]),
                number=match["number"].strip(),
                issuer=country(match["country"]),
                issued=day(match["issued"]),
                expires=day(match["expires"]),
                note="; ".join([*kept, *([match["note"].strip(" (),")] if match["note"] else [])]) or None,
            )
        )
