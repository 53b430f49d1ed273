"""The Kafka door: the raw topics, read in groups, to the same use case as HTTP."""

from collections.abc import Sequence
from typing import Final

from services.ingest.domain.normalise import Sender
from services.ingest.domain.refusal import ForeignAgencyError, RefusedError
from services.ingest.envelopes import Opened, open_binary_kafka, open_structured, read_strictly
from services.ingest.intake import Intake
from services.ingest.judging import Submission
from services.ingest.openapi import CLOUDEVENT
from services.ingest.reporters import Reporters
from services.ingest.verdict import Status, Verdict, refused
from shared.contracts.codec import header
from shared.contracts.events import EventKind, Flag
from shared.contracts.topics import RAW_BORDER_CROSSINGS, RAW_SEIZURES
from shared.platform.kafka.errors import OutcomeUnknownError, PoisonError
from shared.platform.kafka.messages import Batch, Record

KINDS: Final = {RAW_BORDER_CROSSINGS: EventKind.BORDER_CROSSING, RAW_SEIZURES: EventKind.SEIZURE}


class KafkaDoor:
    """Handles batches of raw records. The offset is committed after their events are acknowledged, so a repeat is possible and harmless."""

    def __init__(self, intake: Intake, reporters: Reporters, *, slice_records: int) -> None:
        self._intake = intake
        self._reporters = reporters
        self._slice = slice_records

    async def handle(self, batch: Batch) -> None:
        """Return once every record's event is on the topic.

        Records that were refused go to the dead letters by PoisonError; the sound ones of the batch have been sent by then and
        come again as duplicates. Raises OutcomeUnknownError where the broker did not answer or the keys are not read yet: then all come again.
        """
        await self._reporters.known()
        verdicts: dict[int, Verdict] = {}
        for start in range(0, len(batch.records), self._slice):
            verdicts |= await self._take(batch.topic, batch.records[start : start + self._slice])
        if any(verdict.status is Status.UNKNOWN for verdict in verdicts.values()):
            raise OutcomeUnknownError("not every event was acknowledged in time")
        bad = {offset: verdict.reason for offset, verdict in verdicts.items() if not verdict.taken}
        if bad:
            raise PoisonError("refused at the door", records=bad)

    def agency_of(self, record: Record) -> str | None:
        """The agency whose fault a bad record is: the one it names, if that may report at all; None otherwise."""
        name = _header(record, "agency")
        return name if name is not None and self._reporters.may_report(name) else None

    async def _take(self, topic: str, records: Sequence[Record]) -> dict[int, Verdict]:
        """The verdicts by offset. A slice at a time, so that HTTP is served between them."""
        verdicts: dict[int, Verdict] = {}
        submissions: dict[int, Submission] = {}
        for record in records:
            try:
                submissions[record.offset] = self._submission(topic, record)
            except RefusedError as error:
                verdicts[record.offset] = refused(error)
        taken = await self._intake.accept_many(list(submissions.values()))
        return verdicts | dict(zip(submissions, taken, strict=True))

    def _submission(self, topic: str, record: Record) -> Submission:
        if record.value is None:
            raise RefusedError([Flag(pointer="", code="no_value", detail="the message has no value")])
        sender = self._sender(topic, record)
        opened = _open(record, record.value, sender)
        if opened is None:
            return Submission(KINDS[topic], read_strictly(record.value), sender, traceparent=_header(record, "traceparent"))
        if opened.kind is not KINDS[topic]:
            raise RefusedError([Flag(pointer="/type", code="other_kind", detail="this type has a topic of its own")])
        traceparent = opened.traceparent or _header(record, "traceparent")
        return Submission(opened.kind, opened.tree, sender, traceparent=traceparent)

    def _sender(self, topic: str, record: Record) -> Sender:
        """Who sent it: the header `agency`, believed only where the settings or a key allow that agency on that topic."""
        name = _header(record, "agency")
        if name is None:
            raise ForeignAgencyError([Flag(pointer="", code="no_agency", detail="the header agency is missing")])
        nation = self._reporters.nation_of(name, topic)
        if nation is None:
            raise ForeignAgencyError(
                [Flag(pointer="", code="not_allowed", detail="this agency may not report through this topic")]
            )
        return Sender(name, nation)


def _header(record: Record, name: str) -> str | None:
    return header(((key, value) for key, value in record.headers if value is not None), name)


def _open(record: Record, value: bytes, sender: Sender) -> Opened | None:
    """What a CloudEvent of either mode holds, None for plain JSON."""
    names = [name for name, _ in record.headers if name.startswith("ce_")]
    if names:
        if len(set(names)) < len(names):
            raise RefusedError([Flag(pointer="", code="repeated_header", detail="a CloudEvents header comes twice")])
        return open_binary_kafka({name: held for name, held in record.headers if held is not None}, value, sender)
    if (_header(record, "content-type") or "").split(";")[0].strip().lower() == CLOUDEVENT:
        return open_structured(read_strictly(value), sender)
    return None
