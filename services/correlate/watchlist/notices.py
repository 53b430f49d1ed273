"""What an agency is told when its entry changes: what happened and what is to be done, and nothing of anybody. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.correlate.domain.life.cases import Case
from services.correlate.domain.life.clock import awaits_confirmation, review_at
from services.correlate.domain.life.policy import LifePolicy
from services.correlate.entries.bodies import AnyEntry
from shared.contracts.base import Text
from shared.contracts.identity import notice_id
from shared.contracts.notices import Notice, NoticeType
from shared.contracts.vocabulary import EntryChange, EntryState
from shared.contracts.watchlist import ActorBody

_TEXTS: Final[Mapping[NoticeType, Text]] = {
    NoticeType.AWAITS_APPROVAL: Text(
        es="Una ficha suya espera la aprobación de una segunda persona.",
        en="An entry of yours waits for a second person's approval.",
    ),
    NoticeType.APPROVED: Text(es="Una segunda persona aprobó una ficha suya.", en="A second person approved an entry of yours."),
    NoticeType.REJECTED: Text(
        es="Una segunda persona rechazó una ficha suya; el motivo está en su historial.",
        en="A second person rejected an entry of yours; the reason is in its history.",
    ),
    NoticeType.REVIEW_DUE: Text(
        es="Una ficha suya dejará de alertar en su fecha de revisión si nadie la prorroga con un motivo.",
        en="An entry of yours stops alerting on its review date unless somebody extends it with a reason.",
    ),
    NoticeType.EXPIRED: Text(es="Una ficha suya venció y ya no alerta.", en="An entry of yours has expired and alerts no more."),
    NoticeType.SUSPENDED: Text(
        es="Una ficha suya listada de urgencia está suspendida: nadie la aprobó a tiempo.",
        en="An entry of yours that was listed in an emergency is suspended: nobody approved it in time.",
    ),
    NoticeType.FLAGGED: Text(
        es="Un país indicó que no ejecutará una ficha suya en su territorio.",
        en="A nation said that it will not execute an entry of yours on its territory.",
    ),
    NoticeType.UNFLAGGED: Text(
        es="Un país volverá a ejecutar una ficha suya en su territorio.",
        en="A nation executes an entry of yours on its territory again.",
    ),
    NoticeType.KEEP_OR_DELETE: Text(
        es="Una ficha suya cumplió su objeto: bórrela o diga por qué se conserva; si no, se borra sola.",
        en="An entry of yours has served its purpose: delete it or say why it is kept; else it is deleted.",
    ),
    NoticeType.DELETED: Text(
        es="Una ficha suya fue borrada; queda constancia sin datos.",
        en="An entry of yours was deleted; a record without content stays.",
    ),
    NoticeType.CASE_OPENED: Text(
        es="Otra institución propone corregir una ficha suya o sospecha un error en ella.",
        en="Another agency proposes to correct an entry of yours, or suspects an error in it.",
    ),
    NoticeType.CASE_OVERDUE: Text(
        es="Un error señalado en una ficha sigue sin respuesta y el plazo pasó.",
        en="An error reported in an entry is unanswered and its time is over.",
    ),
    NoticeType.CASE_ANSWERED: Text(
        es="Un caso sobre una ficha fue respondido o retirado.", en="A case about an entry was answered or withdrawn."
    ),
}

_OF_CHANGE: Final[Mapping[EntryChange, NoticeType]] = {
    EntryChange.APPROVED: NoticeType.APPROVED,
    EntryChange.REJECTED: NoticeType.REJECTED,
    EntryChange.REVIEW_DUE: NoticeType.REVIEW_DUE,
    EntryChange.EXPIRED: NoticeType.EXPIRED,
    EntryChange.FLAGGED: NoticeType.FLAGGED,
    EntryChange.UNFLAGGED: NoticeType.UNFLAGGED,
    EntryChange.EXECUTED: NoticeType.KEEP_OR_DELETE,
    EntryChange.DELETED: NoticeType.DELETED,
}
_WRITTEN: Final = frozenset(
    {EntryChange.LISTED, EntryChange.EDITED, EntryChange.SUBMITTED, EntryChange.IMPORTED, EntryChange.UNDONE}
)


def notices_of(written: Iterable[AnyEntry], policy: LifePolicy) -> list[Notice]:
    """What the issuers are told of new versions of their entries, the versions' order kept."""
    found = []
    for entry in written:
        kind = _kind_of(entry)
        if kind is not None:
            to = To(entry.originator, entry.nation)
            number = str(entry.version)
            found.append(
                _notice(
                    kind,
                    to,
                    entry,
                    entry.changed_at,
                    notice_id(kind, to.agency, entry.entry_id, number),
                    _due(kind, entry, policy),
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class To:
    """Who is told."""

    agency: str
    nation: str


def case_notice(kind: NoticeType, to: To, case: Case, entry: AnyEntry, at: datetime) -> Notice:
    """What an agency is told of a case: once for each state that the case comes to."""
    own = notice_id(kind, to.agency, case.case_id, case.state.value)
    return _notice(kind, to, entry, at, own, case.due_at).model_copy(update={"case_id": case.case_id})


def _kind_of(entry: AnyEntry) -> NoticeType | None:
    if entry.change in _WRITTEN:
        waits = entry.state is EntryState.SUBMITTED or (entry.alerts and entry.confirm_by is not None)
        return NoticeType.AWAITS_APPROVAL if waits else None
    if awaits_confirmation(entry):
        return NoticeType.SUSPENDED
    return None if entry.change is None else _OF_CHANGE.get(entry.change)


def _due(kind: NoticeType, entry: AnyEntry, policy: LifePolicy) -> datetime | None:
    if kind is NoticeType.AWAITS_APPROVAL:
        return entry.confirm_by
    if kind is NoticeType.REVIEW_DUE:
        return review_at(entry.body)
    if kind is NoticeType.KEEP_OR_DELETE and entry.ended_at is not None:
        return entry.ended_at + policy.justify_within
    return None


def _notice(kind: NoticeType, to: To, entry: AnyEntry, at: datetime, own: UUID, due: datetime | None) -> Notice:
    body = entry.body
    source, source_id = (body.source, body.source_id) if isinstance(body, ActorBody) else ("own", None)
    return Notice(
        id=own,
        type=kind,
        at=at,
        agency=to.agency,
        nation=to.nation,
        entry_id=entry.entry_id,
        entry_type=entry.type,
        version=entry.version,
        source=source,
        source_id=source_id,
        due_at=due,
        text=_TEXTS[kind],
    )
