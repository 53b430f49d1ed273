"""A sighting as PostgreSQL keeps it."""

from typing import Any

from services.correlate.store.bulk import document
from shared.contracts.sightings import Sighting


def sighting_row(sighting: Sighting) -> dict[str, Any]:
    """A sighting as a row of its table."""
    return {
        "sighting_id": sighting.sighting_id,
        "partition_subject": sighting.partition_subject,
        "own": not sighting.partition_subject.startswith(("actor:", "route:")),
        "occurred_at": sighting.occurred_at,
        "received_at": sighting.received_at,
        "event_id": sighting.event_id,
        "lineage_id": sighting.lineage_id,
        "revision": sighting.revision,
        "withdrawn": sighting.withdrawn,
        "retroactive": sighting.retroactive,
        "list_version": sighting.list_version,
        "content": document(sighting.model_dump_json(exclude_none=True, by_alias=True)),
    }
