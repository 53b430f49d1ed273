"""The outermost layer: request id, trace context, security headers, metrics and one wide log event for each request.

Plain ASGI, and nothing of a payload in what it writes: the route's template stands for the path, ids stand for the rest.
"""

import asyncio
import random
import re
import time
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.platform import metrics
from shared.platform.errors import PoisonError, TransientError
from shared.platform.faults import Fault
from shared.platform.http.exchange import Exchange, place
from shared.platform.http.problems import InvalidInputError, ProblemError, UnavailableError, problem_response

log = structlog.get_logger()

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT: Final = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_RANDOM: Final = random.Random()
"""Makes ids: they must differ and need not be secret, and the system is not asked for each."""
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_CLIENT_LEFT: Final = 499
"""In logs and metrics only: the client left before its request was whole (as nginx counts it)."""
SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class Room:
    """How many requests one application has in hand."""

    def __init__(self, max_requests: int) -> None:
        self.max_requests = max_requests
        self.in_hand = 0


class ObserveMiddleware:
    """Sees every request first and every answer last; an exception that reached it becomes a 500 without details."""

    def __init__(self, app: ASGIApp, *, room: Room) -> None:
        self._app = app
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request and tell of it; beyond the room it is refused, operators' questions excepted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, traceparent = _identity(scope)
        exchange = Exchange(request_id, traceparent=traceparent)
        place(scope, exchange)
        answer = _Answer(send, exchange)
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id, traceparent=traceparent):
            self._room.in_hand += 1
            try:
                self._check_room(scope)
                await self._app(scope, receive, answer)
            except ClientDisconnect:
                answer.abandoned = True
            except HTTPException as error:
                await answer.refuse(scope, receive, error)
            except Exception as error:  # noqa: BLE001 - the last one to see it: told in the log, never to the client
                await answer.refuse(scope, receive, refusal_of(error))
            finally:
                self._room.in_hand -= 1
                _tell(scope, answer, time.perf_counter() - started)

    def _check_room(self, scope: Scope) -> None:
        if self._room.in_hand > self._room.max_requests and scope["path"] not in _QUIET:
            raise UnavailableError("Too many requests are in hand here.", retry_after_seconds=1)


def refusal_of(error: Exception) -> ProblemError:
    """What a client may know of an exception that nobody translated."""
    if isinstance(error, TransientError):
        log.warning("request.deferred", error=type(error).__name__)
        return UnavailableError("Something this needs is away. The same request may be sent again.", retry_after_seconds=2)
    if isinstance(error, PoisonError):
        log.warning("request.refused", error=type(error).__name__)
        fault = Fault("", "cannot_be_stored", "A value in it cannot be stored, or contradicts what is stored.")
        return InvalidInputError([fault], "It cannot be taken as it is.")
    log.error("request.broke", exc_info=error)
    return ProblemError("The request broke something here. Quote the request_id when you report it.")


class _Answer:
    """A `send` that adds the headers and remembers status and size."""

    def __init__(self, send: Send, exchange: Exchange) -> None:
        self._send = send
        self._exchange = exchange
        self.status = 0
        self.size = 0
        self.abandoned = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._headers(message)
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
        await self._send(message)
        if message.get("more_body"):
            # The server's `send` returns at once when the client has left: an endless body would never let anybody else run.
            await asyncio.sleep(0)

    def _headers(self, message: Message) -> list[tuple[bytes, bytes]]:
        given = list(message.get("headers", ()))
        names = {name for name, _ in given}
        own = [pair for pair in SECURITY_HEADERS if pair[0] not in names]
        return [
            *given,
            *own,
            *self._exchange.headers,
            *self._exchange.rate,
            (b"x-request-id", self._exchange.request_id.encode()),
        ]

    async def refuse(self, scope: Scope, receive: Receive, error: HTTPException) -> None:
        if self.status == 0:
            await problem_response(error, self._exchange.request_id)(scope, receive, self)

    @property
    def principal(self) -> str | None:
        return getattr(self._exchange.principal, "key_id", None)

    @property
    def facts(self) -> dict[str, object]:
        return self._exchange.facts


def _identity(scope: Scope) -> tuple[str, str]:
    """The request's id and trace context: the client's where they are well-formed, else our own."""
    request_id, traceparent = b"", b""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            request_id = value
        elif name == b"traceparent" and _TRACEPARENT.fullmatch(value):
            traceparent = value
    trace = traceparent.decode() or f"00-{(made := f'{_RANDOM.getrandbits(192):048x}')[:32]}-{made[32:]}-01"
    return request_id.decode() or trace[3:35], trace


def _tell(scope: Scope, answer: _Answer, seconds: float) -> None:
    route = scope.get("route")
    template = getattr(route, "path", None) or "(none)"
    method = scope["method"] if scope["method"] in metrics.METHODS else "OTHER"
    status = _CLIENT_LEFT if answer.abandoned else answer.status
    metrics.count_request(method, template, status, seconds)
    if scope["path"] in _QUIET:
        return
    log.info(
        "request.answered",
        method=method, route=template, status=status, response_bytes=answer.size,
        duration_ms=round(seconds * 1000, 2), key_id=answer.principal, **answer.facts,
    )  # fmt: skip
