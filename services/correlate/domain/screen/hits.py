"""A hit as it is recorded: the entry's word on what to do, and the version that said so."""

from shared.contracts.base import Handling, Text
from shared.contracts.explanation import Evidence, Hit
from shared.contracts.vocabulary import SubjectKind
from shared.contracts.watchlist import ActorEntry, RouteEntry

_CONFIRM = Text(
    es=" Antes de actuar, confirme la identidad con la fuente.", en=" Confirm the identity with the source before acting."
)


def actor_hit(
    entry: ActorEntry,
    *,
    score: float,
    alert: bool,
    explanation: tuple[Evidence, ...],
    sentence: Text,
    list_version: int,
    matcher: str,
) -> Hit:
    """A hit on an actor. Where its source wants to be asked first, the sentence says so: until then it is a possible hit."""
    body = entry.body
    if body.must_confirm_with_source:
        sentence = Text(es=sentence.es + _CONFIRM.es, en=sentence.en + _CONFIRM.en)
    return Hit(
        entry_id=entry.entry_id,
        version=entry.version,
        source=body.source,
        source_id=body.source_id,
        kind=SubjectKind(body.kind.value),
        score=round(score, 4),
        alert=alert,
        explanation=explanation,
        sentence=sentence,
        list_version=list_version,
        matcher=matcher,
        severity=body.severity,
        requested_action=body.requested_action,
        warning_markers=body.warning_markers,
        handling=Handling(tlp=(body.handling or Handling()).tlp, releasable_to=entry.releasable_to),
        releasable_to=entry.releasable_to,
        flagged_by=entry.flagged_by,
    )


def route_hit(route: RouteEntry, *, explanation: tuple[Evidence, ...], sentence: Text, list_version: int) -> Hit:
    """A hit on a route."""
    body = route.body
    return Hit(
        entry_id=route.entry_id,
        version=route.version,
        source="own",
        source_id=None,
        kind=SubjectKind.ROUTE,
        score=1.0,
        alert=True,
        explanation=explanation,
        sentence=sentence,
        list_version=list_version,
        matcher="route/1",
        severity=body.severity,
        requested_action=body.requested_action,
        handling=Handling(tlp=(body.handling or Handling()).tlp, releasable_to=route.releasable_to),
        releasable_to=route.releasable_to,
        flagged_by=route.flagged_by,
    )
