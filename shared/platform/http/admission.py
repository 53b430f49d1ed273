"""Who a request is from, asked once for each request: by a route's `require`, by idempotency, by whoever comes first."""

from typing import Any, Protocol

from fastapi.dependencies.models import Dependant
from starlette.requests import Request

from shared.platform.http.exchange import exchange_of

GUARDS = "guards_a_route"
"""An attribute of dependencies that need a principal: their routes ask who it is before they read a body."""


class Doorkeeper(Protocol):
    """Knows keys and rates."""

    async def admit(self, request: Request) -> Any:
        """The principal of a request; raises a 401 or 429 problem."""
        ...


async def admit(request: Request) -> Any:
    """The principal of this request, None in an application without a doorkeeper; raises a 401 or 429 problem."""
    exchange = exchange_of(request)
    if exchange.principal is None:
        doorkeeper: Doorkeeper | None = getattr(request.app.state, "access", None)
        if doorkeeper is not None:
            exchange.principal = await doorkeeper.admit(request)
    return exchange.principal


def is_guarded(dependant: Dependant) -> bool:
    """Whether a route, by any of its dependencies, needs a principal."""
    return any(hasattr(inner.call, GUARDS) or is_guarded(inner) for inner in dependant.dependencies)
