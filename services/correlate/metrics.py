"""What correlate counts. Labels come from closed lists."""

from collections.abc import Iterable
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from services.correlate.store.alerts import Revision

EVENTS_SCREENED: Final = Counter("atalaya_events_screened_total", "Events judged against the list; repeats are not judged again.")
SIGHTINGS_STORED: Final = Counter("atalaya_sightings_stored_total", "Sightings stored, later judgements of the same ones too.")
SIGHTINGS_OUTDATED: Final = Counter(
    "atalaya_sightings_outdated_total", "Sightings passed over because a later revision of their event was known."
)
ALERT_REVISIONS: Final = Counter("atalaya_alert_revisions_total", "Revisions of alerts.", ("type", "cause"))
ALERT_SECONDS: Final = Histogram(
    "atalaya_alert_seconds",
    "Seconds from the acceptance of an event to the commit of the alert's revision that it led to, live ones only.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
LOOK_BACK_JUDGED: Final = Counter("atalaya_look_back_judged_total", "Stored sightings judged again after a change of the list.")
LIST_WRITERS_WAITING: Final = Gauge(
    "atalaya_list_writers_waiting", "Changes of the list that wait in this process for their turn."
)
LIST_VERSION: Final = Gauge("atalaya_list_version", "Version of the list that this process judges by.")
ENTRIES_LISTED: Final = Gauge("atalaya_entries_listed", "Entries in the index of this process.")
INDEX_DIGEST: Final = Gauge(
    "atalaya_index_digest",
    "Digest of the entries in the index of this process: at one list version it is the same in all of them, and the database's.",
)


def count_revisions(written: Iterable[Revision]) -> None:
    """Count what was committed, and how long live ones took."""
    for revision in written:
        alert = revision.stored.alert
        ALERT_REVISIONS.labels(revision.type.value, alert.cause.value).inc()
        if revision.accepted_at is not None and not alert.retroactive:
            ALERT_SECONDS.observe(max(0.0, (alert.revised_at - revision.accepted_at).total_seconds()))
