"""What a range of the list's versions did to its entries, and the reverse of what it listed, by the database alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ARRAY, LargeBinary, Row, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.store.messages import entry_messages
from services.correlate.store.taking import Head, headers_of
from shared.contracts.watchlist import ActorEntry

_SUMS: Final = text("""
    SELECT count(*) FILTER (WHERE now.version <> done.version) AS left,
           count(*) FILTER (WHERE now.version = done.version AND done.version = 1) AS listed
    FROM correlate.entry_version AS done JOIN correlate.entry AS now USING (entry_id)
    WHERE done.list_version > :after AND done.list_version <= :upto
""")
_LEFT: Final = text("""
    SELECT now.entry_id, now.source_id FROM correlate.entry_version AS done JOIN correlate.entry AS now USING (entry_id)
    WHERE done.list_version > :after AND done.list_version <= :upto AND now.version <> done.version
    ORDER BY done.list_version LIMIT :limit
""")
_PAGE: Final = text("""
    SELECT done.list_version, now.content, former.content AS former
    FROM correlate.entry_version AS done
    JOIN correlate.entry AS now ON now.entry_id = done.entry_id AND now.version = done.version
    JOIN correlate.entry_version AS former ON former.entry_id = done.entry_id AND former.version = done.version - 1
    WHERE done.list_version > :after AND done.list_version <= :upto
    ORDER BY done.list_version LIMIT :limit
""")
_REVOKE: Final = text("""
    WITH mine AS (
        SELECT now.entry_id, now.state = 'submitted' AS waits, now.releasable_to, now.content,
               CAST(:above + row_number() OVER (ORDER BY done.list_version) AS bigint) AS list_version
        FROM correlate.entry_version AS done JOIN correlate.entry AS now USING (entry_id)
        WHERE done.list_version > :after AND done.list_version <= :upto AND done.version = 1 AND now.version = 1
    ),
    made AS (
        SELECT entry_id, list_version,
               '{"entry_id":"' || entry_id || '","version"\\:2,"list_version":' || list_version || ','
               || CASE WHEN waits THEN :submitted_head ELSE :active_head END || ',"releasable_to":' || array_to_json(releasable_to) || ','
               || CASE WHEN waits THEN :submitted_tail ELSE :active_tail END || substr(content, strpos(content, ',"body":') + 8) AS content
        FROM mine
    ),
    ended AS (
        UPDATE correlate.entry SET version = 2, list_version = made.list_version, state = 'revoked', written_by = :by, due_at = :due_at,
               ended_at = :ended_at, draft_digest = NULL, content = made.content
        FROM made WHERE entry.entry_id = made.entry_id
    ),
    kept AS (
        INSERT INTO correlate.entry_version (entry_id, version, list_version, content)
        SELECT entry_id, 2, list_version, content FROM made ORDER BY list_version
    )
    INSERT INTO correlate.outbox (topic, key, value, header_names, header_values)
    SELECT :topic, convert_to(CAST(entry_id AS text), 'UTF8'), convert_to(content, 'UTF8'), :header_names,
           CAST(:headers_before AS bytea[]) || convert_to(entry_id || '\\:2', 'UTF8') || CAST(:headers_behind AS bytea[])
    FROM made ORDER BY list_version
""").bindparams(
    bindparam("header_names", type_=ARRAY(Text)),
    bindparam("headers_before", type_=ARRAY(LargeBinary)),
    bindparam("headers_behind", type_=ARRAY(LargeBinary)),
)
"""A body begins where the head's last name stands: no text within the head holds that name in quotes of its own."""


@dataclass(frozen=True, slots=True)
class Range:
    """The versions of the list after one and up to another."""

    after: int
    upto: int


@dataclass(frozen=True, slots=True)
class Revoking:
    """What all entries have in common that were listed once and are revoked; one of each state as a sample of its second version."""

    active: ActorEntry
    submitted: ActorEntry
    ended_at: datetime
    due_at: datetime | None

    def values(self) -> dict[str, Any]:
        """For the statement."""
        active, submitted = Head.of(self.active), Head.of(self.submitted)
        (message,) = entry_messages(self.active)
        return {
            "active_head": active.before, "active_tail": active.behind, "submitted_head": submitted.before,
            "submitted_tail": submitted.behind, "by": self.active.written_by, "ended_at": self.ended_at, "due_at": self.due_at,
            "topic": message.topic, **headers_of(message),
        }  # fmt: skip


async def sums(connection: AsyncConnection, done: Range) -> Row[Any]:
    """How many of the entries have changed since (`left`), and how many had never been listed before (`listed`)."""
    return (await connection.execute(_SUMS, {"after": done.after, "upto": done.upto})).one()


async def left(connection: AsyncConnection, done: Range, limit: int) -> Sequence[Row[Any]]:
    """The first of the entries that have changed since."""
    return (await connection.execute(_LEFT, {"after": done.after, "upto": done.upto, "limit": limit})).all()


async def page(connection: AsyncConnection, done: Range, limit: int) -> Sequence[Row[Any]]:
    """The next entries that the range changed and nobody since, each with its version before."""
    return (await connection.execute(_PAGE, {"after": done.after, "upto": done.upto, "limit": limit})).all()


async def revoke(connection: AsyncConnection, revoking: Revoking, done: Range, above: int, at_once: int) -> int:
    """End what the range listed for the first time and nobody has changed since, with versions from `above` on; how many."""
    values, ended = revoking.values(), 0
    for after in range(done.after, done.upto, at_once):
        part = {"after": after, "upto": min(after + at_once, done.upto), "above": above + ended}
        ended += (await connection.execute(_REVOKE, {**values, **part})).rowcount
    return ended
