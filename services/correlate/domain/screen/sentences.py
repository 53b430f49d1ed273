"""A hit on a name in a sentence that an officer can say, in Spanish and English."""

from collections.abc import Iterable, Mapping

from services.correlate.domain.screen.left_over import LEGAL_FORM, MARRIED, OTHER_ORDER, WITHOUT_FIRST
from services.correlate.domain.screen.relations import How
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
    "birth_place": ("otro lugar de nacimiento", "another place of birth"),
    "word": ("alguna palabra del nombre contradice", "a word of the name contradicts"),
}


_WAYS = {
    How.SOUND: ("suena igual", "sounds the same"),
    How.NICKNAME: ("forma familiar", "familiar form"),
    How.MISREAD: ("se lee parecido", "looks alike"),
    How.INITIAL: ("inicial", "initial"),
    How.ONE_SLIP: ("una letra de diferencia", "one letter off"),
    How.TWO_SLIPS: ("dos letras de diferencia", "two letters off"),
}

_OF_THE_NAME: Mapping[str, tuple[str, str]] = {
    How.JOINED: ("palabras escritas juntas", "words written as one"),
    MARRIED: ("con apellido de casada", "with a married name"),
    LEGAL_FORM: ("misma forma jurídica", "same legal form"),
    OTHER_ORDER: ("los apellidos en otro orden", "the surnames in another order"),
    WITHOUT_FIRST: ("sin el primer apellido", "without the first surname"),
}


def list_reference(head: EntryHead, source: str, source_id: str | None) -> Text:
    """How an entry is called: its list and its number there."""
    own = source_id or str(head.entry_id)[:8]
    return Text(es=f"la lista {source} ({own})", en=f"list {source} ({own})")


def _remarks(explanation: Iterable[Evidence]) -> list[tuple[str, str]]:
    remarks: list[tuple[str, str]] = []
    for evidence in explanation:
        field = next(iter(evidence.listed), "")
        if evidence.how in _WAYS:
            seen, listed, (es, en) = evidence.seen["word"], evidence.listed["word"], _WAYS[How(evidence.how)]
            remarks.append((f"«{seen}» por «{listed}» ({es})", f"“{seen}” for “{listed}” ({en})"))
        elif evidence.how in _OF_THE_NAME:
            remarks.append(_OF_THE_NAME[evidence.how])
        elif field == "birth_date" and evidence.how in _BIRTH:
            remarks.append(_BIRTH[evidence.how])
        elif field == "birth_place" and evidence.how == "exact":
            remarks.append(("mismo lugar de nacimiento", "same place of birth"))
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
