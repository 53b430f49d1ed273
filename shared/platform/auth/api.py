"""`/v1/keys`: one router that every service mounts."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from shared.platform.auth.access import Principal, require
from shared.platform.auth.keys import KeyRequest, NewKey, ShownKey
from shared.platform.auth.store import KeyRefusedError, KeyStore
from shared.platform.faults import Fault
from shared.platform.http.problems import PROBLEM_RESPONSES, ForbiddenError, InvalidInputError, NotFoundError
from shared.platform.http.routing import api_router

Admin = Annotated[Principal, Depends(require("admin"))]
Anyone = Annotated[Principal, Depends(require())]


class OwnKey(BaseModel):
    """What a key is told of itself."""

    id: str
    agency: str
    nation: str
    scopes: list[str]


class KeyList(BaseModel):
    """Keys, the newest first."""

    items: list[ShownKey]


def keys_router(store: KeyStore) -> APIRouter:
    """Make, list and end API keys, with a key that has the scope `admin`."""
    router = api_router(prefix="/v1/keys", tags=["keys"], responses=PROBLEM_RESPONSES)

    @router.post("", status_code=201, summary="Make a key; its token is shown this once")
    async def create(wanted: KeyRequest, maker: Admin) -> NewKey:
        if not maker.allows(*wanted.scopes):
            fault = Fault("/scopes", "scope_not_held", "A key cannot give what it lacks.")
            raise ForbiddenError("A key cannot give scopes it lacks.", faults=[fault])
        try:
            return await store.create(wanted, by=maker.key_id)
        except KeyRefusedError as error:
            raise InvalidInputError([error.fault]) from None

    @router.get("", summary="List keys, without their secrets")
    async def show(_who: Admin) -> KeyList:
        return KeyList(items=store.list())

    @router.get("/self", summary="Whose key this is, and what it may do")
    async def own(who: Anyone) -> OwnKey:
        return OwnKey(id=who.key_id, agency=who.agency, nation=who.nation, scopes=sorted(who.scopes))

    @router.delete("/{key_id}", summary="End a key, in every process within seconds")
    async def revoke(key_id: str, who: Admin) -> ShownKey:
        ended = await store.revoke(key_id, by=who.key_id)
        if ended is None:
            raise NotFoundError("No key has this id.")
        return ended

    return router
