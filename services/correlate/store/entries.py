"""The list in PostgreSQL: the present version of each entry, every version it had, and what of it is to be sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.clock import due_at, review_at
from services.correlate.domain.life.policy import LifePolicy
from services.correlate.entries.bodies import AnyEntry, emptied, label, search_words
from services.correlate.entries.identities import CONTENTS, ROUTES, Identity
from services.correlate.store.bulk import among, put_within
from services.correlate.store.messages import entry_messages, list_markers
from services.correlate.tables import entry as entries
from services.correlate.tables import entry_version as versions
from services.correlate.tables import list_change, list_version, outbox
from services.correlate.watchlist.turns import ListBusyError
from shared.contracts.vocabulary import EntryChange, EntryState
from shared.contracts.watchlist import ENTRY, ActorBody
from shared.platform.database.outbox import post

_LOCK_NOT_AVAILABLE: Final = "55P03"
"""SQLSTATE of `lock_timeout`."""
_LONGEST_SEARCHED: Final = 1_000_000
"""Bytes of all words by which one entry is found. A tsvector holds less than 2^20 (PostgreSQL's documentation, 12.11)."""


async def lock_list(connection: AsyncConnection, wait: timedelta) -> int:
    """Have the list to oneself until the transaction ends; its present version. Raises ListBusyError when others have it for longer."""
    await connection.execute(select(func.set_config("lock_timeout", f"{round(wait.total_seconds() * 1000)}ms", True)))  # noqa: FBT003 - SQL's own: for this transaction
    try:
        version: int = (await connection.execute(select(list_version.c.version).with_for_update())).scalar_one()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise ListBusyError from error
        raise
    return version


async def find_entries(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, AnyEntry]:
    """The present versions of these entries, ended ones too; what does not exist is absent."""
    query = select(entries.c.content).where(among(entries.c.entry_id, ids))
    found = [ENTRY.validate_json(row.content) for row in await connection.execute(query)]
    return {entry.entry_id: entry for entry in found}


async def active_ids(connection: AsyncConnection, originator: str, known_by: Collection[Identity]) -> dict[Identity, UUID]:
    """The active entries of an agency that go by these identities; none goes by content."""
    names = [own for source, own in known_by if source == ROUTES]
    pairs = [one for one in known_by if one[0] not in {ROUTES, CONTENTS}]
    going_by: list[ColumnElement[bool]] = []
    if names:
        going_by.append(and_(entries.c.type == "route", among(entries.c.label, names)))
    if pairs:
        sources, own_ids = {source for source, _ in pairs}, {own for _, own in pairs}
        sourced = and_(among(entries.c.source, sources), among(entries.c.source_id, own_ids))
        going_by.append(and_(entries.c.type == "actor", sourced))
    if not going_by:
        return {}
    query = select(entries.c.entry_id, entries.c.type, entries.c.source, entries.c.source_id, entries.c.label).where(
        entries.c.originator == originator, entries.c.ended_at.is_(None), or_(*going_by)
    )
    rows = await connection.execute(query.order_by(entries.c.list_version.desc()))
    return {(ROUTES, row.label) if row.type == "route" else (row.source, row.source_id): row.entry_id for row in rows}


@dataclass(frozen=True, slots=True)
class Said:
    """What is kept of a transaction that changes the list: who, in whose name, what for, and the import it belongs to."""

    by: str
    agency: str
    change: EntryChange
    why: str | None = None
    import_id: UUID | None = None


async def write_entries(
    connection: AsyncConnection, changed: Sequence[AnyEntry], said: Said, policy: LifePolicy, events_partitions: int
) -> None:
    """Store new versions, their history and their messages; the list must be locked. One marker a partition of the events topic follows them all."""
    if not changed:
        return
    await put_entries(connection, changed, policy)
    await close_change(
        connection, changed[0].list_version, changed[-1].list_version, changed[-1].changed_at, said, events_partitions
    )


async def put_entries(connection: AsyncConnection, changed: Sequence[AnyEntry], policy: LifePolicy) -> None:
    """Store new versions, their history and their messages, as a part of a change that `close_change` ends."""
    rows = [entry_row(entry, policy) for entry in changed]
    await put_within(connection, entries, rows, replace=True)
    history = ("entry_id", "version", "list_version", "content")
    await put_within(connection, versions, [{name: row[name] for name in history} for row in rows])
    for gone in [entry for entry in changed if entry.state is EntryState.DELETED]:
        await _empty_history(connection, gone)
    messages = [message for entry in changed for message in entry_messages(entry)]
    await post(connection, outbox, messages)


async def close_change(
    connection: AsyncConnection, first: int, last: int, at: datetime, said: Said, events_partitions: int
) -> None:
    """Note what changed the list up to a version, and send its markers. Nothing may be written to the list after it in the transaction.

    Moments never go back, whatever the clocks of the copies say: by them the list of the past is found.
    """
    await connection.execute(update(list_version).values(version=last))
    latest = select(func.max(list_change.c.at)).scalar_subquery()
    row = {"to_version": last, "from_version": first, "by": said.by, "agency": said.agency, "change": said.change.value}
    moment = func.greatest(latest, at)
    await connection.execute(insert(list_change).values(**row, why=said.why, import_id=said.import_id, at=moment))
    await post(connection, outbox, list_markers(last, events_partitions))


async def _empty_history(connection: AsyncConnection, gone: AnyEntry) -> None:
    """Take out of every version of a deleted entry what it said of anybody."""
    query = select(versions.c.version, versions.c.content).where(versions.c.entry_id == gone.entry_id)
    for row in (await connection.execute(query)).all():
        version = ENTRY.validate_json(row.content)
        empty = version.model_copy(update={"body": emptied(version.body), "why": None, "flags": (), "cleared": ()})
        content = empty.model_dump_json(exclude_none=True, by_alias=True)
        own = (versions.c.entry_id == gone.entry_id) & (versions.c.version == row.version)
        await connection.execute(update(versions).where(own).values(content=content))


async def measure(connection: AsyncConnection) -> None:
    """Have the server look how large the list is and what is common in it, so that it reads by the right index."""
    await connection.execute(text(f"ANALYZE {entries.fullname}, {versions.fullname}"))


async def mark_version(connection: AsyncConnection, version: int, events_partitions: int) -> None:
    """Send the marker of the list's version again; the list must be locked."""
    await post(connection, outbox, list_markers(version, events_partitions) if version else [])


async def history_of(connection: AsyncConnection, entry_id: UUID, below: int | None, limit: int) -> list[AnyEntry]:
    """The versions of an entry below one, the latest first, so many at most."""
    query = select(versions.c.content).where(versions.c.entry_id == entry_id).order_by(versions.c.version.desc()).limit(limit)
    if below is not None:
        query = query.where(versions.c.version < below)
    return [ENTRY.validate_json(row.content) for row in await connection.execute(query)]


async def list_version_now(connection: AsyncConnection) -> int:
    """The version of the list."""
    version: int = (await connection.execute(select(list_version.c.version))).scalar_one()
    return version


async def hold_list(connection: AsyncConnection) -> int:
    """Let nobody change the list until the transaction ends; its version."""
    version: int = (await connection.execute(select(list_version.c.version).with_for_update(read=True))).scalar_one()
    return version


async def changed_between(connection: AsyncConnection, after: int, upto: int) -> list[AnyEntry]:
    """The present versions of the entries that changed in after < version ≤ upto, at most as many as there are versions."""
    query = select(entries.c.content).where(_changed(after, upto))
    return [ENTRY.validate_json(row.content) for row in await connection.execute(query)]


async def changed_again(connection: AsyncConnection, after: int, upto: int, since: int) -> list[AnyEntry]:
    """Those of the entries that changed in after < version ≤ upto that changed again after `since`, in their present versions."""
    query = select(entries.c.content).where(_changed(after, upto), entries.c.list_version > since)
    return [ENTRY.validate_json(row.content) for row in await connection.execute(query)]


async def version_of_changed(connection: AsyncConnection, after: int, upto: int) -> int:
    """The version of the list at which one of the entries that changed in after < version ≤ upto changed last, 0 for none."""
    query = select(func.coalesce(func.max(entries.c.list_version), 0)).where(_changed(after, upto))
    version: int = (await connection.execute(query)).scalar_one()
    return version


def _changed(after: int, upto: int) -> ColumnElement[bool]:
    changed = select(versions.c.entry_id).where(versions.c.list_version > after, versions.c.list_version <= upto)
    return entries.c.entry_id.in_(changed)


async def overdue(connection: AsyncConnection, now: datetime, limit: int) -> list[AnyEntry]:
    """Entries that time has something to do to, the longest due first."""
    query = select(entries.c.content).where(entries.c.due_at <= now).order_by(entries.c.due_at).limit(limit)
    return [ENTRY.validate_json(row.content) for row in await connection.execute(query)]


def search_text(words: Sequence[str]) -> str:
    """Words of letters and digits as a tsvector is written; those beyond what one can hold are left out."""
    found, size = [], 0
    for word in words:
        size += len(word.encode())
        if size > _LONGEST_SEARCHED:
            break
        found.append(f"'{word}'")
    return " ".join(found)


async def read_page(connection: AsyncConnection, query: Select[Any]) -> list[AnyEntry]:
    """The entries of a query that selects their content."""
    return [ENTRY.validate_json(row.content) for row in await connection.execute(query)]


def entry_row(entry: AnyEntry, policy: LifePolicy) -> dict[str, Any]:
    """An entry as its table has it."""
    body = entry.body
    own = {"source": "own", "source_id": None, "kind": None, "category": None}
    if isinstance(body, ActorBody):
        own = {"source": body.source, "source_id": body.source_id, "kind": body.kind.value, "category": body.category}
    return {
        **own,
        "entry_id": entry.entry_id,
        "type": entry.type,
        "version": entry.version,
        "list_version": entry.list_version,
        "originator": entry.originator,
        "nation": entry.nation,
        "releasable_to": list(entry.releasable_to),
        "severity": body.severity.value,
        "label": label(body),
        "state": entry.state.value,
        "requested_action": body.requested_action.value,
        "written_by": entry.written_by,
        "review_at": review_at(body),
        "due_at": due_at(entry, policy),
        "confirm_by": entry.confirm_by,
        "flagged_by": sorted({flag.nation for flag in entry.flags}) or None,
        "draft_digest": None,
        "search": search_text(search_words(body)),
        "valid_from": body.valid_from,
        "valid_to": body.valid_to,
        "ended_at": entry.ended_at,
        "content": entry.model_dump_json(exclude_none=True, by_alias=True),
    }
