"""A row of our own lists in the shape of the API."""

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from services.correlate.lists.own_cells import Cells, turned
from services.correlate.lists.own_columns import BY_NAME, FURTHER, OF_FIELD
from services.correlate.lists.words import birth, comparable
from shared.contracts.vocabulary import ActorKind, DocumentState, LinkKind, SetRole
from shared.contracts.watchlist import ActorBody, ListedBirth
from shared.platform.strict_json import JsonError, read_json

IDENTIFIERS: Final = {
    "plate": "plate", "vin": "vin", "imo": "imo", "mmsi": "mmsi", "registration": "registration", "container": "number",
    "serial": "serial", "make": "make", "calibre": "calibre", "document_type": "type", "document_number": "number",
}  # fmt: skip
SETS: Final = {f"set_{role.value}": role for role in SetRole}
TEXTS: Final = (
    "reason", "legal_basis", "contact", "remarks", "offence", "marks", "authority", "decision", "register_number", "restrictions",
)  # fmt: skip
WORDS: Final = ("category", "requested_action", "severity", "sex", "notice_colour")
NOT_FURTHER: Final = frozenset({"kind", "source", "source_id"})
_EMPTIED: Final = frozenset(TEXTS) - {"remarks"} | {
    "category", "notice_colour", "must_confirm_with_source", "valid_from", "valid_to", "review_on", "parts",
}  # fmt: skip
"""What an empty cell takes back; a column that is not there says nothing."""

_DOCUMENT: Final = re.compile(
    r"(?P<type>\S+)\s+(?P<issuer>[A-Za-z]{2})\s+(?P<number>[^()]*[^()\s])(?:\s*\((?P<further>[^()]*)\))?"
)
_PLATE: Final = re.compile(r"(?:(?P<country>[A-Za-z]{2})\s+)?(?P<plate>\S.*)")
_TIED: Final = re.compile(r"(?P<kind>[^:;]*):\s+(?P<number>.+)")


def as_body(cells: Cells, columns: Collection[str] = ()) -> dict[str, Any]:
    """What the row says. `columns` are those of the list: one that is there and empty says so. What is faulty is left out, and in `cells.faults`."""
    kind = _kind(cells)
    births = _births(cells)
    value: dict[str, Any] = {
        "kind": kind,
        "source_id": cells.text("source_id"),
        "names": _names(cells),
        "births": births or None,
        "birth_dates": comparable(births),
        "birth_places": [{"text": text} for text in cells.parts("birth_places")] or None,
        "documents": list(_documents(cells)),
        "identifiers": _identifiers(cells, kind) or None,
        "addresses": [{"text": text} for text in cells.parts("addresses")] or None,
        "linked": list(_links(cells)) or None,
    }
    value |= _lists(cells, columns)
    value |= {field: None for field in _EMPTIED if any(name in columns for name in OF_FIELD[field])}
    value |= {column: cells.text(column) for column in TEXTS if column in cells}
    value |= _said(**{column: cells.word(column) for column in WORDS})
    value |= _said(valid_from=cells.moment("valid_from"), valid_to=cells.moment("valid_to"), review_on=cells.day("review_on"))
    sure = cells.word("must_confirm_with_source")
    value |= _said(must_confirm_with_source=sure and sure == "yes", parts=list(_parts(cells)), handling=_handling(cells))
    return value | _further(cells)


def _said(**told: Any) -> dict[str, Any]:
    """Without what is not there."""
    return {name: value for name, value in told.items() if value not in (None, [], ())}


def _kind(cells: Cells) -> str | None:
    """The kind, with what columns it has none of told of."""
    if "kind" not in cells and not any(fault.column == "kind" for fault in cells.faults):
        cells.fault("kind", "kind_missing", "The row does not say what is listed.", f"Write one of {', '.join(ActorKind)}.")
    kind = cells.word("kind")
    if kind is not None:
        for column in cells:
            if kind not in BY_NAME[column].kinds:
                cells.fault(column, "not_of_this_kind", f"A {kind} has no {column}.", "Empty the cell, or mend the kind.")
    return kind


def _names(cells: Cells) -> list[dict[str, str]]:
    primary = {part: text for part in ("given", "paternal", "maternal") if (text := cells.text(part))}
    primary |= _said(full=cells.text("name"))
    found: list[dict[str, str]] = [{**primary, "type": "primary"}] if primary else []
    found += [{"full": text, "type": "alias"} for text in cells.parts("aliases")]
    return found + [{"full": text, "type": "alias", "strength": "weak"} for text in cells.parts("weak_aliases")]


