"""Answers that are written while the request is still being read."""

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class DuplexResponse(StreamingResponse):
    """A streaming response for a body that reads the request as it goes.

    The framework's own watches for the client's leaving by calling `receive` beside the body, and so takes pieces of the request
    away from it. Here the body alone receives; it learns of a client that left from `request.stream()`.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - see above
        """Send the body, and only that."""
        await self.stream_response(send)
        if self.background is not None:
            await self.background()
