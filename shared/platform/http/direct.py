"""A shorter way to the endpoints that many small requests go to: past the framework's layers, matching and resolution.

They take three quarters of what such a request costs. Only strict routes whose inputs leave nothing to resolve go this way,
and only for requests without a query and an `Idempotency-Key`; all others, and the OpenAPI document, are the framework's.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, get_type_hints

from fastapi.dependencies.models import Dependant
from fastapi.params import Param
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from shared.platform.http.admission import GUARDS
from shared.platform.http.routing import StrictRoute

_NOT_HERE = b"idempotency-key"
Handler = Callable[[Request], Awaitable[Response]]


class DirectRoutes:
    """Plain ASGI over the routes that have a direct handler. It must stand behind the layers that every request passes."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._handlers: dict[tuple[str, str], tuple[StrictRoute, Handler]] = {}
        for context in iter_route_contexts(list(routes)):
            route = context.original_route
            handler = direct_handler(route) if isinstance(route, StrictRoute) else None
            if isinstance(route, StrictRoute) and context.path is not None and handler is not None:
                for method in route.methods or ():
                    self._handlers[method, context.path] = route, handler

    def takes(self, scope: Scope) -> bool:
        """Whether a request goes this way."""
        if scope["type"] != "http" or (scope["method"], scope["path"]) not in self._handlers or scope["query_string"]:
            return False
        return all(name != _NOT_HERE for name, _ in scope["headers"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that it takes."""
        scope["route"], handle = self._handlers[scope["method"], scope["path"]]
        response = await handle(Request(scope, receive))
        await response(scope, receive, send)


def direct_handler(route: APIRoute) -> Handler | None:
    """The route's endpoint, called with the request and its guards' principals; None where it needs more than that.

    An endpoint qualifies that is a coroutine, answers with a Response of its own, and takes the request, guards (`require`)
    and query parameters with defaults.
    """
    needs, endpoint = route.dependant, route.endpoint
    if route.body_field is not None or not inspect.iscoroutinefunction(endpoint) or not _answers_itself(endpoint):
        return None
    if not (_takes_little(needs) and _has_defaults(endpoint, needs) and all(_is_guard(inner) for inner in needs.dependencies)):
        return None
    named = needs.request_param_name
    guards: list[tuple[str | None, Any]] = [(inner.name, inner.call) for inner in needs.dependencies]

    async def handle(request: Request) -> Response:
        arguments: dict[str, Any] = {} if named is None else {named: request}
        for name, guard in guards:
            principal = await guard(request)
            if name is not None:
                arguments[name] = principal
        answer: Response = await endpoint(**arguments)
        return answer

    return handle


def _answers_itself(endpoint: Callable[..., Any]) -> bool:
    answer = get_type_hints(endpoint).get("return")
    return isinstance(answer, type) and issubclass(answer, Response)


def _takes_little(needs: Dependant) -> bool:
    others = (
        needs.path_params, needs.header_params, needs.cookie_params, needs.body_params, needs.response_param_name,
        needs.background_tasks_param_name, needs.security_scopes_param_name, needs.websocket_param_name,
        needs.http_connection_param_name,
    )  # fmt: skip
    return not any(others)


def _has_defaults(endpoint: Callable[..., Any], needs: Dependant) -> bool:
    given = inspect.signature(endpoint).parameters
    defaults = [given[field.name].default for field in needs.query_params]
    return not any(default is inspect.Parameter.empty or isinstance(default, Param) for default in defaults)


def _is_guard(needs: Dependant) -> bool:
    return hasattr(needs.call, GUARDS) and not needs.dependencies and not needs.query_params and _takes_little(needs)
