"""What people do to entries: one version each, in the order asked, each answered for itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.correlate.domain.life.actions import UnfitError, WishFlawedError, step
from services.correlate.domain.life.clock import Move, caught_up
from services.correlate.domain.life.wishes import Action, Doer, Wish, is_so
from services.correlate.entries.bodies import AnyEntry, emptied, faults_of_life
from services.correlate.entries.versions import Author, Change
from services.correlate.store import entries as store
from services.correlate.watchlist.errors import (
    BodyFaultyError,
    EntryDiffersError,
    EntryUnknownError,
    NotForThemError,
    NotInThisStateError,
    NotIssuerError,
    SecondPersonError,
)
from services.correlate.watchlist.links import as_read_one
from services.correlate.watchlist.writing import ListWriter
from shared.contracts.vocabulary import EntryState
from shared.platform.errors import TransientError
from shared.platform.faults import Fault

REFUSALS: Final = (
    BodyFaultyError,
    EntryDiffersError,
    EntryUnknownError,
    NotForThemError,
    NotInThisStateError,
    NotIssuerError,
    SecondPersonError,
)
"""Why one of many is refused while the others are done."""
Refusal: TypeAlias = (
    BodyFaultyError
    | EntryDiffersError
    | EntryUnknownError
    | NotForThemError
    | NotInThisStateError
    | NotIssuerError
    | SecondPersonError
    | TransientError
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An action on an entry; `kind` None for either, `expected` the version that the author saw, if it says so."""

    entry_id: UUID
    wish: Wish
    kind: type[AnyEntry] | None = None
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The entry after an action; not `changed` where it was so already."""

    entry: AnyEntry
    changed: bool


class Life:
    """The use cases of life. Whatever returns normally is committed; raises ListBusyError with nothing done."""

    def __init__(self, writer: ListWriter, at_once: int = 500) -> None:
        self._writer = writer
        self._at_once = at_once

    async def act(self, asked: Asked, author: Author) -> Done:
        """One action. Raises one of REFUSALS."""
        (outcome,) = await self.act_many([asked], author)
        if isinstance(outcome, Done):
            return outcome
        raise outcome

    async def as_read(self, entry: AnyEntry, who: Author) -> AnyEntry:
        """An entry as somebody may have it who acted on it: of another agency's without the links that it may not follow."""
        if who.may_edit(entry):
            return entry
        async with self._writer.database.transaction() as connection:
            return await as_read_one(connection, entry, who)

    async def act_many(self, asked: Sequence[Asked], author: Author) -> list[Done | Refusal]:
        """Many actions, in order; a transaction for as many as are of different entries. What is refused, or meets a list that is away, stops nothing."""
        outcomes: list[Done | Refusal] = []
        for some in _runs(asked, self._at_once):
            try:
                outcomes += await self._act(some, author)
            except TransientError as error:
                outcomes += [error] * len(some)
        return outcomes

    async def _act(self, asked: Sequence[Asked], author: Author) -> list[Done | Refusal]:
        now, outcomes = self._writer.clock.now(), list[Done | Refusal | Change]()
        async with self._writer.opened() as opened:
            found = await store.find_entries(opened.connection, [one.entry_id for one in asked])
            for one in asked:
                try:
                    outcomes.append(await self._step(opened.connection, one, found.get(one.entry_id), author, now))
                except REFUSALS as refusal:
                    outcomes.append(refusal)
            due = [(change, self._caught_up(found[change.entry_id], now)) for change in outcomes if isinstance(change, Change)]
            written = iter(await self._writer.write(opened, due, author))
        return [Done(next(written), changed=True) if isinstance(one, Change) else one for one in outcomes]

    async def _step(
        self, connection: AsyncConnection, asked: Asked, found: AnyEntry | None, author: Author, now: datetime
    ) -> Done | Change:
        if found is None or (asked.kind is not None and not isinstance(found, asked.kind)) or not author.may_see(found):
            raise EntryUnknownError
        must_be_allowed(asked.wish.action, found, author)
        doer = Doer(author.by, author.agency, author.nation)
        if is_so(found, asked.wish, doer):
            return Done(found, changed=False)
        if asked.expected is not None and asked.expected != found.version:
            raise await self._writer.differing(connection, found, asked.expected)
        entry = self._caught_up(found, now)
        drafts = asked.wish.action is Action.SUBMIT and entry.state is EntryState.DRAFT
        if drafts and (faults := faults_of_life(entry.body, self._writer.policy, now)):
            raise BodyFaultyError(faults)
        move = self._moved(entry, asked.wish, doer, now)
        return Done(found, changed=False) if move is None else _change(entry, move)

    def _moved(self, entry: AnyEntry, wish: Wish, doer: Doer, now: datetime) -> Move | None:
        try:
            return step(entry, wish, doer, now, self._writer.policy)
        except UnfitError as error:
            raise NotInThisStateError(entry.state, str(error)) from None
        except WishFlawedError as error:
            raise BodyFaultyError([Fault(f"/{flaw.field}", flaw.code, flaw.detail) for flaw in error.flaws]) from None

    def _caught_up(self, entry: AnyEntry, now: datetime) -> AnyEntry:
        return caught_up(entry, now, self._writer.policy)[0]


def must_be_allowed(action: Action, entry: AnyEntry, author: Author) -> None:
    """Raises NotIssuerError, SecondPersonError or NotForThemError for who may not do it to this entry."""
    if action in {Action.FLAG, Action.UNFLAG}:
        if author.nation == entry.nation or author.nation not in entry.releasable_to:
            raise NotForThemError("A nation flags entries of others that are released to it, never its own.")
        return
    if not author.may_edit(entry):
        raise NotIssuerError
    if action in {Action.APPROVE, Action.REJECT} and author.by == entry.written_by:
        raise SecondPersonError


def _runs(asked: Sequence[Asked], most: int) -> Iterator[list[Asked]]:
    """The actions in order, in runs of different entries, so many at most."""
    run: dict[UUID, Asked] = {}
    for one in asked:
        if one.entry_id in run or len(run) == most:
            yield list(run.values())
            run = {}
        run[one.entry_id] = one
    if run:
        yield list(run.values())


def _change(entry: AnyEntry, move: Move) -> Change:
    body = emptied(entry.body) if move.state is EntryState.DELETED else move.body or entry.body
    return Change(entry.entry_id, body, move.change, move.why, move.state, move.head)