def _births(cells: Cells) -> list[ListedBirth]:
    found = []
    for text in cells.parts("birth_dates"):
        born = birth(text)
        if born is None:
            advice = turned(text) or "Write 1971-05-09, 1971-05, 1971, circa 1971, or 1968 to 1971."
            cells.fault("birth_dates", "no_date", "This is no date.", advice, text)
        else:
            found.append(born)
    return found


def _documents(cells: Cells) -> Iterator[dict[str, Any]]:
    for text in cells.parts("documents"):
        found = _DOCUMENT.fullmatch(text)
        if found is None:
            what = "A document is its type, its nation and its number."
            cells.fault("documents", "no_document", what, "Write passport GT 123456789.", text)
            continue
        issuer = cells.nation("documents", found["issuer"])
        document = {"type": found["type"], "issuer": issuer, "number": found["number"]}
        if issuer:
            yield document | _told_of_document(cells, found["further"] or "")


def _told_of_document(cells: Cells, text: str) -> dict[str, str]:
    """What stands in brackets after a document: its state, and its days."""
    told: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        head, _, rest = part.partition(" ")
        if head in {"issued", "expires"} and rest:
            told |= _said(**{head: cells.day("documents", rest.strip())})
        else:
            told |= _said(state=cells.one_of(DocumentState, "documents", part))
    return told


def _identifiers(cells: Cells, kind: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {IDENTIFIERS[column]: cells.text(column) for column in IDENTIFIERS if column in cells}
    found |= _said(country=cells.nation("country"), issuer=cells.nation("document_issuer"), seals=cells.parts("seals"))
    found |= _said(expires=cells.day("document_expires"), state=cells.word("document_state"))
    if kind in {ActorKind.VESSEL, ActorKind.AIRCRAFT} and "name" in cells:
        found["name"] = cells.text("name")
    return found


def _parts(cells: Cells) -> Iterator[dict[str, Any]]:
    for column, role in SETS.items():
        for text in cells.parts(column):
            if identifiers := _of_part(cells, column, role, text):
                yield {"role": role.value, "identifiers": identifiers}


def _of_part(cells: Cells, column: str, role: SetRole, text: str) -> dict[str, Any]:
    if role is SetRole.CONTAINER:
        return {"number": text}
    if role is SetRole.SEAL:
        return {"seals": [text]}
    if role is SetRole.ENGINE:
        return {"serial": text}
    found = _PLATE.fullmatch(text)
    if found is None or found["country"] is None:
        return {"plate": text}
    nation = cells.nation(column, found["country"])
    return {"country": nation, "plate": found["plate"]} if nation else {}


def _links(cells: Cells) -> Iterator[dict[str, Any]]:
    for text in cells.parts("linked"):
        found = _TIED.fullmatch(text)
        if found is None:
            yield {"relation": "linked_to", "source_id": text}
        elif kind := cells.one_of(LinkKind, "linked", found["kind"].strip()):
            yield {"relation": kind, "kind": kind, "source_id": found["number"]}


def _lists(cells: Cells, columns: Collection[str]) -> dict[str, list[str]]:
    read = {"nationalities": cells.nations, "warning_markers": cells.words, "programmes": cells.parts}
    return {column: take(column) for column, take in read.items() if column in cells or column in columns}


def _handling(cells: Cells) -> dict[str, Any] | None:
    if not ("tlp" in cells or "releasable_to" in cells):
        return None
    return {**_said(tlp=cells.word("tlp")), "releasable_to": cells.nations("releasable_to")}


def _further(cells: Cells) -> dict[str, Any]:
    """What the column for the rest says; what another column says already it may only deny."""
    text = cells.text(FURTHER)
    if text is None:
        return {}
    try:
        told = read_json(text.encode())
    except JsonError as error:
        cells.fault(
            FURTHER,
            "not_json",
            f"This is not JSON: {' '.join(one.detail for one in error.faults)}",
            "Empty the cell, or export again.",
        )
        return {}
    if not isinstance(told, dict):
        cells.fault(FURTHER, "no_object", "This is no JSON object.", "Empty the cell, or export again.")
        return {}
    return {field: given for field, given in told.items() if _is_free(cells, field, given)}


def _is_free(cells: Cells, field: str, given: Any) -> bool:
    if field in NOT_FURTHER or field not in ActorBody.model_fields:
        cells.fault(FURTHER, "field_unknown", f"There is no {field[:40]!r} that this column may say.", "Take it out.")
        return False
    both = [column for column in OF_FIELD.get(field, ()) if column in cells]
    if both and given:
        cells.fault(
            both[0], "said_twice", f"The column {FURTHER} says {field} too.", f"Take it out of {FURTHER}, or empty this cell."
        )
        return False
    return True
