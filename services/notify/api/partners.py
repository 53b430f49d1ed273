"""`/v1/partners`."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from services.notify.api.visibility import seen_by
from services.notify.registry import Registry
from shared.contracts.base import Nation
from shared.platform.auth.access import Principal, require
from shared.platform.faults import Fault
from shared.platform.http.problems import PROBLEM_RESPONSES, ForbiddenError, NotFoundError
from shared.platform.http.routing import api_router

Manager = Annotated[Principal, Depends(require("subscriptions:manage"))]
NationCode = Annotated[str, Path(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]


class PartnerDetails(BaseModel):
    """What is known of a partner besides its nation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(default=None, max_length=256, examples=["Policía Nacional Civil"])
    contact: str | None = Field(default=None, max_length=256, description="who is asked when deliveries fail")


class NewPartner(PartnerDetails):
    """A partner to be written."""

    id: Nation


class PartnerOut(BaseModel):
    """A nation's agency that receives alerts; its id is the nation's code."""

    id: str
    name: str | None
    contact: str | None
    created_at: datetime
    updated_at: datetime


class PartnerList(BaseModel):
    """Partners by code."""

    items: list[PartnerOut]


def partners_router(registry: Registry) -> APIRouter:
    """Partners. A nation sees and writes itself; an administrator all. Subscribing makes a partner that is not there."""
    router = api_router(prefix="/v1/partners", tags=["partners"], responses=PROBLEM_RESPONSES)

    @router.post("", status_code=201, summary="Write a partner, new or known")
    async def create(new: NewPartner, who: Manager) -> PartnerOut:
        if seen_by(who) not in {None, new.id}:
            raise ForbiddenError("A key writes its own nation only.", faults=[Fault("/id", "nation_foreign", "Not the key's.")])
        return _out(await registry.put_partner(new.id, new.name, new.contact))

    @router.get("", summary="List partners")
    async def show(who: Manager) -> PartnerList:
        return PartnerList(items=[_out(row) for row in await registry.partners(seen_by(who))])

    @router.get("/{nation}", summary="Read a partner")
    async def read(nation: NationCode, who: Manager) -> PartnerOut:
        rows = await registry.partners(nation) if seen_by(who) in {None, nation} else []
        if not rows:
            raise NotFoundError("No partner has this id.")
        return _out(rows[0])

    @router.put("/{nation}", summary="Replace what is known of a partner")
    async def replace(nation: NationCode, details: PartnerDetails, who: Manager) -> PartnerOut:
        if seen_by(who) not in {None, nation}:
            raise NotFoundError("No partner has this id.")
        return _out(await registry.put_partner(nation, details.name, details.contact))

    return router


def _out(row: Any) -> PartnerOut:
    return PartnerOut.model_validate(row, from_attributes=True)
