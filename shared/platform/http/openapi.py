"""The OpenAPI document: problems instead of the framework's own error shape, and the bearer key."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from shared.platform.http.admission import is_guarded
from shared.platform.http.problems import MEDIA_TYPE, Problem

_FRAMEWORK_ONLY = ("HTTPValidationError", "ValidationError")


def use_problems(app: FastAPI) -> None:
    """Make the application's document tell the truth about its refusals."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes,
        webhooks=app.webhooks.routes, tags=app.openapi_tags,
    )  # fmt: skip
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _FRAMEWORK_ONLY:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    _point_to_problem(made)
    _show_the_key(app, made)
    return made


def _show_the_key(app: FastAPI, made: dict[str, Any]) -> None:
    """Which operations need a key. Said here, as a dependency that only documents would cost every request."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and is_guarded(route.dependant):
            for method in route.methods or ():
                operation = made["paths"].get(context.path, {}).get(method.lower())
                if operation is not None:
                    operation["security"] = [{"key": []}]
    made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "An API key, `atk_…`."}}


def _point_to_problem(made: dict[str, Any]) -> None:
    reference = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for methods in made.get("paths", {}).values():
        for operation in methods.values():
            for response in operation.get("responses", {}).values():
                shown = response.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
                if shown.endswith("/HTTPValidationError"):
                    response["content"] = reference
