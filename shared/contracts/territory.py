"""An alert as one nation reads it: what a nation has flagged is not executed on its territory, and is a report there.

Regulation (EU) 2018/1862, Article 24. What the issuer asks for stays beside it.
"""

from typing import Final, TypeVar

from shared.contracts.alerts import Alert
from shared.contracts.base import Nation, Text
from shared.contracts.vocabulary import RequestedAction

ACTION_WORDS: Final = {
    RequestedAction.ARREST: ("DETENER", "ARREST"),
    RequestedAction.SEIZE: ("INCAUTAR", "SEIZE"),
    RequestedAction.PROTECT: ("PROTEGER", "PROTECT"),
    RequestedAction.REFUSE_ENTRY: ("DENEGAR LA ENTRADA", "REFUSE ENTRY"),
    RequestedAction.SPECIFIC_CHECK: ("REGISTRAR", "SEARCH"),
    RequestedAction.INQUIRY_CHECK: ("INTERROGAR", "QUESTION"),
    RequestedAction.LOCATE: ("LOCALIZAR", "LOCATE"),
    RequestedAction.DISCREET_CHECK: ("CONTROL DISCRETO", "DISCREET CHECK"),
    RequestedAction.INFORM_ONLY: ("INFORMAR", "INFORM"),
}
"""How a headline begins, in Spanish and English: `<word>: …`."""

_NOT_HERE: Final = ("INFORMAR, no se ejecuta en este territorio", "INFORM, not executed on this territory")
_ANY_MATCH: Final = ("coincidencia con una entrada de la lista", "a match with an entry of the list")

AnyAlert = TypeVar("AnyAlert", bound=Alert)


def read_by(alert: AnyAlert, nation: Nation) -> AnyAlert:
    """The alert as it is for `nation`; whether it may see it at all is decided elsewhere."""
    return downgraded(alert) if nation in alert.flagged_by else as_requested(alert)


def as_requested(alert: AnyAlert) -> AnyAlert:
    """The alert for who has flagged nothing: what is requested is what is to be done."""
    if alert.executed_action is alert.requested_action:
        return alert
    return alert.model_copy(update={"executed_action": alert.requested_action})


def downgraded(alert: AnyAlert) -> AnyAlert:
    """The alert for a nation that has flagged its entry: to be told of, and nothing else, in words too."""
    if alert.executed_action is RequestedAction.INFORM_ONLY and alert.headline.es.startswith(_NOT_HERE[0]):
        return alert
    headline = Text(es=_headline(alert, 0, alert.headline.es), en=_headline(alert, 1, alert.headline.en))
    return alert.model_copy(update={"executed_action": RequestedAction.INFORM_ONLY, "headline": headline})


def _headline(alert: Alert, language: int, line: str) -> str:
    """A line that does not begin with what is requested may ask for it elsewhere: it is not shown."""
    word, marked, rest = line.partition(": ")
    told = rest if marked and word == ACTION_WORDS[alert.requested_action][language] else _ANY_MATCH[language]
    return f"{_NOT_HERE[language]}: {told}"
