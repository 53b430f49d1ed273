"""From what an agency sends to what can be taken: all that needs neither broker nor memory, so that it can be done elsewhere."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.ingest.domain.normalise import Rules, Sender, canonical_event
from services.ingest.domain.refusal import RefusedError
from services.ingest.envelopes import open_binary_http, open_structured, read_strictly
from services.ingest.verdict import Verdict, refused
from shared.contracts.events import EventKind, Flag

_KINDS: Final = {kind.value: kind for kind in EventKind}


class Submission(NamedTuple):
    """What one agency sends, as a JSON value that was read strictly."""

    kind: EventKind
    tree: Any
    sender: Sender
    strict: bool = False
    traceparent: str | None = None


class Judged(NamedTuple):
    """An event that can be taken."""

    kind: EventKind
    event_id: UUID
    lineage_id: UUID
    digest: str
    value: bytes
    agency: str
    traceparent: str | None


class Refusal(NamedTuple):
    """A submission that cannot be taken; its kind where it could be read."""

    verdict: Verdict
    kind: EventKind | None = None


Judgement = Judged | Refusal | Exception
"""An exception is a bug that a submission met: it is raised where the submission came from."""

Slice = tuple[Iterable[Judgement], datetime]
"""Judgements, and when what they are on was received."""


@dataclass(frozen=True, slots=True)
class ItemReader:
    """Makes submissions of the items of one sender."""

    sender: Sender
    strict: bool
    traceparent: str | None
    envelope: Mapping[str, str] | None = None
    """The headers of a CloudEvent in binary mode: then the body is the one item."""

    def read(self, text: bytes) -> Submission:
        """An item with its `type`, or a CloudEvent; raises RefusedError."""
        if self.envelope is not None:
            opened = open_binary_http(self.envelope, text, self.sender)
            return Submission(opened.kind, opened.tree, self.sender, self.strict, opened.traceparent or self.traceparent)
        tree = read_strictly(text)
        if isinstance(tree, dict) and "specversion" in tree:
            opened = open_structured(tree, self.sender)
            return Submission(opened.kind, opened.tree, self.sender, self.strict, opened.traceparent or self.traceparent)
        named = tree.get("type") if isinstance(tree, dict) else None
        kind = _KINDS.get(named) if isinstance(named, str) else None
        if kind is None:
            detail = "an item is an object whose type is " + " or ".join(_KINDS)
            raise RefusedError([Flag(pointer="/type", code="unknown_type", detail=detail)])
        return Submission(kind, tree, self.sender, self.strict, self.traceparent)


def judge(submission: Submission, rules: Rules, received_at: datetime) -> Judgement:
    """The event of a submission, or why there is none."""
    kind, tree, sender, strict, traceparent = submission
    try:
        event = canonical_event(kind, tree, sender, rules, received_at=received_at, strict=strict)
    except RefusedError as error:
        return Refusal(refused(error), kind)
    except Exception as error:  # noqa: BLE001 - see Judgement
        return error
    return Judged(kind, event.event_id, event.lineage_id, event.digest, event.value(), sender.agency, traceparent)


def judge_items(items: Iterable[bytes | Refusal], reader: ItemReader, rules: Rules, received_at: datetime) -> Iterator[Judgement]:
    """The judgements on a batch's items in their order; a refusal among them stays.

    Each is let go before the next is read: what reading and judging touch stays in the processor's caches.
    """
    for item in items:
        if isinstance(item, Refusal):
            yield item
            continue
        try:
            submission = reader.read(item)
        except RefusedError as error:
            yield Refusal(refused(error))
        else:
            yield judge(submission, rules, received_at)
