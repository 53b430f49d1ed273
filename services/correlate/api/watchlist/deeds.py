"""Actions done for a request: one, or many that are each answered for itself."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from services.correlate.api.watchlist.guards import problem_of
from services.correlate.api.watchlist.view import author
from services.correlate.api.watchlist.wishes import read_wish, scope_of
from services.correlate.domain.life.cases import Case
from services.correlate.domain.life.wishes import Action
from services.correlate.entries.bodies import AnyEntry
from services.correlate.entries.versions import Author
from services.correlate.watchlist.cases import Cases
from services.correlate.watchlist.errors import NotInThisStateError, SecondPersonError
from services.correlate.watchlist.life import REFUSALS, Asked, Done, Life, Refusal
from services.correlate.watchlist.turns import ListBusyError
from shared.platform.auth.access import Principal
from shared.platform.errors import TransientError
from shared.platform.faults import faults_of
from shared.platform.http.problems import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    ProblemError,
    UnavailableError,
    problem_response,
)

_SECONDS_UNTIL_AGAIN = 2.0


class _Named(BaseModel):
    """Which action on which entry an item names."""

    model_config = ConfigDict(extra="allow")

    entry_id: UUID
    action: Action


class Deeds:
    """Does actions; where one is approved or rejected of which only an edit waits, that is what is answered."""

    def __init__(self, life: Life, cases: Cases) -> None:
        self._life = life
        self._cases = cases

    async def do(self, asked: Asked, who: Author) -> AnyEntry:
        """One action; the entry after it, as its author reads it. Raises as the use cases do, or ConflictError where several edits wait."""
        try:
            return await self._life.as_read((await self._life.act(asked, who)).entry, who)
        except (NotInThisStateError, SecondPersonError) as error:
            entry = await self._answered_edit(asked, who)
            if entry is None:
                raise error from None
            return entry

    async def do_many(self, items: Sequence[Any], principal: Principal) -> list[dict[str, Any]]:
        """Each item's answer, in order."""
        read = [_read(item, principal) for item in items]
        asked = [one for one in read if isinstance(one, Asked)]
        outcomes = iter(await self._life.act_many(asked, author(principal)) if asked else [])
        answers = []
        for index, one in enumerate(read):
            outcome = await self._settled(one, next(outcomes), author(principal)) if isinstance(one, Asked) else one
            answers.append({"index": index, **_told(outcome)})
        return answers

    async def _settled(self, asked: Asked, outcome: Done | Refusal, who: Author) -> Done | ProblemError:
        if isinstance(outcome, NotInThisStateError | SecondPersonError):
            try:
                entry = await self._answered_edit(asked, who)
            except (ProblemError, *REFUSALS, TransientError) as error:
                return _problem(error)
            if entry is not None:
                return Done(entry, changed=True)
        return outcome if isinstance(outcome, Done) else _problem(outcome)

    async def _answered_edit(self, asked: Asked, who: Author) -> AnyEntry | None:
        """The entry after its one waiting edit was answered; None where this is no answer, or nothing waits."""
        action, reason = asked.wish.action, asked.wish.reason
        if action not in {Action.APPROVE, Action.REJECT}:
            return None
        waiting = await self._cases.waiting(asked.entry_id, who)
        if not waiting:
            return None
        if len(waiting) > 1:
            raise ConflictError("Several edits wait; answer each case.", cases=[str(case.case_id) for case in waiting])
        answer = self._cases.accept if action is Action.APPROVE else self._cases.reject
        return (await answer(waiting[0].case_id, who, _anybody, reason)).entry


def _anybody(case: Case) -> None:
    """The scope was asked for before."""
    del case


def _read(item: Any, principal: Principal) -> Asked | ProblemError:
    if isinstance(item, ProblemError):
        return item
    try:
        named = _Named.model_validate(item)
    except ValidationError as error:
        return InvalidInputError(faults_of(error))
    scope = scope_of(named.action)
    if not principal.allows(scope):
        return ForbiddenError("The key lacks a scope that this needs.", required=[scope])
    read = read_wish(named.action, {name: value for name, value in item.items() if name not in {"entry_id", "action"}})
    if isinstance(read, list):
        return InvalidInputError(read)
    return Asked(named.entry_id, read[0], None, read[1])


def _problem(error: Exception) -> ProblemError:
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, TransientError) and not isinstance(error, ListBusyError):
        detail = "The list could not take it, or did not say so in time. The same again does no harm."
        return UnavailableError(detail, retry_after_seconds=_SECONDS_UNTIL_AGAIN, outcome="unknown")
    return problem_of(error)


def _told(outcome: Done | ProblemError) -> dict[str, Any]:
    if isinstance(outcome, ProblemError):
        return {"status": "refused", "problem": orjson.loads(problem_response(outcome).body)}
    entry = outcome.entry
    status = "done" if outcome.changed else "unchanged"
    return {"status": status, "entry_id": str(entry.entry_id), "version": entry.version, "state": entry.state.value}
