"""The tables of correlate."""

from services.correlate.tables.base import METADATA, SCHEMA
from services.correlate.tables.imports import list_import, list_import_draft, list_import_fault, list_import_step
from services.correlate.tables.track import alert, alert_revision, event, lineage_revision, lookback, lookback_marker, sighting
from services.correlate.tables.watchlist import (
    entry,
    entry_case,
    entry_notice,
    entry_version,
    list_change,
    list_version,
)
from shared.contracts.topics import ALERTS
from shared.platform.database.offsets import offset_table
from shared.platform.database.outbox import outbox_table

__all__ = [
    "METADATA",
    "SCHEMA",
    "alert",
    "alert_revision",
    "consumer_offset",
    "entry",
    "entry_case",
    "entry_notice",
    "entry_version",
    "event",
    "lineage_revision",
    "list_change",
    "list_import",
    "list_import_draft",
    "list_import_fault",
    "list_import_step",
    "list_version",
    "lookback",
    "lookback_marker",
    "outbox",
    "sighting",
]

consumer_offset = offset_table(METADATA)
outbox = outbox_table(METADATA, urgent=ALERTS)
