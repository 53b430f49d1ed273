"""No body beyond the limit is read: refused by its length header, and while it streams when that is absent or lies."""

from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.platform.http.problems import BadRequestError, TooLargeError


class BodyLimitMiddleware:
    """Plain ASGI. Routes named in `streaming` have no total limit; they bound what they hold themselves."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, streaming: Collection[str]) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._streaming = frozenset(streaming)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on with a `receive` that counts."""
        if scope["type"] != "http" or scope["path"] in self._streaming:
            await self._app(scope, receive, send)
            return
        told = self._check_length(scope)
        await self._app(scope, receive if told else _Counting(receive, self._max_bytes), send)

    def _check_length(self, scope: Scope) -> bool:
        """Whether a length within the limit was told; the server reads no more than that."""
        for name, value in scope["headers"]:
            if name == b"content-length":
                if not value.isdigit():
                    raise BadRequestError("Content-Length is no number.")
                if int(value) > self._max_bytes:
                    raise too_large(self._max_bytes)
                return True
        return False


class _Counting:
    """A `receive` that raises once more than the limit came."""

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._seen = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._max_bytes:
            raise too_large(self._max_bytes)
        return message


def too_large(max_bytes: int) -> TooLargeError:
    """The refusal; the connection is closed, as the rest of the body is not read."""
    return TooLargeError(f"The body is larger than {max_bytes} bytes.", headers={"Connection": "close"}, max_bytes=max_bytes)
