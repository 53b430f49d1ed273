"""A hit on a name in a sentence that an officer can say, in Spanish and English."""

from collections.abc import Iterable

from shared.contracts.base import Text
from shared.contracts.explanation import Evidence
from shared.contracts.watchlist import ActorBody, EntryHead

_BIRTH = {
    "exact": ("misma fecha de nacimiento", "same birth date"),
    "month": ("mismo mes de nacimiento", "same month of birth"),
    "year": ("mismo año de nacimiento", "same year of birth"),
    "day and month swapped": ("fecha de nacimiento con día y mes invertidos", "birth date with day and month swapped"),
    "one year off": ("año de nacimiento con un año de diferencia", "year of birth one off"),
}

_OTHER = {
    "birth_date": ("otra fecha de nacimiento", "another birth date"),
    "nationalities": ("otra nacionalidad", "another nationality"),
    "sex": ("otro sexo", "another sex"),
    "word": ("alguna palabra del nombre contradice", "a word of the name contradicts"),
}


def list_reference(head: EntryHead, source: str, source_id: str | None) -> Text:
    """How an entry is called: its list and its number there."""
    own = source_id or str(head.entry_id)[:8]
    return Text(es=f"la lista {source} ({own})", en=f"list {source} ({own})")


def _remarks(explanation: Iterable[Evidence]) -> list[tuple[str, str]]:
    remarks: list[tuple[str, str]] = []
    for evidence in explanation:
        field = next(iter(evidence.listed), "")
        if field == "birth_date" and evidence.how in _BIRTH:
            remarks.append(_BIRTH[evidence.how])
        elif field == "nationalities" and evidence.how == "exact":
            remarks.append(("misma nacionalidad", "same nationality"))
        elif evidence.weight < 0 and evidence.how not in {"missing", "extra"} and field in _OTHER:
            remarks.append(_OTHER[field])
    return list(dict.fromkeys(remarks))


def name_sentence(head: EntryHead, body: ActorBody, seen: str, listed: str, explanation: Iterable[Evidence]) -> Text:
    """A name met a name, with what else agreed or contradicted."""
    reference = list_reference(head, body.source, body.source_id)
    remarks = _remarks(explanation)
    es = "".join(f"; {remark[0]}" for remark in remarks)
    en = "".join(f"; {remark[1]}" for remark in remarks)
    return Text(
        es=f"El nombre «{seen}» coincide con «{listed}» de {reference.es}{es}.",
        en=f"The name “{seen}” matches “{listed}” of {reference.en}{en}.",
    )
