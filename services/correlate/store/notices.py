"""What agencies are told, in PostgreSQL and on its way to the topic."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.store.bulk import document, put_within
from services.correlate.store.messages import SOURCE
from services.correlate.tables import entry_notice as notices
from services.correlate.tables import outbox
from shared.contracts.codec import TYPE_NOTICE, Envelope, encode
from shared.contracts.notices import Notice, NoticeType
from shared.contracts.topics import NOTICES
from shared.platform.database.outbox import post
from shared.platform.kafka.messages import Message


async def post_notices(connection: AsyncConnection, told: Sequence[Notice]) -> None:
    """Keep notices and send them, in this transaction. One that was told before, by its id, is kept once."""
    if not told:
        return
    rows = [_row(notice) for notice in told]
    await put_within(connection, notices, rows, replace=False)
    await post(connection, outbox, [notice_message(notice) for notice in told])


def notice_message(notice: Notice) -> Message:
    """A notice, keyed by the agency that is told."""
    headers = Envelope(str(notice.id), TYPE_NOTICE, SOURCE, notice.at).headers()
    return Message(NOTICES, encode(notice), notice.agency.encode(), headers)


async def page_of_notices(
    connection: AsyncConnection,
    agency: str,
    kind: NoticeType | None,
    entry_id: UUID | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Notice]:
    """The next notices of an agency, the latest first."""
    query = select(notices.c.content).where(notices.c.agency == agency)
    if kind is not None:
        query = query.where(notices.c.type == kind.value)
    if entry_id is not None:
        query = query.where(notices.c.entry_id == entry_id)
    if before is not None:
        at, notice_id = before
        query = query.where(and_(notices.c.at <= at, tuple_(notices.c.at, notices.c.notice_id) < tuple_(at, notice_id)))
    query = query.order_by(notices.c.at.desc(), notices.c.notice_id.desc()).limit(limit)
    return [Notice.model_validate_json(row.content) for row in await connection.execute(query)]


async def purge_notices(connection: AsyncConnection, moment: datetime, limit: int) -> int:
    """Delete some of the notices from before a moment; how many."""
    old = select(notices.c.notice_id).where(notices.c.at < moment).limit(limit)
    gone = await connection.execute(delete(notices).where(notices.c.notice_id.in_(old)).returning(notices.c.notice_id))
    return len(gone.all())


def _row(notice: Notice) -> dict[str, object]:
    return {
        "notice_id": notice.id,
        "agency": notice.agency,
        "at": notice.at,
        "entry_id": notice.entry_id,
        "type": notice.type.value,
        "content": document(notice.model_dump_json(exclude_none=True)),
    }
