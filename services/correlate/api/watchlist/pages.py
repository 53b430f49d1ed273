"""Pages: some of a list, where to go on, and the same as a `Link` header (RFC 8288)."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.correlate.api.watchlist.view import json_answer
from shared.platform.http.cursors import Cursors

T = TypeVar("T")


class Total(BaseModel):
    """How many there are; counted up to a bound only, and then `exact` is false."""

    count: int
    exact: bool


class ListPage(BaseModel, Generic[T]):
    """Some of a list, in order; `next_cursor` asks for what follows, null at the end. A page may be short, or empty, before that."""

    items: list[T]
    next_cursor: str | None = None
    total: Total | None = Field(default=None, description="where it was asked for")
    list_version: int | None = Field(default=None, description="of a list of the past: its version")


class Paging:
    """The cursor of one question: what another list, or entry, gave out does not open here."""

    def __init__(self, request: Request, cursors: Cursors, purpose: str, cursor: str | None) -> None:
        self._request = request
        self._cursors = cursors
        self._purpose = purpose
        self.place: Mapping[str, Any] = {} if cursor is None else cursors.open(cursor, purpose=purpose)

    def answer(self, items: list[Any], place: dict[str, Any] | None, **more: Any) -> Response:
        """The page, and where to go on; None at the end."""
        url = self._request.url
        first = url.remove_query_params("cursor")
        links = [f'<{first.path}?{first.query}>; rel="first"' if first.query else f'<{first.path}>; rel="first"']
        follows = None
        if place is not None:
            follows = self._cursors.seal(place, purpose=self._purpose)
            then = url.include_query_params(cursor=follows)
            links.append(f'<{then.path}?{then.query}>; rel="next"')
        return json_answer({"items": items, "next_cursor": follows, **more}, Link=", ".join(links))
