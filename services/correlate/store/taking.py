"""Drafts made entries by the database alone: what a million rows need must not pass through Python.

An entry's JSON is put together from texts: the head as Python writes it, cut where a row's own values belong, and the draft's body as it is.
"""

from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Text, bindparam, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.store.messages import entry_messages
from services.correlate.store.steps import SAME
from services.correlate.tables import entry as entries
from services.correlate.tables import list_import_draft as drafts
from services.correlate.tables import list_import_step as steps
from shared.contracts.watchlist import ActorEntry
from shared.platform.kafka.messages import Message

_RELEASABLE: Final = ',"releasable_to":['
_BODY: Final = '"body":'
_ID: Final = "ce_id"

_TAKE: Final = text("""
    WITH step AS (
        SELECT step.entry_id, CAST(:above + step.place AS bigint) AS list_version, draft.*
        FROM (
            SELECT place, number, entry_id FROM correlate.list_import_step
            WHERE import_id = :import_id AND what = 'added' AND place > :after AND place <= :upto
        ) AS step
        JOIN (
            SELECT number, source_id, kind, severity, category, requested_action, weak AND NOT CAST(:approved AS boolean) AS waits, label, search,
                   releasable_to, valid_from, valid_to, review_at, due_active, due_submitted, digest, body
            FROM correlate.list_import_draft WHERE import_id = :import_id
        ) AS draft USING (number)
    ),
    made AS (
        SELECT step.*,
               '{"entry_id":"' || entry_id || '","version"\\:1,"list_version":' || list_version || ','
               || CASE WHEN waits THEN :submitted_head ELSE :active_head END || ',"releasable_to":' || array_to_json(releasable_to) || ','
               || CASE WHEN waits THEN :submitted_tail ELSE :active_tail END || body || '}' AS content
        FROM step
    ),
    listed AS (
        INSERT INTO correlate.entry (
            entry_id, type, version, list_version, originator, nation, releasable_to, source, source_id, kind, severity, label, state, category,
            requested_action, written_by, review_at, due_at, draft_digest, search, valid_from, valid_to, content
        )
        SELECT entry_id, 'actor', 1, list_version, :agency, :nation, releasable_to, :source, source_id, kind, severity, label,
               CASE WHEN waits THEN 'submitted' ELSE 'active' END, category, requested_action, :written_by, review_at,
               CASE WHEN waits THEN due_submitted ELSE due_active END, digest, search, valid_from, valid_to, content
        FROM made ORDER BY list_version
    ),
    kept AS (
        INSERT INTO correlate.entry_version (entry_id, version, list_version, content)
        SELECT entry_id, 1, list_version, content FROM made ORDER BY list_version
    )
    INSERT INTO correlate.outbox (topic, key, value, header_names, header_values)
    SELECT :topic, convert_to(CAST(entry_id AS text), 'UTF8'), convert_to(content, 'UTF8'), :header_names,
           CAST(:headers_before AS bytea[]) || convert_to(entry_id || '\\:1', 'UTF8') || CAST(:headers_behind AS bytea[])
    FROM made ORDER BY list_version
""").bindparams(
    bindparam("header_names", type_=ARRAY(Text)),
    bindparam("headers_before", type_=ARRAY(LargeBinary)),
    bindparam("headers_behind", type_=ARRAY(LargeBinary)),
)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of entries that differ in id, version of the list, and nations: the text between those, and behind them up to the body."""

    before: str
    behind: str

    @classmethod
    def of(cls, sample: ActorEntry) -> Self:
        """As Python writes it in an entry, cut."""
        written = sample.model_dump_json(exclude_none=True, by_alias=True)
        opening = f'{{"entry_id":"{sample.entry_id}","version":{sample.version},"list_version":{sample.list_version},'
        head, _, rest = written.removeprefix(opening).partition(_RELEASABLE)
        nations, _, behind = rest.partition("],")
        tail, found, _ = behind.partition(_BODY)
        if not (written.startswith(opening) and nations and found):
            raise ValueError("an entry is not written in the order that it is cut by")
        return cls(head, tail + found)


def headers_of(message: Message) -> dict[str, Any]:
    """The headers that a sample's message has, cut where each entry's own id belongs."""
    names = [name for name, _ in message.headers]
    values = [value for _, value in message.headers]
    at = names.index(_ID)
    return {"header_names": names, "headers_before": values[:at], "headers_behind": values[at + 1 :]}


@dataclass(frozen=True, slots=True)
class Taking:
    """What all added entries of an import have in common. `approved`: a second person stands for them, so that none waits."""

    import_id: UUID
    agency: str
    nation: str
    source: str
    written_by: str
    approved: bool
    active: ActorEntry
    submitted: ActorEntry

    def values(self) -> dict[str, Any]:
        """For the statement."""
        active, submitted = Head.of(self.active), Head.of(self.submitted)
        (message,) = entry_messages(self.active)
        return {
            "import_id": self.import_id, "agency": self.agency, "nation": self.nation, "source": self.source,
            "written_by": self.written_by, "approved": self.approved, "topic": message.topic,
            "active_head": active.before, "active_tail": active.behind,
            "submitted_head": submitted.before, "submitted_tail": submitted.behind,
            **headers_of(message),
        }  # fmt: skip


async def take(connection: AsyncConnection, taking: Taking, above: int, count: int, at_once: int) -> None:
    """List what was never listed, with versions of the list from `above` on, in the order of its rows."""
    values = taking.values()
    for after in range(0, count, at_once):
        await connection.execute(_TAKE, {**values, "above": above, "after": after, "upto": min(after + at_once, count)})


async def remember(connection: AsyncConnection, import_id: UUID, what: str = SAME) -> None:
    """Keep with each entry of a kind of step the digest of its draft, so that the next import need not compare it."""
    own = (
        steps.c.import_id == import_id,
        steps.c.what == what,
        drafts.c.import_id == import_id,
        drafts.c.number == steps.c.number,
    )
    statement = update(entries).values(draft_digest=drafts.c.digest).where(entries.c.entry_id == steps.c.entry_id, *own)
    await connection.execute(statement)
