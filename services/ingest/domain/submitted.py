"""What an agency may send: a border crossing or a seizure, new, revised or withdrawn."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from pydantic import Field, StrictBool, ValidationError

from services.ingest.domain.refusal import RefusedError, faults_in
from services.ingest.domain.submitted_parts import (
    Submitted,
    SubmittedCargo,
    SubmittedConsignment,
    SubmittedContainer,
    SubmittedConveyance,
    SubmittedDeclaration,
    SubmittedHandling,
    SubmittedPerson,
    SubmittedPlace,
    SubmittedSeized,
    SubmittedSeizureRoute,
)
from services.ingest.domain.values import LongText, OccurredAt, OccurredOn, OwnId, ShortText, TimeLimits
from shared.contracts.events import EventKind, Flag
from shared.contracts.vocabulary import Direction, Mode

_LARGEST_REVISION: Final = 2**31 - 1


class SubmittedEvent(Submitted):
    """What both kinds have in common."""

    id: OwnId = Field(description="the agency's own id, the same for every revision")
    revision: int = Field(default=1, ge=1, le=_LARGEST_REVISION)
    occurred_at: OccurredAt | None = Field(default=None, description="RFC 3339 with the offset of the post's clock")
    occurred_on: OccurredOn | None = Field(default=None, description="when only the day is known")
    withdrawn: StrictBool = Field(default=False, description="true withdraws the event: with a higher revision and a reason")
    reason: LongText | None = None
    place: SubmittedPlace | None = None
    direction: Direction | None = None
    mode: Mode | None = None
    lane: ShortText | None = None
    persons: list[SubmittedPerson] | None = Field(default=None, max_length=1000)
    conveyances: list[SubmittedConveyance] | None = Field(default=None, max_length=200)
    containers: list[SubmittedContainer] | None = Field(default=None, max_length=1000)
    cargo: list[SubmittedCargo] | None = Field(default=None, max_length=1000)
    declared: SubmittedDeclaration | None = None
    handling: SubmittedHandling | None = None
    exercise: StrictBool = False


class SubmittedCrossing(SubmittedEvent):
    """A border crossing as it came."""

    type: Literal["border-crossing"] | None = None


class SubmittedSeizure(SubmittedEvent):
    """A seizure as it came."""

    type: Literal["seizure"] | None = None
    seized: list[SubmittedSeized] | None = Field(default=None, max_length=500)
    concealment: LongText | None = None
    transport: ShortText | None = None
    route: SubmittedSeizureRoute | None = None
    consignment: SubmittedConsignment | None = None


MODELS: Final[Mapping[EventKind, type[SubmittedCrossing | SubmittedSeizure]]] = {
    EventKind.BORDER_CROSSING: SubmittedCrossing,
    EventKind.SEIZURE: SubmittedSeizure,
}


def read_submission(kind: EventKind, tree: Any, limits: TimeLimits) -> SubmittedCrossing | SubmittedSeizure:
    """The submission in a JSON value; raises RefusedError with every fault of its fields and between them."""
    missing = list(_missing(kind, tree)) if isinstance(tree, dict) else []
    try:
        submitted = MODELS[kind].model_validate(tree, context=limits)
    except ValidationError as error:
        faults = faults_in(error)
        known = {fault.pointer for fault in faults}
        raise RefusedError([*faults, *(fault for fault in missing if fault.pointer not in known)]) from None
    if missing:
        raise RefusedError(missing)
    return submitted


def _missing(kind: EventKind, tree: dict[str, Any]) -> Iterator[Flag]:
    """What the fields want of one another. It looks at the value as it came, so that it is told beside the fields' own faults."""
    if tree.get("withdrawn") is True:
        yield from _missing_in_withdrawal(tree)
        return
    if not tree.get("occurred_at") and not tree.get("occurred_on"):
        yield Flag(
            pointer="/occurred_at", code="missing", detail="occurred_at is needed, or occurred_on where only the day is known"
        )
    if tree.get("place") is None and kind is EventKind.BORDER_CROSSING:
        yield Flag(pointer="/place", code="missing", detail="a crossing has a place: a code, or lat and lon")
    if not tree.get("seized") and kind is EventKind.SEIZURE:
        yield Flag(pointer="/seized", code="missing", detail="a seizure says what was seized")


def _missing_in_withdrawal(tree: dict[str, Any]) -> Iterator[Flag]:
    reason, revision = tree.get("reason"), tree.get("revision", 1)
    if not isinstance(reason, str) or not reason.strip():
        yield Flag(pointer="/reason", code="missing", detail="a withdrawal says why")
    if revision is None or revision == 1:
        yield Flag(pointer="/revision", code="too_low", detail="a withdrawal has a higher revision than what it withdraws")
