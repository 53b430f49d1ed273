"""An edit that waits for a second person: the entry stays as it is, the edit is kept as a case."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.cases import Case, CaseKind, CaseState
from services.correlate.entries.bodies import AnyEntry, Body
from services.correlate.entries.versions import Author
from services.correlate.store.cases import find_case, put_cases
from services.correlate.store.notices import post_notices
from services.correlate.watchlist.notices import To, case_notice
from shared.contracts.codec import encode
from shared.contracts.identity import case_id
from shared.contracts.notices import NoticeType


async def wait_for_second(
    connection: AsyncConnection, before: AnyEntry, body: Body, author: Author, why: str | None, now: datetime
) -> Case:
    """The case that holds the edit. The same edit again, by the same key, while it waits, is the same case."""
    case = Case(
        case_id=case_id(before.entry_id, before.version, author.by, CaseKind.EDIT, why or "", encode(body).decode()),
        entry_id=before.entry_id,
        kind=CaseKind.EDIT,
        issuer=before.originator,
        agency=before.originator,
        nation=before.nation,
        opened_by=author.by,
        opened_at=now,
        version=before.version,
        text=why or "",
        body=encode(body).decode(),
    )
    return (await opened_once(connection, case, before, NoticeType.AWAITS_APPROVAL))[0]


async def opened_once(connection: AsyncConnection, case: Case, entry: AnyEntry, told: NoticeType) -> tuple[Case, bool]:
    """The case, stored, and its issuer told; or the open one that says the same, and False. One that was answered may be opened again."""
    known = await find_case(connection, case.case_id, lock=True)
    if known is not None:
        if known.state is CaseState.OPEN:
            return known, False
        case = case.model_copy(update={"case_id": uuid4()})
    await put_cases(connection, [case])
    await post_notices(connection, [case_notice(told, To(case.issuer, entry.nation), case, entry, case.opened_at)])
    return case, True
