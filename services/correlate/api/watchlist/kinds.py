"""The two kinds of entry as the API has them, and who may use their routes."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query

from services.correlate.api.watchlist.view import (
    ShownActor,
    ShownRoute,
)
from shared.contracts.watchlist import ActorBody, ActorEntry, RouteBody, RouteEntry
from shared.platform.auth.access import Principal, require

Reader = Annotated[Principal, Depends(require("watchlist:read"))]
Writer = Annotated[Principal, Depends(require("watchlist:write"))]
Why = Annotated[str | None, Query(max_length=1000, description="Why it changes; kept in the history.")]


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two kinds of entry, with its models."""

    path: Literal["actors", "routes"]
    body: type[ActorBody] | type[RouteBody]
    entry: type[ActorEntry] | type[RouteEntry]
    view: type[ShownActor] | type[ShownRoute]


KINDS = (Kind("actors", ActorBody, ActorEntry, ShownActor), Kind("routes", RouteBody, RouteEntry, ShownRoute))
