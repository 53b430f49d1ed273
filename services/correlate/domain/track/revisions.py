"""Which of two sightings stands: later revisions of an event replace and withdraw earlier ones, in whatever order they arrive."""

from collections.abc import Iterable
from uuid import UUID

from shared.contracts.sightings import RevisionNotice, Sighting

LOCK_BUCKETS = 64
"""Locks that serialise a notice with the sightings of its lineage; few enough to take in one transaction, many enough not to meet."""


def lineage_bucket(lineage_id: UUID) -> int:
    """The lock of a lineage."""
    return lineage_id.int % LOCK_BUCKETS


def _rank(sighting: Sighting) -> tuple[int, int, bool]:
    return sighting.revision, sighting.list_version, not sighting.withdrawn


def replaces(new: Sighting, stored: Sighting) -> bool:
    """Whether a sighting takes the place of the stored one of the same id: a later revision, or the same judged by a later list. Never itself."""
    return _rank(new) > _rank(stored)


def is_outdated(sighting: Sighting, known_revision: int | None) -> bool:
    """Whether a later revision of its event is known, by which it no longer stands."""
    return known_revision is not None and sighting.revision < known_revision


def withdrawals(notice: RevisionNotice, stored: Iterable[Sighting]) -> list[Sighting]:
    """The stored sightings of the lineage that the revision did not give again, as withdrawn by it; to be sent to their own partitions.

    Sending them twice, or after a yet later revision, changes nothing (see `replaces`).
    """
    kept = frozenset(notice.kept)
    return [
        sighting.model_copy(
            update={
                "revision": notice.revision,
                "list_version": max(notice.list_version, sighting.list_version),
                "withdrawn": True,
            }
        )
        for sighting in stored
        if sighting.lineage_id == notice.lineage_id
        and sighting.revision < notice.revision
        and not sighting.withdrawn
        and sighting.sighting_id not in kept
    ]


def standing(sightings: Iterable[Sighting]) -> list[Sighting]:
    """The sightings that stand, one an id, in the order in which things happened; independent of the order given.

    Of one lineage only the highest revision stands.
    """
    latest: dict[UUID, Sighting] = {}
    revisions: dict[UUID, int] = {}
    for sighting in sightings:
        held = latest.get(sighting.sighting_id)
        if held is None or replaces(sighting, held):
            latest[sighting.sighting_id] = sighting
        revisions[sighting.lineage_id] = max(sighting.revision, revisions.get(sighting.lineage_id, 0))
    left = [one for one in latest.values() if not one.withdrawn and one.revision == revisions[one.lineage_id]]
    left.sort(key=lambda one: (one.occurred_at, one.sighting_id))
    return left
