"""`/v1/subscriptions`."""

import contextlib
from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from services.notify.api.subscription_models import (
    ExerciseSent,
    NewSubscription,
    SubscriptionChange,
    SubscriptionList,
    SubscriptionOut,
    SubscriptionWithSecret,
    WantedFilter,
    check_built,
    whose_notices,
)
from services.notify.api.visibility import seen_by
from services.notify.domain.subscription import Format, SubscriptionState
from services.notify.redelivery import Redelivery
from services.notify.registry import ForeignAgencyError, NoAgencyError, Registry, UnknownSubscriptionError
from shared.platform.auth.access import Principal, require
from shared.platform.faults import Fault
from shared.platform.http.problems import PROBLEM_RESPONSES, ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from shared.platform.http.routing import api_router

Manager = Annotated[Principal, Depends(require("subscriptions:manage"))]


def subscriptions_router(registry: Registry, redelivery: Redelivery) -> APIRouter:
    """Subscriptions of the key's own nation; an administrator's key reaches all. What gets an agency's notices only its own keys change."""
    router = api_router(prefix="/v1/subscriptions", tags=["subscriptions"], responses=PROBLEM_RESPONSES)

    @router.post("", status_code=201, summary="Subscribe an endpoint; its secret is shown this once")
    async def create(new: NewSubscription, who: Manager) -> SubscriptionWithSecret:
        partner = _partner(new, who)
        check_built(new.format, new.filter, registry.url_fault(new.url))
        agency = _whose(new.filter, new.agency, who)
        with _known():
            row, secret = await registry.subscribe(
                partner, new.url, Format(new.format), new.language, new.filter.parsed(), agency=agency
            )
        return SubscriptionWithSecret(**SubscriptionOut.of(row).model_dump(), secret=secret)

    @router.get("", summary="List subscriptions")
    async def show(who: Manager) -> SubscriptionList:
        rows, waiting = await registry.subscriptions(seen_by(who))
        return SubscriptionList(items=[SubscriptionOut.of(row, waiting.get(row.id, 0)) for row in rows])

    @router.get("/{subscription_id}", summary="Read a subscription")
    async def read(subscription_id: UUID, who: Manager) -> SubscriptionOut:
        with _known():
            return SubscriptionOut.of(*await registry.subscription(subscription_id, seen_by(who)))

    @router.patch("/{subscription_id}", summary="Change a subscription")
    async def change(subscription_id: UUID, wanted: SubscriptionChange, who: Manager) -> SubscriptionOut:
        check_built(wanted.format, wanted.filter, registry.url_fault(wanted.url) if wanted.url is not None else None)
        values = wanted.model_dump(mode="json", exclude_none=True, exclude={"filter", "agency"})
        if wanted.filter is not None:
            values["filter"] = wanted.filter.parsed().model_dump(mode="json")
        of = _whose(wanted.filter, wanted.agency, who)
        with _known():
            return SubscriptionOut.of(*await registry.change(subscription_id, seen_by(who), values, agency=who.agency, of=of))

    @router.delete("/{subscription_id}", status_code=204, summary="End a subscription; what waits for it is cancelled")
    async def end(subscription_id: UUID, who: Manager) -> None:
        with _known():
            await registry.end(subscription_id, seen_by(who), agency=who.agency)

    @router.post("/{subscription_id}/secrets", status_code=201, summary="Rotate the secret; the old one signs too for a day")
    async def rotate(subscription_id: UUID, who: Manager) -> SubscriptionWithSecret:
        with _known():
            row, secret = await registry.rotate(subscription_id, seen_by(who), agency=who.agency)
        return SubscriptionWithSecret(**SubscriptionOut.of(row).model_dump(), secret=secret)

    @router.post("/{subscription_id}/test", status_code=202, summary="Send an exercise to this endpoint")
    async def test(subscription_id: UUID, who: Manager) -> ExerciseSent:
        with _known():
            row, _ = await registry.subscription(subscription_id, seen_by(who))
        _check_active(row.state)
        return ExerciseSent(delivery_id=await redelivery.send_exercise(row))

    return router


@contextlib.contextmanager
def _known() -> Iterator[None]:
    """The same 404 for what is not there and for what is another nation's; what else the registry refuses, in HTTP's words."""
    try:
        yield
    except UnknownSubscriptionError:
        raise NotFoundError("No subscription has this id.") from None
    except ForeignAgencyError:
        raise ForbiddenError("It gets the notices of another agency, whose keys alone change it.") from None
    except NoAgencyError:
        fault = Fault("/agency", "agency_unnamed", "Name the agency whose notices are wanted.")
        raise InvalidInputError([fault]) from None


def _whose(filter_: WantedFilter | None, named: str | None, who: Principal) -> str | None:
    return whose_notices(filter_, named, who.agency, admin=seen_by(who) is None)


def _partner(new: NewSubscription, who: Principal) -> str:
    partner = new.partner or who.nation
    if seen_by(who) not in {None, partner}:
        fault = Fault("/partner", "nation_foreign", "A key subscribes endpoints of its own nation only.")
        raise ForbiddenError("The key belongs to another nation.", faults=[fault])
    return partner


def _check_active(state: str) -> None:
    if state != SubscriptionState.ACTIVE:
        raise ConflictError("Nothing is sent to a subscription that is not active.")
