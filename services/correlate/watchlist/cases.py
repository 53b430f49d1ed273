"""What others say of an entry, and edits that wait: opened, answered, withdrawn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.cases import Case, CaseKind, CaseState, working_days_after
from services.correlate.entries.bodies import AnyEntry, Body
from services.correlate.entries.differences import FieldChange, body_changes
from services.correlate.entries.versions import Author
from services.correlate.store.cases import CaseFilter, find_case, late_cases, open_edits, page_of_cases, put_cases
from services.correlate.store.due import version_of
from services.correlate.store.entries import find_entries
from services.correlate.store.notices import post_notices
from services.correlate.watchlist.changing import Outcome, Verdict, Watchlist
from services.correlate.watchlist.editing import edited
from services.correlate.watchlist.errors import (
    CaseClosedError,
    CaseUnknownError,
    EntryDiffersError,
    NotForThemError,
    NotInThisStateError,
    NotIssuerError,
    SecondPersonError,
)
from services.correlate.watchlist.links import as_read, as_read_one, with_withheld
from services.correlate.watchlist.notices import To, case_notice
from services.correlate.watchlist.waiting import opened_once
from services.correlate.watchlist.writing import ListWriter, OpenList
from shared.contracts.identity import case_id
from shared.contracts.notices import NoticeType
from shared.contracts.watchlist import ActorBody, ActorEntry, RouteBody

_ACTOR = TypeAdapter(ActorBody)
_ROUTE = TypeAdapter(RouteBody)

May = Callable[[Case], None]
"""Raises where the author's key may not answer this case."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of an entry; a correction may carry the whole content that it should have."""

    kind: CaseKind
    text: str
    body: Body | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A case answered, and what came of it: the entry's new version, or the edit that waits for a second person."""

    case: Case
    entry: AnyEntry
    outcome: Outcome | None = None


