"""What became of a submission."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.ingest.domain.refusal import ForeignAgencyError, RefusedError
from shared.contracts.events import Flag


class Status(StrEnum):
    """The ends a submission can come to."""

    ACCEPTED = "accepted"
    """All in-sync replicas have the event."""
    DUPLICATE = "duplicate"
    """They have it already, with the same content."""
    INVALID = "invalid"
    FOREIGN = "foreign"
    """It claims another sender."""
    TOO_LARGE = "too_large"
    CONTRADICTION = "contradiction"
    """The same id and revision was accepted with other content."""
    UNKNOWN = "unknown"
    """No acknowledgement in time: it may be there or not, and may be sent again under the same id."""


class Verdict(NamedTuple):
    """The end of one submission. `faults` say why it was refused; `event_id` is there where the submission could be read."""

    status: Status
    event_id: UUID | None = None
    faults: Sequence[Flag] = ()

    @property
    def taken(self) -> bool:
        """Whether the event is on the topic."""
        return self.status is Status.ACCEPTED or self.status is Status.DUPLICATE

    @property
    def reason(self) -> str:
        """Why it was refused, in words without values."""
        return f"{self.status}: " + "; ".join(f"{fault.pointer or '(document)'} {fault.detail}" for fault in self.faults)


def refused(error: RefusedError) -> Verdict:
    """The verdict of a refusal."""
    return Verdict(Status.FOREIGN if isinstance(error, ForeignAgencyError) else Status.INVALID, faults=error.faults)


def too_large(detail: str, event_id: UUID | None = None) -> Verdict:
    """The verdict on what is larger than may be."""
    return Verdict(Status.TOO_LARGE, event_id, (Flag(pointer="", code="too_large", detail=detail),))


def contradiction(event_id: UUID) -> Verdict:
    """The verdict on other content under a known id and revision."""
    detail = "this id and revision was accepted with other content; a correction has a higher revision"
    return Verdict(Status.CONTRADICTION, event_id, (Flag(pointer="/revision", code="contradiction", detail=detail),))


def unknown(event_id: UUID) -> Verdict:
    """The verdict where the broker did not answer in time."""
    detail = "no acknowledgement in time: the outcome is unknown, the same id may be sent again"
    return Verdict(Status.UNKNOWN, event_id, (Flag(pointer="", code="outcome_unknown", detail=detail),))
