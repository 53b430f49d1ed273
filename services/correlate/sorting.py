"""A batch of the sightings topic, read and sorted; nothing here is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from services.correlate.domain.track.revisions import replaces
from shared.contracts.sightings import SIGHTING_MESSAGE, PartitionMarker, RevisionNotice, Sighting
from shared.platform.errors import PoisonError
from shared.platform.kafka.messages import Record


@dataclass(slots=True)
class Sorted:
    """A batch by kind. Of one sighting id the one that stands, of one lineage the latest notice."""

    sightings: dict[UUID, Sighting] = field(default_factory=dict)
    notices: dict[UUID, RevisionNotice] = field(default_factory=dict)
    markers: list[PartitionMarker] = field(default_factory=list)

    def add(self, message: Sighting | PartitionMarker | RevisionNotice) -> None:
        """Take a message in."""
        if isinstance(message, PartitionMarker):
            self.markers.append(message)
        elif isinstance(message, RevisionNotice):
            held = self.notices.get(message.lineage_id)
            if held is None or (message.revision, message.list_version) > (held.revision, held.list_version):
                self.notices[message.lineage_id] = message
        else:
            before = self.sightings.get(message.sighting_id)
            self.sightings[message.sighting_id] = message if before is None else the_one_that_stands(message, before)

    def moments(self) -> dict[str, list[datetime]]:
        """By partition subject when its sightings occurred, subjects in order."""
        found: dict[str, list[datetime]] = {}
        for one in sorted(self.sightings.values(), key=lambda one: one.partition_subject):
            found.setdefault(one.partition_subject, []).append(one.occurred_at)
        return found


def read(records: Sequence[Record]) -> Sorted:
    """The records by kind; raises PoisonError naming every one that is no message of the topic."""
    found, bad = Sorted(), {}
    for record in records:
        try:
            found.add(SIGHTING_MESSAGE.validate_json(record.value or b""))
        except ValidationError:
            bad[record.offset] = "it is no sighting, marker or notice"
    if bad:
        raise PoisonError("records that are no messages of this topic", records=bad)
    return found


def merged(several: Sequence[Sorted]) -> Sorted:
    """The batches of several partitions as one; a key, and so a sighting and a lineage, is on one partition only."""
    if len(several) == 1:
        return several[0]
    found = Sorted()
    for one in several:
        found.sightings |= one.sightings
        found.notices |= one.notices
        found.markers += one.markers
    return found


def the_one_that_stands(new: Sighting, held: Sighting) -> Sighting:
    """Of two with one id the later judgement. Seen live once, it is not of the past, however often it is looked back at."""
    winner = new if replaces(new, held) else held
    if winner.retroactive and new.revision == held.revision and not (new.retroactive and held.retroactive):
        return winner.model_copy(update={"retroactive": False})
    return winner
