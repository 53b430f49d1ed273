"""`/docs` on a closed network: a page of our own, every asset from this package, nothing from another host.

The viewer sets styles on elements itself, so this page has a policy of its own; every other page keeps the stricter one.
"""

from html import escape
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from shared.platform.http.problems import NotFoundError

_ASSETS: Final = Path(__file__).parent / "assets"
_MEDIA_TYPES: Final = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "init.js": "text/javascript; charset=utf-8",
    "problems.css": "text/css; charset=utf-8",
    "favicon.svg": "image/svg+xml",
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="/docs/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<main id="viewer"><noscript><a href="/openapi.json">The OpenAPI document</a></noscript></main>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/init.js"></script>
</body>
</html>
"""


def docs_router(title: str) -> APIRouter:
    """The documentation pages of an application."""
    router = APIRouter(include_in_schema=False)
    page = _PAGE.format(title=escape(title)).encode()
    problems = (_ASSETS / "problems.html").read_bytes()

    @router.get("/docs")
    async def docs() -> Response:
        return Response(page, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _POLICY})

    @router.get("/docs/problems")
    async def show_problems() -> Response:
        return Response(problems, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _POLICY})

    @router.get("/docs/assets/{name}")
    async def asset(name: str) -> Response:
        if name not in _MEDIA_TYPES:
            raise NotFoundError("No such file.")
        body = (_ASSETS / name).read_bytes()
        return Response(body, media_type=_MEDIA_TYPES[name], headers={"Cache-Control": "public, max-age=86400"})

    return router
