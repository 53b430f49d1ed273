"""What each action takes, as its body says it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.correlate.domain.life.wishes import Action, Wish
from services.correlate.domain.screen.cleared import facts_of
from services.correlate.queries.query import QueryDocument, QueryName, ScreenQuery
from services.correlate.queries.seen import asked_of
from shared.contracts.base import Utc
from shared.contracts.events import PartialDate, Person
from shared.platform.auth.keys import Scope
from shared.platform.faults import Fault, faults_of

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class ActionBody(BaseModel):
    """What any action may say."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = Field(default=None, description="kept in the history")
    version: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="the version that was seen; another's change since is told (409). If-Match does the same (412)"
    )


class ReasonedBody(ActionBody):
    """An action that takes a reason."""

    reason: Reason = Field(description="kept in the history")


class UntilBody(ReasonedBody):
    """A suspension, a flag or keeping: for how long, open if it does not say."""

    until: Utc | None = None


class ExtensionBody(ReasonedBody):
    """More time: a day of review, the latest allowed if it does not say; an end of validity, null for none."""

    review_on: date | None = None
    valid_to: Utc | None = None


class ClearedPerson(BaseModel):
    """Who it is, as an event or a query tells a person."""

    model_config = ConfigDict(extra="forbid")

    name: str | QueryName | None = None
    birth_date: PartialDate | None = None
    documents: tuple[QueryDocument, ...] = Field(default=(), max_length=64)


class ClearBody(ReasonedBody):
    """A good guy: who was taken for the entry's person and is another."""

    person: ClearedPerson


class ClearUntilBody(ClearBody):
    """The same, for how long: the longest allowed if it does not say."""

    until: Utc | None = None


BODIES: Final[Mapping[Action, type[ActionBody]]] = {
    Action.SUBMIT: ActionBody,
    Action.APPROVE: ActionBody,
    Action.REJECT: ReasonedBody,
    Action.SUSPEND: UntilBody,
    Action.RESUME: ReasonedBody,
    Action.EXTEND: ExtensionBody,
    Action.FLAG: UntilBody,
    Action.UNFLAG: ActionBody,
    Action.CLEAR: ClearUntilBody,
    Action.UNCLEAR: ClearBody,
    Action.EXECUTE: ActionBody,
    Action.KEEP: UntilBody,
    Action.REVOKE: ActionBody,
    Action.DELETE: ActionBody,
}

SUMMARIES: Final[Mapping[Action, str]] = {
    Action.SUBMIT: "Have a draft alert, or wait for a second person where it needs one",
    Action.APPROVE: "A second person's yes to what waits for it: an entry, or its one waiting edit",
    Action.REJECT: "A second person's no, with the reason: the entry is a draft again; or a waiting edit is dropped",
    Action.SUSPEND: "Withdraw an entry from end users for a while; its issuer still sees it",
    Action.RESUME: "End a suspension",
    Action.EXTEND: "Give an entry more time before its review, with a reason of its own",
    Action.FLAG: "Say that it is not executed on one's territory: there it is for information only",
    Action.UNFLAG: "Take one's nation's flag back",
    Action.CLEAR: "Confirm that somebody who was taken for the entry's person is another: the pair is silent until then, or a side changes",
    Action.UNCLEAR: "Take that word back",
    Action.EXECUTE: "Its purpose is fulfilled: it alerts no more, and is deleted unless somebody says why to keep it",
    Action.KEEP: "Say why an executed entry is kept",
    Action.REVOKE: "End an entry: it alerts no more, its history stays",
    Action.DELETE: "Empty an ended entry or a draft: a record without content stays",
}


def scope_of(action: Action) -> Scope:
    """What a key needs for it."""
    return "watchlist:approve" if action in {Action.APPROVE, Action.REJECT} else "watchlist:write"


def read_wish(action: Action, value: Any) -> tuple[Wish, int | None] | list[Fault]:
    """What a body asks for, and the version that was seen; or every fault."""
    try:
        body = BODIES[action].model_validate(value)
    except ValidationError as error:
        return faults_of(error)
    said = body.model_dump(exclude={"version", "person"})
    if isinstance(body, ClearBody):
        try:
            said["person"] = facts = facts_of(_person(body.person))
        except ValidationError as error:
            return [Fault(f"/person{fault.pointer}", fault.code, fault.detail) for fault in faults_of(error)]
        if facts is None:
            return [Fault("/person", "too_little", "Neither two names nor a document: that may be anybody.")]
    return Wish(action, sets_valid_to="valid_to" in body.model_fields_set, **said), body.version


def _person(said: ClearedPerson) -> Person:
    seen = asked_of(ScreenQuery.model_validate(said.model_dump(exclude_none=True)))
    return seen[0].seen.person or Person()