class Cases:
    """The use cases of cases. Whatever returns normally is committed."""

    def __init__(self, writer: ListWriter, watchlist: Watchlist) -> None:
        self._writer = writer
        self._watchlist = watchlist

    async def open(
        self, entry_id: UUID, kind: type[AnyEntry], said: Said, author: Author, *, expected: int | None
    ) -> tuple[Case, bool]:
        """A case about an entry that the author sees and its agency did not list; the same again while it is open is the same case, and False.

        Raises EntryUnknownError, NotForThemError, NotInThisStateError or EntryDiffersError.
        """
        now = self._writer.clock.now()
        async with self._writer.opened() as opened:
            entry = await self._writer.seen(opened.connection, entry_id, kind, author)
            if author.agency == entry.originator:
                raise NotForThemError("The agency that listed an entry edits it; cases are opened by others.")
            if entry.ended_at is not None:
                raise NotInThisStateError(entry.state, "The entry has ended; there is nothing to correct.")
            if expected is not None and expected != entry.version:
                raise await self._writer.differing(opened.connection, entry, expected)
            case = self._case(entry, said, author, now)
            return await opened_once(opened.connection, case, entry, NoticeType.CASE_OPENED)

    def _case(self, entry: AnyEntry, said: Said, author: Author, now: datetime) -> Case:
        body = None if said.body is None else said.body.model_dump_json(exclude_none=True, by_alias=True)
        days = self._writer.policy.error_within_working_days
        return Case(
            case_id=case_id(entry.entry_id, entry.version, author.agency, said.kind, said.text, body or ""),
            entry_id=entry.entry_id,
            kind=said.kind,
            issuer=entry.originator,
            agency=author.agency,
            nation=author.nation,
            opened_by=author.by,
            opened_at=now,
            version=entry.version,
            text=said.text,
            body=body,
            due_at=working_days_after(now, days) if said.kind is CaseKind.ERROR else None,
        )

    async def read(self, case_id: UUID, author: Author) -> tuple[Case, list[FieldChange]]:
        """A case and, where it proposes content, what that would change of the entry as it is. Raises CaseUnknownError."""
        async with self._writer.database.transaction() as connection:
            case, entry = await self._known(connection, case_id, author)
            if case.body is None or not author.may_see(entry):
                return case, []
            stands, shown = await as_read(connection, [entry], author), await self._as_proposer_reads(connection, case, entry)
        body = proposed(case, entry) if author.agency == case.agency else with_withheld(proposed(case, entry), entry, shown)
        return case, body_changes(stands[0].body, self._watchlist.completed(body, entry))

    async def page(self, wanted: CaseFilter, author: Author, limit: int) -> list[Case]:
        """The next of those cases."""
        async with self._writer.database.transaction() as connection:
            return await page_of_cases(connection, wanted, author.agency, limit)

    async def of_entry(self, entry_id: UUID, kind: type[AnyEntry], author: Author) -> None:
        """Raises EntryUnknownError where the author may not know of the entry."""
        async with self._writer.database.transaction() as connection:
            await self._writer.seen(connection, entry_id, kind, author)

    async def waiting(self, entry_id: UUID, author: Author) -> list[Case]:
        """The edits of an entry that wait for a second person; none for who is not its issuer."""
        async with self._writer.database.transaction() as connection:
            cases = await open_edits(connection, entry_id)
        return [case for case in cases if author.admin or author.agency == case.issuer]

    async def accept(self, case_id: UUID, author: Author, may: May, reason: str | None) -> Answered:
        """Say yes: what the case proposes is done as an edit, under the rules of edits; of a waiting edit this is the second person's word.

        Raises CaseUnknownError, CaseClosedError, NotIssuerError, SecondPersonError, EntryDiffersError (with what changed since), and as
        `Watchlist.replace`.
        """
        async with self._writer.opened() as opened:
            case, entry = await self._answerable(opened.connection, case_id, author, may)
            if _is_so(case, CaseState.ACCEPTED, author):
                return Answered(case, entry)
            outcome = await self._apply(opened, case, entry, author)
            closed = await self._close(opened.connection, case, entry, author, CaseState.ACCEPTED, reason)
        return Answered(closed, entry if outcome is None else outcome.entry, outcome)

    async def reject(self, case_id: UUID, author: Author, may: May, reason: str | None) -> Answered:
        """Say no, with the reason. Raises CaseUnknownError, CaseClosedError, NotIssuerError or SecondPersonError."""
        async with self._writer.opened() as opened:
            case, entry = await self._answerable(opened.connection, case_id, author, may)
            if _is_so(case, CaseState.REJECTED, author):
                return Answered(case, entry)
            closed = await self._close(opened.connection, case, entry, author, CaseState.REJECTED, reason)
        return Answered(closed, entry)

    async def withdraw(self, case_id: UUID, author: Author, reason: str | None) -> Answered:
        """Take a case back: by the agency that opened it. Raises CaseUnknownError, CaseClosedError or NotForThemError."""
        async with self._writer.opened() as opened:
            case, entry = await self._known(opened.connection, case_id, author, lock=True)
            if author.agency != case.agency:
                raise NotForThemError("A case is withdrawn by the agency that opened it.")
            if case.state is CaseState.WITHDRAWN:
                return Answered(case, entry)
            if case.state is not CaseState.OPEN:
                raise CaseClosedError(case.state.value)
            closed = await self._close(opened.connection, case, entry, author, CaseState.WITHDRAWN, reason)
        return Answered(closed, entry)

    async def warn(self, limit: int = 500) -> int:
        """Tell issuer and opener of every case whose answer is overdue, once; how many. Any number of copies may."""
        now = self._writer.clock.now()
        async with self._writer.database.transaction("loops") as connection:
            late = await late_cases(connection, now, limit)
            entries = await find_entries(connection, {case.entry_id for case in late})
            told = []
            for case in late:
                if (entry := entries.get(case.entry_id)) is not None:
                    whom = {To(case.issuer, entry.nation), To(case.agency, case.nation)}
                    told += [case_notice(NoticeType.CASE_OVERDUE, to, case, entry, now) for to in whom]
            await put_cases(connection, [case.model_copy(update={"warned_at": now}) for case in late])
            await post_notices(connection, told)
        if late:
            self._writer.wake()
        return len(late)

    async def _known(
        self, connection: AsyncConnection, case_id: UUID, author: Author, *, lock: bool = False
    ) -> tuple[Case, AnyEntry]:
        """For its issuer and who opened it; nobody else hears of it."""
        case = await find_case(connection, case_id, lock=lock)
        if case is None or not (author.admin or author.agency in {case.issuer, case.agency}):
            raise CaseUnknownError
        entry = (await find_entries(connection, [case.entry_id])).get(case.entry_id)
        if entry is None:
            raise CaseUnknownError
        return case, entry

    async def _answerable(self, connection: AsyncConnection, case_id: UUID, author: Author, may: May) -> tuple[Case, AnyEntry]:
        case, entry = await self._known(connection, case_id, author, lock=True)
        if not (author.admin or author.agency == case.issuer):
            raise NotIssuerError
        may(case)
        if case.kind is CaseKind.EDIT and author.by == case.opened_by:
            raise SecondPersonError
        if case.state is not CaseState.OPEN and author.by != case.answered_by:
            raise CaseClosedError(case.state.value)
        return case, entry

    async def _apply(self, opened: OpenList, case: Case, entry: AnyEntry, author: Author) -> Outcome | None:
        """What the case proposes, if its entry still says what it spoke of."""
        if case.body is None:
            return None
        before = await self._writer.living(opened.connection, entry.entry_id, None, author, None)
        past = await version_of(opened.connection, entry.entry_id, case.version)
        changes = body_changes(past.body, before.body) if past is not None else []
        if changes or past is None:
            raise EntryDiffersError(before, [change.field for change in changes])
        body = with_withheld(proposed(case, before), before, await self._as_proposer_reads(opened.connection, case, before))
        await self._watchlist.must_be_free(opened.connection, body, before)
        if case.kind is CaseKind.EDIT:
            return await self._approved(opened, before, body, case, author)
        return await self._watchlist.edit(opened, before, self._watchlist.completed(body, before), author, case.text)

    async def _as_proposer_reads(self, connection: AsyncConnection, case: Case, entry: AnyEntry) -> AnyEntry:
        """The entry as who opened a case was shown it."""
        if case.agency == entry.originator:
            return entry
        return await as_read_one(connection, entry, Author(case.agency, case.nation, case.opened_by))

    async def _approved(self, opened: OpenList, before: AnyEntry, body: Body, case: Case, author: Author) -> Outcome:
        """The edit as it was written: by who wrote it, approved by who answers."""
        now = self._writer.clock.now()
        change = edited(before, body, case.text or None, now, self._writer.policy).change
        head = {**change.head, "written_by": case.opened_by, "approved_by": author.by}
        whole = type(change)(change.entry_id, change.body, change.kind, change.why, change.state, head)
        (entry,) = await self._writer.write(opened, [(whole, before)], author)
        return Outcome(Verdict.REVISED, entry)

    async def _close(
        self, connection: AsyncConnection, case: Case, entry: AnyEntry, author: Author, state: CaseState, answer: str | None
    ) -> Case:
        now = self._writer.clock.now()
        closed = case.answered(state, author.by, now, answer)
        await put_cases(connection, [closed])
        to = To(case.issuer, entry.nation) if state is CaseState.WITHDRAWN else To(case.agency, case.nation)
        await post_notices(connection, [case_notice(_told(closed), to, closed, entry, now)])
        return closed


def _is_so(case: Case, state: CaseState, author: Author) -> bool:
    """Whether the author gave this answer already. Raises CaseClosedError where it gave the other."""
    if case.state is CaseState.OPEN:
        return False
    if case.state is state and case.answered_by == author.by:
        return True
    raise CaseClosedError(case.state.value)


def proposed(case: Case, entry: AnyEntry) -> Body:
    """The content that a case proposes."""
    text = case.body or "{}"
    return _ACTOR.validate_json(text) if isinstance(entry, ActorEntry) else _ROUTE.validate_json(text)


def _told(closed: Case) -> NoticeType:
    if closed.kind is CaseKind.EDIT and closed.state is not CaseState.WITHDRAWN:
        return NoticeType.APPROVED if closed.state is CaseState.ACCEPTED else NoticeType.REJECTED
    return NoticeType.CASE_ANSWERED
