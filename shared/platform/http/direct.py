"""A shorter way to the endpoints that many small requests go to: past the framework's resolution of dependencies.

It takes half of what such a request costs. Only endpoints whose inputs leave nothing to resolve go this way, and only for
requests without a query; all others, and the OpenAPI document, are the framework's.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

from fastapi.dependencies.models import Dependant
from fastapi.params import Param
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from shared.platform.http.admission import GUARDS

Handler = Callable[[Request], Awaitable[Response]]


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
